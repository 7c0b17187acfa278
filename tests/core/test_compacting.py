"""The embedded store's file holds no byte of what was deleted, once it is compacted."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from pathlib import Path

import pytest

from pasip_core.domain.mention import content_hash
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.builders import make_mention
from tests.contracts.helpers import roll_up

MARK = "zwarkofim"
OLD = "qubrelanto"


def everywhere(folder: Path) -> bytes:
    """All bytes of all files."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def id_of(n: int) -> str:
    """An id that no other bytes look like."""
    return hashlib.sha256(str(n).encode()).hexdigest()[:24]


def fill(stores: Stores) -> None:
    """Many mentions in several batches, some with the mark, some edited later."""
    chance = random.Random(3)
    words = [f"kata{n}" for n in range(400)]
    for start in range(0, 3_000, 300):
        stores.mentions.upsert(
            [
                make_mention(
                    " ".join(chance.choices(words, k=30)) + (f" {MARK}{n}" if n % 50 == 0 else ""), id=id_of(n),
                    author=f"{MARK}_{n}" if n % 50 == 0 else f"a{n}", raw_data={"bio": MARK if n % 50 == 0 else "b"},
                    keywords=("k",), sentiment="negative",
                )
                for n in range(start, start + 300)
            ]
        )  # fmt: skip
        roll_up(stores)
    edited = make_mention(f"{OLD} dulu", id="f" * 24)
    stores.mentions.upsert([edited])
    later = "sekarang lain sama sekali"
    stores.mentions.upsert([replace(edited, content=later, content_hash=content_hash("", later))])


@pytest.mark.parametrize("with_reader", [False, True])
def test_no_byte_of_a_removed_mention_or_replaced_text_stays(settings: Settings, with_reader: bool) -> None:
    stores = connect(settings)
    reader = connect(settings)
    fill(stores)
    marked = [id_of(n) for n in range(0, 3_000, 50)]
    assert MARK.encode() in everywhere(settings.data_dir)
    assert stores.mentions.exclude(marked) == 60
    roll_up(stores)
    while stores.mentions.remove_excluded(500):
        pass
    if with_reader:
        assert reader.mentions.get("f" * 24) is not None
    assert MARK.encode() in everywhere(settings.data_dir), "removing alone leaves copies"
    stores.compact()
    left = everywhere(settings.data_dir)
    assert MARK.encode() not in left
    assert OLD.encode() not in left
    assert b"kata1" in left
    assert all(bytes.fromhex(id) not in left for id in marked)
    assert (settings.data_dir / "pasip.db-wal").stat().st_size == 0
    reader.close()
    stores.close()
