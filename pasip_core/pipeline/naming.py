"""Reading the names in stored mentions: people, places, organisations, tags, sites and accounts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Protocol

from pasip_core.domain.names import NamedEntity, NamesRead
from pasip_core.stores.ports import Stores

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
    progress(0, total, "names")
    while batch := stores.mentions.unnamed(reader.version, BATCH):
        found = reader.read([mention.text for mention in batch])
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
