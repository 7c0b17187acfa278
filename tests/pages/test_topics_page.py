"""The page of topics: an empty store, too few texts, topics by volume and growth, and the way to their mentions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from pasip_core.domain.period import JAKARTA
from pasip_core.domain.topic import DIED, LAST_RUN, MERGED, Term, TopicRun
from pasip_core.stores.ports import Assigned, Stores
from tests.builders import NOW, make_keyword
from tests.pages.conftest import said, texts
from tests.topic_texts import make_topic

Open = Callable[..., AppTest]
Fill = Callable[..., None]
MAY = {"from_": "2019-05-01", "to": "2019-05-31"}


@pytest.fixture
def topics_in_may(stores: Stores, fill: Fill) -> None:
    flood = [said(f"Banjir {n}", f"2019-05-{10 + n:02}", sentiment="negative") for n in range(3)]
    rice = [said(f"Beras {n}", "2019-05-30", sentiment="positive", keywords=["jokowi"]) for n in range(12)]
    fill([*flood, *rice, said("Lain", "2019-05-02")], [make_keyword("jokowi")])
    placed = [Assigned(m.id, m.content_hash, "flood") for m in flood]
    stores.mentions.assign_topics([*placed, *(Assigned(m.id, m.content_hash, "rice") for m in rice)])
    examples = (flood[0].id, "f" * 24)
    stores.topics.save(make_topic("flood", "banjir, bekasi", state="continued", related_data_ids=examples))
    stores.topics.save(make_topic("rice", "beras, bulog <b>*x*</b>", related_data_ids=(rice[0].id,)))
    stores.topics.save(make_topic("old", "pemilu", state=DIED))
    stores.topic_runs.save(TopicRun(LAST_RUN, NOW, "2019-05-01", "2019-05-31", NOW, mentions=16, texts=16, assigned=15))


def test_an_empty_store_says_what_to_do(open_app: Open) -> None:
    shown = texts(open_app("topics"))
    assert "Three steps" in shown
    assert "not been looked for yet" in shown


def test_mentions_without_topics_ask_for_a_run_and_a_queue_that_is_away_is_told(open_app: Open, fill: Fill) -> None:
    fill([said("Kabar", "2019-05-02")])
    app = open_app("topics", **MAY)
    assert "No topics are known" in texts(app)
    app.button(key="find_topics").click().run()
    assert "cannot be reached" in texts(app)
    assert not app.exception


def test_too_few_texts_show_the_terms_that_most_of_them_have(open_app: Open, fill: Fill, stores: Stores) -> None:
    fill([said("Kabar banjir", "2019-05-02")])
    run = TopicRun(LAST_RUN, NOW, "2019-05-01", "2019-05-31", NOW, texts=1, frequent=(Term("banjir", 1.0),))
    stores.topic_runs.save(run)
    app = open_app("topics", **MAY)
    assert "too few for topics" in texts(app)
    assert app.dataframe[0].value["term"].tolist() == ["banjir"]


@pytest.mark.usefixtures("topics_in_may")
def test_topics_come_loudest_first_and_those_without_one_are_counted(open_app: Open) -> None:
    app = open_app("topics", **MAY)
    assert "in 1 May – 31 May 2019: 15 of 16 mentions have a topic" in texts(app)
    table = app.dataframe[0].value
    assert table["volume"].tolist() == [12, 3]
    assert table["state"].tolist() == ["new", "goes on"]
    assert table["net"].tolist() == ["+100.0", "-100.0"] or table["net"].str.startswith(("+100", "-100", "−100")).all()
    assert "1 more mentions belong to no topic" in texts(app)
    assert "15 of 16 mentions have a topic" in texts(app)
    app.segmented_control(key="topic_order").set_value("score").run()
    scores = app.dataframe[0].value["score"].tolist()
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 60 > 50 > scores[1]
    assert not app.exception


@pytest.mark.usefixtures("topics_in_may")
def test_names_are_words_of_strangers_and_shown_as_such(open_app: Open) -> None:
    shown = texts(open_app("topics", **MAY))
    assert "<b>" not in shown.replace("\\<b\\>", "")


@pytest.mark.usefixtures("topics_in_may")
def test_filters_narrow_topics(open_app: Open) -> None:
    app = open_app("topics", **MAY, keyword="jokowi")
    assert app.dataframe[0].value["volume"].tolist() == [12]


@pytest.mark.usefixtures("topics_in_may")
def test_the_way_leads_to_the_mentions_of_a_topic(open_app: Open) -> None:
    app = open_app("topics", **MAY)
    app.button(key="drill_rice").click().run()
    assert app.title[0].value == "Mentions"
    assert "12 mentions" in texts(app)
    app.multiselect(key="filter_topic").set_value([]).run()
    assert "16 mentions" in texts(app)


@pytest.mark.usefixtures("topics_in_may")
def test_an_address_names_a_topic_and_another_one_is_noted(open_app: Open) -> None:
    assert "3 mentions" in texts(open_app("mentions", **MAY, topic="flood"))
    assert {m.label: m.value for m in open_app("overview", **MAY, topic="flood").metric}["Mentions"] == "3"
    assert "left out" in texts(open_app("mentions", **MAY, topic="nobody"))


@pytest.mark.usefixtures("topics_in_may")
def test_a_topic_that_went_into_another_counts_there(open_app: Open, stores: Stores) -> None:
    stores.topics.save(replace(stores.topics.get("flood"), state=MERGED, merged_into="rice"))
    app = open_app("topics", **MAY)
    assert app.dataframe[0].value["volume"].tolist() == [15]


@pytest.mark.usefixtures("topics_in_may")
@pytest.mark.parametrize("locale", ["id-ID", "en-US"])
def test_the_page_speaks_both_languages(open_app: Open, locale: str) -> None:
    app = open_app("topics", locale=locale, **MAY)
    assert not app.exception
    assert app.title[0].value == {"id-ID": "Topik", "en-US": "Topics"}[locale]


def test_a_day_that_is_not_over_is_no_fall(open_app: Open, fill: Fill, stores: Stores) -> None:
    now = datetime.now(UTC)
    today = now.astimezone(JAKARTA).date()
    steady = [
        said(f"Banjir {day} {n}", (today - timedelta(days=day)).isoformat(), author=f"a{day}-{n}")
        for day in range(1, 7)
        for n in range(24)
    ]
    fill(steady)
    stores.mentions.assign_topics([Assigned(m.id, m.content_hash, "flood") for m in steady])
    stores.topics.save(make_topic("flood", "banjir"))
    app = open_app("topics")
    assert not app.exception
    assert app.dataframe[0].value["volume"].tolist() == [144]
