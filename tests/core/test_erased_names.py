"""An erased person's name goes from what was read in texts of others, too, and is not read there again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest

from pasip_core.commands import names as commands
from pasip_core.domain.analysis import PERSON, PLACE
from pasip_core.domain.names import ACCOUNT, NamedEntity, NamesRead
from pasip_core.domain.privacy import account, named
from pasip_core.pipeline.moving import backup, restore
from pasip_core.pipeline.naming import read_names
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_mention
from tests.contracts.helpers import everything
from tests.core.test_erasure import carry_out, everywhere

NAME, NICK, USER = "qubrelanto vintrosapel", "hjoskurt", "zwarkofim_77"
HER, HERS = NamedEntity(PERSON, NAME.title()), NamedEntity(ACCOUNT, USER)
SOLO = NamedEntity(PLACE, "Surakarta")


class Knows:
    """Knows whom the nickname means, as lists of well-known people do."""

    def __init__(self, version: str = "k1") -> None:
        self.version = version

    def read(self, texts: Sequence[str]) -> list[tuple[NamedEntity, ...]]:
        return [
            tuple(name for word, name in ((NAME, HER), (NICK, HER), (f"@{USER}", HERS), ("solo", SOLO)) if word in text)
            for text in texts
        ]


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    opened = connect(settings)
    yield opened
    opened.close()


def put(stores: Stores) -> None:
    texts = (f"{NAME} di solo", f"{NICK} pidato di solo", f"setuju @{USER} dari solo")
    stores.mentions.upsert(
        [make_mention(text, author=f"a{n}", published_at=NOW - timedelta(hours=n)) for n, text in enumerate(texts)]
    )
    read_names(stores, Knows())


def test_a_name_goes_also_where_others_call_the_person_something_else(stores: Stores, settings: Settings) -> None:
    put(stores)
    commands.merge(stores, HER.id, SOLO.id)
    assert everywhere(settings.data_dir, (NAME,))
    done = carry_out(stores, settings, named(NAME))
    assert (done.findings, done.proven, done.removed) == ((), True, 1)
    assert done.searched["names"] == 2
    assert set(stores.mentions.known_names()) == {SOLO, HERS}
    assert stores.aliases.list() == []
    assert {t.entity: t.volume for t in stores.mentions.tally_names(everything())} == {SOLO: 2, HERS: 1}
    stores.close()
    assert everywhere(settings.data_dir, (NAME,)) == {}


def test_it_is_not_read_again(stores: Stores, settings: Settings) -> None:
    put(stores)
    carry_out(stores, settings, named(NAME))
    carry_out(stores, settings, account("twitter", USER))
    assert read_names(stores, Knows("k2")).done == 2
    assert set(stores.mentions.known_names()) == {SOLO}


def test_an_account_goes_from_the_names_and_the_text_that_speaks_to_it_stays(
    stores: Stores, settings: Settings
) -> None:
    put(stores)
    done = carry_out(stores, settings, account("twitter", USER))
    assert (done.removed, done.kept, done.proven) == (0, 1, True)
    assert set(stores.mentions.known_names()) == {SOLO, HER}
    assert stores.mentions.count(everything()).value == 3


def test_backups_lose_the_name_and_still_restore(stores: Stores, settings: Settings, tmp_path) -> None:
    put(stores)
    commands.hide(stores, HER.id)
    commands.hide(stores, SOLO.id)
    path = settings.data_dir / "backups" / "b.zip"
    path.parent.mkdir()
    backup(stores, path, settings.zone)
    done = carry_out(stores, settings, named(NAME))
    assert done.proven, done.findings
    assert everywhere(settings.data_dir / "backups", (NAME,)) == {}
    other = connect(settings.model_copy(update={"data_dir": tmp_path / "other"}))
    restore(path, other, settings.zone)
    assert set(other.mentions.known_names()) == {SOLO, HERS}
    assert [alias.entity for alias in other.aliases.list()] == [SOLO]
    other.close()


def test_names_that_somebody_stored_meanwhile_are_found_by_the_search(
    stores: Stores, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(stores)
    compact = stores.compact

    def late() -> None:
        compact()
        (mention,) = [m for m in stores.mentions.stream(everything()) if NICK in m.content]
        stores.mentions.save_names([NamesRead(mention.id, mention.content_hash, (HER,), "k1")])

    monkeypatch.setattr(stores, "compact", late)
    done = carry_out(stores, settings, named(NAME))
    assert not done.proven
    assert "1 names in mentions still hold it" in done.findings[0]
    monkeypatch.undo()
    assert carry_out(stores, settings, named(NAME)).proven
    assert HER not in set(stores.mentions.known_names())
