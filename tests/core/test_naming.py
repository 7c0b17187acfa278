"""The stage that reads names: newest first, killable, and the same whoever does it how often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from pasip_core.commands import names as commands
from pasip_core.domain.analysis import PERSON
from pasip_core.domain.mention import Mention, content_hash
from pasip_core.domain.names import NamedEntity
from pasip_core.errors import InputError
from pasip_core.pipeline.naming import BATCH, read_names
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_mention
from tests.contracts.helpers import everything


class Words:
    """Takes every word for a person. Dies where it is told to; tells which texts it was asked for."""

    def __init__(self, version: str = "w1", dies_at: str = "") -> None:
        self.version = version
        self._dies_at = dies_at
        self.texts: list[str] = []

    def read(self, texts: Sequence[str]) -> list[tuple[NamedEntity, ...]]:
        self.texts += texts
        if self._dies_at in texts:
            raise KeyboardInterrupt
        return [tuple(NamedEntity(PERSON, word) for word in text.split()) for text in texts]


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    opened = connect(settings)
    yield opened
    opened.close()


def some(count: int) -> list[Mention]:
    return [make_mention(f"orang{n % 7} kabar{n}", published_at=NOW - timedelta(minutes=n)) for n in range(count)]


def found(stores: Stores) -> dict[str, int]:
    return {total.entity.name: total.volume for total in stores.mentions.tally_names(everything())}


def test_every_mention_is_read_once_newest_first(stores: Stores) -> None:
    mentions = some(BATCH + 5)
    stores.mentions.upsert(mentions)
    reader = Words()
    assert read_names(stores, reader).done == BATCH + 5
    assert reader.texts == [mention.content for mention in mentions]
    assert read_names(stores, reader).done == 0
    assert found(stores)["orang0"] == 37


def test_a_reader_that_was_killed_leaves_the_rest_to_the_next(stores: Stores, settings: Settings, tmp_path) -> None:
    mentions = some(2 * BATCH + 5)
    stores.mentions.upsert(mentions)
    with pytest.raises(KeyboardInterrupt):
        read_names(stores, Words(dies_at=mentions[BATCH].content))
    assert stores.mentions.count_unnamed("w1") == BATCH + 5, "the first batch is kept"
    again = Words()
    read_names(stores, again)
    assert mentions[0].content not in again.texts
    undisturbed = connect(settings.model_copy(update={"data_dir": tmp_path / "other"}))
    undisturbed.mentions.upsert(mentions)
    read_names(undisturbed, Words())
    assert found(stores) == found(undisturbed)
    assert stores.mentions.kept() == undisturbed.mentions.kept()
    undisturbed.close()


def test_a_slice_ends_in_time_and_says_that_there_is_more(stores: Stores) -> None:
    stores.mentions.upsert(some(BATCH + 5))
    first = read_names(stores, Words(), seconds=0)
    assert (first.done, bool(first.left)) == (BATCH, True)
    assert (read_names(stores, Words(), seconds=0).done, stores.mentions.count_unnamed("w1")) == (5, 0)


def test_another_version_reads_everything_anew(stores: Stores) -> None:
    stores.mentions.upsert(some(3))
    read_names(stores, Words())
    assert read_names(stores, Words("w2")).done == 3
    assert stores.mentions.count_unnamed("w2") == 0


def test_a_text_that_changes_while_it_is_read_is_read_again(stores: Stores) -> None:
    (mention,) = some(1)
    stores.mentions.upsert([mention])

    class Slow(Words):
        def read(self, texts: Sequence[str]) -> list[tuple[NamedEntity, ...]]:
            if not self.texts:
                digest = content_hash("", "kata baru")
                stores.mentions.upsert([replace(mention, content="kata baru", content_hash=digest)])
            return super().read(texts)

    reader = Slow()
    read_names(stores, reader)
    assert reader.texts == [mention.content, "kata baru"]
    assert set(found(stores)) == {"kata", "baru"}


def test_people_merge_hide_and_undo(stores: Stores) -> None:
    stores.mentions.upsert([make_mention("budi budiman"), make_mention("agus", published_at=NOW - timedelta(days=1))])
    read_names(stores, Words())
    budi, budiman, agus = (NamedEntity(PERSON, name) for name in ("budi", "budiman", "agus"))
    before = stores.mentions.watermark()
    commands.merge(stores, budi.id, budiman.id)
    assert found(stores) == {"budiman": 1, "agus": 1}
    assert stores.mentions.watermark() != before, "whoever remembers numbers looks again"
    with pytest.raises(InputError, match="undo that first"):
        commands.merge(stores, budiman.id, budi.id)
    with pytest.raises(InputError, match="undo that first"):
        commands.merge(stores, agus.id, agus.id)
    commands.hide(stores, agus.id)
    assert found(stores) == {"budiman": 1}
    commands.undo(stores, agus.id)
    commands.undo(stores, budi.id)
    assert found(stores) == {"budi": 1, "budiman": 1, "agus": 1}
    with pytest.raises(InputError, match="neither merged nor hidden"):
        commands.undo(stores, budi.id)
    with pytest.raises(InputError, match="no mention holds"):
        commands.hide(stores, "0" * 16)
    said = sorted(entry.action for entry in stores.audit.list())
    assert said == ["name.hide", "name.merge", "name.undo", "name.undo"]
