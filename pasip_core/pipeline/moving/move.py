"""Moving everything into a store, such that it can be killed anywhere and go on.

Three rounds: bring over what differs, compare both sides, and settle the days whose numbers came with it. The
numbers are brought, not recomputed: those of mentions that were removed long ago can be computed by nobody.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from pasip_core.domain.metrics import DayNumbers
from pasip_core.domain.period import JAKARTA
from pasip_core.domain.runs import Move
from pasip_core.errors import InputError, PartsDiffer, StoreUnavailable
from pasip_core.stores.ports import Fence, Stores, Touched

from ..progress import Clock, Progress, silent, utc_now
from ..rollup import LEASE, LEASE_SECONDS
from .contents import ALL_DAYS, AT_ONCE, Contents, StoreContents, Sum, side_by_side, sum_of
from .parts import MENTIONS, NUMBERS, Part, all_parts
from .remembering import MEMORY, unerased

ID = "move"
PATIENCE_SECONDS = LEASE_SECONDS + 5
PUBLISHED = "sources"
ROUNDS = 2
"""The second one brings what changed in a source that is in use."""

Pairs = Sequence[tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Moved:
    """What is the same on both sides now. ``pending_days`` have numbers that rollup has yet to recompute.

    ``erased`` counts mentions that were left out, since the target remembers that their persons were erased.
    """

    parts: Mapping[str, Sum]
    pending_days: int
    erased: int = 0


def move(
    source: Contents,
    target: Stores,
    *,
    zone: ZoneInfo = JAKARTA,
    mindful_of: Stores | None = None,
    clock: Clock = utc_now,
    progress: Progress = silent,
    patience: float = PATIENCE_SECONDS,
) -> Moved:
    """Make ``target`` hold exactly what ``source`` does, but for persons whom it remembers to have been erased.

    ``zone`` is that of the days on both sides. Erasures that ``mindful_of`` remembers count as the target's.

    Killed anywhere and run again it goes on where it was. Run again after the end it brings what changed since.
    ``InputError`` where the target holds anything else; ``PartsDiffer`` where the source changes faster than it
    is moved; ``StoreUnavailable`` where a rollup in the target does not end; ``LeaseLost`` where the same move
    was started twice.
    """
    with _rollup_held(target, source.origin, patience) as fence:
        begun = _begin(source, target, clock)
        source = taken = unerased(source, [target, *([mindful_of] if mindful_of else [])], zone)
        mover = _Mover(source, target, StoreContents(target), fence, progress)
        for attempt in range(ROUNDS):
            mover.bring(begun if attempt == 0 else replace(begun, part="", after=""))
            pending = source.pending()
            touched = mover.touched(pending)
            sums = mover.compare()
            if all(ours.sha256 == theirs.sha256 for ours, theirs in sums.values()):
                mover.settle(touched, pending)
                _finish(target, begun, clock)
                return Moved({name: theirs for name, (_, theirs) in sums.items()}, len(pending), taken.left_out.total())
        target.moves.save(replace(begun, part="", after=""))
        raise PartsDiffer(_differences(sums))


@contextmanager
def _rollup_held(target: Stores, origin: str, patience: float) -> Iterator[Fence]:
    """Nothing is recomputed in the target meanwhile. The same move started again takes the lease over at once."""
    deadline = time.monotonic() + patience
    while (fence := target.leases.acquire(LEASE, f"move {origin}", LEASE_SECONDS)) is None:
        if time.monotonic() > deadline:
            raise StoreUnavailable("the target's numbers are being recomputed; stop what runs there and try again")
        time.sleep(0.2)
    try:
        yield fence
    finally:
        target.leases.release(fence)


def _begin(source: Contents, target: Stores, clock: Clock) -> Move:
    """The record of this move, new or as far as it came."""
    known, held = target.moves.get(ID), _first_filled(StoreContents(target), but=MEMORY)
    if not held:
        if not _first_filled(source):
            raise InputError(f"source: {source.origin} is empty; there is nothing to move", field="source")
        known = Move(ID, source.origin, clock())
    elif known is None:
        raise InputError(f"target: the store already holds {held}; it takes an empty one", field="target")
    elif known.origin != source.origin:
        raise InputError(f"target: the store was filled from {known.origin}; it takes an empty one", field="target")
    elif known.finished_at is not None:
        if known.left_as != _state(target):
            raise InputError(
                "target: the store has been in use since everything was moved there, and would lose what is new; "
                "it takes an empty one",
                field="target",
            )
        known = Move(ID, source.origin, clock())
    target.moves.save(known)
    return known


def _first_filled(contents: Contents, but: Collection[str] = ()) -> str:
    """The name of a part that holds anything but what workers publish by themselves, and but for these collections."""
    parts = (part for part in all_parts() if part.collection not in {PUBLISHED, *but})
    filled = (part.name for part in parts if next(contents.values(part), None) is not None)
    return next(filled, "").removeprefix("records/")


def _finish(target: Stores, begun: Move, clock: Clock) -> None:
    target.moves.save(replace(begun, part="", after="", finished_at=clock(), left_as=_state(target)))


def _state(target: Stores) -> str:
    """A digest that changes with whatever is written; what is many is represented by the watermark."""
    held = StoreContents(target)
    sums = [sum_of(part, held.values(part)).sha256 for part in all_parts() if part.collection]
    return hashlib.sha256(" ".join([target.mentions.watermark(), *sums]).encode()).hexdigest()


def _differences(sums: Mapping[str, tuple[Sum, Sum]]) -> str:
    told = [
        f"{name} ({ours.count} there, {theirs.count} here)"
        for name, (ours, theirs) in sums.items()
        if ours.sha256 != theirs.sha256
    ]
    return f"not the same on both sides: {', '.join(told)}; stop what writes to the source and run it again"


@dataclass(frozen=True)
class _Mover:
    source: Contents
    target: Stores
    held: StoreContents
    fence: Fence
    progress: Progress

    def bring(self, begun: Move) -> None:
        """Write what differs, part by part; with the position after each batch, so that the next try goes on.

        The day at which an earlier try was killed is written again even if it is the same: a store may keep a
        copy of the numbers elsewhere, and have come to half of it.
        """
        parts = all_parts()
        names = [part.name for part in parts]
        first = names.index(begun.part) if begun.part in names else 0
        doubtful = bool(begun.part)
        for part in parts[first:]:
            after = begun.after if part.name == begun.part else ""
            for batch in self._batches(part, after, part.note):
                again = doubtful and part.name == NUMBERS
                self._write(part, [pair for pair in batch if again or _differ(part, *pair)])
                doubtful = doubtful and not again
                last = batch[-1][0] if batch[-1][0] is not None else batch[-1][1]
                self.target.moves.save(replace(begun, part=part.name, after=part.key(last)))

    def _batches(self, part: Part, after: str, note: str) -> Iterator[Pairs]:
        """Both sides of a part, some at a time, holding on to the lease."""
        total, done = self.source.count(part), 0
        pairs = side_by_side(part, self.source.values(part, after), self.held.values(part, after))
        size = 1 if part.name == NUMBERS else AT_ONCE
        while batch := list(islice(pairs, size)):
            self.target.leases.renew(self.fence, LEASE_SECONDS)
            yield batch
            done += len(batch)
            self.progress(done, None if total is None else max(done, total), note)
        if total is None:
            self.progress(done, done, note)

    def _write(self, part: Part, pairs: Pairs) -> None:
        if part.name == MENTIONS:
            self.target.mentions.keep([ours for ours, _ in pairs if ours is not None])
            self.target.mentions.exclude([theirs.mention.id for ours, theirs in pairs if ours is None])
        elif part.name == NUMBERS:
            for ours, theirs in pairs:
                self.target.metrics.write(_in_place_of(ours, theirs), self.fence)
        else:
            records = getattr(self.target, part.collection)
            for ours, theirs in pairs:
                if ours is None:
                    records.delete(theirs.id)
                else:
                    records.save(ours)

    def touched(self, pending: set[date]) -> list[Touched]:
        """What is noted for rollup in the target, as it is before both sides are compared.

        Days that wait in the source wait in the target too, even if nothing of them was brought.
        """
        days = self.target.mentions.touched_days(ALL_DAYS)
        if pending - set(days):
            self.target.mentions.touch_everything()
            days = self.target.mentions.touched_days(ALL_DAYS)
        return [self.target.mentions.touched(day) for day in days]

    def compare(self) -> dict[str, tuple[Sum, Sum]]:
        """Sums of each part on both sides. A mention that only waits for its removal is none."""
        sums = {}
        for part in all_parts():
            here, there = Sum(), Sum()
            for batch in self._batches(part, "", f"comparing: {part.name}"):
                for ours, theirs in batch:
                    if ours is not None:
                        here.add(part.line(ours))
                    if theirs is not None and not _leaving(part, ours, theirs):
                        there.add(part.line(theirs))
            sums[part.name] = here, there
        return sums

    def settle(self, touched: Sequence[Touched], pending: set[date]) -> None:
        """Nothing is to be recomputed but what has to be in the source as well."""
        for one in touched:
            if one.day not in pending:
                self.target.leases.renew(self.fence, LEASE_SECONDS)
                self.target.mentions.settle(one, self.fence)


def _differ(part: Part, ours: Any, theirs: Any) -> bool:
    if ours is None:
        return not _leaving(part, ours, theirs)
    return theirs is None or part.line(ours) != part.line(theirs)


def _leaving(part: Part, ours: Any, theirs: Any) -> bool:
    """Whether the source has removed it, and the target is about to."""
    return part.name == MENTIONS and ours is None and bool(theirs.excluded)


def _in_place_of(ours: DayNumbers | None, theirs: DayNumbers | None) -> DayNumbers:
    """Numbers to write; hours that only the target has become empty."""
    if ours is None:
        assert theirs is not None
        ours = DayNumbers(theirs.day, {}, (), ())
    stale: Mapping[Any, Any] = {} if theirs is None else dict.fromkeys(theirs.hours, ())
    return replace(ours, hours={**stale, **ours.hours})
