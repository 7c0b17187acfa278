"""Dates as pages, feeds and meta tags write them."""

# ruff: noqa: E501
from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasip_core.sources.dates import WIB, parse_date

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def wib(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=WIB)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Senin, 23 Nov 2026 10:15 WIB", wib(2026, 11, 23, 10, 15)),
        ("Kompas.com, 03/08/2026, 17:53 WIB", wib(2026, 8, 3, 17, 53)),
        ("Kompas.com - 03/08/2026, 17:53 WIB", wib(2026, 8, 3, 17, 53)),
        ("Kompas.com, 03/08/2026, 17:53 WIB Diperbarui 04/08/2026, 18:00 WIB", wib(2026, 8, 3, 17, 53)),
        ("Diperbarui 04/08/2026, 18:00 WIB", wib(2026, 8, 4, 18, 0)),
        ("Jumat, 15 Mei 2026 14:30 WIB", wib(2026, 5, 15, 14, 30)),
        ("Jum'at, 15 Mei 2026 • 14:30 WIB", wib(2026, 5, 15, 14, 30)),
        ("25 Februari 2024 | 00.00 WIB", wib(2024, 2, 25)),
        ("29 Des 2025, 22:28 WIB", wib(2025, 12, 29, 22, 28)),
        ("Kamis, 27 Maret 2025 – 12:01 WIB", wib(2025, 3, 27, 12, 1)),
        ("Ahad 22 Nop 2026 pukul 13.01.59", wib(2026, 11, 22, 13, 1, 59)),
        ("10:15 WIB, 23 Nov 2026", wib(2026, 11, 23, 10, 15)),
        ("2026/11/23 10:15:30", wib(2026, 11, 23, 10, 15, 30)),
        ("2026-11-23 10:15:30", wib(2026, 11, 23, 10, 15, 30)),
        ("2026-11-23T10-15-30Z", wib(2026, 11, 23, 10, 15, 30)),
        ("2026-05-13WIB18:45:00+07:00", wib(2026, 5, 13, 18, 45)),
        ("2026-11-23T10:15:30.123Z", datetime(2026, 11, 23, 10, 15, 30, tzinfo=UTC)),
        ("2026-11-23T10:15:30-05:00", datetime(2026, 11, 23, 15, 15, 30, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 10:15:00 WIB", wib(2026, 11, 23, 10, 15)),
        ("Mon, 23 Nov 2026 10:15:00 GMT", datetime(2026, 11, 23, 10, 15, tzinfo=UTC)),
        ("Mon, 23 Nov 26 10:15:00 +0700", wib(2026, 11, 23, 10, 15)),
        ("Sen, 23 Nov 2026 10:15:00 WITA", datetime(2026, 11, 23, 2, 15, tzinfo=UTC)),
        ("Selasa, 18 Agustus 2026 10.15 WIT", datetime(2026, 8, 18, 1, 15, tzinfo=UTC)),
        ("November 23, 2026 10:15 PM", wib(2026, 11, 23, 22, 15)),
        ("1795403730000", datetime(2026, 11, 23, 3, 15, 30, tzinfo=UTC)),
        ("9 menit lalu", NOW - timedelta(minutes=9)),
        ("2 jam yang lalu", NOW - timedelta(hours=2)),
        ("1 hari lalu", NOW - timedelta(days=1)),
        ("sejam lalu", NOW - timedelta(hours=1)),
        ("3 bulan lalu", NOW - timedelta(days=90)),
        ("kemarin", NOW - timedelta(days=1)),
        ("Kemarin, 10.15 WIB", wib(2026, 11, 23, 10, 15)),
        ("hari ini 08:00", wib(2026, 11, 24, 8, 0)),
    ],
)
def test_every_form_of_the_outlets_is_read(text: str, expected: datetime) -> None:
    found = parse_date(text, now=NOW)
    assert found == expected
    assert found is not None
    assert found.tzinfo is not None


@pytest.mark.parametrize(
    "text",
    ["", "WIB", "Rabu (6/8)", "32 Nov 2026", "2026-13-45", "27 November 2026 10:00 WIB", "2027-01-01", "Judul", None, 7],
)  # fmt: skip
def test_what_names_no_past_moment_is_nothing(text: object) -> None:
    assert parse_date(text, now=NOW) is None


def test_a_day_ahead_is_allowed_for_clocks_and_zones_and_no_more() -> None:
    assert parse_date("2026-11-25 16:59:00", now=NOW) is not None
    assert parse_date("2026-11-25 17:01:00", now=NOW) is None


def test_an_impossible_time_leaves_the_day() -> None:
    assert parse_date("Senin, 23 Nov 2026 25:99 WIB", now=NOW) == wib(2026, 11, 23)


@given(st.text(max_size=600))
def test_no_text_makes_it_raise(text: str) -> None:
    found = parse_date(text, now=NOW)
    assert found is None or found.tzinfo is not None


@given(st.text(alphabet="0123456789/-:. TZ+WIBjamenovlukr,|", max_size=60))
def test_no_text_that_looks_like_a_date_makes_it_raise(text: str) -> None:
    parse_date(text, now=NOW)


MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip
ZONES = {"WIB": 7, "WITA": 8, "WIT": 9}
PAST = st.datetimes(datetime(1990, 1, 1), datetime(2026, 11, 23)).map(lambda d: d.replace(second=0, microsecond=0))


@given(PAST, st.sampled_from(sorted(ZONES)), st.sampled_from(":."))
def test_indonesian_dates_round_trip(moment: datetime, zone: str, dot: str) -> None:
    text = f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}, {moment.hour:02}{dot}{moment.minute:02} {zone}"
    expected = moment.replace(tzinfo=timezone(timedelta(hours=ZONES[zone])))
    assert parse_date(text, now=NOW) == expected
    assert parse_date(text[:3] + text[3:].upper(), now=NOW) == expected


@given(PAST, st.integers(-11, 13))
def test_iso_round_trips(moment: datetime, hours: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert parse_date(aware.isoformat(), now=NOW) == aware


@given(PAST)
def test_numbers_are_day_first(moment: datetime) -> None:
    assert parse_date(f"{moment:%d/%m/%Y, %H:%M} WIB", now=NOW) == moment.replace(tzinfo=WIB)
