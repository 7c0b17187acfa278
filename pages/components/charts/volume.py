"""How much was said: over days, by platform, keyword or period. ``counted`` is what numbers of it are called, where
they are not of mentions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pages.components import formats, labels
from pages.components.i18n import t
from pasip_core.domain.analysis import NEGATIVE, NEUTRAL, POSITIVE
from pasip_core.queries.blindness import BlindDay

from .base import (
    FEW_DAYS,
    HEIGHT,
    ORDER,
    begun,
    day_told,
    days_axis,
    finished,
    height,
    melted,
    names_axis,
    own_colours,
    sentiment_colour,
    volume_axis,
    volume_told,
)
from .blind import hatched
from .stacked import stacked

if TYPE_CHECKING:
    import pandas as pd

WIDEST = 30
NARROWEST = 300
"""Pixels of a bar, and of a chart on a phone: of many days, a bar is a part of its day, however wide that is."""


def sentiment_trend(trend: pd.DataFrame, blind: Sequence[BlindDay] = (), counted: str = "") -> dict[str, Any]:
    """Mentions a day, by sentiment. Bars where single days can be told apart, else areas; blind days are hatched."""
    import altair as alt

    shown = trend.assign(
        label=trend["sentiment"].map(labels.sentiment),
        place=trend["sentiment"].map({name: i for i, name in enumerate(ORDER)}),
        day=begun(trend["day"]),
    )
    days = shown["day"].nunique()
    base, bars = alt.Chart(shown), days <= FEW_DAYS
    width = {"size": WIDEST} if days * WIDEST < NARROWEST else {"width": {"band": 0.7}}
    mark = base.mark_bar(**width) if bars else base.mark_area()
    drawn = mark.encode(
        x=days_axis("day:T", days, bars=bars),
        y=alt.Y("volume:Q", stack=True, title=None, axis=volume_axis(shown, tickMinStep=1)),
        color=sentiment_colour(set(trend["sentiment"])),
        order=alt.Order("place:Q"),
        tooltip=[
            day_told(),
            alt.Tooltip("label:N", title=t("Sentiment")),
            volume_told(counted),
        ],
    ).properties(height=HEIGHT)
    return finished(hatched(drawn, blind, days, around=not bars))


def by_platform(table: pd.DataFrame, counted: str = "") -> dict[str, Any]:
    """A bar for each platform, by sentiment."""
    return stacked(table.assign(name=table["platform"].map(labels.platform)), height(table) + 40, counted=counted)


def by_side(table: pd.DataFrame, counted: str = "") -> dict[str, Any]:
    """A bar of 100 % for each side (column ``name``), by sentiment of what is analysed."""
    import altair as alt

    long = melted(table, (NEGATIVE, NEUTRAL, POSITIVE))
    whole = long.groupby("name")["volume"].transform("sum")
    long = long[whole > 0].assign(share=(long["volume"] / whole.where(whole > 0)))
    base = alt.Chart(long).encode(
        y=names_axis(table),
        x=alt.X("share:Q", stack="zero", title=None, axis=alt.Axis(format=".0%", tickCount=5)),
        order=alt.Order("place:Q"),
    )
    bars = base.mark_bar().encode(
        color=sentiment_colour({POSITIVE, NEUTRAL, NEGATIVE}),
        tooltip=[
            alt.Tooltip("name:N", title=" "),
            alt.Tooltip("label:N", title=t("Sentiment")),
            alt.Tooltip("share:Q", title=t("Share"), format=".1%"),
            volume_told(counted),
        ],
    )
    texts = (
        base.transform_filter("datum.share >= 0.08")
        .mark_text(fill="white", fontWeight=600)
        .encode(x=alt.X("share:Q", stack="zero", bandPosition=0.5), text=alt.Text("share:Q", format=".0%"))
    )
    return finished((bars + texts).properties(height=height(table) + 70))


def shares(table: pd.DataFrame, colours: Mapping[str, str], counted: str = "") -> dict[str, Any]:
    """Columns ``name``, ``share`` (percent), ``volume``: a bar for each in its own colour, with its share."""
    import altair as alt

    shown = table[["name", "share", "volume"]].assign(
        text=[
            f"{formats.percent(s)} · {formats.compact(v)}" for s, v in zip(table["share"], table["volume"], strict=True)
        ]
    )
    top = max(1.0, float(shown["share"].max()))
    base = alt.Chart(shown).encode(
        y=names_axis(table),
        x=alt.X("share:Q", title=None, axis=None, scale=alt.Scale(domain=[0, top * 1.35])),
        tooltip=[
            alt.Tooltip("name:N", title=" "),
            volume_told(counted),
            alt.Tooltip("share:Q", title=t("Share (%)"), format=".1f"),
        ],
    )
    bars = base.mark_bar().encode(color=own_colours(table["name"], colours, legend=False))
    texts = base.mark_text(align="left", dx=6).encode(text="text:N")
    return finished((bars + texts).properties(height=height(table)))


def lines(
    trend: pd.DataFrame,
    colours: Mapping[str, str],
    *,
    by_offset: bool = False,
    blind: Sequence[BlindDay] = (),
    counted: str = "",
) -> dict[str, Any]:
    """Columns ``name``, ``day``, ``offset``, ``volume``: one line each over days, or over days since the beginning.

    Over days, ``blind`` ones are hatched.
    """
    import altair as alt

    shown = trend[["name", "day", "offset", "volume"]].assign(day=begun(trend["day"]), number=trend["offset"] + 1)
    days = int(shown["offset"].max()) + 1
    x = (
        alt.X("number:Q", title=t("Day of the period"), axis=alt.Axis(tickMinStep=1, format="d"))
        if by_offset
        else days_axis("day:T", days)
    )
    drawn = (
        alt.Chart(shown)
        .mark_line(strokeWidth=2.5, point={"size": 30} if days <= FEW_DAYS else False)
        .encode(
            x=x,
            y=alt.Y("volume:Q", title=None, axis=volume_axis(shown, tickMinStep=1)),
            color=own_colours(trend["name"], colours),
            tooltip=[
                alt.Tooltip("name:N", title=" "),
                day_told(),
                volume_told(counted),
            ],
        )
        .properties(height=HEIGHT)
    )
    return finished(hatched(drawn, () if by_offset else blind, days, around=True))


def grouped(table: pd.DataFrame, colours: Mapping[str, str], counted: str = "") -> dict[str, Any]:
    """Columns ``name``, ``group``, ``volume``: bars side by side within each group."""
    import altair as alt

    groups = table["group"].nunique()
    return finished(
        alt.Chart(table[["name", "group", "volume"]])
        .mark_bar()
        .encode(
            y=alt.Y("group:N", title=None, sort="-x", axis=alt.Axis(labelLimit=140)),
            yOffset=alt.YOffset("name:N", sort=list(dict.fromkeys(table["name"]))),
            x=alt.X("volume:Q", title=None, axis=volume_axis(table, tickCount=5)),
            color=own_colours(table["name"], colours),
            tooltip=[
                alt.Tooltip("group:N", title=" "),
                alt.Tooltip("name:N", title=" "),
                volume_told(counted),
            ],
        )
        .properties(height=max(120, groups * table["name"].nunique() * 18 + groups * 10 + 60))
    )
