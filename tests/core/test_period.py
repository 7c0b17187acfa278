"""Days, and which of them can be meant."""

from __future__ import annotations

from datetime import date

import pytest

from pasip_core.domain.period import parse_day


@pytest.mark.parametrize("day", [date(1990, 1, 1), date(2026, 11, 1), date(2100, 1, 1)])
def test_a_possible_day_is_read(day: date) -> None:
    assert parse_day(day.isoformat()) == day


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01", "1989-12-31", "2100-01-02", "0001-01-01", "9999-12-31"]
)
def test_what_names_no_possible_day_is_none(text: str) -> None:
    assert parse_day(text) is None
