"""Cells as points of InfluxDB.

Measurement ``sentiment_metrics`` holds the day cells, at the moment their day begins, and
``sentiment_metrics_hourly`` the hour cells: a story told in two hours is one in the day, so hours do not add
up to days, and a panel that sums one measurement never sums both. Tags: keyword (``*`` for all mentions),
platform, sentiment. Fields: count, volume, engagement_total, and engagement_known, which is 0 where nobody
told any engagement: a field, once written, can be overwritten but not taken back. For the same reason a cell
that is no more is a point of zeros.

Measurement ``trending_metrics`` holds a point a topic, platform and day. Tags: topic (its id: names are words of
people), platform. Fields: mentions_count, trending_score (0 to 100), sentiment_score (-1 to +1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

from influxdb_client import Point, WritePrecision

from pasip_core.domain.metrics import Cell, DayNumbers
from pasip_core.domain.period import day_start
from pasip_core.domain.topic import TopicPoint

DAYS, HOURS = "sentiment_metrics", "sentiment_metrics_hourly"
TOPICS = "trending_metrics"
TAGS = ("keyword", "platform", "sentiment")
FIRST_YEAR, LAST_YEAR = 1678, 2261
"""Whole years that 64 bits of nanoseconds since 1970 can tell."""
EARLIEST = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)

_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\\%]")
_NOTHING = "%"


class Place(NamedTuple):
    """What makes a point this point: another one with the same place overwrites it. ``seconds`` since 1970."""

    measurement: str
    seconds: int
    keyword: str
    platform: str
    sentiment: str


def fits(first: date, last: date) -> bool:
    """Whether InfluxDB can tell the time of these days and of their neighbours."""
    return first.year > FIRST_YEAR and last.year < LAST_YEAR


def points_of(numbers: DayNumbers, zone: ZoneInfo) -> dict[Place, Cell]:
    """Every cell of a single keyword, by its place."""
    cells = _placed(DAYS, day_start(numbers.day, zone), numbers.cells)
    for hour, told in numbers.hours.items():
        cells |= _placed(HOURS, hour, told)
    return cells


def _placed(measurement: str, moment: datetime, cells: Iterable[Cell]) -> dict[Place, Cell]:
    seconds = int(moment.timestamp())
    return {Place(measurement, seconds, c.keyword, c.platform, c.sentiment): c for c in cells}


def line(place: Place, cell: Cell | None) -> str:
    """The point in line protocol, time in seconds; zeros where there is no cell any more."""
    told = cell.engagement_total if cell else None
    point = Point(place.measurement).time(place.seconds, WritePrecision.S)
    for name in TAGS:
        point.tag(name, tag_text(getattr(place, name)))
    point.field("count", cell.count if cell else 0).field("volume", cell.volume if cell else 0)
    point.field("engagement_total", told or 0).field("engagement_known", int(told is not None))
    return str(point.to_line_protocol())


def topic_line(point: TopicPoint, zone: ZoneInfo) -> str:
    """What is said of a topic on a day in line protocol, at the moment the day begins."""
    begins = int(day_start(point.day, zone).timestamp())
    made = Point(TOPICS).time(begins, WritePrecision.S)
    made.tag("topic", tag_text(point.topic)).tag("platform", tag_text(point.platform))
    made.field("mentions_count", point.mentions_count).field("trending_score", float(point.trending_score))
    return str(made.field("sentiment_score", float(point.sentiment_score)).to_line_protocol())


def place_of(row: Mapping[str, object]) -> Place:
    """The place of a row that carries measurement, time and all tags."""
    moment = row["_time"]
    assert isinstance(moment, datetime)
    tags = (tag_value(str(row[name])) for name in TAGS)
    return Place(str(row["_measurement"]), int(moment.timestamp()), *tags)


def tag_text(value: str) -> str:
    """``value`` as a tag: line protocol has no way to say nothing, control characters or a backslash at the end.

    Those are written as in web addresses (``%5C``); everything else stays readable.
    """
    return _UNSPEAKABLE.sub(lambda found: quote(found[0], safe="", errors="surrogatepass"), value) or _NOTHING


def tag_value(text: str) -> str:
    """What ``tag_text`` was given."""
    return "" if text == _NOTHING else unquote(text, errors="surrogatepass")
