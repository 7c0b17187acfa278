"""How far each query was read, where answers come newest first and a run may end anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pasip_core.domain.pace import BETWEEN_RUNS

from ..fields import mapping, moment
from ..ledger import Meter
from ..translate import Query

FIRST_LOOK = timedelta(days=7)
"""How far back a query looks that was never asked."""
LONGEST_LOOK = timedelta(days=30)
"""What lies further back is not caught up on."""
MOST_GAPS = 3
MOST_REMEMBERED = 200
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Gap:
    """A stretch that is still to be read; up to now where ``before`` is ``None``."""

    after: datetime
    before: datetime | None = None


@dataclass
class Timeline:
    """One query: read up to ``until``, save for ``gaps`` (the newest first); ``asked`` is when it was asked last.

    A gap shrinks from its newer end with every page, before the page is handed on: wherever a run ends, the next
    one goes on there, and reads what is new first.
    """

    until: datetime
    gaps: list[Gap] = field(default_factory=list)
    asked: datetime | None = None

    @classmethod
    def of(cls, kept: object, now: datetime) -> Timeline:
        """What ``as_json`` gave; whatever cannot be read counts as never asked."""
        values = mapping(kept)
        oldest = now - LONGEST_LOOK
        until = moment(values.get("until"), now) or now - FIRST_LOOK
        pairs = values.get("gaps")
        ends = [pair for pair in (pairs if isinstance(pairs, list | tuple) else ()) if isinstance(pair, list | tuple)]
        times = [(moment(p[0], now), moment(p[1], now)) for p in ends if len(p) == 2]
        gaps = [Gap(max(after, oldest), before) for after, before in times if after and before and before > oldest]
        return cls(max(until, oldest), gaps, moment(values.get("asked"), now))

    def as_json(self) -> dict[str, Any]:
        """Plain values for a cursor; what was not even begun is opened anew by the next run."""
        return {
            "until": self.until.isoformat(),
            "gaps": [[gap.after.isoformat(), gap.before.isoformat()] for gap in self.gaps if gap.before],
            "asked": self.asked.isoformat() if self.asked else None,
        }

    def open(self, now: datetime) -> list[Gap]:
        """What is to be read, the newest first; of too many stretches the oldest become one."""
        self.asked = now
        self.gaps = [Gap(self.until), *(gap for gap in self.gaps if gap.before)]
        while len(self.gaps) > MOST_GAPS:
            oldest, newer = self.gaps.pop(), self.gaps.pop()
            self.gaps.append(Gap(min(oldest.after, newer.after), newer.before))
        return list(self.gaps)

    def saw(self, gap: Gap, times: Iterable[datetime], *, last: bool) -> None:
        """A page of the gap was read; ``last``: there are no more of it.

        Pages are not strictly in order, so that single old items say nothing: the gap ends at the middle of them.
        """
        inside = sorted(t for t in times if t >= gap.after and (gap.before is None or t <= gap.before))
        if inside:
            self.until = max(self.until, inside[-1])
            middle = inside[len(inside) // 2]
            if gap.before is not None and middle >= gap.before:
                middle = min(inside[0], gap.before - timedelta(seconds=1))
            gap.before = middle
        if last or (gap.before is not None and gap.before <= gap.after):
            self.gaps = [other for other in self.gaps if other is not gap]


class Timelines:
    """The timelines of all queries of a source, as its cursor holds them under ``queries``."""

    def __init__(self, cursor: Mapping[str, Any], now: datetime) -> None:
        self._now = now
        self._known = {str(key): Timeline.of(kept, now) for key, kept in mapping(cursor.get("queries")).items()}

    def of(self, key: str) -> Timeline:
        """That of one query."""
        return self._known.setdefault(key, Timeline.of(None, self._now))

    def as_json(self) -> dict[str, Any]:
        """Those asked last, as many as are kept."""
        latest = sorted(self._known.items(), key=lambda pair: pair[1].asked or _LONG_AGO, reverse=True)
        return {key: timeline.as_json() for key, timeline in latest[:MOST_REMEMBERED] if timeline.asked}

    def overdue(self, queries: Sequence[Query]) -> list[Query]:
        """The queries in the order in which to ask: waiting counts five times for priority 1, once for 5."""

        def waited(query: Query) -> float:
            asked = self.of(query.key).asked or _LONG_AGO
            return (self._now - asked).total_seconds() / max(1, query.priority)

        return sorted(queries, key=waited, reverse=True)


def share(meter: Meter, now: datetime, cost: float = 1.0) -> int:
    """How many calls one run may make so that the quota lasts; at least one while one is left."""
    left = int(meter.left() // cost)
    if meter.quota.is_rolling:
        whole = now - meter.quota.since(now)
        return min(left, max(1, int(meter.quota.limit / cost * (BETWEEN_RUNS / whole))))
    rest = max(BETWEEN_RUNS, meter.renewed() - now)
    return min(left, max(1, int(left * (BETWEEN_RUNS / rest))))
