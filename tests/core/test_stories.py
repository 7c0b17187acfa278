"""Copies of one text: found, kept apart from what only looks alike, whatever the order and whoever is killed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from pasip_core.commands.corrections import correct_copies, count_copies
from pasip_core.domain.filters import Filters
from pasip_core.domain.mention import Mention, content_hash
from pasip_core.domain.stories import WINDOW
from pasip_core.nlp.duplicates import are_copies, fingerprints
from pasip_core.pipeline.stories import group_stories
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_mention
from tests.contracts.helpers import EVER, everything, ids, roll_up
from tests.core.stories_kit import Traffic, precision_and_recall, slices, traffic

LONG = "Harga beras naik lagi di pasar induk karena panen tertunda, kata para pedagang pada hari Senin"


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    opened = connect(settings)
    yield opened
    opened.close()


def group(stores: Stores, seconds: float = float("inf")) -> int:
    return group_stories(stores, owner="test", clock=lambda: NOW, seconds=seconds).done


def found_in(stores: Stores, mentions: list[Mention]) -> dict[str, str]:
    return {m.id: stored.cluster_id for m in mentions if (stored := stores.mentions.get(m.id))}


def told(text: str, seconds: int = 0, **more: object) -> Mention:
    return make_mention(text, **{"published_at": NOW + timedelta(seconds=seconds), "author": f"a{seconds}", **more})


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_copies_are_found_and_nothing_else_is(stores: Stores, seed: int):
    made: Traffic = traffic(seed, stories=30, singles=200)
    stores.mentions.upsert(made.mentions)
    group(stores)
    precision, recall = precision_and_recall(found_in(stores, made.mentions), made.story)
    assert precision >= 0.97
    assert recall >= 0.97


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_order_in_which_mentions_come_changes_nothing(stores: Stores, size: int):
    made = traffic(5, stories=8, singles=20)
    Random(size).shuffle(made.mentions)
    for part in slices(made.mentions, size):
        stores.mentions.upsert(part)
        group(stores)
    found = found_in(stores, made.mentions)
    stories: dict[str, list[Mention]] = {}
    for mention in made.mentions:
        stories.setdefault(found[mention.id], []).append(mention)
    for story, mentions in stories.items():
        assert story == min(mentions, key=lambda m: m.published_at).content_hash


def test_a_story_bears_the_hash_of_what_was_said_first(stores: Stores):
    first, later = told(LONG), told(f"RT @warga: {LONG} https://t.co/abc", 60)
    stores.mentions.upsert([later])
    group(stores)
    stores.mentions.upsert([first])
    group(stores)
    assert found_in(stores, [first, later]) == dict.fromkeys(ids([first, later]), first.content_hash)


def test_what_was_looked_at_is_not_looked_at_again(stores: Stores):
    stores.mentions.upsert([told(LONG), told(f"{LONG} #beras", 1)])
    assert group(stores) == 2
    mark = stores.mentions.watermark()
    assert group(stores) == 0
    assert stores.mentions.watermark() == mark


def test_a_text_that_changes_leaves_its_story_and_may_join_another(stores: Stores):
    first, copy = told(LONG), told(f"{LONG} #beras", 60)
    other = told("Menteri menjanjikan impor gula sebelum lebaran supaya stok di gudang aman dan harga turun", 90)
    stores.mentions.upsert([first, copy, other])
    group(stores)
    words = f"{other.content} kata warga"
    changed = replace(copy, content=words, content_hash=content_hash("", words), cluster_id=content_hash("", words))
    stores.mentions.upsert([changed])
    assert found_in(stores, [copy])[copy.id] == changed.content_hash
    group(stores)
    found = found_in(stores, [first, copy, other])
    assert found[copy.id] == found[other.id] != found[first.id]


@pytest.mark.parametrize("killed", ["keep_fingerprints", "save_stories", "mark_looked"])
def test_killed_anywhere_the_next_run_leaves_the_same(stores: Stores, monkeypatch: pytest.MonkeyPatch, killed: str):
    made = traffic(9, stories=6, singles=10)
    stores.mentions.upsert(made.mentions)
    real = getattr(type(stores.stories), killed)

    def die(self: object, *given: object) -> None:
        real(self, *given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(stores.stories), killed, die)
        with pytest.raises(KeyboardInterrupt):
            group(stores)
    group(stores)
    assert precision_and_recall(found_in(stores, made.mentions), made.story) == (1.0, 1.0)


def test_a_slice_stops_when_its_time_is_over(stores: Stores):
    stores.mentions.upsert([told(f"{LONG} nomor {n}", n) for n in range(600)])
    assert 0 < group(stores, seconds=0) < 600


def test_copies_far_apart_in_time_are_not_looked_for(stores: Stores):
    late = told(f"{LONG} #beras", int(WINDOW.total_seconds()) + 60)
    stores.mentions.upsert([told(LONG), late])
    group(stores)
    assert found_in(stores, [late])[late.id] == late.content_hash


@pytest.mark.parametrize(
    ("left", "right", "copies"),
    [
        (LONG, f"RT @warga: {LONG}", True),
        (LONG, f"{LONG.upper()} https://t.co/xyz", True),
        (LONG, f"{LONG} #beras #pasar", True),
        (LONG, "Harga beras turun di pasar kota karena impor datang, kata menteri pada hari Rabu", False),
        ("terima kasih pak presiden", "terima kasih pak presiden!", False),
        ("Selamat pagi semoga sehat selalu untuk semua warga Bandung dan sekitarnya", "Selamat pagi semoga sehat "
         "selalu untuk semua pendukung nomor satu di Medan", False),
    ],
)  # fmt: skip
def test_which_texts_are_copies(left: str, right: str, copies: bool):
    one, other = fingerprints([told(left), told(right)])
    assert are_copies((one.words, other.words), (one.sketch, other.sketch)) is copies


def test_numbers_count_stories_after_grouping(stores: Stores):
    stores.mentions.upsert([told(LONG), told(f"{LONG} #beras", 60), told("Cuaca cerah di seluruh Jawa hari ini", 90)])
    group(stores)
    roll_up(stores)
    (total,) = stores.metrics.sums(EVER, ())
    assert (total.volume, total.count) == (3, 2)
    assert [t.count for t in stores.mentions.tally(everything(), (), stories=True)] == [2]


def test_the_mentions_of_one_story_are_found(stores: Stores):
    first, copy, other = told(LONG), told(f"{LONG} #pangan", 60), told("Cuaca cerah #pangan di seluruh Jawa", 90)
    stores.mentions.upsert([first, copy, other])
    group(stores)
    filters = Filters(EVER, story=first.content_hash)
    assert set(ids(stores.mentions.page(filters).mentions)) == {first.id, copy.id}
    assert ids(stores.mentions.page(replace(filters, text="#pangan")).mentions) == [copy.id]
    assert stores.mentions.page(replace(filters, story="none")).mentions == ()


def test_a_correction_goes_to_the_copies_too(stores: Stores, settings: Settings):
    first, copy = told(LONG), told(f"{LONG} #beras", 60)
    stores.mentions.upsert([first, copy, told("Cuaca cerah di seluruh Jawa", 90)])
    group(stores)
    mention = stores.mentions.get(first.id)
    assert mention is not None
    assert count_copies(stores, settings, mention) == 1
    assert correct_copies(stores, settings, first.id, "negative") == 1
    corrected = stores.mentions.get(copy.id)
    assert corrected is not None
    assert corrected.analysis is not None
    assert corrected.analysis.sentiment == "negative"
    (entry,) = stores.audit.list()
    assert (entry.action, entry.subject, entry.detail["copies"]) == ("mention.correct_copies", first.id, [copy.id])
