"""The filters that every reading command takes, as options."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from pasip_core.commands import keywords as keyword_commands
from pasip_core.domain.analysis import EMOTIONS, PENDING, SENTIMENTS
from pasip_core.domain.filters import Filters
from pasip_core.domain.period import EARLIEST, LATEST, Period, parse_day
from pasip_core.errors import InputError
from pasip_core.queries.overview import where_data_lies
from pasip_core.stores.ports import Stores

From = Annotated[str | None, typer.Option("--from", metavar="DAY", help="First day, as 2026-11-01.")]
To = Annotated[str | None, typer.Option("--to", metavar="DAY", help="Last day, included.")]
Keywords = Annotated[list[str] | None, typer.Option("--keyword", "-k", help="Name or id; may be repeated.")]
Platforms = Annotated[list[str] | None, typer.Option("--platform", help="Such as twitter or news; may be repeated.")]
Sources = Annotated[list[str] | None, typer.Option("--source", help="Such as detik.com; may be repeated.")]
Sentiments = Annotated[
    list[str] | None, typer.Option("--sentiment", help="positive, neutral, negative or pending; may be repeated.")
]
Emotions = Annotated[
    list[str] | None, typer.Option("--emotion", help=f"{', '.join(EMOTIONS)} or {PENDING}; may be repeated.")
]
Text = Annotated[str, typer.Option("--text", help='All these words; "quoted words" stand together.')]


def build_filters(
    stores: Stores,
    period: Period,
    keywords: list[str] | None,
    platforms: list[str] | None,
    sources: list[str] | None,
    sentiments: list[str] | None,
    emotions: list[str] | None,
    text: str,
) -> Filters:
    """Filters from options. ``InputError`` for a keyword, sentiment or emotion that there is none of, and for broken
    text."""
    check_text("--keyword", *keywords or ())
    check_text("--platform", *platforms or ())
    check_text("--source", *sources or ())
    check_text("--text", text)
    _check_known("--sentiment", sentiments, SENTIMENTS)
    _check_known("--emotion", emotions, EMOTIONS)
    ids = tuple(dict.fromkeys(keyword_commands.find(stores, name).id for name in keywords or ()))
    return Filters(
        period, ids, tuple(platforms or ()), tuple(sources or ()), tuple(sentiments or ()), text,
        emotions=tuple(emotions or ()),
    )  # fmt: skip


def _check_known(option: str, names: list[str] | None, known: Sequence[str]) -> None:
    for name in names or ():
        if name not in (*known, PENDING):
            raise InputError(
                f"{option}: {name!r} is none; use {', '.join(known)} or {PENDING}", field=option, value=name
            )


def check_text(option: str, *texts: str) -> None:
    """``InputError`` for bytes that are no text: a shell passes on whatever it is given."""
    for text in texts:
        try:
            text.encode()
        except UnicodeEncodeError:
            raise InputError(f"{option}: {text!r} is not valid UTF-8 text; write it anew", field=option) from None


def week(first: str | None, last: str | None, now: datetime, zone: ZoneInfo) -> Period:
    """The period of the options; the last seven days where none is given, seven days where one is."""
    if first is None and last is None:
        return Period.last_days(7, now, zone)
    begin, end = _day("--from", first), _day("--to", last)
    today = now.astimezone(zone).date()
    if end is None:
        end = max(today, begin) if begin else today
    if begin is None:
        begin = date.fromordinal(end.toordinal() - 6)
    return _period(begin, end, zone)


def everything(first: str | None, last: str | None, stores: Stores, now: datetime, zone: ZoneInfo) -> Period:
    """The period of the options; an open side reaches as far as there are mentions."""
    lies = where_data_lies(stores, Period.last_days(1, now, zone)) or Period.last_days(1, now, zone)
    begin, end = _day("--from", first), _day("--to", last)
    begin = begin or min(lies.first, end or lies.first)
    return _period(begin, end or max(lies.last, begin), zone)


def _period(first: date, last: date, zone: ZoneInfo) -> Period:
    if last < first:
        raise InputError(f"--to: {last} lies before --from {first}; swap them", field="--to", value=last)
    return Period(first, last, zone)


def _day(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    day = parse_day(text)
    if day is None:
        raise InputError(
            f"{option}: {text!r} is no day between {EARLIEST.year} and {LATEST.year}; write it as 2026-11-01",
            field=option,
            value=text,
        )
    return day
