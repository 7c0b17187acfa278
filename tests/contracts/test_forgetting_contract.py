"""Finding what is stored of a person, putting pseudonyms in its place, and leaving nothing behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pasip_core.domain.privacy import Erased, Erasure, Salt
from pasip_core.domain.retention import Frozen
from pasip_core.domain.rules.fold import fold
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_mention
from tests.contracts.helpers import TODAY, WEEK, everything, ids, page_through, roll_up

PLACES = {
    "content": {"content": "halo KAMBINGJANTAN apa kabar"},
    "title": {"title": "Kambingjantan menang", "content": "isi berita"},
    "author": {"author": "KambingJantan"},
    "url": {"url": "https://x.example/KAMBINGJANTAN/1"},
    "raw data": {"raw_data": {"user": {"nick": ["a", "kambingJANTAN"]}}},
    "name of a raw field": {"raw_data": {"kambingjantan": 1}},
    "styled letters": {"content": "𝐊𝐚𝐦𝐛𝐢𝐧𝐠𝐣𝐚𝐧𝐭𝐚𝐧 datang"},
    "styled letters in raw data": {"raw_data": {"bio": "saya ＫＡＭＢＩＮＧＪＡＮＴＡＮ 🔥"}},
    "behind a zero byte": {"content": "a\0b kambingjantan"},
    "beside a quotation mark": {"raw_data": {"bio": 'dia "kambingjantan"'}},
    "within a longer word": {"content": "kambingjantanku"},
}


@pytest.mark.parametrize("place", PLACES)
def test_a_word_is_found_wherever_it_stands(stores: Stores, place: str) -> None:
    stores.mentions.upsert([make_mention(**{"id": "1" * 24, **PLACES[place]}), make_mention("lain", author="b")])
    assert ids(stores.mentions.holding(["kambingjantan"])) == ["1" * 24]


def test_half_a_character_within_raw_data_does_not_end_the_search(stores: Stores) -> None:
    """Sources cut texts in the middle of an emoji."""
    stores.mentions.upsert([make_mention("lain", author="b", raw_data={"teks": "Ｋambingjantan \ud83d"})])
    assert len(ids(stores.mentions.holding(["kambingjantan"]))) == 1


def test_any_of_several_words_is_found_excluded_mentions_too_oldest_first(stores: Stores) -> None:
    mentions = [
        make_mention(text, author=f"a{n}", published_at=NOW - timedelta(days=n))
        for n, text in enumerate(("satu", "dua", "Ｓatu lagi", "tiga"))
    ]
    stores.mentions.upsert(mentions)
    stores.mentions.exclude([mentions[2].id])
    assert ids(stores.mentions.holding(["satu", fold("DUA")])) == ids([mentions[2], mentions[1], mentions[0]])
    assert list(stores.mentions.holding(["empat", "%", "a_", "\\"])) == []
    stores.mentions.upsert([make_mention("seratus 5% lebih a_b", id="f" * 24)])
    assert ids(stores.mentions.holding(["5% "])) == ids(stores.mentions.holding(["a_b"])) == ["f" * 24]


def test_what_is_removed_while_the_search_goes_on_does_no_harm(stores: Stores) -> None:
    mentions = [make_mention(f"kabar {n}", author=f"a{n}") for n in range(1_000)]
    stores.mentions.upsert(mentions)
    found = []
    for mention in stores.mentions.holding(["kabar"]):
        found.append(mention.id)
        stores.mentions.exclude([mention.id])
    assert set(found) == set(ids(mentions))


def test_authors_are_replaced_and_nothing_else(stores: Stores) -> None:
    mention = make_mention(
        "isi", author="budi", url="https://x.com/budi/status/1", raw_data={"user": "budi"}, keywords=("a",),
        sentiment="negative",
    )  # fmt: skip
    other = make_mention("lain", author="siti")
    stores.mentions.upsert([mention, other])
    roll_up(stores)
    numbers, version = stores.metrics.read(TODAY), stores.metrics.versions(WEEK)
    new = replace(mention, author="user-1", url="https://x.com/i/status/1", raw_data={"user": "user-1"})
    assert stores.mentions.replace_authors([replace(new, content="no", keywords=()), replace(other, id="f" * 24)]) == 1
    assert stores.mentions.get(mention.id) == new
    assert stores.mentions.get(other.id) == other
    assert stores.metrics.versions(WEEK) != version
    assert stores.mentions.touched_days(1) == []
    assert stores.metrics.read(TODAY) == numbers
    assert {t.by["author"] for t in stores.mentions.tally(everything(), ("author",))} == {"siti", "user-1"}


def test_compacting_changes_nothing_that_is_there(stores: Stores) -> None:
    mentions = [make_mention(f"kabar {n} banjir", author=f"a{n}", keywords=("a",)) for n in range(50)]
    stores.mentions.upsert(mentions)
    roll_up(stores)
    stores.mentions.exclude(ids(mentions[:25]))
    roll_up(stores)
    assert stores.mentions.remove_excluded(100) == 25
    before = page_through(stores, everything(text="banjir"), limit=50), stores.metrics.read(TODAY)
    for _ in range(2):
        stores.compact()
        assert (page_through(stores, everything(text="banjir"), limit=50), stores.metrics.read(TODAY)) == before
    stores.mentions.upsert(mentions[:1])
    assert ids(page_through(stores, everything(text='"kabar 0"'))) == [mentions[0].id]


@pytest.mark.parametrize(("collection", "record"), [
    ("frozen", Frozen("twitter", "2026-11-25")),
    ("salts", Salt.fresh()),
    ("erased", Erased("ab12", "name", "e1", 3)),
    ("erasures", Erasure("e1", NOW, "local", "permintaan", "account", "ff00", True, "0a0b", NOW, 3, {"twitter": 3}, 2,
                         ("dihapus: a.csv",), 1, {"records": 9}, ("masih ada",), False)),
])  # fmt: skip
def test_what_is_remembered_of_forgetting_comes_back(stores: Stores, collection: str, record: object) -> None:
    records = getattr(stores, collection)
    records.save(record)
    assert records.get(record.id) == record
