"""Dates as Indonesian (and English) pages, feeds and meta tags write them.

One entry, :func:`parse_date`. A time without a zone is Western Indonesian Time (WIB, +07:00); ``03/08/2026`` is
always the third of August.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

WIB = timezone(timedelta(hours=7), "WIB")

_MAX_CHARS = 400
_MAX_AHEAD = timedelta(days=1)

_MONTH_WORDS = (
    "jan januari january", "feb februari pebruari february peb", "mar maret march mrt", "apr april", "mei may",
    "jun juni june", "jul juli july", "agu agustus agt ags aug august agus", "sep september sept",
    "okt oktober oct october", "nov november nop nopember", "des desember dec december",
)  # fmt: skip
_MONTHS = {word: number for number, words in enumerate(_MONTH_WORDS, 1) for word in words.split()}

_ZONE_HOURS = {
    "wib": 7, "wita": 8, "wit": 9, "utc": 0, "gmt": 0, "ut": 0, "z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5,
    "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "bst": 1, "cet": 1, "cest": 2, "sgt": 8, "myt": 8, "jst": 9,
}  # fmt: skip

_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_OFFSET = r"[+-]\d{2}(?::?\d{2})?(?!\d)|(?:utc|gmt)\s?[+-]\d{1,2}(?::?\d{2})?"
_ZONE = rf"(?:{_OFFSET}|\b(?:{'|'.join(_ZONE_HOURS)})\b|z\b)"
_CLOCK = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d{1,9})?)?(?![\d/])"
_HALF = r"(?:\s?(?P<half>[ap])\.?m\b\.?)?"
_TIME = rf"(?<![\d/.:-]){_CLOCK}{_HALF}(?:\s*\(?(?P<zone>{_ZONE})\)?)?"

_ISO = re.compile(
    r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)"
    r"(?:\s*,?\s*(?:t|wib|wita|wit|\s|\|)\s*(?P<hour>\d{1,2})(?P<sep>[:.-])(?P<minute>\d{2})"
    rf"(?:[:.-](?P<second>\d{{2}})(?:[.,]\d{{1,9}})?)?{_HALF}\s*\(?(?P<zone>{_ZONE})?)?"
)
_COMPACT = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})"
    rf"(?:[t ]?(?P<hour>\d{{2}})(?P<minute>\d{{2}})(?P<second>\d{{2}})?\s*(?P<zone>{_ZONE})?)?(?!\d)"
)
_DAY_MONTH = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s.\-/]*(?P<month>{_MONTH})\b[\s.,\-/]*"
    r"(?P<year>\d{4}|\d{2}(?=\s\d\d:\d\d))(?!\d)"  # RFC 822 allowed two digits
)
_MONTH_DAY = re.compile(
    rf"\b(?P<month>{_MONTH})\b\.?\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s*(?P<year>\d{{4}})(?!\d)"
)
_NUMBERS = re.compile(r"(?<![\d/.-])(?P<day>\d{1,2})(?P<cut>[/.-])(?P<month>\d{1,2})(?P=cut)(?P<year>\d{4})(?!\d)")
_CLOCK_AFTER = re.compile(rf"^[^0-9+]{{0,24}}?{_TIME}")
_CLOCK_BEFORE = re.compile(rf"{_TIME}[^0-9]{{0,16}}$")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?")
_UPDATED = re.compile(r"\b(?:diperbarui|diperbaharui|diupdate|updated|last updated|update|pembaruan|modified)\b")

_UNITS = {
    "detik": 1, "second": 1, "seconds": 1, "menit": 60, "minute": 60, "minutes": 60, "mins": 60, "min": 60,
    "jam": 3600, "hour": 3600, "hours": 3600, "hari": 86400, "day": 86400, "days": 86400, "minggu": 604800,
    "pekan": 604800, "week": 604800, "weeks": 604800, "bulan": 2592000, "month": 2592000, "months": 2592000,
    "tahun": 31536000, "year": 31536000, "years": 31536000,
}  # fmt: skip
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_AGO = re.compile(
    rf"(?<![\w.])(?:(?P<count>\d{{1,4}})\s*|(?P<one>se|a |an |satu |one ))(?P<unit>{_UNIT})"
    r"\s+(?:yang\s+|yg\s+)?(?:lalu|ago)\b"
)
_DAY_WORDS = ((re.compile(r"\b(?:kemarin|yesterday)\b"), 1), (re.compile(r"\b(?:hari ini|today)\b"), 0))
_JUST_NOW = re.compile(r"\b(?:baru saja|barusan|just now)\b")


def parse_date(text: object, *, now: datetime | None = None) -> datetime | None:
    """The aware moment that ``text`` names, or ``None``; never raises.

    Understands ISO 8601 and RFC 822 (with WIB, WITA, WIT and Indonesian words), ``Senin, 23 Nov 2026 10:15 WIB``,
    ``Kompas.com, 23/11/2026, 10.15 WIB``, milliseconds and seconds since 1970, and words such as ``9 menit lalu`` or
    ``kemarin`` (reckoned from ``now``). Of "published … updated …" it takes the publication. A moment more
    than a day after ``now`` is taken for a mistake. A day without a time is its midnight.
    """
    moment = _aware(now)
    if isinstance(text, datetime):
        return _plausible(text if text.tzinfo else text.replace(tzinfo=WIB), moment)
    if not isinstance(text, str):
        return None
    plain = " ".join(unicodedata.normalize("NFKC", text[:_MAX_CHARS]).casefold().split())
    plain = _published_part(plain.replace("–", "-").replace("—", "-").replace("−", "-"))
    if not plain:
        return None
    if _EPOCH.fullmatch(plain):
        return _plausible(_epoch(plain), moment)
    return _plausible(_absolute(plain), moment) or _plausible(_relative(plain, moment), moment)


def _aware(now: datetime | None) -> datetime:
    if now is None:
        return datetime.now(UTC)
    return now if now.tzinfo else now.replace(tzinfo=WIB)


def _plausible(found: datetime | None, now: datetime) -> datetime | None:
    try:
        return found if found is not None and found.year >= 1900 and found - now <= _MAX_AHEAD else None
    except OverflowError:  # the last hours of the year 9999, or the first of year 1, in another zone
        return None


def _published_part(text: str) -> str:
    """What stands before "updated", or after it where nothing with a digit does."""
    before, word, after = _split_at(_UPDATED, text)
    if not word:
        return text
    return before if any(c.isdigit() for c in before) else after


def _split_at(pattern: re.Pattern[str], text: str) -> tuple[str, str, str]:
    found = pattern.search(text)
    return (text[: found.start()], found.group(), text[found.end() :]) if found else (text, "", "")


def _epoch(digits: str) -> datetime | None:
    seconds = float(digits)
    if len(digits.split(".")[0]) == 13:
        seconds /= 1000
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _absolute(text: str) -> datetime | None:
    readers: tuple[tuple[re.Pattern[str], Callable[[str, re.Match[str]], datetime | None]], ...] = (
        (_ISO, _from_iso), (_DAY_MONTH, _with_clock), (_MONTH_DAY, _with_clock), (_NUMBERS, _with_clock),
        (_COMPACT, _from_iso),
    )  # fmt: skip
    for pattern, read in readers:
        for match in pattern.finditer(text):
            if (found := read(text, match)) is not None:
                return found
    return None


def _from_iso(text: str, match: re.Match[str]) -> datetime | None:
    parts = match.groupdict()
    if parts["hour"] is None and match.re is _ISO:
        return _with_clock(text, match)
    # detik writes local time as 2026-11-23T10-15-30Z: with dashes in the time, the Z means nothing.
    zone = None if parts.get("sep") == "-" and parts["zone"] == "z" else parts["zone"]
    inner = re.search(r"wita|wit|wib", match.group())
    return _build(parts, zone or (inner.group() if inner else None))


def _with_clock(text: str, match: re.Match[str]) -> datetime | None:
    date = match.groupdict()
    clock = _CLOCK_AFTER.search(text[match.end() :]) or _CLOCK_BEFORE.search(text[: match.start()])
    parts = {**date, **(clock.groupdict() if clock else {})}
    return _build(parts, parts.get("zone")) or _build(date, None)


def _build(parts: dict[str, str | None], zone: str | None) -> datetime | None:
    month = parts["month"] or ""
    year, month_number, day = int(parts["year"] or 0), _MONTHS.get(month) or int(month), int(parts["day"] or 0)
    year += 2000 if year < 100 else 0
    if month_number > 12 and day <= 12:  # 11/23/2026 can only be the American order
        month_number, day = day, month_number
    hour = int(parts.get("hour") or 0)
    if half := parts.get("half"):
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return datetime(
            year, month_number, day, hour, int(parts.get("minute") or 0), min(int(parts.get("second") or 0), 59),
            tzinfo=_zone(zone),
        )  # fmt: skip
    except ValueError:
        return None


def _zone(text: str | None) -> timezone:
    """The zone that a word or an offset names; WIB where there is none or it makes no sense."""
    if not text:
        return WIB
    name = text.strip().replace(" ", "")
    if name in _ZONE_HOURS:
        hours = _ZONE_HOURS[name]
        return WIB if hours == 7 else UTC if hours == 0 else timezone(timedelta(hours=hours))
    found = re.fullmatch(r"(?:utc|gmt)?([+-])(\d{1,2})(?::?(\d{2}))?", name)
    if not found:
        return WIB
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    if offset >= timedelta(hours=24):
        return WIB
    return timezone(-offset if found[1] == "-" else offset)


def _relative(text: str, now: datetime) -> datetime | None:
    if _JUST_NOW.search(text):
        return now
    if found := _AGO.search(text):
        seconds = int(found["count"] or 1) * _UNITS[found["unit"]]
        try:
            return now - timedelta(seconds=seconds)
        except OverflowError:
            return None
    for word, days in _DAY_WORDS:
        if found := word.search(text):
            return _on_day(text[found.end() :], now, days)
    return None


def _on_day(rest: str, now: datetime, days: int) -> datetime:
    """``kemarin 10.15 WIB`` is that time; ``kemarin`` alone is a day before now."""
    then = now - timedelta(days=days)
    clock = _CLOCK_AFTER.search(rest)
    if clock is None or int(clock["hour"]) > 23 or int(clock["minute"]) > 59:
        return then
    zone = _zone(clock["zone"])
    return then.astimezone(zone).replace(hour=int(clock["hour"]), minute=int(clock["minute"]), second=0, microsecond=0)
