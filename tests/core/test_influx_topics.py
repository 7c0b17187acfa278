"""Topics in line protocol, and in InfluxDB after a run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasip_core.domain.period import JAKARTA, Period, day_start
from pasip_core.domain.topic import TopicPoint
from pasip_core.pipeline.topic_counts import points
from pasip_core.stores.influx.points import TOPICS, tag_value, topic_line
from pasip_core.stores.ports import Assigned, Stores
from tests.builders import NOW, make_mention
from tests.contracts.helpers import TODAY
from tests.core.test_influx_flux import NASTY
from tests.replicas.influx import parse_line
from tests.topic_texts import make_topic


def test_a_point_is_written_as_the_schema_names_it() -> None:
    point = TopicPoint(TODAY, "0a1b", "twitter", 12, 61.5, -0.25)
    assert topic_line(point, JAKARTA) == (
        "trending_metrics,platform=twitter,topic=0a1b mentions_count=12i,sentiment_score=-0.25,trending_score=61.5 "
        f"{int(day_start(TODAY, JAKARTA).timestamp())}"
    )


@given(topic=st.sampled_from(NASTY), platform=st.sampled_from(NASTY), count=st.integers(0, 10**10),
       score=st.floats(0, 100), tone=st.floats(-1, 1))  # fmt: skip
def test_any_point_is_read_back_as_it_was(topic: str, platform: str, count: int, score: float, tone: float) -> None:
    ((name, tags), second), fields = parse_line(
        topic_line(TopicPoint(TODAY, topic, platform, count, score, tone), JAKARTA)
    )
    assert name == TOPICS
    assert {key: tag_value(value) for key, value in tags} == {"topic": topic, "platform": platform}
    assert fields["mentions_count"] == count
    assert fields["trending_score"] == pytest.approx(score, rel=1e-6, abs=1e-9)
    assert fields["sentiment_score"] == pytest.approx(tone, rel=1e-6, abs=1e-9)
    assert second == int(day_start(TODAY, JAKARTA).timestamp())


@pytest.fixture
def stores(settings) -> Iterator[Stores]:  # type: ignore[no-untyped-def]
    from pasip_core.stores.connect import connect

    opened = connect(settings)
    yield opened
    opened.close()


def test_each_day_has_its_counts_its_tone_and_zeros_where_nothing_is_said(stores: Stores) -> None:
    tones = ["positive", "negative", "negative", None]
    said = [make_mention(f"kabar {n}", author=f"a{n}", sentiment=tone) for n, tone in enumerate(tones)]
    other = make_mention("lain", platform="news", published_at=NOW - timedelta(days=1))
    stores.mentions.upsert([*said, other])
    stores.mentions.assign_topics([Assigned(m.id, m.content_hash, "t1") for m in [*said, other]])
    days = Period(TODAY - timedelta(days=1), TODAY)
    found = {(p.day, p.platform): p for p in points(stores, [make_topic("t1", "kabar")], days)}
    assert len(found) == 4
    today = found[TODAY, "twitter"]
    assert (today.mentions_count, today.sentiment_score) == (4, -0.3333)
    assert today.trending_score > 50
    assert found[TODAY, "news"] == TopicPoint(TODAY, "t1", "news", 0, pytest.approx(49.4, abs=0.1), 0.0)
