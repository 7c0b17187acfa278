"""Times of a column: one order of day and month for all of its values, and a zone for those without one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pasip_core.errors import InputError
from pasip_core.sources.dates import WIB, parse_date

from .values import as_text

DAY_FIRST, MONTH_FIRST = ORDERS = ("dmy", "mdy")
_NUMERIC = re.compile(r"\s*(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)(.*)", re.DOTALL)
_NUMBER = re.compile(r"\s*\d{4,19}(?:\.\d+)?\s*")
_ZONED = re.compile(r"(?i)[+-]\d{2}:?\d{2}\b|\b(?:wib|wita|wit|utc|gmt)\b|\dz\b")
_EXCEL_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - serials are naive
_TWITTER_V1 = "%a %b %d %H:%M:%S %z %Y"
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MomentReader:
    """Reads the times of one column. ``order`` is for dates in figures, such as 03/08/2026."""

    zone: ZoneInfo
    now: datetime
    order: str = DAY_FIRST

    def read(self, value: Any) -> datetime:
        """The aware moment. ``InputError`` where there is none, or it lies before 1990 or in the future."""
        moment = self._moment(value)
        if moment is None:
            shown = as_text(value)[:60]
            raise InputError(
                f"published_at: {shown!r} is no date that can be read" if shown else "published_at: the date is empty",
                field="published_at",
                value=value,
            )
        if not _EARLIEST <= moment <= self.now + _AHEAD:
            raise InputError(f"published_at: {moment.isoformat()} lies before 1990 or in the future", value=value)
        return moment

    def _moment(self, value: Any) -> datetime | None:
        if isinstance(value, datetime):
            return self._zoned(value)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=self.zone)
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                return self._from_number(float(value))
            except OverflowError:
                return None
        text = as_text(value).strip()[:200]
        if _NUMBER.fullmatch(text):
            return self._from_number(float(text)) or self._from_words(text)
        if match := _NUMERIC.fullmatch(text):
            text = self._reordered(match)
        try:
            return self._zoned(datetime.fromisoformat(text))
        except ValueError:
            return self._from_words(text)

    def _reordered(self, match: re.Match[str]) -> str:
        """Figures in the column's order as an ISO date; a value that contradicts the order is none."""
        first, second, year, rest = match.group(1), match.group(3), match.group(4), match.group(5)
        day, month = (first, second) if self.order == DAY_FIRST else (second, first)
        if int(month) > 12:
            raise InputError(
                f"published_at: {match.group().strip()[:40]!r} is not {_NAMES[self.order]} as the rest of its column",
                field="published_at",
            )
        return f"{'20' * (len(year) == 2)}{year}-{month:0>2}-{day:0>2}{rest.replace(',', ' ').rstrip()}"

    def _from_number(self, number: float) -> datetime | None:
        """Seconds, milliseconds or microseconds since 1970, or a spreadsheet's days since 1900."""
        if 20_000 <= number < 100_000:
            return self._zoned(_EXCEL_DAY_ZERO + timedelta(seconds=round(number * 86_400)))
        for unit in (1, 1_000, 1_000_000):
            if 6e8 <= number / unit < 1e10:
                return datetime.fromtimestamp(number / unit, UTC)
        return None

    def _from_words(self, text: str) -> datetime | None:
        try:
            return datetime.strptime(text, _TWITTER_V1)  # noqa: DTZ007 - the format has %z
        except ValueError:
            moment = parse_date(text, now=self.now)
        if moment is not None and moment.tzinfo is WIB and not _ZONED.search(text):
            return moment.replace(tzinfo=self.zone)
        return moment

    def _zoned(self, moment: datetime) -> datetime:
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)


_NAMES = {DAY_FIRST: "day/month/year", MONTH_FIRST: "month/day/year"}


def date_order(values: Iterable[Any]) -> str:
    """The order that the values of a column have, told by those that can have only one; else day first.

    ``InputError`` where some can only be day first and others only month first.
    """
    seen: set[str] = set()
    for value in values:
        match = _NUMERIC.fullmatch(as_text(value)[:200])
        if match and int(match.group(1)) > 12 >= int(match.group(3)):
            seen.add(DAY_FIRST)
        elif match and int(match.group(3)) > 12 >= int(match.group(1)):
            seen.add(MONTH_FIRST)
    if len(seen) == 2:
        raise InputError(
            "published_at: some dates are day/month/year, others month/day/year. Write them as year-month-day.",
            field="published_at",
        )
    return seen.pop() if seen else DAY_FIRST
