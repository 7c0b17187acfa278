"""Storing mentions, and what people and models say about them."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from pasip_core.domain.analysis import CORRECTION
from pasip_core.domain.mention import LARGEST_COUNT, Engagement, content_hash
from pasip_core.domain.period import Period
from pasip_core.errors import InputError, LeaseLost
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Fence, Matched, Stores
from tests.builders import NOW, make_mention
from tests.contracts.helpers import EVER, TODAY, WEEK, everything, ids, page_through, roll_up, understand


def test_mentions_are_counted_by_source_and_hour(stores: Stores) -> None:
    hour = NOW.replace(minute=0, second=0, microsecond=0)
    moments = {"a.example": (hour, hour + timedelta(minutes=59)), "b.example": (hour, hour - timedelta(minutes=1))}
    stores.mentions.upsert([
        make_mention(f"{source} {moment}", platform="news", source=source, published_at=moment)
        for source, told in moments.items() for moment in told
    ])  # fmt: skip
    totals = stores.mentions.tally(everything(period=WEEK), ("platform", "source", "hour"))
    assert {(t.by["source"], t.by["hour"]): t.volume for t in totals} == {
        ("a.example", hour): 2, ("b.example", hour): 1, ("b.example", hour - timedelta(hours=1)): 1,
    }  # fmt: skip


def test_delays_are_told_by_platform_and_source(stores: Stores) -> None:
    gaps = {"detik.com": timedelta(minutes=4), "kompas.com": timedelta(seconds=1.5)}
    mentions = [
        make_mention(f"dari {source}", platform="news", source=source, published_at=NOW - gap, scraped_at=NOW)
        for source, gap in gaps.items()
    ]
    gone = make_mention("keluar", published_at=NOW)
    old = make_mention("lama", published_at=NOW - timedelta(days=30))
    stores.mentions.upsert([*mentions, gone, old])
    stores.mentions.exclude([gone.id])
    assert sorted(stores.mentions.delays(WEEK)) == [("news", "detik.com", 240.0), ("news", "kompas.com", 1.5)]


def test_a_mention_comes_back_as_it_was_stored(stores: Stores) -> None:
    mention = make_mention(
        "Isi dengan \"kutip\", baris\nbaru dan 🔥", title="Judul", url="https://a.example/x?y=1", author="Sari",
        author_followers=12, engagement=Engagement(None, 0, 7), language="id", keywords=("anies", "jokowi"),
        rules_revision="abc", raw_data={"a": [1, {"b": None}]}, platform="news", source="detik",
        published_at=NOW.replace(microsecond=123000),
    )  # fmt: skip
    assert stores.mentions.upsert([mention]).inserted == 1
    assert stores.mentions.get(mention.id) == mention
    assert stores.mentions.get("0" * 24) is None


def test_what_is_unknown_about_a_mention_stays_unknown(stores: Stores) -> None:
    mention = make_mention(engagement=Engagement(), author_followers=None)
    stores.mentions.upsert([mention])
    assert stores.mentions.get(mention.id).engagement.total is None
    roll_up(stores)
    assert stores.metrics.sums(WEEK, ())[0].engagement_total is None


def test_storing_an_analysed_mention_keeps_its_analysis(stores: Stores) -> None:
    mention = make_mention(sentiment="positive", keywords=("anies",))
    stores.mentions.upsert([mention])
    assert stores.mentions.get(mention.id) == mention
    assert stores.mentions.history(mention.id) == [mention.analysis]
    assert stores.mentions.count_unanalysed() == 0


def test_storing_twice_makes_no_second_mention(stores: Stores) -> None:
    mentions = [make_mention(f"kabar {n}", author=f"a{n}") for n in range(1200)]
    first = stores.mentions.upsert(mentions + mentions[:10])
    assert (first.inserted, first.updated, first.unchanged) == (1200, 0, 0)
    assert set(first.ids) == set(ids(mentions))
    again = stores.mentions.upsert(mentions)
    assert (again.inserted, again.updated, again.unchanged, again.ids) == (0, 0, 1200, ())
    assert stores.mentions.count(everything()).value == 1200


def test_storing_nothing_is_nothing(stores: Stores) -> None:
    before = stores.mentions.watermark()
    assert stores.mentions.upsert([]).inserted == 0
    assert stores.mentions.watermark() == before


def test_a_later_sighting_updates_reactions_but_forgets_none(stores: Stores) -> None:
    mention = make_mention(engagement=Engagement(likes=3, shares=1), author_followers=10)
    stores.mentions.upsert([mention])
    later = replace(mention, engagement=Engagement(likes=9, comments=2), author_followers=None)
    assert stores.mentions.upsert([later]).updated == 1
    stored = stores.mentions.get(mention.id)
    assert stored.engagement == Engagement(9, 1, 2)
    assert stored.author_followers == 10
    assert stores.mentions.upsert([later]).unchanged == 1


def test_an_edited_text_is_analysed_anew(stores: Stores) -> None:
    mention = make_mention("lama", id="a" * 24, keywords=("anies", "jokowi"))
    stores.mentions.upsert([mention])
    stores.mentions.save_analyses([understand(mention)])
    stores.mentions.correct(mention.id, "positive", at=NOW)
    edited = replace(
        mention,
        content="baru",
        content_hash=content_hash("", "baru"),
        cluster_id=content_hash("", "baru"),
        keywords=("anies",),
    )
    assert stores.mentions.upsert([edited]).updated == 1
    stored = stores.mentions.get(mention.id)
    assert (stored.content, stored.keywords, stored.analysis, dict(stored.stances)) == ("baru", ("anies",), None, {})
    assert ids(stores.mentions.unanalysed(10)) == [mention.id]
    assert ids(page_through(stores, everything(text="baru"))) == [mention.id]
    assert page_through(stores, everything(text="lama")) == []
    assert page_through(stores, everything(keywords=("jokowi",))) == []
    assert stores.mentions.save_analyses([understand(edited, "neutral", model_version="test-1")]) == 1


def test_the_same_text_seen_again_keeps_what_was_understood(stores: Stores) -> None:
    mention = make_mention(keywords=("anies",))
    stores.mentions.upsert([mention])
    stores.mentions.save_analyses([understand(mention)])
    stores.mentions.upsert(
        [replace(mention, keywords=(), engagement=Engagement(50), published_at=NOW + timedelta(days=1))]
    )
    stored = stores.mentions.get(mention.id)
    assert stored.keywords == ("anies",)
    assert stored.analysis.sentiment == "negative"
    assert stored.published_at == NOW, "the first time told stands"


def test_an_analysis_of_an_older_text_is_not_taken(stores: Stores) -> None:
    mention = make_mention()
    stores.mentions.upsert([mention])
    late = replace(understand(mention), content_hash="0" * 32)
    assert stores.mentions.save_analyses([late]) == 0
    assert stores.mentions.get(mention.id).analysis is None


def test_an_analysis_is_kept_once_a_model_version(stores: Stores) -> None:
    mention = make_mention(keywords=("anies",))
    stores.mentions.upsert([mention])
    first, second = understand(mention), understand(mention, "positive", model_version="test-2")
    assert stores.mentions.save_analyses([first]) == 1
    stores.mentions.save_analyses([first])
    assert stores.mentions.history(mention.id) == [first.analysis]
    assert stores.mentions.save_analyses([second]) == 1
    assert [a.model_version for a in stores.mentions.history(mention.id)] == ["test-2", "test-1"]
    stored = stores.mentions.get(mention.id)
    assert stored.analysis == second.analysis
    assert dict(stored.stances) == {"anies": "positive"}


def test_an_analysis_of_nothing_known_is_ignored(stores: Stores) -> None:
    assert stores.mentions.save_analyses([understand(make_mention())]) == 0


def test_a_stance_may_differ_from_the_whole(stores: Stores) -> None:
    mention = make_mention(keywords=("anies", "jokowi"))
    stores.mentions.upsert([mention])
    stores.mentions.save_analyses(
        [understand(mention, "negative", stances={"anies": "positive", "jokowi": "negative"})]
    )
    assert dict(stores.mentions.get(mention.id).stances) == {"anies": "positive", "jokowi": "negative"}
    assert len(page_through(stores, everything(keywords=("anies",), sentiments=("positive",)))) == 1
    assert page_through(stores, everything(keywords=("anies",), sentiments=("negative",))) == []
    assert len(page_through(stores, everything(keywords=("anies", "jokowi"), sentiments=("negative",)))) == 1
    assert len(page_through(stores, everything(sentiments=("negative",)))) == 1


def test_a_person_outranks_the_model(stores: Stores) -> None:
    mention = make_mention(keywords=("anies", "jokowi"))
    stores.mentions.upsert([mention])
    stores.mentions.save_analyses([understand(mention)])
    stores.mentions.correct(mention.id, "neutral", at=NOW, keyword="anies")
    corrected = stores.mentions.correct(mention.id, "positive", at=NOW + timedelta(seconds=1))
    assert corrected == stores.mentions.get(mention.id)
    assert corrected.analysis.sentiment == "positive"
    assert corrected.analysis.is_correction
    assert dict(corrected.stances) == {"anies": "neutral", "jokowi": "positive"}
    assert stores.mentions.save_analyses([understand(mention, model_version="test-9")]) == 0
    stored = stores.mentions.get(mention.id)
    assert stored.analysis.sentiment == "positive"
    assert dict(stored.stances) == {"anies": "neutral", "jokowi": "positive"}
    assert sorted(a.model_version for a in stores.mentions.history(mention.id)) == [
        CORRECTION,
        CORRECTION,
        "test-1",
        "test-9",
    ]


def test_a_corrected_stance_outlives_a_new_model(stores: Stores) -> None:
    mention = make_mention(keywords=("anies", "jokowi"))
    stores.mentions.upsert([mention])
    stores.mentions.save_analyses([understand(mention)])
    stores.mentions.correct(mention.id, "positive", at=NOW, keyword="anies")
    stores.mentions.save_analyses([understand(mention, "neutral", model_version="test-2")])
    stored = stores.mentions.get(mention.id)
    assert stored.analysis.sentiment == "neutral"
    assert dict(stored.stances) == {"anies": "positive", "jokowi": "neutral"}


def test_a_pending_mention_can_be_corrected(stores: Stores) -> None:
    mention = make_mention(keywords=("anies",))
    stores.mentions.upsert([mention])
    stores.mentions.correct(mention.id, "positive", at=NOW, keyword="anies")
    assert stores.mentions.get(mention.id).analysis is None
    assert ids(stores.mentions.unanalysed(5)) == [mention.id]
    stores.mentions.correct(mention.id, "negative", at=NOW)
    assert stores.mentions.count_unanalysed() == 0
    assert dict(stores.mentions.get(mention.id).stances) == {"anies": "positive"}


@pytest.mark.parametrize(
    ("id", "sentiment", "keyword"),
    [("0" * 24, "positive", None), (None, "gembira", None), (None, "pending", None), (None, "positive", "prabowo"),
     ("kein' OR 1=1", "positive", None)],
)  # fmt: skip
def test_a_correction_that_fits_nothing_is_refused(
    stores: Stores, id: str | None, sentiment: str, keyword: str | None
) -> None:
    mention = make_mention(keywords=("anies",))
    stores.mentions.upsert([mention])
    with pytest.raises(InputError) as refused:
        stores.mentions.correct(id or mention.id, sentiment, at=NOW, keyword=keyword)
    assert refused.value.field


def test_keywords_are_replaced_as_a_whole(stores: Stores) -> None:
    mentions = [make_mention(f"kabar {n}", author=f"a{n}", keywords=("anies",), rules_revision="r1") for n in range(3)]
    stores.mentions.upsert(mentions)
    stores.mentions.save_analyses([understand(m) for m in mentions])
    assert stores.mentions.count_outdated("r2") == 3
    sets = [("anies",), ("jokowi",), ("anies", "jokowi")]
    matched = [Matched(m.id, m.content_hash, k, "r2") for m, k in zip(mentions, sets, strict=True)]
    assert stores.mentions.save_matches(matched) == 2
    assert stores.mentions.save_matches(matched) == 0
    assert [stores.mentions.get(m.id).keywords for m in mentions] == sets
    assert dict(stores.mentions.get(mentions[2].id).stances) == {"anies": "negative", "jokowi": "negative"}
    assert dict(stores.mentions.get(mentions[1].id).stances) == {"jokowi": "negative"}
    assert stores.mentions.outdated("r2", 10) == []
    assert stores.mentions.count_outdated("r1") == 3


def test_with_other_keywords_come_the_stances_that_are_told_unless_a_person_said_otherwise(stores: Stores) -> None:
    mentions = [make_mention(f"kabar {n}", author=f"a{n}", keywords=("anies",), rules_revision="r1") for n in range(4)]
    said, corrected, towards_one = mentions[:3]
    stores.mentions.upsert(mentions)
    stores.mentions.save_analyses([understand(said), understand(corrected), understand(towards_one)])
    stores.mentions.correct(corrected.id, "neutral", at=NOW)
    stores.mentions.correct(towards_one.id, "neutral", at=NOW, keyword="anies")
    told = {"anies": "positive", "jokowi": "positive"}
    matched = [Matched(m.id, m.content_hash, ("anies", "jokowi", "prabowo"), "r2", told) for m in mentions]
    stores.mentions.save_matches(matched)
    stances = [dict(stores.mentions.get(m.id).stances) for m in mentions]
    assert stances[0] == {"anies": "positive", "jokowi": "positive", "prabowo": "negative"}
    assert stances[1] == dict.fromkeys(("anies", "jokowi", "prabowo"), "neutral")
    assert stances[2] == {"anies": "neutral", "jokowi": "positive", "prabowo": "negative"}
    assert stances[3] == {}
    with pytest.raises(InputError, match="sentiment: 'glad'"):
        stores.mentions.save_matches([Matched(said.id, said.content_hash, (), "r2", {"anies": "glad"})])


def test_keywords_of_an_older_text_are_not_taken(stores: Stores) -> None:
    mention = make_mention(rules_revision="r1")
    stores.mentions.upsert([mention])
    assert stores.mentions.save_matches([Matched(mention.id, "0" * 32, ("anies",), "r2")]) == 0
    assert ids(stores.mentions.outdated("r2", 10)) == [mention.id]


def test_work_to_do_comes_newest_first_and_in_slices(stores: Stores) -> None:
    mentions = [make_mention(f"k {n}", author=f"a{n}", published_at=NOW - timedelta(hours=n)) for n in range(7)]
    stores.mentions.upsert(mentions)
    assert ids(stores.mentions.unanalysed(3)) == ids(mentions[:3])
    assert len(stores.mentions.outdated("new", 3)) == 3
    assert stores.mentions.count_unanalysed() == 7


def test_a_slice_of_nothing_is_empty(stores: Stores) -> None:
    stores.mentions.upsert([make_mention()])
    assert stores.mentions.unanalysed(0) == stores.mentions.outdated("other", 0) == []


def test_what_waits_is_counted_no_further_than_asked(stores: Stores) -> None:
    stores.mentions.upsert([make_mention(f"k {n}", author=f"a{n}") for n in range(5)])
    assert [stores.mentions.count_unanalysed(bound=bound) for bound in (1, 5, 9, None)] == [1, 5, 5, 5]


def test_every_day_can_be_recomputed(stores: Stores, store_settings: Settings) -> None:
    moments = [NOW - timedelta(hours=5 * n) for n in range(12)] + [NOW - timedelta(days=4000)]
    stores.mentions.upsert([make_mention(f"k {n}", published_at=moment) for n, moment in enumerate(moments)])
    roll_up(stores)
    days = stores.metrics.days()
    before = [stores.metrics.versions(Period(day, day)) for day in days]
    stores.mentions.touch_everything()
    assert sorted(stores.mentions.touched_days(100)) == days
    assert all(a != b for a, b in zip(before, (stores.metrics.versions(Period(d, d)) for d in days), strict=True))
    assert roll_up(stores) == len(days)
    assert sum(total.volume for total in stores.metrics.sums(EVER, ())) == len(moments)

    moved = connect(store_settings.model_copy(update={"timezone": "America/New_York"}))
    moved.mentions.touch_everything()
    zone = ZoneInfo("America/New_York")
    of_mentions = {moment.astimezone(zone).date() for moment in moments}
    assert set(moved.mentions.touched_days(100)) == of_mentions | set(days)
    moved.close()


def test_a_deleted_mention_is_gone_from_everything_at_once(stores: Stores) -> None:
    mentions = [make_mention(f"kabar {n}", author=f"a{n}", keywords=("anies",)) for n in range(4)]
    stores.mentions.upsert(mentions)
    roll_up(stores)
    assert stores.mentions.exclude([mentions[0].id, mentions[1].id, "f" * 24]) == 2
    assert stores.mentions.exclude([mentions[0].id]) == 0
    left = set(ids(mentions[2:]))
    for filters in (
        everything(),
        everything(text="kabar"),
        everything(keywords=("anies",)),
        everything(keywords=("anies", "x")),
    ):
        assert set(ids(page_through(stores, filters))) == left
        assert set(ids(stores.mentions.stream(filters))) == left
        assert stores.mentions.count(filters).value == 2
    assert stores.mentions.get(mentions[0].id) is None
    assert set(ids(stores.mentions.unanalysed(10))) == left
    assert stores.mentions.count_unanalysed() == 2
    assert stores.mentions.count_outdated("x") == 2
    assert stores.mentions.save_analyses([understand(mentions[0])]) == 0
    assert stores.mentions.tally(everything(), ("platform",))[0].volume == 2


def test_a_deleted_mention_is_removed_only_after_the_numbers_know(stores: Stores) -> None:
    mention = make_mention()
    stores.mentions.upsert([mention])
    roll_up(stores)
    stores.mentions.exclude([mention.id])
    assert stores.mentions.remove_excluded(10) == 0
    assert stores.mentions.upsert([mention]).unchanged == 1
    roll_up(stores)
    assert stores.metrics.sums(WEEK, ()) == []
    assert stores.mentions.remove_excluded(10) == 1
    assert stores.mentions.remove_excluded(10) == 0
    assert stores.mentions.history(mention.id) == []
    assert stores.mentions.touched_days(5) == []
    assert stores.mentions.upsert([mention]).inserted == 1
    assert ids(page_through(stores, everything(text="jalan tol"))) == [mention.id]


def test_settling_forgets_only_what_was_seen(stores: Stores) -> None:
    stores.mentions.upsert([make_mention("satu")])
    fence = stores.leases.acquire("rollup", "a", 60)
    touched = stores.mentions.touched(TODAY)
    numbers = stores.mentions.numbers(TODAY)
    stores.mentions.upsert([make_mention("dua", author="b")])
    stores.metrics.write(numbers, fence)
    stores.mentions.settle(touched, fence)
    assert stores.mentions.touched_days(5) == [TODAY]
    roll_up_after(stores, fence)
    assert stores.metrics.sums(WEEK, ())[0].volume == 2


def roll_up_after(stores: Stores, fence: Fence) -> None:
    """Give the lease back, then roll up."""
    stores.leases.release(fence)
    roll_up(stores)


def test_a_late_process_can_neither_write_nor_settle(stores: Stores) -> None:
    stores.mentions.upsert([make_mention()])
    late = stores.leases.acquire("rollup", "a", 60)
    touched, numbers = stores.mentions.touched(TODAY), stores.mentions.numbers(TODAY)
    stores.leases.release(late)
    stores.leases.acquire("rollup", "b", 60)
    with pytest.raises(LeaseLost):
        stores.metrics.write(numbers, late)
    with pytest.raises(LeaseLost):
        stores.mentions.settle(touched, late)
    assert stores.metrics.sums(WEEK, ()) == []
    assert stores.mentions.touched_days(5) == [TODAY]


def test_every_change_moves_the_watermark_and_the_version_of_its_day(stores: Stores) -> None:
    mention = make_mention(keywords=("anies",))
    changes = [
        lambda: stores.mentions.upsert([mention]),
        lambda: stores.mentions.upsert([replace(mention, engagement=Engagement(99))]),
        lambda: stores.mentions.save_analyses([understand(mention)]),
        lambda: stores.mentions.save_matches([Matched(mention.id, mention.content_hash, (), "r2")]),
        lambda: stores.mentions.correct(mention.id, "positive", at=NOW),
        lambda: stores.mentions.exclude([mention.id]),
    ]
    seen = [(stores.mentions.watermark(), stores.metrics.versions(WEEK))]
    elsewhere = stores.metrics.versions(WEEK.previous())
    for change in changes:
        change()
        now = (stores.mentions.watermark(), stores.metrics.versions(WEEK))
        assert all(now[0] != w and now[1] != v for w, v in seen)
        seen.append(now)
    assert stores.metrics.versions(WEEK.previous()) == elsewhere


def test_rolling_up_moves_the_version_of_its_day_only(stores: Stores) -> None:
    stores.mentions.upsert([make_mention()])
    before, elsewhere = stores.metrics.versions(WEEK), stores.metrics.versions(WEEK.previous())
    roll_up(stores)
    assert stores.metrics.versions(WEEK) != before
    assert stores.metrics.versions(WEEK.previous()) == elsewhere


def test_the_version_of_a_day_can_be_moved_alone(stores: Stores) -> None:
    stores.mentions.upsert([make_mention()])
    roll_up(stores)
    before, elsewhere = stores.metrics.versions(WEEK), stores.metrics.versions(WEEK.previous())
    stores.metrics.move_version(TODAY)
    once = stores.metrics.versions(WEEK)
    stores.metrics.move_version(TODAY)
    assert len({before, once, stores.metrics.versions(WEEK)}) == 3
    assert stores.metrics.versions(WEEK.previous()) == elsewhere
    assert stores.mentions.touched_days(5) == []


def test_an_unchanged_sighting_empties_no_cache(stores: Stores) -> None:
    stores.mentions.upsert([make_mention()])
    before = stores.metrics.versions(WEEK)
    stores.mentions.upsert([make_mention()])
    assert stores.metrics.versions(WEEK) == before


def test_the_span_and_the_voices_are_told(stores: Stores) -> None:
    assert stores.mentions.span() is None
    assert stores.mentions.voices() == []
    early = make_mention("lama", published_at=NOW - timedelta(days=400), platform="news", source="detik")
    stores.mentions.upsert([early, make_mention("baru")])
    assert stores.mentions.span() == (early.published_at, NOW)
    assert sorted(stores.mentions.voices()) == [("news", "detik"), ("twitter", "twitter")]
    stores.mentions.exclude([early.id])
    assert stores.mentions.span() == (NOW, NOW)


def test_another_process_sees_what_was_stored(stores: Stores, store_settings: Settings) -> None:
    stores.mentions.upsert([make_mention(keywords=("a", "b"))])
    other = connect(store_settings)
    assert other.mentions.get(make_mention().id).keywords == ("a", "b")
    other.close()


def test_hostile_values_are_stored_as_data(stores: Stores) -> None:
    nasty = ["'; DROP TABLE scraped_data; --", "a\0b", "<script>", "x" * 100_000, "\ud800 setengah", "{{7*7}}", ""]
    mentions = [make_mention(text, author=text[:50], id=f"{n:024x}", url="u") for n, text in enumerate(nasty)]
    assert stores.mentions.upsert(mentions).inserted == len(nasty)
    assert len(page_through(stores, everything())) == len(nasty)
    assert len(page_through(stores, everything(text="setengah"))) == 1


@pytest.mark.parametrize("year", [1, 1945, 1969, 2261, 9998])
def test_any_year_can_be_stored(stores: Stores, year: int) -> None:
    mention = make_mention(published_at=NOW.replace(year=year))
    stores.mentions.upsert([mention])
    assert stores.mentions.get(mention.id).published_at == mention.published_at
    assert stores.mentions.span() == (mention.published_at, mention.published_at)
    roll_up(stores)
    assert stores.mentions.touched_days(3) == []


def test_a_number_too_large_is_refused_in_words(stores: Stores) -> None:
    with pytest.raises(InputError, match="likes"):
        stores.mentions.upsert([make_mention(engagement=Engagement(likes=LARGEST_COUNT + 1))])


def test_the_largest_numbers_add_up(stores: Stores) -> None:
    largest = Engagement(*[LARGEST_COUNT] * 3)
    stores.mentions.upsert([make_mention(id=f"{n:024x}", engagement=largest) for n in range(20)])
    roll_up(stores)
    assert [total.engagement_total for total in stores.metrics.sums(WEEK, ())] == [60 * LARGEST_COUNT]
    assert [total.engagement_total for total in stores.mentions.tally(everything(), ())] == [60 * LARGEST_COUNT]


def test_written_numbers_can_be_read_back(stores: Stores) -> None:
    stores.mentions.upsert(
        [
            make_mention("satu", id="1" * 24, keywords=("a", "b"), sentiment="negative"),
            make_mention("dua", id="2" * 24, keywords=("a",), platform="news", source="detik"),
            make_mention("lama", id="3" * 24, published_at=NOW - timedelta(days=2), engagement=Engagement()),
        ]
    )
    roll_up(stores)
    assert stores.metrics.days() == [TODAY - timedelta(days=2), TODAY]
    for day in stores.metrics.days():
        computed, stored = stores.mentions.numbers(day), stores.metrics.read(day)
        assert set(stored.cells) == set(computed.cells)
        assert set(stored.sets) == set(computed.sets)
        assert {hour: set(cells) for hour, cells in stored.hours.items()} == {
            hour: set(cells) for hour, cells in computed.hours.items() if cells
        }
    assert stores.metrics.read(TODAY - timedelta(days=9)).cells == ()


def test_old_hours_are_forgotten_and_days_stay(stores: Stores) -> None:
    hours = [NOW.replace(minute=0) - timedelta(hours=n) for n in range(3)]
    stores.mentions.upsert([make_mention(f"kabar {n}", published_at=hour) for n, hour in enumerate(hours)])
    roll_up(stores)
    assert sorted(total.by["hour"] for total in stores.metrics.sums(WEEK, ("hour",))) == sorted(hours)
    assert stores.metrics.forget_hours(hours[1]) >= 1
    assert sorted(total.by["hour"] for total in stores.metrics.sums(WEEK, ("hour",))) == sorted(hours[:2])
    assert stores.metrics.forget_hours(hours[1]) == 0
    assert [total.volume for total in stores.metrics.sums(WEEK, ())] == [3]


@pytest.mark.parametrize(
    "name", ["", "a b", "a,b=c", "a\\", "a\\,b", "%", "%41", "a\nb", 'k"utip', "${x}", "🔥é", "#x", " "]
)
def test_any_name_of_a_platform_or_keyword_is_counted_under_that_name(stores: Stores, name: str) -> None:
    others = [make_mention("lain", platform="news", source="detik", keywords=("anies",))]
    stores.mentions.upsert([make_mention(platform=name, source="s", keywords=(name,)), *others])
    roll_up(stores)
    told = stores.metrics.sums(WEEK, ("platform", "keyword"), keywords=(name, "anies"))
    assert {(t.by["platform"], t.by["keyword"]) for t in told} == {(name, name), ("news", "anies")}
    assert [t.volume for t in stores.metrics.sums(WEEK, (), platforms=(name,))] == [1]


def test_after_a_change_of_the_zone_no_day_keeps_what_moved_to_another(store_settings: Settings) -> None:
    late = NOW.replace(hour=2, minute=0)  # 09:00 in Jakarta, the evening before in New York
    with closing(connect(store_settings)) as stores:
        stores.mentions.upsert([make_mention("pagi", published_at=late), make_mention("malam")])
        roll_up(stores)
    moved = store_settings.model_copy(update={"timezone": "America/New_York"})
    with closing(connect(moved)) as stores:
        stores.mentions.touch_everything()
        roll_up(stores)
        week = Period(WEEK.first, WEEK.last, moved.zone)
        assert [(t.by["day"], t.volume) for t in stores.metrics.sums(week, ["day"])] == [(TODAY - timedelta(days=1), 2)]
        assert stores.metrics.days() == [TODAY - timedelta(days=1)]
        assert stores.mentions.touched_days(3) == []
