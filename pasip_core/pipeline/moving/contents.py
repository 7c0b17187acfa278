"""Everything there is, part by part in the order of keys, and two of them side by side."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

from pasip_core.domain.filters import Filters
from pasip_core.domain.period import Period
from pasip_core.stores.ports import Kept, Stores

from .parts import MENTIONS, NUMBERS, Part

AT_ONCE = 500
"""Values in memory, and between two positions that a killed move goes on from."""
MANY = 1 << 40
ALL_DAYS = 1_000_000


class Contents(Protocol):
    """What can be moved somewhere: a store, or a backup."""

    @property
    def origin(self) -> str:
        """Tells it from any other; without passwords."""

    def values(self, part: Part, after: str = "") -> Iterator[Any]:
        """The values of a part in the order of keys, those with keys beyond ``after``."""

    def count(self, part: Part) -> int | None:
        """How many there are about; ``None`` where only counting them would tell."""

    def pending(self) -> set[date]:
        """Days whose numbers have to be recomputed, since they may be older than the mentions."""


@dataclass(frozen=True)
class StoreContents:
    """See ``Contents``. ``origin`` is the store's address, without passwords."""

    stores: Stores
    origin: str = ""

    def values(self, part: Part, after: str = "") -> Iterator[Any]:
        """See ``Contents``: read as they are asked for, so that a store in use shows what is new."""
        if part.name == MENTIONS:
            return self._mentions(after)
        if part.name == NUMBERS:
            days = (day for day in self.stores.metrics.days() if day.isoformat() > after)
            return map(self.stores.metrics.read, days)
        records = sorted(getattr(self.stores, part.collection).list(), key=part.key)
        return (record for record in records if part.key(record) > after)

    def _mentions(self, after: str) -> Iterator[Kept]:
        while page := self.stores.mentions.kept(after=after, limit=AT_ONCE):
            yield from page
            after = page[-1].mention.id

    def count(self, part: Part) -> int | None:
        """See ``Contents``."""
        if part.name == NUMBERS:
            return len(self.stores.metrics.days())
        if part.name != MENTIONS:
            return None
        span = self.stores.mentions.span()
        if span is None:
            return 0
        ever = Period(span[0].date() - timedelta(days=1), span[1].date() + timedelta(days=1))
        return self.stores.mentions.count(Filters(ever), bound=MANY).value

    def pending(self) -> set[date]:
        """See ``Contents``."""
        return set(self.stores.mentions.touched_days(ALL_DAYS))


@dataclass
class Sum:
    """How many lines, how many bytes with their ends, and what they are."""

    count: int = 0
    size: int = 0
    _digest: Any = field(default_factory=hashlib.sha256, repr=False)

    def add(self, line: bytes) -> None:
        """The next line, without its end."""
        self.count += 1
        self.size += len(line) + 1
        self._digest.update(line)
        self._digest.update(b"\n")

    @property
    def sha256(self) -> str:
        """In hexadecimal."""
        return str(self._digest.hexdigest())


def sum_of(part: Part, values: Iterable[Any]) -> Sum:
    """The sum of a part's values."""
    total = Sum()
    for value in values:
        total.add(part.line(value))
    return total


def united(part: Part, values: Iterable[Any], added: Iterable[Any], after: str = "") -> Iterator[Any]:
    """Records of a collection in the order of keys; of two with one key the added one."""
    by_key = {part.key(value): value for value in (*values, *added)}
    return (by_key[key] for key in sorted(by_key) if key > after)


def side_by_side(part: Part, ours: Iterator[Any], theirs: Iterator[Any]) -> Iterator[tuple[Any, Any]]:
    """Values of two contents by key; ``None`` where one side has none under that key.

    Each side is asked for its next value only once the other has come up to it.
    """
    one, other = next(ours, None), next(theirs, None)
    while one is not None or other is not None:
        if other is None or (one is not None and part.key(one) < part.key(other)):
            yield one, None
            one = next(ours, None)
        elif one is None or part.key(other) < part.key(one):
            yield None, other
            other = next(theirs, None)
        else:
            yield one, other
            one, other = next(ours, None), next(theirs, None)
