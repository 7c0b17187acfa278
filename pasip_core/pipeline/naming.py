"""Reading the names in stored mentions: people, places, organisations, tags, sites and accounts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Protocol

from pasip_core.domain.mention import Mention
from pasip_core.domain.names import NamedEntity, NamesRead
from pasip_core.stores.ports import Stores

from .intake import ErasedPersons, latest_erasure, load_erased
from .progress import Progress, Slice, silent

BATCH = 250
"""About a second of work for tweets: nobody waits longer for this stage to give way."""


class Reader(Protocol):
    """The part of a reader of names that this stage needs."""

    @property
    def version(self) -> str:
        """Stored with what was read."""

    def read(self, texts: Sequence[str]) -> list[tuple[NamedEntity, ...]]:
        """The names in each text, in order."""


def read_names(stores: Stores, reader: Reader, *, progress: Progress = silent, seconds: float = float("inf")) -> Slice:
    """Read the names of every mention that ``reader`` has not read yet, newest first, for about ``seconds``.

    Idempotent, safe side by side: a mention is done when it carries the version of its reader, in the same write as
    its names. A text that changes meanwhile is left for the next batch.
    """
    done, total, until = 0, stores.mentions.count_unnamed(reader.version), time.monotonic() + seconds
    erased = _Erased(stores)
    progress(0, total, "names")
    while batch := stores.mentions.unnamed(reader.version, BATCH):
        found = erased.without(batch, reader.read([mention.text for mention in batch]))
        stores.mentions.save_names(
            [
                NamesRead(mention.id, mention.content_hash, names, reader.version)
                for mention, names in zip(batch, found, strict=True)
            ]
        )
        done += len(batch)
        progress(done, max(total, done), "names")
        if time.monotonic() > until:
            return Slice(done, stores.mentions.count_unnamed(reader.version, bound=1))
    return Slice(done, 0)


class _Erased:
    """Who was erased: not named again, in whatever is left of what others said."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._seen: object = ""
        self._persons: ErasedPersons | None = None

    def without(
        self, batch: Sequence[Mention], found: Sequence[tuple[NamedEntity, ...]]
    ) -> list[tuple[NamedEntity, ...]]:
        """The names of each mention, without theirs."""
        if (latest := latest_erasure(self._stores)) != self._seen:
            self._persons, self._seen = load_erased(self._stores), latest
        persons = self._persons
        if persons is None:
            return list(found)
        return [
            tuple(name for name in names if not persons.hold_name(mention.platform, name))
            for mention, names in zip(batch, found, strict=True)
        ]
