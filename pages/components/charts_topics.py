"""Charts of topics. Their names are words of mentions, given as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pages.components import charts, formats, labels, theme
from pages.components.i18n import t

if TYPE_CHECKING:
    import pandas as pd

ROW = 28
MOST_NAME = 44


def bars(table: pd.DataFrame) -> dict[str, Any]:
    """A bar a topic in the order given, by sentiment, with its volume behind; columns of ``topic_frame``."""
    import altair as alt

    shown = table.assign(name=unique_names(table))
    long = shown[["name", *charts.ORDER]].melt(id_vars="name", var_name="sentiment", value_name="volume")
    long = long[long["volume"] > 0]
    long = long.assign(
        label=long["sentiment"].map(labels.sentiment),
        place=long["sentiment"].map({name: i for i, name in enumerate(charts.ORDER)}),
    )
    present = [name for name in charts.ORDER if name in set(long["sentiment"])]
    scale = alt.Scale(
        domain=[labels.sentiment(name) for name in present], range=[theme.SENTIMENTS[name] for name in present]
    )
    y = alt.Y("name:N", title=None, sort=list(shown["name"]), axis=alt.Axis(labelLimit=260, ticks=False, domain=False))
    top = max(1.0, float(shown["volume"].max()) * 1.2)
    drawn = (
        alt.Chart(long)
        .mark_bar()
        .encode(
            y=y,
            x=alt.X("volume:Q", stack=True, title=None, axis=None, scale=alt.Scale(domain=[0, top])),
            color=alt.Color("label:N", scale=scale, legend=alt.Legend(symbolType="square")),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("name:N", title=t("Topic")),
                alt.Tooltip("label:N", title=t("Sentiment")),
                alt.Tooltip("volume:Q", title=t("Mentions"), format=",d"),
            ],
        )
    )
    told = shown[["name", "volume"]].assign(text=shown["volume"].map(formats.compact))
    texts = alt.Chart(told).mark_text(align="left", dx=6).encode(y=y, x=alt.X("volume:Q"), text="text:N")
    return charts.finished((drawn + texts).properties(height=len(shown) * ROW + 40))


def unique_names(table: pd.DataFrame) -> list[str]:
    """Short names; two topics with the same one are told apart by a number."""
    seen: dict[str, int] = {}
    names = []
    for name in table["name"]:
        short = name if len(name) <= MOST_NAME else name[: MOST_NAME - 1] + "…"
        seen[short] = seen.get(short, 0) + 1
        names.append(short if seen[short] == 1 else f"{short} ({seen[short]})")
    return names
