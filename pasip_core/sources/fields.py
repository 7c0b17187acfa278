"""Reading single values out of what an API sent: whatever is not as promised is "not told", never an error."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pasip_core.domain.mention import EMPTY, LARGEST_COUNT

_SHORT_COUNT = re.compile(r"(\d+(?:[.,]\d+)?)\s*([KMB]|rb|jt|ribu|juta)?", re.IGNORECASE)
_SECONDS = re.compile(r"\d{9,11}(\.\d+)?")
_TIMES = {"": 1, "k": 1e3, "rb": 1e3, "ribu": 1e3, "m": 1e6, "jt": 1e6, "juta": 1e6, "b": 1e9}
LONGEST_TEXT = 100_000
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def mapping(value: object, *path: str) -> Mapping[str, Any]:
    """The object at ``path`` below ``value``; an empty one where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else EMPTY


def items(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list; anything else in it, or in its place, is passed over."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []


def text(*values: object) -> str:
    """The first value that is a text with something in it, trimmed; numbers count as text. "" where none is."""
    for value in values:
        if isinstance(value, bool) or not isinstance(value, str | int):
            continue
        told = str(value)[:LONGEST_TEXT].replace("\x00", "").strip() if isinstance(value, str) else f"{value:.0f}"
        if told:
            return told
    return ""


def unescaped(*values: object) -> str:
    """Like :func:`text`, with ``&amp;`` and the like resolved once."""
    return html.unescape(text(*values))


def count(*values: object) -> int | None:
    """The first value that tells a number: 12, "12", "1,234", "12.3K", "1,2 rb". ``None`` where none does."""
    for value in values:
        number = _number(value)
        if number is not None and 0 <= number <= LARGEST_COUNT:
            return round(number)
    return None


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if -LARGEST_COUNT <= value <= LARGEST_COUNT and math.isfinite(value) else None
    if not isinstance(value, str) or len(value) > 40:
        return None
    told = value.strip()
    if re.fullmatch(r"\d{1,3}([., ]\d{3})+", told):
        return float(re.sub(r"\D", "", told))
    found = _SHORT_COUNT.fullmatch(told)
    if not found:
        return None
    return float(found[1].replace(",", ".")) * _TIMES[(found[2] or "").lower()]


def moment(value: object, now: datetime) -> datetime | None:
    """An aware UTC time from ISO text (without zone: UTC), compact ``20261123T031500Z``, or seconds since 1970,
    also where those are written as text.

    ``None`` for what cannot be read, lies before 2000, or more than a day ahead of ``now``.
    """
    try:
        if isinstance(value, bool):
            return None
        if isinstance(value, int | float):
            found = datetime.fromtimestamp(value, UTC)
        elif isinstance(value, str) and _SECONDS.fullmatch(value.strip()):
            found = datetime.fromtimestamp(float(value), UTC)
        elif isinstance(value, str):
            found = datetime.fromisoformat(value.strip())
        else:
            return None
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return found if EARLIEST <= found <= now + timedelta(days=1) else None


def summed(values: Iterable[int | None]) -> int | None:
    """The sum of what is told, ``None`` where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
