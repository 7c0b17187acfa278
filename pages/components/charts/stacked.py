"""A bar a name, by sentiment, with its volume behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pages.components import formats
from pages.components.i18n import t

from .base import ORDER, finished, melted, names_axis, sentiment_colour, volume_told

if TYPE_CHECKING:
    import pandas as pd

ROOM = 1.22
"""Behind the longest bar, for its number."""


def stacked(table: pd.DataFrame, height: int, *, pixels: int = 150, counted: str = "") -> dict[str, Any]:
    """Columns ``name`` (of so many pixels at most), the four sentiments, ``volume``; in the order given."""
    import altair as alt

    long = melted(table, ORDER)
    names, top = names_axis(table, pixels), max(1.0, float(table["volume"].max())) * ROOM
    bars = (
        alt.Chart(long)
        .mark_bar()
        .encode(
            y=names,
            x=alt.X("volume:Q", stack=True, title=None, axis=None, scale=alt.Scale(domain=[0, top])),
            color=sentiment_colour(set(long["sentiment"])),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("name:N", title=" "), alt.Tooltip("label:N", title=t("Sentiment")), volume_told(counted),
            ],
        )
    )  # fmt: skip
    shown = table[["name", "volume"]].assign(text=table["volume"].map(formats.compact))
    texts = alt.Chart(shown).mark_text(align="left", dx=6).encode(y=names, x=alt.X("volume:Q"), text="text:N")
    spec = finished((bars + texts).properties(height=height))
    # from the right edge on: on a phone the names leave too little room from where the bars begin
    spec["config"]["legend"]["layout"] = {"top": {"anchor": "end", "bounds": "flush"}}
    return spec
