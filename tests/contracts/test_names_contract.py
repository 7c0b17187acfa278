"""The names in mentions: kept with their text, counted by sentiment, merged and hidden when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from pasip_core.domain.analysis import ORGANISATION, PERSON, PLACE
from pasip_core.domain.mention import Mention, content_hash
from pasip_core.domain.names import HASHTAG, KINDS, Alias, NamedEntity, NamesRead
from pasip_core.stores.ports import Kept, Stores
from tests.builders import NOW, make_mention
from tests.contracts.helpers import everything, ids, page_through, roll_up

JOKOWI, WIDODO, BUDI = (NamedEntity(PERSON, name) for name in ("Jokowi", "Joko Widodo", "Budi"))
SOLO, KPU, TAG = NamedEntity(PLACE, "Surakarta"), NamedEntity(ORGANISATION, "KPU"), NamedEntity(HASHTAG, "debat")
R = "r1"


def put(stores: Stores, named: Mapping[str, Sequence[NamedEntity]], **more: object) -> list[Mention]:
    """A mention a text, a minute apart, with its names."""
    mentions = [
        make_mention(text, published_at=NOW - timedelta(minutes=place), sentiment="negative", **more)
        for place, text in enumerate(named)
    ]
    stores.mentions.upsert(mentions)
    stores.mentions.save_names([read(m, *named[m.content]) for m in mentions])
    return mentions


def read(mention: Mention, *names: NamedEntity, by: str = R) -> NamesRead:
    return NamesRead(mention.id, mention.content_hash, names, by)


def merge(stores: Stores, one: NamedEntity, main: NamedEntity | None) -> None:
    into = (main.id, main.kind, main.name) if main else ("", "", "")
    stores.aliases.save(Alias(one.id, one.kind, one.name, *into, NOW))


def counted(stores: Stores, **filters: object) -> dict[str, int]:
    return {t.entity.name: t.volume for t in stores.mentions.tally_names(everything(**filters))}


@pytest.fixture(params=["rows", "columns", "both"])
def after(request: pytest.FixtureRequest) -> str:
    """Whether days are counted from their rows, from their columns once they are rolled up, or from either."""
    return str(request.param)


def settle(stores: Stores, after: str) -> None:
    if after != "rows":
        roll_up(stores)
    if after == "both":
        late = make_mention("kemarin", published_at=NOW - timedelta(days=1))
        stores.mentions.upsert([late])
        stores.mentions.save_names([read(late, JOKOWI)])


def test_what_nobody_read_is_read_newest_first(stores: Stores) -> None:
    mentions = [make_mention(f"kabar {n}", published_at=NOW - timedelta(hours=n)) for n in range(4)]
    stores.mentions.upsert(mentions)
    assert ids(stores.mentions.unnamed(R, 3)) == ids(mentions[:3])
    assert stores.mentions.count_unnamed(R) == 4
    assert stores.mentions.count_unnamed(R, bound=2) == 2
    assert stores.mentions.save_names([read(mentions[0], BUDI), read(mentions[1])]) == 1
    assert ids(stores.mentions.unnamed(R, 9)) == ids(mentions[2:])
    assert stores.mentions.count_unnamed(R) == 2


def test_what_another_reader_read_is_read_again_behind_what_nobody_read(stores: Stores) -> None:
    old, older, new = (make_mention(f"kabar {n}", published_at=NOW - timedelta(hours=n)) for n in range(3))
    stores.mentions.upsert([old, older, new])
    stores.mentions.save_names([read(old, BUDI), read(older, by="r2")])
    assert ids(stores.mentions.unnamed("r3", 9))[0] == new.id
    assert set(ids(stores.mentions.unnamed("r3", 9))) == {old.id, older.id, new.id}
    assert set(ids(stores.mentions.unnamed("r2", 9))) == {old.id, new.id}
    assert stores.mentions.count_unnamed("r2") == 2
    assert stores.mentions.save_names([read(old, BUDI, by="r3")]) == 0, "the same names"
    assert set(ids(stores.mentions.unnamed("r3", 9))) == {older.id, new.id}


def test_names_stand_once_and_are_replaced_as_a_whole(stores: Stores) -> None:
    (mention,) = put(stores, {"satu": (SOLO, BUDI, BUDI)})
    assert stores.mentions.names_of([mention.id]) == {mention.id: (BUDI, SOLO)}
    assert stores.mentions.save_names([read(mention, BUDI, SOLO)]) == 0
    assert stores.mentions.save_names([read(mention, KPU)]) == 1
    assert stores.mentions.names_of([mention.id]) == {mention.id: (KPU,)}
    assert stores.mentions.named(KPU.id) == KPU
    assert stores.mentions.named(BUDI.id) is None, "no mention holds it"
    assert list(stores.mentions.known_names()) == [KPU]


def test_another_text_loses_its_names_and_a_late_reading_is_dropped(stores: Stores) -> None:
    (mention,) = put(stores, {"satu": (BUDI,)})
    edited = replace(mention, content="dua", content_hash=content_hash("", "dua"))
    stores.mentions.upsert([edited])
    assert stores.mentions.names_of([mention.id]) == {}
    assert ids(stores.mentions.unnamed(R, 9)) == [mention.id]
    assert stores.mentions.save_names([read(mention, BUDI)]) == 0, "of the old text"
    assert stores.mentions.save_names([read(edited, KPU)]) == 1
    assert counted(stores) == {"KPU": 1}


def test_names_go_with_their_mention(stores: Stores) -> None:
    first, second = put(stores, {"satu": (BUDI, KPU), "dua": (KPU,)})
    roll_up(stores)
    stores.mentions.exclude([first.id])
    assert counted(stores) == {"KPU": 1}
    roll_up(stores)
    assert stores.mentions.remove_excluded(9) == 1
    assert list(stores.mentions.known_names()) == [KPU]
    assert counted(stores) == {"KPU": 1}
    assert stores.mentions.names_of([first.id, second.id]) == {second.id: (KPU,)}


def test_reading_names_moves_the_versions_of_their_day(stores: Stores) -> None:
    (mention,) = put(stores, {"satu": ()})
    roll_up(stores)
    before = stores.mentions.watermark(), stores.metrics.versions(everything().period)
    stores.mentions.save_names([read(mention, BUDI)])
    assert stores.mentions.watermark() != before[0]
    assert stores.metrics.versions(everything().period) != before[1]
    assert len(stores.mentions.touched_days(9)) == 1


def test_names_are_counted_by_the_sentiment_that_the_filters_read(stores: Stores, after: str) -> None:
    mention = make_mention("satu", sentiment="negative", keywords=("anies",))
    mention = replace(mention, stances={"anies": "positive"})
    stores.mentions.upsert([mention, make_mention("dua", published_at=NOW - timedelta(days=2), platform="news")])
    stores.mentions.save_names([read(m, BUDI) for m in stores.mentions.unnamed(R, 9)])
    settle(stores, after)

    def tones(**filters: object) -> dict[str, int]:
        totals = stores.mentions.tally_names(everything(**filters), only=[BUDI.id])
        return {tone: n for total in totals for tone, n in total.by_sentiment.items() if n}

    assert tones() == {"negative": 1, "pending": 1}
    assert tones(keywords=("anies",)) == {"positive": 1}
    assert tones(sentiments=("pending",)) == {"pending": 1}
    assert tones(platforms=("news",)) == {"pending": 1}
    assert tones(text="satu") == {"negative": 1}
    assert tones(text='"satu"') == {"negative": 1}
    assert tones(keywords=("anies", "ganjar")) == {"negative": 1}


def test_the_loudest_of_each_kind(stores: Stores) -> None:
    put(stores, {"a": (BUDI, JOKOWI, SOLO), "b": (JOKOWI, TAG), "c": (JOKOWI, KPU, SOLO), "d": (BUDI, KPU)})
    totals = stores.mentions.tally_names(everything(), limit=1)
    assert [(t.entity.name, t.volume) for t in totals] == [("Jokowi", 3), ("KPU", 2), ("Surakarta", 2), ("debat", 1)]
    assert counted(stores) == {"Jokowi": 3, "Budi": 2, "KPU": 2, "Surakarta": 2, "debat": 1}
    assert [t.entity for t in stores.mentions.tally_names(everything(), (PLACE, HASHTAG))] == [SOLO, TAG]
    assert [t.entity for t in stores.mentions.tally_names(everything(), only=[KPU.id, "0" * 16])] == [KPU]
    assert {t.entity.kind for t in totals} < set(KINDS)


def test_merged_names_count_a_mention_once(stores: Stores, after: str) -> None:
    put(stores, {"a": (JOKOWI, WIDODO), "b": (JOKOWI,), "c": (WIDODO, KPU), "d": (BUDI,)})
    settle(stores, after)
    more = after == "both"
    merge(stores, JOKOWI, WIDODO)
    assert counted(stores) == {"Joko Widodo": 3 + more, "Budi": 1, "KPU": 1}
    merge(stores, BUDI, JOKOWI)
    assert counted(stores) == {"Joko Widodo": 4 + more, "KPU": 1}
    assert [t.volume for t in stores.mentions.tally_names(everything(), only=[BUDI.id])] == [4 + more]
    stores.aliases.delete(JOKOWI.id)
    assert counted(stores)["Jokowi"] == 3 + more, "what was merged into it stays so"
    merge(stores, WIDODO, SOLO)
    assert counted(stores)["Surakarta"] == 2, "into a name that no mention holds"
    merge(stores, KPU, None)
    assert "KPU" not in counted(stores)


def test_a_name_filters_mentions_with_all_that_counts_as_it(stores: Stores, after: str) -> None:
    a, b, c, _ = put(stores, {"a": (JOKOWI, WIDODO), "b": (JOKOWI,), "c": (WIDODO, KPU), "d": (BUDI,)})
    if after != "rows":
        roll_up(stores)
    merge(stores, JOKOWI, WIDODO)
    for order in ("newest", "oldest", "engagement"):
        found = page_through(stores, everything(entity=WIDODO.id), order, limit=2)
        assert sorted(ids(found)) == sorted([a.id, b.id, c.id])
        assert sorted(ids(page_through(stores, everything(entity=JOKOWI.id), order))) == sorted([a.id, b.id])
    assert ids(page_through(stores, everything(entity=WIDODO.id), limit=1)) == [a.id, b.id, c.id]
    assert ids(page_through(stores, everything(entity=WIDODO.id, text="c"))) == [c.id]
    assert stores.mentions.count(everything(entity=WIDODO.id)).value == 3
    assert [t.volume for t in stores.mentions.tally(everything(entity=WIDODO.id), ("sentiment",))] == [3]
    assert counted(stores, entity=WIDODO.id) == {"Joko Widodo": 3, "KPU": 1}
    assert page_through(stores, everything(entity="0" * 16)) == []
    assert stores.mentions.count(everything(entity="0" * 16)).value == 0
    assert stores.mentions.tally(everything(entity="0" * 16), ("day",)) == []


def test_a_merged_name_is_known_where_no_mention_holds_it(stores: Stores) -> None:
    merge(stores, JOKOWI, WIDODO)
    merge(stores, BUDI, None)
    assert [stores.mentions.named(name.id) for name in (JOKOWI, WIDODO, BUDI, KPU)] == [JOKOWI, WIDODO, BUDI, None]


def test_names_are_forgotten_everywhere(stores: Stores, after: str) -> None:
    a, b = put(stores, {"a": (JOKOWI, KPU), "b": (JOKOWI,)})
    if after != "rows":
        roll_up(stores)
    assert stores.mentions.forget_names([JOKOWI.id, BUDI.id]) == 2
    assert list(stores.mentions.known_names()) == [KPU]
    assert counted(stores) == {"KPU": 1}
    assert stores.mentions.forget_names([JOKOWI.id]) == 0
    assert stores.mentions.forget_names([]) == 0
    assert stores.mentions.count_unnamed(R) == 0, "they are read all the same"
    assert stores.mentions.names_of([a.id, b.id]) == {a.id: (KPU,)}


def test_names_move_with_their_mention(stores: Stores, other_stores: Stores) -> None:
    put(stores, {"a": (JOKOWI, KPU), "b": ()})
    stores.mentions.upsert([make_mention("belum dibaca", published_at=NOW - timedelta(days=1))])
    kept = stores.mentions.kept()
    assert sorted((len(one.names), one.names_by) for one in kept) == [(0, ""), (0, R), (2, R)]
    other_stores.mentions.keep(kept)
    other_stores.mentions.keep(kept)
    assert other_stores.mentions.kept() == kept
    assert counted(other_stores) == counted(stores)
    assert other_stores.mentions.count_unnamed(R) == 1
    other_stores.mentions.keep([Kept(replace(one.mention), one.said) for one in kept])
    assert list(other_stores.mentions.known_names()) == []
    assert other_stores.mentions.count_unnamed(R) == 3
