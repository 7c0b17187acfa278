"""The questions to InfluxDB, as Flux."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from ..ports import Dimension
from .points import DAYS, HOURS, TAGS, tag_text

_SPECIAL = re.compile(r'[\x00-\x1f\x7f"\\$]')


def sums(
    bucket: str,
    start: datetime,
    stop: datetime,
    by: Sequence[Dimension],
    *,
    keywords: Sequence[str],
    platforms: Sequence[str] = (),
    sentiments: Sequence[str] = (),
) -> str:
    """Fields of the cells from ``start`` up to ``stop``, added up by the tags in ``by``.

    Rows of _field and _value. With a dimension of time they are single points, with _time.
    """
    tags = [name for name in TAGS if name in by]
    timed = "day" in by or "hour" in by
    steps = [
        *_stretch(bucket, start, stop, [HOURS if "hour" in by else DAYS]),
        _among("keyword", map(tag_text, keywords)),
        *([_among("platform", map(tag_text, platforms))] if platforms else []),
        *([_among("sentiment", map(tag_text, sentiments))] if sentiments else []),
        f"group(columns: {_strings(['_field', *tags])})",
        f"keep(columns: {_strings(['_time', '_field', '_value', *tags])})" if timed else "sum()",
    ]
    return _joined(steps)


def places(bucket: str, start: datetime, stop: datetime) -> str:
    """Where there are cells that are not zero: rows of _measurement, _time and the tags."""
    steps = [
        *_stretch(bucket, start, stop, [DAYS, HOURS]),
        'filter(fn: (r) => r._field == "volume")',
        "filter(fn: (r) => r._value > 0)",
        "group()",
        f"keep(columns: {_strings(['_measurement', '_time', *TAGS])})",
    ]
    return _joined(steps)


def every_point_of(measurement: str) -> str:
    """The predicate of a deletion; it is no Flux, but has the same strings."""
    return f"_measurement={string(measurement)}"


def string(value: str) -> str:
    """A string literal that means exactly ``value``: nothing in it ends, escapes or interpolates."""
    return f'"{_SPECIAL.sub(_escaped, value)}"'


def _escaped(found: re.Match[str]) -> str:
    return f"\\x{ord(found[0]):02x}"


def moment(value: datetime) -> str:
    """A time literal, in whole seconds of UTC. Years of four digits."""
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _stretch(bucket: str, start: datetime, stop: datetime, measurements: Sequence[str]) -> list[str]:
    return [
        f"from(bucket: {string(bucket)})",
        f"range(start: {moment(start)}, stop: {moment(stop)})",
        _among("_measurement", measurements),
    ]


def _among(column: str, values: Iterable[str]) -> str:
    return f"filter(fn: (r) => {' or '.join(f'r.{column} == {string(value)}' for value in values)})"


def _strings(values: Iterable[str]) -> str:
    return f"[{', '.join(map(string, values))}]"


def _joined(steps: Sequence[str]) -> str:
    return "\n  |> ".join(steps)
