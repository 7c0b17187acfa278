"""What all charts share: how they are finished, their axes, colours and tooltips."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from pages.components import formats, labels, theme
from pages.components.i18n import t
from pasip_core.domain.analysis import NEGATIVE, NEUTRAL, PENDING, POSITIVE

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

ORDER = (NEGATIVE, NEUTRAL, POSITIVE, PENDING)
"""Stacked in this order from the axis on, so that the two that matter most have a steady edge."""
FEW_DAYS = 45
LARGE = 10_000
BAR = 26
HEIGHT = 280
"""Pixels of a chart over days."""


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


def melted(table: pd.DataFrame, sentiments: tuple[str, ...]) -> pd.DataFrame:
    """A row a name and sentiment that it has, of a table with a column a sentiment."""
    long = table[["name", *sentiments]].melt(id_vars="name", var_name="sentiment", value_name="volume")
    long = long[long["volume"] > 0]
    return long.assign(
        label=long["sentiment"].map(labels.sentiment),
        place=long["sentiment"].map({name: i for i, name in enumerate(ORDER)}),
    )


def names_axis(table: pd.DataFrame, pixels: int = 150) -> alt.Y:
    """Names in the order given, each of so many pixels at most."""
    import altair as alt

    return alt.Y(
        "name:N", title=None, sort=list(table["name"]), axis=alt.Axis(labelLimit=pixels, ticks=False, domain=False)
    )


def begun(days: Iterable[date]) -> list[str]:
    """Days for a chart: each as its beginning, in the zone of the browser, which is that in which Vega names days.

    Of a text with nothing but a day a browser makes midnight in UTC, which is still the day before west of there.
    """
    return [f"{day:%Y-%m-%d}T00:00:00" for day in days]


def days_axis(field: str, days: int, *, bars: bool = False) -> alt.X:
    """So many days; the name of each below its point, or below the middle of its bar."""
    import altair as alt

    form = "%-d %b" if days <= 400 else "%b %Y"
    place: dict[str, Any] = {"labelFlush": True}
    if bars:  # of a day's width behind its beginning; the day after the last one begins there as well, and has no bar
        half = alt.ExprRef(f"width / {2 * max(days, 1)}")
        place = {"labelOffset": half, "labelFlush": False, "labelBound": True, "ticks": False}
    axis = alt.Axis(format=form, grid=False, tickCount=min(days, 8), labelOverlap=True, **place)
    return alt.X(field, title=None, timeUnit="yearmonthdate", axis=axis)


def sentiment_colour(present: set[str]) -> alt.Color:
    """Of column ``label``, for the sentiments that occur."""
    import altair as alt

    names = [name for name in (POSITIVE, NEUTRAL, NEGATIVE, PENDING) if name in present]
    scale = alt.Scale(domain=[labels.sentiment(n) for n in names], range=[theme.SENTIMENTS[n] for n in names])
    return alt.Color("label:N", scale=scale, legend=alt.Legend(symbolType="square"))


def own_colours(names: pd.Series[Any], colours: Mapping[str, str], *, legend: bool = True) -> alt.Color:
    """Of column ``name``."""
    import altair as alt

    shown = list(dict.fromkeys(names))
    scale = alt.Scale(domain=shown, range=[colours.get(name, theme.ACCENT) for name in shown])
    return alt.Color("name:N", scale=scale, legend=alt.Legend(columns=2, labelLimit=135) if legend else None)


def volume_axis(table: pd.DataFrame, **more: Any) -> alt.Axis:
    """Whole numbers, short ones where they are large."""
    import altair as alt

    return alt.Axis(format="~s" if table["volume"].max() >= LARGE else ",d", **more)


def day_told() -> alt.Tooltip:
    """The day under the pointer."""
    import altair as alt

    return alt.Tooltip("day:T", title=t("Day"), format="%a, %-d %b %Y")


def volume_told(counted: str = "") -> alt.Tooltip:
    """The number under the pointer: of mentions, or of what is ``counted`` instead."""
    import altair as alt

    return alt.Tooltip("volume:Q", title=counted or t("Mentions"), format=",d")


def height(table: pd.DataFrame) -> int:
    """Pixels for a bar a row."""
    return max(64, len(table) * (BAR + 12) + 12)
