"""What a store remembers of erasures stays in force as something is moved into it: nobody erased comes back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from pasip_core.domain.period import day_of
from pasip_core.domain.privacy import Erased, Salt
from pasip_core.errors import InputError
from pasip_core.stores.ports import Kept, Stores

from ..intake import ErasedPersons
from .contents import Contents, united
from .parts import MENTIONS, Part, all_parts

MEMORY = ("salts", "erased", "erasures")
"""Collections by which the erased are refused; a store that takes everything of another one may have them already."""


@dataclass
class Unerased:
    """See ``Contents``: those of ``contents`` without whom ``persons`` hold, and with ``added`` of the memory.

    ``left_out`` counts, by day, the mentions that ``pending`` found last.
    """

    contents: Contents
    zone: ZoneInfo
    persons: ErasedPersons | None
    added: Mapping[str, Sequence[Any]]
    left_out: Counter[date] = field(default_factory=Counter)

    @property
    def origin(self) -> str:
        """See ``Contents``."""
        return self.contents.origin

    def values(self, part: Part, after: str = "") -> Iterator[Any]:
        """See ``Contents``."""
        values = self.contents.values(part, after)
        if part.name == MENTIONS:
            return (kept for kept in values if not self._held(kept))
        return united(part, values, self.added[part.collection], after) if part.collection in self.added else values

    def _held(self, kept: Kept) -> bool:
        return self.persons is not None and self.persons.hold(kept.mention)

    def count(self, part: Part) -> int | None:
        """See ``Contents``."""
        return self.contents.count(part)

    def pending(self) -> set[date]:
        """See ``Contents``: also the days of what is left out, since their numbers hold it still."""
        if self.persons is not None:
            everything = self.contents.values(_PARTS[MENTIONS])
            self.left_out = Counter(day_of(k.mention.published_at, self.zone) for k in everything if self._held(k))
        return self.contents.pending() | set(self.left_out)


_PARTS = {part.collection or part.name: part for part in all_parts()}


def unerased(contents: Contents, stores: Sequence[Stores], zone: ZoneInfo) -> Unerased:
    """``contents`` as the erasures in ``stores`` leave them; the same again once a store remembers those as well.

    What ``contents`` know to be erased is gone there already, and is not looked for: mentions of others that bear
    the same name may have been kept on purpose. An erasure that was not finished there is in force.
    ``InputError`` where the salts differ: none of the hashes could be compared.
    """
    theirs = {name: list(contents.values(_PARTS[name])) for name in MEMORY}
    ours = {name: [record for store in stores for record in getattr(store, name).list()] for name in MEMORY}
    salts: list[Salt] = [*theirs["salts"], *(ours["salts"] if ours["erased"] else ())]
    if len({salt.value for salt in salts}) > 1:
        raise InputError(
            f"target: it remembers erasures under another salt than {contents.origin}, so that none of them can be "
            "recognised there; take an empty store that remembers none, and erase again afterwards",
            field="target",
        )
    finished = {erasure.id for erasure in theirs["erasures"] if erasure.finished_at is not None}
    done = {erased.id for erased in theirs["erased"] if erased.erasure in finished}
    in_force = [erased for erased in (*theirs["erased"], *ours["erased"]) if erased.id not in done]
    begun = {erasure.id for erasure in theirs["erasures"]}
    added = {
        "salts": salts,
        "erased": ours["erased"],
        "erasures": [one for one in ours["erasures"] if one.finished_at is not None or one.id not in begun],
    }
    return Unerased(contents, zone, _persons(salts, in_force), added)


def _persons(salts: Sequence[Salt], in_force: Sequence[Erased]) -> ErasedPersons | None:
    if not salts or not in_force:
        return None
    persons = ErasedPersons(salts[0])
    for erased in in_force:
        persons.add(erased)
    return persons
