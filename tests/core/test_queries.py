"""Every number a page shows, against a count by hand over the mentions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pasip_core.domain.filters import Filters
from pasip_core.domain.mention import Engagement, Mention
from pasip_core.domain.metrics import BoundedCount
from pasip_core.domain.period import JAKARTA, Period, day_of
from pasip_core.errors import InputError, RuleError
from pasip_core.pipeline.rollup import rollup
from pasip_core.queries import compare, health, mentions, overview, sums
from pasip_core.queries.rule_trial import try_rule
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_mention

WEEK = Period.last_days(7, NOW)
TONES = ("positive", "negative", "neutral", None)
SETS = ((), ("jokowi",), ("jokowi", "prabowo"), ("prabowo",))


def said(number: int) -> Mention:
    """The 200 mentions of these tests, six hours apart, over 50 days."""
    news = number % 5 == 0
    return make_mention(
        f"Pernyataan nomor {number} tentang {' dan '.join(SETS[number % 4]) or 'cuaca'}",
        platform="news" if news else "twitter",
        source=f"outlet{number % 3}.example" if news else "twitter",
        author=f"akun{number % 6}",
        engagement=Engagement() if news else Engagement(likes=number, shares=1),
        keywords=SETS[number % 4],
        sentiment=TONES[number % 7 % 4],
        published_at=NOW - timedelta(hours=6 * number),
    )


MENTIONS = [said(number) for number in range(200)]


def within(period: Period, *keywords: str) -> list[Mention]:
    """The mentions of the period that name any of these keywords, or all."""
    return [
        m
        for m in MENTIONS
        if period.start <= m.published_at < period.end and (not keywords or set(keywords) & set(m.keywords))
    ]


def tones(found: list[Mention]) -> dict[str, int]:
    counts = Counter(m.analysis.sentiment if m.analysis else "pending" for m in found)
    return {name: counts[name] for name in ("positive", "neutral", "negative", "pending")}


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    opened = connect(Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("queries")))
    opened.mentions.upsert(MENTIONS)
    rollup(opened, owner="test")
    yield opened
    opened.close()


@pytest.mark.parametrize("keywords", [(), ("jokowi",), ("jokowi", "prabowo")])
def test_totals_equal_a_hand_count_and_a_union_counts_a_mention_once(stores: Stores, keywords: tuple[str, ...]) -> None:
    view = overview.overview(stores, Filters(WEEK, keywords))
    assert view.total == len(within(WEEK, *keywords))
    assert view.by_sentiment == tones(within(WEEK, *keywords))
    assert view.previous_total == len(within(WEEK.previous(), *keywords))
    assert view.engagement == sum(m.engagement.total or 0 for m in within(WEEK, *keywords))


def test_shares_are_of_what_is_analysed(stores: Stores) -> None:
    view = overview.overview(stores, Filters(WEEK))
    counts = tones(within(WEEK))
    analysed = sum(counts.values()) - counts["pending"]
    assert view.shares["negative"] == round(100 * counts["negative"] / analysed, 1)
    assert view.net_sentiment == round(100 * (counts["positive"] - counts["negative"]) / analysed, 1)


def test_the_trend_has_every_day_and_adds_up(stores: Stores) -> None:
    trend = overview.sentiment_trend(stores, Filters(WEEK))
    assert sorted(set(trend["day"])) == list(WEEK.days())
    daily = Counter(day_of(m.published_at, JAKARTA) for m in within(WEEK))
    assert trend.groupby("day")["volume"].sum().to_dict() == {day: daily[day] for day in WEEK.days()}


@pytest.mark.parametrize("filters", [
    Filters(WEEK, platforms=("news",)), Filters(WEEK, ("jokowi",), platforms=("twitter",)),
    Filters(WEEK, ("jokowi", "prabowo"), sentiments=("negative",)), Filters(WEEK, sources=("outlet0.example",)),
    Filters(WEEK, ("jokowi",), sources=("twitter",), sentiments=("positive",)), Filters(WEEK, text="nomor jokowi"),
    Filters(WEEK, ("prabowo",), text='"jokowi dan prabowo"'), Filters(WEEK, sentiments=("pending",)),
])  # fmt: skip
def test_numbers_pages_and_exports_agree_whatever_is_filtered(stores: Stores, filters: Filters) -> None:
    listed = mentions.mention_page(stores, filters, limit=500).mentions
    assert listed, "the filter should leave something to compare"
    assert sums.volume(stores, filters) == len(listed) == mentions.mention_count(stores, filters).value
    assert [m.id for m in mentions.all_mentions(stores, filters)] == [m.id for m in listed]
    by_platform = overview.platform_volume(stores, filters).set_index("platform")["volume"].to_dict()
    assert by_platform == Counter(m.platform for m in listed)
    by_source = overview.loudest_sources(stores, filters, 50).set_index("source")["volume"].to_dict()
    assert by_source == Counter(m.source for m in listed)
    by_author = overview.loudest_accounts(stores, filters, 50).groupby("author")["volume"].sum().to_dict()
    assert by_author == Counter(m.author for m in listed)


def test_share_of_voice_keeps_silent_keywords_and_adds_to_a_hundred(stores: Stores) -> None:
    table = overview.share_of_voice(stores, Filters(WEEK), ["prabowo", "jokowi", "nobody"]).set_index("keyword")
    assert table["volume"].to_dict() == {
        "jokowi": len(within(WEEK, "jokowi")), "prabowo": len(within(WEEK, "prabowo")), "nobody": 0,
    }  # fmt: skip
    assert table["share"].sum() == pytest.approx(100, abs=0.2)


def test_an_empty_period_has_no_rows_and_no_growth(stores: Stores) -> None:
    long_ago = Filters(Period(WEEK.first.replace(year=2001), WEEK.first.replace(year=2001)))
    view = overview.overview(stores, long_ago)
    assert (view.total, view.growth_rate, view.net_sentiment) == (0, None, None)
    assert overview.platform_volume(stores, long_ago).empty
    assert overview.loudest_sources(stores, long_ago).empty
    lies = overview.where_data_lies(stores, WEEK)
    assert lies is not None
    assert lies.last == WEEK.last


def test_comparing_keywords_gives_each_its_own_numbers(stores: Stores) -> None:
    found = compare.compare_keywords(stores, Filters(WEEK), ["jokowi", "prabowo"])
    rows = found.summary.set_index("side")
    for keyword in ("jokowi", "prabowo"):
        mine = within(WEEK, keyword)
        assert rows.loc[keyword, "volume"] == len(mine)
        assert {name: rows.loc[keyword, name] for name in tones(mine)} == tones(mine)
        assert rows.loc[keyword, "previous_volume"] == len(within(WEEK.previous(), keyword))
        assert found.trend.query("side == @keyword")["volume"].sum() == len(mine)
        assert found.platforms.query("side == @keyword")["volume"].sum() == len(mine)
    assert found.total == len(within(WEEK, "jokowi", "prabowo"))
    negative = compare.compare_keywords(stores, Filters(WEEK, sentiments=("negative",)), ["jokowi", "prabowo"])
    assert negative.total is None


def test_comparing_periods_puts_two_stretches_side_by_side(stores: Stores) -> None:
    found = compare.compare_periods(stores, Filters(WEEK), WEEK.previous())
    assert list(found.summary["volume"]) == [len(within(WEEK)), len(within(WEEK.previous()))]
    assert set(found.trend["offset"]) == set(range(7))


@pytest.mark.parametrize("keywords", [["jokowi"], ["a", "b", "c", "d", "e", "f"]])
def test_comparing_too_few_or_too_many_is_refused(stores: Stores, keywords: list[str]) -> None:
    with pytest.raises(InputError, match="choose 2 to 5"):
        compare.compare_keywords(stores, Filters(WEEK), keywords)


def test_comparing_a_period_with_itself_is_refused(stores: Stores) -> None:
    with pytest.raises(InputError, match="same"):
        compare.compare_periods(stores, Filters(WEEK), WEEK)


def test_a_correction_changes_every_number_it_enters(tmp_path: Path) -> None:
    opened = connect(Settings(_env_file=None, data_dir=tmp_path))
    mention = make_mention("Jokowi dan Prabowo", keywords=("jokowi", "prabowo"), sentiment="positive")
    opened.mentions.upsert([mention])
    rollup(opened, owner="test")
    before = opened.metrics.versions(WEEK)
    opened.mentions.correct(mention.id, "negative", at=NOW)
    rollup(opened, owner="test")
    assert opened.metrics.versions(WEEK) != before
    for keywords in ((), ("jokowi",), ("prabowo",), ("jokowi", "prabowo")):
        assert overview.overview(opened, Filters(WEEK, keywords)).by_sentiment["negative"] == 1
    opened.mentions.correct(mention.id, "positive", at=NOW, keyword="jokowi")
    rollup(opened, owner="test")
    assert overview.overview(opened, Filters(WEEK, ("jokowi",))).by_sentiment["positive"] == 1
    assert overview.overview(opened, Filters(WEEK, ("prabowo",))).by_sentiment["negative"] == 1
    assert overview.overview(opened, Filters(WEEK)).by_sentiment["negative"] == 1
    opened.close()


def test_one_mention_is_shown_with_its_history_and_a_missing_one_is_said_to_be(stores: Stores) -> None:
    mention = next(m for m in MENTIONS if m.analysis)
    detail = mentions.mention_detail(stores, mention.id)
    assert detail.mention.content == mention.content
    assert [a.model_version for a in detail.history] == ["test-1"]
    with pytest.raises(InputError, match="not there"):
        mentions.mention_detail(stores, "0" * 24)


def test_a_rule_is_tried_on_the_latest_mentions(stores: Stores) -> None:
    found = try_rule(stores, "jokowi NOT prabowo", limit=40)
    assert len(found.caught) + len(found.missed) == 40
    assert {m.keywords for m in found.caught} == {("jokowi",)}
    with pytest.raises(RuleError):
        try_rule(stores, "(jokowi")


def test_the_sides_of_a_comparison_tell_their_sources(stores: Stores) -> None:
    sources = compare.compare_keywords(stores, Filters(WEEK), ("jokowi", "prabowo")).sources
    for keyword in ("jokowi", "prabowo"):
        told = sources[sources["side"] == keyword].set_index(["platform", "source"])["volume"].to_dict()
        assert told == Counter((m.platform, m.source) for m in within(WEEK, keyword))
        assert list(told.values()) == sorted(told.values(), reverse=True)


def test_health_tells_what_waits(stores: Stores) -> None:
    assert health.backlog(stores).unanalysed == BoundedCount(tones(MENTIONS)["pending"])
    assert health.last_collection(stores) is None


def test_what_waits_is_counted_up_to_a_bound(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "WAITING_COUNTED", 5)
    assert health.backlog(stores).unanalysed == BoundedCount(5, exact=False)
