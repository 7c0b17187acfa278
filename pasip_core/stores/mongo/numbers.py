"""The numbers of one day, computed from its mentions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pasip_core.domain.analysis import PENDING
from pasip_core.domain.metrics import ALL_KEYWORDS, Cell, DayNumbers, SetCell
from pasip_core.domain.period import Period

from .documents import hour_start
from .server import Document, Server

FACTS = {
    "published_at": 1, "platform": 1, "source": 1, "keywords": 1, "stances": 1, "analysis.sentiment": 1,
    "engagement.total": 1, "cluster_id": 1,
}  # fmt: skip


@dataclass
class Sum:
    """What adds up to a cell."""

    volume: int = 0
    engagement: int | None = None
    stories: set[str] = field(default_factory=set)

    def add(self, document: Document) -> None:
        """One more mention."""
        self.volume += 1
        self.stories.add(document["cluster_id"])
        total = document["engagement"]["total"]
        if total is not None:
            self.engagement = (self.engagement or 0) + total

    @property
    def numbers(self) -> tuple[int, int, int | None]:
        """count, volume, engagement_total."""
        return len(self.stories), self.volume, self.engagement


def compute(server: Server, day: date, zone: ZoneInfo) -> DayNumbers:
    """See ``MentionStore.numbers``. One pass in constant memory but for the names of stories."""
    period = Period(day, day, zone)
    cells: dict[tuple[str, str, str], Sum] = defaultdict(Sum)
    hours: dict[datetime, dict[tuple[str, str, str], Sum]] = {hour: defaultdict(Sum) for hour in _hours(period)}
    sets: dict[tuple[tuple[str, ...], str, str, str], Sum] = defaultdict(Sum)
    query = {"published_at": {"$gte": period.start, "$lt": period.end}, "excluded": False}
    for document in server["scraped_data"].find(query, FACTS):
        hour = hours.setdefault(hour_start(document["published_at"], zone), defaultdict(Sum))
        for place in _places(document):
            cells[place].add(document)
            hour[place].add(document)
        platform, source = document["platform"], document["source"]
        sets[tuple(document["keywords"]), platform, source, _whole(document)].add(document)
    return DayNumbers(
        day,
        {moment: _cells(found) for moment, found in hours.items()},
        _cells(cells),
        tuple(SetCell(*place, *found.numbers) for place, found in sets.items()),
    )


def _hours(day: Period) -> Iterator[datetime]:
    """Every hour of the day, empty ones too, so that they replace what was there."""
    moment = day.start
    while moment < day.end:
        yield moment
        moment += timedelta(hours=1)


def _places(document: Document) -> Iterator[tuple[str, str, str]]:
    platform = document["platform"]
    yield ALL_KEYWORDS, platform, _whole(document)
    for keyword in document["keywords"]:
        yield keyword, platform, document["stances"].get(keyword, PENDING)


def _whole(document: Document) -> str:
    analysis = document.get("analysis")
    return str(analysis["sentiment"]) if analysis else PENDING


def _cells(sums: dict[tuple[str, str, str], Sum]) -> tuple[Cell, ...]:
    return tuple(Cell(*place, *found.numbers) for place, found in sums.items())
