"""Engagement is read again at certain ages, within what may be spent, and nothing else changes by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pasip_core.domain.mention import Engagement, Mention
from pasip_core.errors import SourcePaidOut, SourceUnavailable
from pasip_core.pipeline.quota_book import QuotaBook
from pasip_core.pipeline.refresh import Refreshed, refresh, refresh_all
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores, Understood
from tests.builders import make_analysis, make_mention
from tests.core.twitter_kit import NOW, opened
from tests.replicas import Replica
from tests.replicas.twitter import X, problem

LAST = datetime(2026, 11, 30, 23, 45, tzinfo=UTC)
"""When no money has to be saved for later."""


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    opened = connect(settings)
    yield opened
    opened.close()


@pytest.fixture
def x() -> X:
    return X(NOW)


def collected(x: X, stores: Stores, *, hours_ago: float, read_at: float | None = None, text: str = "") -> Mention:
    """A post that was stored when it was ``read_at`` hours old; its numbers have grown since."""
    id = x.say(text or f"banjir {hours_ago}", minutes_ago=hours_ago * 60)
    at = datetime.fromisoformat(x.posts[-1]["created_at"])
    mention = make_mention(
        text or f"banjir {hours_ago}", url=f"https://x.com/a/status/{id}", published_at=at,
        scraped_at=at + timedelta(hours=read_at or 0), engagement=Engagement(1, 1, 1), author="a",
        raw_data={"id": id},
    )  # fmt: skip
    stores.mentions.upsert([mention])
    return mention


def asked(replica: Replica) -> list[str]:
    return [id for each in replica.asked for id in each.query["ids"].split(",")]


def number(mention: Mention) -> str:
    return str(mention.raw_data["id"])


def test_what_has_reached_an_age_since_it_was_read_is_asked_for_once_and_the_rest_is_not(x: X, stores: Stores):
    due = [collected(x, stores, hours_ago=hours) for hours in (2, 7, 30, 80)]
    for hours, read_at in ((0.5, 0), (2.5, 1.5), (8, 7), (31, 25), (24 * 8, 0)):
        collected(x, stores, hours_ago=hours, read_at=read_at)
    stores.mentions.upsert([replace(due[0], id="ab" * 12, source="impor"), make_mention("tanpa alamat", raw_data={})])
    with opened(x) as (source, replica):
        assert refresh(source, stores=stores, clock=lambda: NOW) == Refreshed(4, 4, 4)
        assert refresh(source, stores=stores, clock=lambda: NOW) == Refreshed()
        assert asked(replica) == [number(mention) for mention in due]
    assert {stores.mentions.get(mention.id).engagement for mention in due} == {Engagement(10, 4, 2)}


def test_over_its_first_week_each_post_is_asked_for_at_four_ages(x: X, stores: Stores):
    posts = [collected(x, stores, hours_ago=hours) for hours in (0.1, 0.7, 0.71, 0.9)]
    ages: list[tuple[str, float]] = []
    with opened(x) as (source, replica):
        for step in range(7 * 24 * 2):
            now = NOW + timedelta(minutes=30 * step)
            refresh(source, stores=stores, clock=lambda now=now: now)
            ages += [(id, (now - posts[0].published_at) / timedelta(hours=1)) for id in asked(replica)]
            replica.asked.clear()
    assert Counter(id for id, _ in ages) == dict.fromkeys(map(number, posts), 4)
    first = [age for id, age in ages if id == number(posts[0])]
    assert all(late <= age < late + 0.6 for late, age in zip((1, 6, 24, 72), first, strict=True))


def test_no_analysis_is_opened_again_whatever_the_text_is(x: X, stores: Stores):
    mention = collected(x, stores, hours_ago=2, text="banjir &amp; <b>longsor</b> &lt;")
    stores.mentions.save_analyses([Understood(mention.content_hash, make_analysis(mention.id))])
    x.posts[-1]["text"] = "banjir, disunting"
    with opened(x) as (source, _):
        refresh(source, stores=stores, clock=lambda: NOW)
    after = stores.mentions.get(mention.id)
    assert after.analysis is not None
    assert (after.content, after.engagement.likes, after.author) == (mention.content, 10, "a")


def test_what_is_gone_there_stays_as_it_was(x: X, stores: Stores):
    mention = collected(x, stores, hours_ago=2)
    x.posts.clear()
    with opened(x) as (source, _):
        assert refresh(source, stores=stores, clock=lambda: NOW) == Refreshed(asked=1)
    assert stores.mentions.get(mention.id).engagement == mention.engagement


def test_a_run_that_is_cut_short_goes_on_where_it_was(x: X, stores: Stores):
    for n in range(130):
        collected(x, stores, hours_ago=2 + n / 100)
    with opened(x) as (source, replica):
        while refresh(source, stores=stores, clock=lambda: NOW, limit=50).asked > 1:
            pass
        times = Counter(asked(replica))
    assert len(times) == 130
    assert sum(times.values()) <= 130 + 3  # those on the seam are asked for twice


def test_it_goes_on_after_a_clock_that_was_ahead_is_right_again(x: X, stores: Stores):
    mention = collected(x, stores, hours_ago=2)
    with opened(x) as (source, replica):
        assert refresh(source, stores=stores, clock=lambda: NOW + timedelta(days=300)) == Refreshed()
        assert refresh(source, stores=stores, clock=lambda: NOW).asked == 1
        assert refresh(source, stores=stores, clock=lambda: NOW).asked == 0
        assert asked(replica) == [number(mention)]


def test_the_cap_ends_it_and_with_more_money_it_goes_on(x: X, stores: Stores):
    for n in range(30):
        collected(x, stores, hours_ago=2 + n / 100)
    ledger = QuotaBook(stores)
    with opened(x, ledger=ledger, at=LAST, twitter_monthly_cap=0.1) as (source, replica):
        with pytest.raises(SourcePaidOut):
            refresh(source, stores=stores, clock=lambda: NOW)
        assert len(asked(replica)) == 20
    assert refresh_all([source], stores=stores, clock=lambda: NOW) == 0  # no error: nothing is left for it now
    with opened(x, ledger=ledger, at=LAST, twitter_monthly_cap=1.0) as (source, replica):
        assert refresh(source, stores=stores, clock=lambda: NOW).asked == 11
    assert source.purse.dollars.used() == pytest.approx(31 * 0.005)  # the one on the seam twice


def test_what_the_days_to_come_need_is_left_and_that_is_no_error(x: X, stores: Stores):
    for n in range(60):
        collected(x, stores, hours_ago=2 + n / 100)
    with opened(x, ledger=QuotaBook(stores), twitter_monthly_cap=1.5) as (source, replica):
        refresh_all([source], stores=stores, clock=lambda: NOW)
        assert 0 < len(asked(replica)) < 60


def test_a_source_that_breaks_stops_no_other(x: X, stores: Stores):
    collected(x, stores, hours_ago=2)
    broken = X(NOW, before=lambda asked: problem(500, "about:blank"))
    with opened(broken) as (bad, _), opened(x) as (good, replica):
        with pytest.raises(SourceUnavailable):
            refresh_all([bad, good], stores=stores, clock=lambda: NOW)
        assert len(asked(replica)) == 1
