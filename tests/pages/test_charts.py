"""What charts show, read from the pictures that are made of them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest
import vl_convert

from pages.components import charts, theme
from pasip_core.domain.runs import SourceInfo
from pasip_core.queries.blindness import BlindDay

LAST = date(2026, 11, 30)
Chart = Callable[[int, Sequence[BlindDay]], dict[str, Any]]
Line = tuple[float, float, float, float]
PHONE, DESKTOP = 300, 900


def days_of(number: int) -> list[date]:
    return [LAST - timedelta(days=number - 1 - n) for n in range(number)]


def trend(number: int, blind: Sequence[BlindDay]) -> dict[str, Any]:
    rows = [(day, "positive", 10 + n) for n, day in enumerate(days_of(number))]
    return charts.sentiment_trend(pd.DataFrame(rows, columns=["day", "sentiment", "volume"]), blind)


def lines(number: int, blind: Sequence[BlindDay]) -> dict[str, Any]:
    rows = [("A", day, n, 10 + n) for n, day in enumerate(days_of(number))]
    return charts.lines(pd.DataFrame(rows, columns=["name", "day", "offset", "volume"]), {"A": "#123456"}, blind=blind)


def make_blind(*days_ago: int) -> list[BlindDay]:
    source = SourceInfo("tempo", "Tempo <b>&", "news")
    return [BlindDay(LAST - timedelta(days=ago), 0.4, (source,), (9, 10, 11, 23)) for ago in days_ago]


def picture(spec: dict[str, Any], width: int) -> str:
    return vl_convert.vegalite_to_svg(json.dumps(spec | {"width": width}))


def bands(svg: str) -> list[tuple[float, float]]:
    """Left edge and width of each, in pixels."""
    drawn = re.findall(r'd="M([\d.-]+),0h([\d.]+)v280h-[\d.]+Z"[^>]*fill-opacity="0.06"', svg)
    return [(float(left), float(width)) for left, width in drawn]


def hatches(svg: str) -> list[Line]:
    """Where each line begins and by how much it goes on."""
    found = re.findall(r'<line transform="translate\(([\d.-]+),([\d.-]+)\)" x2="([\d.-]+)" y2="([\d.-]+)"[^>]*'
                       rf'stroke="{theme.ink()}" stroke-opacity="0.4"', svg)  # fmt: skip
    return [tuple(map(float, line)) for line in found]  # type: ignore[misc]


def test_on_a_phone_no_sentiment_is_cut_off_the_legend_beside_long_names() -> None:
    tones = {"positive": [2], "neutral": [3], "negative": [5], "pending": [1], "volume": [11]}
    spec = charts.topics.bars(pd.DataFrame({"name": ["nama topik yang panjang sekali, sampai batas"], **tones}))
    svg = picture(spec | {"autosize": {"type": "fit", "contains": "padding"}}, 358)
    ((left, width),) = re.findall(r'role-legend".*?translate\((-?[\d.]+),.*?d="M0,0h(\d+)', svg)
    plot = re.findall(r'class="background"[^>]*d="M0,0h(\d+)', svg)[0]
    assert float(left) + float(width) <= float(plot)


@pytest.mark.parametrize("days", [1, 2, 5])
def test_few_days_have_their_names_below_their_bars(days: int) -> None:
    first = date(2019, 4, 14)
    svg = picture(
        charts.stories.spread(tuple((first + timedelta(days=n), 3 + n) for n in range(0, 2 * days, 2))), PHONE
    )
    bars = [
        (float(x), float(wide))
        for x, wide in re.findall(rf'd="M([\d.]+),[\d.]+h([\d.]+)v[1-9][^>]*{theme.ACCENT}', svg)
    ]
    names = re.findall(r'translate\(([\d.]+),[\d.]+\)" font-[^>]*opacity="1">(\d+ Apr)<', svg)
    assert [name for _, name in names] == [f"{14 + n} Apr" for n in range(2 * days - 1)]
    assert [x + wide / 2 for x, wide in bars] == pytest.approx([float(x) for x, _ in names][::2], abs=1)


def test_a_year_of_an_account_has_names_of_months_and_thin_bars() -> None:
    table = pd.DataFrame({"day": days_of(365), "volume": [n % 7 for n in range(365)]})
    spec = charts.accounts.account_trend(table)
    assert spec["encoding"]["x"]["type"] == "temporal"
    assert spec["mark"]["size"] == 2
    assert "M0,0" in picture(spec, DESKTOP)


BOTH = pytest.mark.parametrize("chart", [trend, lines])


@BOTH
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("days", [1, 7, 30, 90])
def test_blind_days_are_hatched_at_45_degrees_from_edge_to_edge_at_any_width(
    chart: Chart, width: int, days: int
) -> None:
    svg = picture(chart(days, make_blind(*(ago for ago in (0, 1, 4) if ago < days))), width)
    shown = bands(svg)
    assert len(shown) == min(3, days)
    for left, wide in shown:
        own = [line for line in hatches(svg) if abs(line[0] - left) < 0.01]
        assert all(x2 == pytest.approx(wide) and y2 == pytest.approx(-wide) for _, _, x2, y2 in own)
        begins = [top for _, top, _, _ in own]
        assert {lower - upper for upper, lower in pairwise(begins)} == {charts.HATCH}
        assert begins[0] == 0
        assert begins[-1] + charts.HATCH >= charts.HEIGHT + wide, "the lower right corner is hatched too"


@BOTH
def test_lines_are_cut_off_where_the_chart_ends_and_tell_screen_readers_nothing(chart: Chart) -> None:
    svg = picture(chart(7, make_blind(2)), DESKTOP)
    (group,) = re.findall(r'<g class="mark-rule role-mark [^>]*>', svg)
    (clip,) = re.findall(r'clip-path="url\(#(\w+)\)"', group)
    assert re.search(rf'<clipPath id="{clip}"><rect x="0" y="0" width="{DESKTOP}" height="280"', svg)
    assert 'aria-hidden="true"' in group
    assert "Tempo &lt;b&gt;&amp;" in svg
    assert "09:00–12:00, 23:00–24:00" in svg


@BOTH
def test_without_blind_days_there_is_neither_band_nor_line(chart: Chart) -> None:
    svg = picture(chart(7, ()), DESKTOP)
    assert bands(svg) == hatches(svg) == []


@BOTH
@pytest.mark.parametrize("dark", [False, True])
def test_hatches_have_the_colour_of_the_text_on_light_and_on_dark_ground(
    chart: Chart, dark: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(theme, "dark", lambda: dark)
    svg = picture(chart(7, make_blind(2)), PHONE)
    assert len(hatches(svg)) > 40
    assert ("#e4e8ec" if dark else "#1f2933") in svg


@BOTH
def test_a_band_of_bars_is_the_whole_day_and_of_lines_lies_around_their_point(chart: Chart) -> None:
    one = picture(chart(7, make_blind(2)), DESKTOP)
    ((left, wide),) = bands(one)
    points = [float(x) for x in re.findall(r'd="M([\d.]+),[\d.]+h', one.partition("layer_2")[2])]
    if chart is trend:
        bars = [x for x in points if left <= x <= left + wide]
        assert len(bars) == 1
    else:
        assert left + wide / 2 == pytest.approx(DESKTOP * 4 / 6, abs=1)


Point = tuple[date, date]
MONDAY = date(2018, 9, 24)
WEEKS = [(MONDAY + timedelta(weeks=n), MONDAY + timedelta(weeks=n, days=6)) for n in range(9)]
WEEKS[0] = (date(2018, 9, 26), WEEKS[0][1])
"""The first is cut short by its period."""
DAYS = [(day, day) for day in days_of(9)]
SHARES = {"negative": 40.0, "neutral": 50.0, "positive": 10.0}


def shares_of(points: Sequence[Point], *, banded: bool = True) -> str:
    return picture(shares_spec(points, banded=banded), DESKTOP)


def shares_spec(points: Sequence[Point], *, banded: bool = True) -> dict[str, Any]:
    rows = [(*point, tone, read, 20, read - 5, read + 5) for point in points for tone, read in SHARES.items()]
    table = pd.DataFrame(rows, columns=["day", "last", "sentiment", "read", "of", "low", "high"])
    return charts.quality.shares(table if banded else table.drop(columns=["low", "high"]))


def drawn_from_to(svg: str, mark: str) -> list[tuple[float, float]]:
    """Where each line, or band, of one colour begins and ends."""
    groups = re.findall(rf'<g class="mark-{mark} role-mark.*?</g>', svg)
    paths = [path for group in groups for path in re.findall(r'<path [^>]*d="(M[^"]*)"', group)]
    ends = [[float(x) for x in re.findall(r"[ML](-?[\d.]+),", path)] for path in paths]
    return sorted({(min(at), max(at)) for at in ends if max(at) > min(at)})


@pytest.mark.parametrize("every", [DAYS, WEEKS])
@pytest.mark.parametrize("mark", ["line", "area"])
def test_shares_and_their_band_have_a_gap_where_nothing_was_said(every: list[Point], mark: str) -> None:
    whole = drawn_from_to(shares_of(every), mark)
    assert whole == [(0, DESKTOP)]
    (before, after) = drawn_from_to(shares_of([*every[:3], *every[5:]]), mark)
    assert (before[0], after[1]) == (0, DESKTOP)
    day = DESKTOP / (every[-1][0] - every[0][0]).days
    assert after[0] - before[1] == pytest.approx(day * (every[5][0] - every[2][0]).days, rel=0.01)


@pytest.mark.parametrize("banded", [False, True])
def test_a_point_between_two_gaps_is_a_dot_with_its_own_band(banded: bool) -> None:
    svg = shares_of([*DAYS[:2], DAYS[4], *DAYS[7:]], banded=banded)
    middle = DESKTOP / 2
    assert all(end < middle or begin > middle for begin, end in drawn_from_to(svg, "line"))
    dots = re.findall(r'translate\(([\d.]+),[\d.]+\)" d="M', svg.partition("mark-symbol role-mark")[2])
    assert [float(x) for x in dots].count(middle) == 2
    bands = re.findall(r'<line transform="translate\(([\d.]+),[^>]*stroke-width="8"', svg)
    assert [float(x) for x in bands] == [middle] * (2 if banded else 0)


def test_bars_of_emotions_fill_their_weeks_without_hiding_each_other():
    first, week, sunday = date(2018, 9, 22), date(2018, 9, 24), date(2018, 9, 30)  # from a Saturday on
    told = [(first, date(2018, 9, 23), "anger", 3), (first, date(2018, 9, 23), "fear", 1), (week, sunday, "anger", 5)]
    table = pd.DataFrame(told, columns=["day", "last", "emotion", "volume"])
    (rows,) = charts.quality.emotions_over_time(table)["datasets"].values()
    parts = {(row["date"], row["emotion"]): row for row in rows}
    anger, fear, later = (
        parts[key] for key in (("2018-09-22", "anger"), ("2018-09-22", "fear"), ("2018-09-24", "anger"))
    )
    assert [(anger["upper"], anger["lower"]), (fear["upper"], fear["lower"])] == [(1.0, 0.25), (0.25, 0.0)]
    assert (later["upper"], later["lower"]) == (1.0, 0.0)
    assert anger["begin"] == fear["begin"] < anger["end"] < later["begin"] == "2018-09-24T00:00:00" < later["end"]
    assert (later["date"], later["until"]) == ("2018-09-24", "2018-09-30")


def emotions_spec(points: Sequence[Point]) -> dict[str, Any]:
    rows = [(*point, felt, 3) for point in points for felt in ("anger", "fear")]
    return charts.quality.emotions_over_time(pd.DataFrame(rows, columns=["day", "last", "emotion", "volume"]))


def strip_spec() -> dict[str, Any]:
    begins = [datetime.combine(day, time()) for day in days_of(7)]
    told = [("Tempo", "heard", at, at + timedelta(days=1), 5, 0.0) for at in begins]
    return charts.rhythm_strip(
        pd.DataFrame(told, columns=["source", "hour_state", "begins", "ends", "heard", "missed"])
    )


OF_DAYS = (
    *(trend(number, make_blind(1)) for number in (5, 90)),
    *(lines(number, make_blind(1)) for number in (5, 90)),
    *(charts.stories.spread(tuple((day, 3) for day in days_of(number))) for number in (5, 90)),
    *(draw(points) for draw in (shares_spec, emotions_spec) for points in (DAYS, WEEKS)),
    strip_spec(),
)
DRAWN = """import json, sys, vl_convert
print(json.dumps([vl_convert.vegalite_to_svg(json.dumps(spec)) for spec in json.load(sys.stdin)]))"""


def told_in(zone: str) -> list[list[str]]:
    """What each says in a browser of that zone, on its axes and to who hovers over or listens to its parts."""
    drawn = subprocess.run(
        [sys.executable, "-c", DRAWN], input=json.dumps([spec | {"width": DESKTOP} for spec in OF_DAYS]),
        env=os.environ | {"TZ": zone}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [re.findall(r'(?<=>)[^<]+(?=<)|(?<=aria-label=")[^"]+', svg) for svg in json.loads(drawn.stdout)]


@pytest.fixture(scope="module")
def told_in_jakarta() -> list[list[str]]:
    return told_in("Asia/Jakarta")


@pytest.mark.parametrize("zone", ["America/New_York", "America/Santiago", "Pacific/Kiritimati"])
def test_charts_show_the_same_days_in_a_browser_of_any_zone(zone: str, told_in_jakarta: list[list[str]]) -> None:
    assert {"26 Nov", "27 Nov", "28 Nov", "29 Nov", "30 Nov"} <= set(told_in_jakarta[0])
    assert any("30 Nov 2026" in part for part in told_in_jakarta[0])
    assert told_in(zone) == told_in_jakarta
