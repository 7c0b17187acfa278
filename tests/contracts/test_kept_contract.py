"""Mentions as they move between stores: what one store gives whole, another one holds as if it had been there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pasip_core.domain.analysis import CORRECTION
from pasip_core.domain.metrics import Cell, DayNumbers, SetCell
from pasip_core.domain.period import Period
from pasip_core.errors import InputError
from pasip_core.stores.ports import Kept, Matched, Said, Stores, record_types
from tests.builders import NOW, make_analysis, make_mention
from tests.contracts.filling import everything_kept, fill
from tests.contracts.helpers import TODAY, WEEK, everything, ids, page_through, roll_up, understand


def kept_one(stores: Stores, id: str) -> Kept:
    """All that is known of one mention."""
    (found,) = [one for one in everything_kept(stores) if one.mention.id == id]
    return found


def full() -> Kept:
    """A mention with a history, a corrected stance and one that nobody knows yet."""
    mention = make_mention(
        "harga beras naik", sentiment="negative", keywords=("anies", "ganjar", "jokowi"), rules_revision="r1"
    )
    mention = replace(mention, stances={"anies": "positive", "jokowi": "negative"})
    first = make_analysis(mention.id, "neutral", keywords_mentioned=("anies",), model_version="m0", emotion="marah")
    by_hand = make_analysis(mention.id, "positive", keywords_mentioned=("anies",), model_version=CORRECTION)
    said = (
        Said(first, "0" * 32),
        Said(mention.analysis, mention.content_hash),
        Said(by_hand, mention.content_hash, "anies"),
    )
    return Kept(mention, said, ("anies",))


def test_an_empty_store_keeps_nothing(stores: Stores) -> None:
    assert stores.mentions.kept() == []
    stores.mentions.keep([])
    assert stores.mentions.kept(after="f" * 24) == []


def test_what_is_kept_comes_page_by_page_in_the_order_of_ids(stores: Stores) -> None:
    fill(stores, 60)
    found = list(everything_kept(stores, limit=7))
    assert len(found) == 60
    known = ids(one.mention for one in found)
    assert known == sorted(known)
    assert found == list(everything_kept(stores))
    assert [one.mention.id for one in stores.mentions.kept(after=known[3], limit=2)] == known[4:6]
    assert sum(one.excluded for one in found) == 3
    for one in found:
        assert stores.mentions.get(one.mention.id) == (None if one.excluded else one.mention)
        assert [said.analysis for said in reversed(one.said)] == stores.mentions.history(one.mention.id)
        if one.mention.analysis is not None:
            assert one.mention.analysis.keywords_mentioned == one.mention.keywords


def test_a_page_begins_behind_an_id_only(stores: Stores) -> None:
    with pytest.raises(InputError, match="id"):
        stores.mentions.kept(after="no id")


def test_what_is_kept_is_given_back_as_it_was(stores: Stores) -> None:
    one = full()
    stores.mentions.keep([one])
    assert stores.mentions.kept() == [one]
    stores.mentions.keep([one, one])
    assert stores.mentions.kept() == [one], "once more changes nothing"
    assert stores.mentions.get(one.mention.id) == one.mention
    assert stores.mentions.history(one.mention.id) == [said.analysis for said in reversed(one.said)]
    assert stores.mentions.count(everything()).value == 1
    assert stores.mentions.voices() == [(one.mention.platform, one.mention.source)]
    assert stores.mentions.touched_days(9) == [TODAY]


def test_a_store_filled_at_random_is_the_same_in_another(stores: Stores, other_stores: Stores) -> None:
    fill(stores, 300)
    batch: list[Kept] = []
    for one in everything_kept(stores, limit=40):
        batch.append(one)
        if len(batch) == 70:
            other_stores.mentions.keep(batch)
            batch = []
    other_stores.mentions.keep(batch)
    assert list(everything_kept(other_stores)) == list(everything_kept(stores))
    assert other_stores.mentions.voices() == stores.mentions.voices()
    assert other_stores.mentions.span() == stores.mentions.span()
    assert other_stores.mentions.count_unanalysed() == stores.mentions.count_unanalysed()
    assert other_stores.mentions.count_outdated("r2") == stores.mentions.count_outdated("r2")
    for filters in (
        everything(), everything(text="beras naik"), everything(keywords=("jokowi",), sentiments=("negative",)),
        everything(keywords=("anies", "ganjar"), platforms=("news",)), everything(text="diperbarui"),
    ):  # fmt: skip
        assert page_through(other_stores, filters) == page_through(stores, filters)
        assert page_through(other_stores, filters), "nothing to compare"
    assert set(stores.mentions.touched_days(99)) <= set(other_stores.mentions.touched_days(99))
    roll_up(stores)
    roll_up(other_stores)
    for by in (("day", "platform", "sentiment"), ("hour", "sentiment")):
        for keywords in ((), ("anies",)):
            sums = stores.metrics.sums(WEEK, by, keywords=keywords)
            assert sums
            assert _rows(other_stores.metrics.sums(WEEK, by, keywords=keywords)) == _rows(sums)
    union = stores.metrics.union(WEEK, ("day", "source", "sentiment"), keywords=("anies", "jokowi"))
    assert _rows(
        other_stores.metrics.union(WEEK, ("day", "source", "sentiment"), keywords=("anies", "jokowi"))
    ) == _rows(union)


def _rows(totals: list) -> list[tuple[object, ...]]:
    return sorted((*map(str, t.by.values()), t.volume, t.count, str(t.engagement_total)) for t in totals)


def test_every_day_of_what_is_kept_is_noted_for_rollup(stores: Stores) -> None:
    mentions = [make_mention(f"kabar {n}", published_at=NOW - timedelta(days=n)) for n in range(4)]
    stores.mentions.keep([Kept(mention, excluded=n == 3) for n, mention in enumerate(mentions)])
    assert stores.mentions.touched_days(9) == [TODAY - timedelta(days=n) for n in range(4)]
    assert roll_up(stores) == 4
    assert {t.by["day"]: t.volume for t in stores.metrics.sums(WEEK, ("day",))} == {
        TODAY - timedelta(days=n): 1 for n in range(3)
    }


def test_keeping_moves_the_versions(stores: Stores) -> None:
    one = full()
    stores.mentions.keep([one])
    roll_up(stores)
    today, before = Period(TODAY, TODAY), Period(TODAY - timedelta(days=3), TODAY - timedelta(days=1))
    had = stores.mentions.watermark(), stores.metrics.versions(today), stores.metrics.versions(before)
    stores.mentions.keep([replace(one, corrected=())])
    has = stores.mentions.watermark(), stores.metrics.versions(today), stores.metrics.versions(before)
    assert (had[0] != has[0], had[1] != has[1], had[2] != has[2]) == (True, True, False)


def test_what_stood_under_the_same_id_is_replaced(stores: Stores) -> None:
    one = full()
    stores.mentions.keep([one])
    roll_up(stores)
    edited = replace(
        one.mention, content="pasar sepi", title="Lain", keywords=("jokowi", "prabowo"), analysis=None, stances={},
        content_hash="1" * 32, cluster_id="1" * 32, published_at=NOW - timedelta(days=2), platform="news",
        source="detik",
    )  # fmt: skip
    stores.mentions.keep([Kept(edited)])
    assert stores.mentions.kept() == [Kept(edited)]
    assert stores.mentions.history(edited.id) == []
    assert page_through(stores, everything(text="harga")) == []
    assert page_through(stores, everything(keywords=("anies",))) == []
    assert page_through(stores, everything(text="sepi", keywords=("prabowo",))) == [edited]
    assert stores.mentions.touched_days(9) == [TODAY, TODAY - timedelta(days=2)]
    roll_up(stores)
    assert {t.by["day"]: t.volume for t in stores.metrics.sums(WEEK, ("day",))} == {TODAY - timedelta(days=2): 1}


def test_what_stands_keeps_its_place_in_the_pages(stores: Stores) -> None:
    mentions = [make_mention(f"kabar {n}", published_at=NOW) for n in range(8)]
    stores.mentions.upsert(mentions)
    before = ids(page_through(stores, everything()))
    stores.mentions.keep([replace(one, excluded=False) for one in stores.mentions.kept()][2:5])
    assert ids(page_through(stores, everything())) == before


def test_many_of_one_moment_are_all_kept(stores: Stores) -> None:
    mentions = [make_mention(f"kabar {n}", published_at=NOW) for n in range(1300)]
    stores.mentions.keep([Kept(mention) for mention in mentions])
    assert stores.mentions.count(everything()).value == 1300
    assert len(list(everything_kept(stores))) == 1300


def test_corrections_still_outrank_a_later_model(stores: Stores) -> None:
    whole = make_mention("a", sentiment="positive", keywords=("anies",))
    corrected = replace(whole, analysis=replace(whole.analysis, model_version=CORRECTION))
    stores.mentions.keep([Kept(corrected, (Said(corrected.analysis, whole.content_hash),)), full()])
    later = [understand(m, "neutral", model_version="m9") for m in (whole, full().mention)]
    assert stores.mentions.save_analyses(later) == 1
    assert stores.mentions.get(whole.id).analysis.sentiment == "positive"
    stored = stores.mentions.get(full().mention.id)
    assert stored.analysis.sentiment == "neutral"
    assert dict(stored.stances) == {"anies": "positive", "ganjar": "neutral", "jokowi": "neutral"}


def test_the_same_word_of_the_same_model_is_not_taken_twice(stores: Stores) -> None:
    one = full()
    stores.mentions.keep([one])
    assert stores.mentions.save_analyses([understand(one.mention, "positive", model_version="test-1")]) == 0
    assert stores.mentions.kept() == [one]


def test_what_is_kept_goes_through_life_like_any_other(stores: Stores) -> None:
    one = full()
    stores.mentions.keep([one])
    matched = Matched(one.mention.id, one.mention.content_hash, ("ganjar", "prabowo"), "r2")
    assert stores.mentions.save_matches([matched]) == 1
    assert dict(stores.mentions.get(one.mention.id).stances) == {"prabowo": "negative"}
    assert kept_one(stores, one.mention.id).corrected == ()
    assert stores.mentions.exclude([one.mention.id]) == 1
    assert kept_one(stores, one.mention.id).excluded
    roll_up(stores)
    assert stores.mentions.remove_excluded(10) == 1
    assert stores.mentions.kept() == []
    assert stores.mentions.history(one.mention.id) == []


def test_what_is_excluded_stays_so(stores: Stores) -> None:
    stores.mentions.keep([replace(full(), excluded=True)])
    assert stores.mentions.get(full().mention.id) is None
    assert stores.mentions.count(everything()).value == 0
    assert stores.mentions.upsert([full().mention]).unchanged == 1
    roll_up(stores)
    assert stores.metrics.sums(WEEK, ()) == []
    stores.mentions.keep([full()])
    assert stores.mentions.get(full().mention.id) == full().mention, "and comes back where it is kept so"


@pytest.mark.parametrize(
    "bad",
    [
        replace(full(), mention=replace(full().mention, stances={"anies": "angry"})),
        replace(full(), said=(Said(replace(make_analysis(full().mention.id), sentiment="angry"), "0" * 32),)),
        replace(full(), mention=replace(full().mention, author_followers=1 << 70)),
        replace(full(), mention=replace(full().mention, id="../../etc")),
    ],
)
def test_what_no_store_can_hold_is_refused_with_its_batch(stores: Stores, bad: Kept) -> None:
    with pytest.raises(InputError):
        stores.mentions.keep([Kept(make_mention("kabar")), bad])
    assert stores.mentions.kept() == []


def test_numbers_need_no_mentions(stores: Stores) -> None:
    """As of days whose mentions were removed long ago."""
    day = TODAY - timedelta(days=2)
    cells = (
        Cell("*", "news", "negative", 2, 3, None),
        Cell("anies", "news", "negative", 1, 1, None),
        Cell("*", "youtube", "pending", 1, 1, 7),
    )
    sets = (
        SetCell(("anies", "jokowi"), "news", "detik", "negative", 2, 3, None),
        SetCell((), "youtube", "kanal", "pending", 1, 1, 7),
    )
    numbers = DayNumbers(day, {NOW - timedelta(days=2, minutes=15): cells[:2]}, cells, sets)
    fence = stores.leases.acquire("rollup", "test", 60)
    stores.metrics.write(numbers, fence)
    found = stores.metrics.read(day)
    assert stores.metrics.days() == [day]
    assert (found.day, set(found.cells), set(found.sets)) == (day, set(cells), set(sets))
    assert {hour: set(of) for hour, of in found.hours.items()} == {h: set(c) for h, c in numbers.hours.items()}
    assert {t.by["platform"]: t.volume for t in stores.metrics.sums(WEEK, ("platform",))} == {"news": 3, "youtube": 1}
    assert sorted(stores.mentions.voices()) == [("news", "detik"), ("youtube", "kanal")]
    assert stores.mentions.touched_days(9) == []


def test_every_collection_is_listed_once() -> None:
    assert {"keywords", "feeds", "sources", "source_runs", "cursors", "imports", "audit", "moves"} <= set(
        record_types()
    )
    assert "mentions" not in record_types()
