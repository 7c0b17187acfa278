"""Days, and which of them can be meant."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasip_core.domain.period import Period, apart, parse_day


@pytest.mark.parametrize("day", [date(1990, 1, 1), date(2026, 11, 1), date(2100, 1, 1)])
def test_a_possible_day_is_read(day: date) -> None:
    assert parse_day(day.isoformat()) == day


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01", "1989-12-31", "2100-01-02", "0001-01-01", "9999-12-31"]
)
def test_what_names_no_possible_day_is_none(text: str) -> None:
    assert parse_day(text) is None


spans = st.builds(
    lambda first, length: Period(first, first + timedelta(days=length)),
    st.dates(date(2026, 1, 1), date(2026, 2, 1)),
    st.integers(0, 40),
)


@given(st.lists(spans, min_size=1, max_size=4))
def test_periods_that_overlap_are_cut_into_parts_that_do_not(given_spans: list[Period]) -> None:
    parts = apart(given_spans)
    days = [day for part in parts for day in part.days()]
    assert days == sorted({day for span in given_spans for day in span.days()})
    for part in parts:
        for span in given_spans:
            assert len({span.first <= day <= span.last for day in part.days()}) == 1


def test_charts_show_days_and_of_more_than_three_months_weeks_from_monday_on():
    quarter = Period(date(2019, 1, 1), date(2019, 4, 2))
    assert [point.first for point in quarter.points()] == list(quarter.days())
    longer = Period(date(2019, 1, 1), date(2019, 4, 3))  # from a Tuesday to a Wednesday
    points = longer.points()
    assert [day for point in points for day in point.days()] == list(longer.days())
    assert (points[0].last, points[1].first, points[1].last) == (date(2019, 1, 6), date(2019, 1, 7), date(2019, 1, 13))
    assert (points[-1].first, points[-1].last) == (date(2019, 4, 1), date(2019, 4, 3))
