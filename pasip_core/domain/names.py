"""Names that mentions hold: people, places, organisations, tags, sites and accounts; and which of them are one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from .analysis import ORGANISATION, PERSON, PLACE

HASHTAG, DOMAIN, ACCOUNT = "HASHTAG", "DOMAIN", "ACCOUNT"
KINDS = (PERSON, PLACE, ORGANISATION, HASHTAG, DOMAIN, ACCOUNT)
SIGNS = {HASHTAG: "#", ACCOUNT: "@"}
"""What stands before a name of this kind where people read it."""
READER = "bundled-entities-2.1"
"""Who reads names at present: the version of the model, then that of the rules around it. Another one reads anew."""
LONGEST = 80
"""Characters of a name."""


@dataclass(frozen=True, slots=True)
class NamedEntity:
    """A name and its kind. ``id`` is the same in every store, since it is made of both."""

    kind: str
    name: str

    @property
    def id(self) -> str:
        """16 hex characters."""
        told = f"{self.kind}\x1f{self.name}".encode("utf-8", "replace")
        return hashlib.blake2b(told, digest_size=8).hexdigest()

    @property
    def shown(self) -> str:
        """The name as people write it."""
        return SIGNS.get(self.kind, "") + self.name


@dataclass(frozen=True, slots=True)
class NamesRead:
    """The names, each once, that ``reader`` found in the text that had ``content_hash``."""

    data_id: str
    content_hash: str
    names: tuple[NamedEntity, ...]
    reader: str = READER


@dataclass(frozen=True, slots=True)
class NameTotal:
    """How many mentions hold a name, by sentiment; ``entity`` is what other names were merged into."""

    entity: NamedEntity
    by_sentiment: Mapping[str, int] = field(default_factory=dict)

    @property
    def volume(self) -> int:
        """Mentions of any sentiment."""
        return sum(self.by_sentiment.values())


@dataclass(frozen=True, slots=True)
class Alias:
    """What a person said of the name with this ``id``: that it counts as ``into``, or, where that is empty, is none.

    Names are kept beside ids, so that a merge can be shown and undone even where no mention holds them any more.
    """

    id: str
    kind: str
    name: str
    into: str
    into_kind: str
    into_name: str
    at: datetime
    who: str = ""

    @property
    def hides(self) -> bool:
        """Whether the name is left out of lists."""
        return not self.into

    @property
    def entity(self) -> NamedEntity:
        """The name that is merged or hidden."""
        return NamedEntity(self.kind, self.name)

    @property
    def main(self) -> NamedEntity:
        """The name it counts as."""
        return NamedEntity(self.into_kind, self.into_name)


class Merged:
    """Which names count as one, from all that people said of them."""

    def __init__(self, aliases: Iterable[Alias]) -> None:
        self._said = {alias.id: alias for alias in aliases}
        self.hidden = frozenset(alias.id for alias in self._said.values() if alias.hides)

    def main(self, id: str) -> str:
        """The id under which this one counts, along chains.

        A ring, which two people may close at once, counts as the least of its ids.
        """
        way = [id]
        while (said := self._said.get(way[-1])) and said.into:
            if said.into in way:
                return min(way[way.index(said.into) :])
            way.append(said.into)
        return way[-1]

    def members(self, id: str) -> tuple[str, ...]:
        """This id, and those that count as it or as one of these."""
        found = [id]
        for one in found:
            found += [other.id for other in self._said.values() if other.into == one and other.id not in found]
        return tuple(found)

    def groups(self) -> dict[str, tuple[str, ...]]:
        """Main id → every id that counts as it, itself first; only where there is more than one."""
        mains = dict.fromkeys(self.main(alias.id) for alias in self._said.values() if not alias.hides)
        return {main: self.members(main) for main in mains}

    def entity(self, id: str) -> NamedEntity | None:
        """The name behind an id, as far as somebody merged or hid it, or merged others into it."""
        if said := self._said.get(id):
            return said.entity
        return next((said.main for said in self._said.values() if said.into == id), None)


def distinct(names: Iterable[NamedEntity]) -> tuple[NamedEntity, ...]:
    """Each once, sorted by kind and name."""
    return tuple(sorted(set(names), key=lambda name: (KINDS.index(name.kind), name.name)))


def sorted_totals(totals: Iterable[NameTotal], limit: int | None) -> list[NameTotal]:
    """Loudest first, equals by name; the ``limit`` loudest of each kind."""
    found: list[NameTotal] = []
    taken = dict.fromkeys(KINDS, 0)
    for total in sorted(totals, key=lambda total: (-total.volume, total.entity.name)):
        taken[total.entity.kind] += 1
        if limit is None or taken[total.entity.kind] <= limit:
            found.append(total)
    return found


def asked_kinds(kinds: Sequence[str]) -> tuple[str, ...]:
    """These kinds; none given: all."""
    return tuple(kinds) or KINDS
