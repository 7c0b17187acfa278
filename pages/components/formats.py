"""Numbers, dates and times as people of each language write them; times in the zone of this installation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.numbers import format_compact_decimal, format_decimal

from pages.components.i18n import language, t
from pasip_core.domain.metrics import BoundedCount, growth_rate
from pasip_core.domain.period import Period
from pasip_core.settings import current_settings

UNKNOWN = "–"
MOST_CHANGE = 999
ZONE_NAMES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


def number(value: float | None) -> str:
    """With the thousands separators of the language; a dash where it is not known."""
    return UNKNOWN if value is None else format_decimal(value, locale=language())


def compact(value: float | None) -> str:
    """Short from ten thousand on: 12.3K, 1,2 jt."""
    if value is None or abs(value) < 10_000:
        return number(value)
    return format_compact_decimal(value, locale=language(), fraction_digits=1)


def percent(value: float | None) -> str:
    """``value`` is in percent already; one decimal."""
    return UNKNOWN if value is None else format_decimal(value, format="#,##0.0", locale=language()) + "%"


def change(value: float | None, unit: str = "%") -> str | None:
    """A signed difference for a metric's second line; ``None`` where there is nothing to compare with.

    A growth of thousands of percent says only that there was next to nothing before: it is cut.
    """
    if value is None:
        return None
    if value > MOST_CHANGE:
        return f"> +{MOST_CHANGE}{unit}"
    shown = format_decimal(abs(value), format="#,##0.0", locale=language())
    sign = "-" if value < 0 else "+"
    return f"{sign}{shown}{unit}"


def signed(value: float | None) -> str:
    """A number between -100 and 100 that shows on which side it lies."""
    if value is None:
        return UNKNOWN
    return ("+" if value > 0 else "") + format_decimal(value, format="#,##0.0", locale=language())


def growth(now: float | None, before: float | None) -> float | None:
    """Percent against before; ``None`` where either is unknown or there was nothing."""
    return None if now is None or before is None else growth_rate(now, before)


def money(value: float) -> str:
    """With two decimals."""
    return format_decimal(value, format="#,##0.00", locale=language())


def hours(of_a_day: Sequence[int]) -> str:
    """Hours from 0 to 23, rising, as stretches: ``09:00–12:00, 20:00–24:00``."""
    stretches: list[list[int]] = []
    for hour in of_a_day:
        if stretches and stretches[-1][1] == hour:
            stretches[-1][1] = hour + 1
        else:
            stretches.append([hour, hour + 1])
    return ", ".join(f"{begins:02}:00–{ends:02}:00" for begins, ends in stretches)


def either(names: Sequence[str]) -> str:
    """``jokowi, prabowo, or anies``."""
    return format_list(names, style="or", locale=language())


def bounded(count: BoundedCount) -> str:
    """A count that stopped looking says so."""
    return number(count.value) if count.exact else t("more than {n}", n=number(count.value))


def day(value: date) -> str:
    """3 May 2019 in either language's words."""
    return format_date(value, "d MMM y", locale=language())


def period(value: Period) -> str:
    """``1 Apr – 31 May 2019``: the year once where one is enough."""
    if value.length == 1:
        return day(value.first)
    if value.first.year == value.last.year:
        return f"{format_date(value.first, 'd MMM', locale=language())} – {day(value.last)}"
    return f"{day(value.first)} – {day(value.last)}"


def named_period(value: Period) -> str:
    """The same; of a single day its day of the week, too: ``Mon, 29 Apr 2019``."""
    return format_date(value.first, "EEE, d MMM y", locale=language()) if value.length == 1 else period(value)


def moment(value: datetime | None) -> str:
    """Date and time of day in our zone, with the zone's name."""
    if value is None:
        return UNKNOWN
    zone = current_settings().zone
    shown = format_datetime(value, "d MMM y HH:mm", tzinfo=zone, locale=language())
    return f"{shown} {zone_name()}"


def exact_moment(value: datetime) -> str:
    """The same to the second, without the name of the zone."""
    return format_datetime(value, "d MMM y HH:mm:ss", tzinfo=current_settings().zone, locale=language())


def zone_name() -> str:
    """WIB, WITA, WIT, or the zone's own name."""
    name = current_settings().timezone
    return ZONE_NAMES.get(name, name)


def ago(value: datetime | None, now: datetime) -> str:
    """How long ago, in words."""
    if value is None:
        return t("never")
    from babel.dates import format_timedelta

    return format_timedelta(value - now, add_direction=True, locale=language())


def duration(seconds: float | None, *, short: bool = False) -> str:
    """4 minutes, 2 hours; a dash where it is not known."""
    if seconds is None:
        return UNKNOWN
    from babel.dates import format_timedelta

    width: Literal["short", "long"] = "short" if short else "long"
    return format_timedelta(timedelta(seconds=seconds), format=width, threshold=1.5, locale=language())


def d3_locale() -> dict[str, object]:
    """Month and weekday names and number signs for charts."""
    locale = Locale.parse(language())
    months, days = locale.months["format"], locale.days["format"]
    # CLDR counts weekdays from Monday, d3 from Sunday
    order = [6, 0, 1, 2, 3, 4, 5]
    return {
        "number": {
            "decimal": locale.number_symbols["latn"]["decimal"],
            "thousands": locale.number_symbols["latn"]["group"],
            "grouping": [3],
            "currency": ["", ""],
        },
        "time": {
            "dateTime": "%-d %b %Y %H:%M",
            "date": "%-d %b %Y",
            "time": "%H:%M",
            "periods": ["AM", "PM"],
            "days": [days["wide"][i] for i in order],
            "shortDays": [days["abbreviated"][i] for i in order],
            "months": [months["wide"][i] for i in range(1, 13)],
            "shortMonths": [months["abbreviated"][i] for i in range(1, 13)],
        },
    }
