"""Charts of the pages Quality and Sentiment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pages.components import formats, labels, theme
from pages.components.i18n import t
from pasip_core.domain.analysis import EMOTIONS, NEGATIVE, NEUTRAL, POSITIVE, SENTIMENTS
from pasip_core.domain.period import Period
from pasip_core.queries.quality import Confusion

from .base import FEW_DAYS, HEIGHT, begun, days_axis, finished, volume_told

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

FELT = {
    "anger": "#dd5a2b", "fear": "#7b5cc4", "happy": "#2f7fd1", "love": "#c2457e", "sadness": "#3d6fb6",
    NEUTRAL: "#8793a1",
}  # fmt: skip
PICK = "pick"
DOT, SMALL_DOT = 46, 14
BAND = 0.18
"""How dark a band of errors is."""
ALONE = 8
"""Pixels that the band of a point with none beside it is wide."""
FILLED = 0.92
"""The part of a day, or week, that its bar takes up."""


def confusion(of: Confusion) -> dict[str, Any]:
    """How often the machine says what where people say what: darker is more often, by row."""
    import altair as alt
    import pandas as pd

    rows = [
        {
            "people": labels.sentiment(truth), "model": labels.sentiment(said), "count": of[i][j],
            "share": of[i][j] / max(sum(of[i]), 1), "same": i == j,
        }
        for i, truth in enumerate(SENTIMENTS)
        for j, said in enumerate(SENTIMENTS)
    ]  # fmt: skip
    order = [labels.sentiment(name) for name in SENTIMENTS]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X("model:N", sort=order, title=t("The machine says"), axis=alt.Axis(orient="top", labelAngle=0)),
        y=alt.Y("people:N", sort=order, title=t("People say")),
        tooltip=[
            alt.Tooltip("people:N", title=t("People say")), alt.Tooltip("model:N", title=t("The machine says")),
            alt.Tooltip("count:Q", title=t("Texts"), format=",d"),
            alt.Tooltip("share:Q", title=t("Share"), format=".0%"),
        ],
    )  # fmt: skip
    cells = base.mark_rect(stroke=theme.ink(), strokeOpacity=0.15).encode(
        color=alt.condition("datum.same", alt.value(theme.ACCENT), alt.value(theme.SENTIMENTS[NEGATIVE])),
        opacity=alt.Opacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0.04, 0.75]), legend=None),
    )
    texts = base.mark_text(fontWeight=600).encode(text=alt.Text("count:Q", format=",d"))
    return finished((cells + texts).properties(height=220))


def shares(points: pd.DataFrame) -> dict[str, Any]:
    """Columns day, last, sentiment, read and, with a band, low and high (percent) of how many: a line for positive and
    for negative, broken where there is no point, since nothing there has no share.

    A click on a point picks its date and its last day (texts: days become numbers in the browser) and sentiment.
    """
    import altair as alt

    shown = _told_apart(_in_stretches(points[points["sentiment"].isin([POSITIVE, NEGATIVE])]))
    shown = shown.assign(label=shown["sentiment"].map(labels.sentiment))
    small = shown["day"].nunique() > FEW_DAYS
    y = alt.Y("read:Q", title="%", scale=alt.Scale(domain=[0, _top(shown)], nice=False))
    base = alt.Chart(shown).encode(x=days_axis("day:T", _days(points)), color=_tone_colour())
    runs = base.encode(detail="stretch:N")
    told = [
        _point_told(), alt.Tooltip("label:N", title=t("Sentiment")),
        alt.Tooltip("read:Q", title=t("As read (%)"), format=".1f"),
        alt.Tooltip("of:Q", title=t("Of so many mentions"), format=",d"),
    ]  # fmt: skip
    if "low" in shown:
        told += [
            alt.Tooltip("low:Q", title=t("At least (%)"), format=".1f"),
            alt.Tooltip("high:Q", title=t("At most (%)"), format=".1f"),
        ]
    pick = alt.selection_point(name=PICK, fields=["date", "until", "sentiment"])
    lines = runs.mark_line(strokeWidth=2.5, aria=False).encode(y=y)
    size = alt.condition("datum.alone", alt.value(DOT), alt.value(SMALL_DOT if small else DOT))
    points = base.mark_circle().encode(y=y, size=size, tooltip=told).add_params(pick)
    if "low" not in shown:
        return finished((lines + points).properties(height=HEIGHT))
    edges = {"y": alt.Y("low:Q", title="%"), "y2": "high:Q"}
    band = runs.mark_area(opacity=BAND, aria=False).encode(**edges)
    alone = runs.transform_filter("datum.alone").mark_rule(strokeWidth=ALONE, opacity=BAND, aria=False)
    return finished((band + alone.encode(**edges) + lines + points).properties(height=HEIGHT))


def emotions_over_time(table: pd.DataFrame) -> dict[str, Any]:
    """Columns day, last, emotion, volume: the share of each emotion a point, of what carries one; a click picks
    both."""
    import altair as alt

    names = [name for name in EMOTIONS if name in set(table["emotion"])]
    table = _piled(table, names)
    shown = _told_apart(table).assign(label=table["emotion"].map(labels.emotion), **_stretches(table))
    named = days_axis("day:T", _days(table), bars=bool((table["day"] == table["last"]).all()))
    scale = alt.Scale(domain=[labels.emotion(n) for n in names], range=[FELT[n] for n in names])
    pick = alt.selection_point(name=PICK, fields=["date", "until", "emotion"])
    chart = alt.Chart(shown).mark_rect().encode(
        x=alt.X("begin:T", title=None, axis=named["axis"]),
        x2="end:T",
        y=alt.Y("upper:Q", title=None, axis=alt.Axis(format=".0%", tickCount=5)),
        y2="lower:Q",
        color=alt.Color("label:N", scale=scale, legend=alt.Legend(symbolType="square", columns=3)),
        tooltip=[
            _point_told(), alt.Tooltip("label:N", title=t("Emotion")),
            volume_told(),
        ],
    )  # fmt: skip
    return finished(chart.add_params(pick).properties(height=HEIGHT))


def _piled(table: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """With the edges of each part of a bar, ``upper`` and ``lower``: the first of these names on top, all of them 1."""
    table = table.sort_values(["day", "emotion"], key=lambda of: of if of.name == "day" else of.map(names.index))
    of_point = table.groupby("day")["volume"]
    share = table["volume"] / of_point.transform("sum")
    upper = 1 - of_point.cumsum() / of_point.transform("sum") + share
    return table.assign(upper=upper, lower=upper - share)


def _in_stretches(points: pd.DataFrame) -> pd.DataFrame:
    """With a number for each run of points that follow each other, day by day or week by week, and whether a point is
    the only one of its run."""
    import pandas as pd

    runs = points[["day", "last"]].drop_duplicates().sort_values("day", ignore_index=True)
    begins = pd.to_datetime(runs["day"]) - pd.to_datetime(runs["last"].shift()) != pd.Timedelta(days=1)
    runs["stretch"] = begins.cumsum()
    runs["alone"] = runs.groupby("stretch")["day"].transform("size") == 1
    return points.merge(runs[["day", "stretch", "alone"]], on="day")


def _told_apart(points: pd.DataFrame) -> pd.DataFrame:
    """With texts for days: where a point begins and ends, and what it is called."""
    ends = list(zip(points["day"], points["last"], strict=True))
    called = {both: formats.named_period(Period(*both)) for both in set(ends)}
    return points.assign(
        day=begun(points["day"]),
        date=points["day"].astype(str),
        until=points["last"].astype(str),
        point=[called[both] for both in ends],
    ).drop(columns="last")


def _stretches(points: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    """Where the bar of each point begins, and ends a little before the next one does; times of the browser's zone."""
    import pandas as pd

    begin, last = pd.to_datetime(points["day"]), pd.to_datetime(points["last"])
    end = begin + FILLED * (last - begin + pd.Timedelta(days=1))
    return {name: at.dt.strftime("%Y-%m-%dT%H:%M:%S") for name, at in (("begin", begin), ("end", end))}


def _days(points: pd.DataFrame) -> int:
    return (points["last"].max() - points["day"].min()).days + 1


def _point_told() -> alt.Tooltip:
    import altair as alt

    return alt.Tooltip("point:N", title=t("When"))


def _top(shown: pd.DataFrame) -> float:
    columns = [name for name in ("read", "high") if name in shown]
    return min(100.0, float(shown[columns].max().max()) * 1.08 + 2)


def _tone_colour() -> alt.Color:
    import altair as alt

    names = (POSITIVE, NEGATIVE)
    scale = alt.Scale(domain=[labels.sentiment(n) for n in names], range=[theme.SENTIMENTS[n] for n in names])
    return alt.Color("label:N", scale=scale, legend=alt.Legend(symbolType="stroke", symbolOpacity=1))
