"""Charts as Vega-Lite specifications, made with Altair once and then remembered (see ``cached.figure``).

Every text in them is ours or a name given as data; nothing of a mention is ever drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from pages.components import formats, labels, theme
from pages.components.i18n import t
from pasip_core.domain.analysis import NEGATIVE, NEUTRAL, PENDING, POSITIVE
from pasip_core.queries.blindness import BlindDay
from pasip_core.queries.sources import BLIND, HEARD, QUIET

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

ORDER = (NEGATIVE, NEUTRAL, POSITIVE, PENDING)
"""Stacked in this order from the axis on, so that the two that matter most have a steady edge."""
FEW_DAYS = 45
BAR = 26
STRIP_ROW = 22
HEIGHT = 280
"""Pixels of a chart over days."""
WIDEST = 1_600
"""Pixels of any chart."""
HATCH = 7
"""Pixels between two lines of a hatched band."""


def finished(chart: alt.LayerChart | alt.Chart) -> dict[str, Any]:
    """The specification, in the language of this session."""
    import altair as alt

    alt.data_transformers.disable_max_rows()  # ten years of days are few for Vega, and more than Altair allows
    spec: dict[str, Any] = chart.to_dict(context={"pre_transform": False})
    config = spec.setdefault("config", {})
    config["locale"] = formats.d3_locale()
    config["legend"] = {"orient": "top", "title": None, "labelLimit": 220, "offset": 6}
    config["view"] = {"stroke": None}
    config["text"] = {"fill": theme.ink()}
    return spec


def sentiment_trend(trend: pd.DataFrame, blind: Sequence[BlindDay] = ()) -> dict[str, Any]:
    """Mentions a day, by sentiment. Bars where single days can be told apart, else areas; blind days are hatched."""
    import altair as alt

    shown = trend.assign(
        label=trend["sentiment"].map(labels.sentiment),
        place=trend["sentiment"].map({name: i for i, name in enumerate(ORDER)}),
        day=trend["day"].astype(str),
    )
    days = shown["day"].nunique()
    base = alt.Chart(shown)
    mark = base.mark_bar(size=max(2, min(36, 560 // max(days, 1)))) if days <= FEW_DAYS else base.mark_area()
    drawn = mark.encode(
        x=_days("day:T", days),
        y=alt.Y(
            "volume:Q", stack=True, title=None, axis=alt.Axis(format="~s" if _large(shown) else ",d", tickMinStep=1)
        ),
        color=_sentiment_colour(set(trend["sentiment"])),
        order=alt.Order("place:Q"),
        tooltip=[
            alt.Tooltip("day:T", title=t("Day"), format="%a, %-d %b %Y"),
            alt.Tooltip("label:N", title=t("Sentiment")),
            alt.Tooltip("volume:Q", title=t("Mentions"), format=",d"),
        ],
    ).properties(height=HEIGHT)
    return finished(_hatched(drawn, blind, days, around=days > FEW_DAYS))


def rhythm_strip(strip: pd.DataFrame) -> dict[str, Any]:
    """A row a source, in the order given: stretches of hours heard (high), quiet (thin) and blind (high, framed)."""
    import altair as alt

    shown = strip.assign(
        label=strip["hour_state"].map(labels.hour_state),
        begins=strip["begins"].map(lambda moment: moment.isoformat()),
        ends=strip["ends"].map(lambda moment: moment.isoformat()),
    )
    states = (HEARD, QUIET, BLIND)
    scale = alt.Scale(domain=[labels.hour_state(s) for s in states], range=[theme.HOURS[s] for s in states])
    base = alt.Chart(shown).encode(
        y=alt.Y("source:N", title=None, sort=list(dict.fromkeys(strip["source"])),
                axis=alt.Axis(labelLimit=120, ticks=False, domain=False)),
        x=alt.X("begins:T", title=None, axis=alt.Axis(format="%a %-d %b", tickCount="day", labelOverlap=True)),
        x2="ends:T",
        color=alt.Color("label:N", scale=scale, legend=alt.Legend(symbolType="square", columns=3)),
        tooltip=[
            alt.Tooltip("source:N", title=" "), alt.Tooltip("label:N", title=t("State")),
            alt.Tooltip("begins:T", title=t("From"), format="%a %-d %b %H:%M"),
            alt.Tooltip("ends:T", title=t("To"), format="%a %-d %b %H:%M"),
            alt.Tooltip("heard:Q", title=t("Mentions")), alt.Tooltip("missed:Q", title=t("Expected"), format=".1f"),
        ],
    )  # fmt: skip
    heights = {HEARD: 0.7, QUIET: 0.12, BLIND: 0.9}
    layers = [
        base.transform_filter(f"datum.hour_state === '{state}'").mark_bar(
            height={"band": heights[state]}, strokeWidth=1, stroke=theme.ink() if state == BLIND else None
        )
        for state in states
    ]
    rows = strip["source"].nunique()
    told = t("Hours in which {n} sources were heard, quiet or blind; the blind ones are listed below.", n=rows)
    return finished(alt.layer(*layers).properties(height=rows * STRIP_ROW + 20, description=told))


def by_platform(table: pd.DataFrame) -> dict[str, Any]:
    """A bar for each platform, by sentiment."""
    return _stacked(table.assign(name=table["platform"].map(labels.platform)))


def by_side(table: pd.DataFrame) -> dict[str, Any]:
    """A bar of 100 % for each side (column ``name``), by sentiment of what is analysed."""
    import altair as alt

    long = _melted(table, (NEGATIVE, NEUTRAL, POSITIVE))
    whole = long.groupby("name")["volume"].transform("sum")
    long = long[whole > 0].assign(share=(long["volume"] / whole.where(whole > 0)))
    base = alt.Chart(long).encode(
        y=_names(table),
        x=alt.X("share:Q", stack="zero", title=None, axis=alt.Axis(format=".0%", tickCount=5)),
        order=alt.Order("place:Q"),
    )
    bars = base.mark_bar().encode(
        color=_sentiment_colour({POSITIVE, NEUTRAL, NEGATIVE}),
        tooltip=[
            alt.Tooltip("name:N", title=" "),
            alt.Tooltip("label:N", title=t("Sentiment")),
            alt.Tooltip("share:Q", title=t("Share"), format=".1%"),
            alt.Tooltip("volume:Q", title=t("Mentions"), format=",d"),
        ],
    )
    texts = (
        base.transform_filter("datum.share >= 0.08")
        .mark_text(fill="white", fontWeight=600)
        .encode(x=alt.X("share:Q", stack="zero", bandPosition=0.5), text=alt.Text("share:Q", format=".0%"))
    )
    return finished((bars + texts).properties(height=_height(table) + 70))


def shares(table: pd.DataFrame, colours: Mapping[str, str]) -> dict[str, Any]:
    """Columns ``name``, ``share`` (percent), ``volume``: a bar for each in its own colour, with its share."""
    import altair as alt

    shown = table[["name", "share", "volume"]].assign(
        text=[
            f"{formats.percent(s)} · {formats.compact(v)}" for s, v in zip(table["share"], table["volume"], strict=True)
        ]
    )
    top = max(1.0, float(shown["share"].max()))
    base = alt.Chart(shown).encode(
        y=_names(table),
        x=alt.X("share:Q", title=None, axis=None, scale=alt.Scale(domain=[0, top * 1.35])),
        tooltip=[
            alt.Tooltip("name:N", title=" "),
            alt.Tooltip("volume:Q", title=t("Mentions"), format=",d"),
            alt.Tooltip("share:Q", title=t("Share (%)"), format=".1f"),
        ],
    )
    bars = base.mark_bar().encode(color=_own_colours(table["name"], colours, legend=False))
    texts = base.mark_text(align="left", dx=6).encode(text="text:N")
    return finished((bars + texts).properties(height=_height(table)))


def lines(
    trend: pd.DataFrame, colours: Mapping[str, str], *, by_offset: bool = False, blind: Sequence[BlindDay] = ()
) -> dict[str, Any]:
    """Columns ``name``, ``day``, ``offset``, ``volume``: one line each over days, or over days since the beginning.

    Over days, ``blind`` ones are hatched.
    """
    import altair as alt

    shown = trend[["name", "day", "offset", "volume"]].assign(day=trend["day"].astype(str), number=trend["offset"] + 1)
    days = int(shown["offset"].max()) + 1
    x = (
        alt.X("number:Q", title=t("Day of the period"), axis=alt.Axis(tickMinStep=1, format="d"))
        if by_offset
        else _days("day:T", days)
    )
    drawn = (
        alt.Chart(shown)
        .mark_line(strokeWidth=2.5, point={"size": 30} if days <= FEW_DAYS else False)
        .encode(
            x=x,
            y=alt.Y("volume:Q", title=None, axis=alt.Axis(format="~s" if _large(shown) else ",d", tickMinStep=1)),
            color=_own_colours(trend["name"], colours),
            tooltip=[
                alt.Tooltip("name:N", title=" "),
                alt.Tooltip("day:T", title=t("Day"), format="%a, %-d %b %Y"),
                alt.Tooltip("volume:Q", title=t("Mentions"), format=",d"),
            ],
        )
        .properties(height=HEIGHT)
    )
    return finished(_hatched(drawn, () if by_offset else blind, days, around=True))


def grouped(table: pd.DataFrame, colours: Mapping[str, str]) -> dict[str, Any]:
    """Columns ``name``, ``group``, ``volume``: bars side by side within each group."""
    import altair as alt

    groups = table["group"].nunique()
    return finished(
        alt.Chart(table[["name", "group", "volume"]])
        .mark_bar()
        .encode(
            y=alt.Y("group:N", title=None, sort="-x", axis=alt.Axis(labelLimit=140)),
            yOffset=alt.YOffset("name:N", sort=list(dict.fromkeys(table["name"]))),
            x=alt.X("volume:Q", title=None, axis=alt.Axis(format="~s" if _large(table) else ",d", tickCount=5)),
            color=_own_colours(table["name"], colours),
            tooltip=[
                alt.Tooltip("group:N", title=" "),
                alt.Tooltip("name:N", title=" "),
                alt.Tooltip("volume:Q", title=t("Mentions"), format=",d"),
            ],
        )
        .properties(height=max(120, groups * table["name"].nunique() * 18 + groups * 10 + 60))
    )


def _stacked(table: pd.DataFrame) -> dict[str, Any]:
    import altair as alt

    long = _melted(table, ORDER)
    shown = table[["name", "volume"]].assign(text=table["volume"].map(formats.compact))
    bars = (
        alt.Chart(long)
        .mark_bar()
        .encode(
            y=_names(table),
            x=alt.X("volume:Q", stack=True, title=None, axis=None, scale=alt.Scale(domain=[0, _top(table)])),
            color=_sentiment_colour(set(long["sentiment"])),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("name:N", title=" "),
                alt.Tooltip("label:N", title=t("Sentiment")),
                alt.Tooltip("volume:Q", title=t("Mentions"), format=",d"),
            ],
        )
    )
    texts = alt.Chart(shown).mark_text(align="left", dx=6).encode(
        y=_names(table), x=alt.X("volume:Q"), text="text:N"
    )  # fmt: skip
    return finished((bars + texts).properties(height=_height(table) + 40))


def _hatched(
    drawn: alt.Chart, blind: Sequence[BlindDay], days: int, *, around: bool = False
) -> alt.Chart | alt.LayerChart:
    """The chart with a hatched band behind each blind day; ``around`` its beginning, where lines have their points."""
    import altair as alt
    import pandas as pd

    if not blind:
        return drawn
    before = timedelta(hours=12) if around else timedelta()
    rows = [
        {
            "day": str(b.day), "share": b.share, "sources": ", ".join(s.label for s in b.sources),
            "hours": formats.hours(b.hours),
            "begins": (datetime.combine(b.day, time()) - before).isoformat(),
            "ends": (datetime.combine(b.day, time()) - before + timedelta(days=1)).isoformat(),
        }
        for b in blind
    ]  # fmt: skip
    bands = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X("begins:T", title=None),
        x2="ends:T",
        tooltip=[
            alt.Tooltip("day:T", title=t("Day"), format="%a, %-d %b %Y"),
            alt.Tooltip("share:Q", title=t("Missing of the usual mentions"), format=".0%"),
            alt.Tooltip("sources:N", title=t("Silent sources")),
            alt.Tooltip("hours:N", title=t("Silent hours")),
        ],
    )
    ground = bands.mark_rect(fill=theme.ink(), fillOpacity=0.06, stroke=theme.ink(), strokeOpacity=0.35)
    return alt.layer(ground, _hatch(bands, WIDEST / max(days, 1)), drawn)


def _hatch(bands: alt.Chart, widest: float) -> alt.Chart:
    """Lines at 45 degrees over bands of at most ``widest`` pixels. Vega has no patterns to fill with: each line rises
    by as much as its band is wide, whatever the width of the chart, and is cut off at the top and the bottom."""
    import altair as alt

    width = "(scale('x', datum.ends) - scale('x', datum.begins))"
    return (
        bands.transform_calculate(at=f"sequence(0, {HEIGHT + widest:.0f}, {HATCH})")
        .transform_flatten(["at"])
        .mark_rule(clip=True, aria=False, stroke=theme.ink(), strokeOpacity=0.4, strokeWidth=1)
        .encode(y=alt.value(alt.expr("datum.at")), y2=alt.value(alt.expr(f"datum.at - {width}")))
    )


def _melted(table: pd.DataFrame, sentiments: tuple[str, ...]) -> pd.DataFrame:
    long = table[["name", *sentiments]].melt(id_vars="name", var_name="sentiment", value_name="volume")
    long = long[long["volume"] > 0]
    return long.assign(
        label=long["sentiment"].map(labels.sentiment),
        place=long["sentiment"].map({name: i for i, name in enumerate(ORDER)}),
    )


def _names(table: pd.DataFrame) -> alt.Y:
    import altair as alt

    return alt.Y(
        "name:N", title=None, sort=list(table["name"]), axis=alt.Axis(labelLimit=150, ticks=False, domain=False)
    )


def _days(field: str, days: int) -> alt.X:
    import altair as alt

    form = "%-d %b" if days <= 400 else "%b %Y"
    return alt.X(
        field,
        title=None,
        timeUnit="yearmonthdate",
        axis=alt.Axis(format=form, grid=False, tickCount=min(days, 8), labelOverlap=True, labelFlush=True),
    )


def _sentiment_colour(present: set[str]) -> alt.Color:
    import altair as alt

    names = [name for name in (POSITIVE, NEUTRAL, NEGATIVE, PENDING) if name in present]
    scale = alt.Scale(domain=[labels.sentiment(n) for n in names], range=[theme.SENTIMENTS[n] for n in names])
    return alt.Color("label:N", scale=scale, legend=alt.Legend(symbolType="square"))


def _own_colours(names: pd.Series[Any], colours: Mapping[str, str], *, legend: bool = True) -> alt.Color:
    import altair as alt

    shown = list(dict.fromkeys(names))
    scale = alt.Scale(domain=shown, range=[colours.get(name, theme.ACCENT) for name in shown])
    return alt.Color("name:N", scale=scale, legend=alt.Legend(columns=2) if legend else None)


def _large(table: pd.DataFrame) -> bool:
    return bool(table["volume"].max() >= 10_000)


def _top(table: pd.DataFrame) -> float:
    """Room for the number behind the longest bar."""
    return float(table["volume"].max()) * 1.22


def _height(table: pd.DataFrame) -> int:
    return max(64, len(table) * (BAR + 12) + 12)
