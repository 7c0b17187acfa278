"""Charts of names, as ``charts`` makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pages.components import formats, labels, theme
from pages.components.charts import BAR, ORDER, finished
from pages.components.i18n import t
from pasip_core.domain.analysis import NEGATIVE, NEUTRAL, PENDING, POSITIVE

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

ROOM = 1.22
"""Behind the longest bar, for its number."""
MOST_LETTERS = 200
"""Pixels of a name."""


def names_by_tone(table: pd.DataFrame) -> dict[str, Any]:
    """Columns ``name``, the four sentiments, ``volume``: a bar for each name in the order given, by sentiment."""
    import altair as alt

    names = alt.Y(
        "name:N", title=None, sort=list(table["name"]),
        axis=alt.Axis(labelLimit=MOST_LETTERS, ticks=False, domain=False),
    )  # fmt: skip
    long = table[["name", *ORDER]].melt(id_vars="name", var_name="sentiment", value_name="volume")
    long = long[long["volume"] > 0].assign(
        label=lambda rows: rows["sentiment"].map(labels.sentiment),
        place=lambda rows: rows["sentiment"].map({name: place for place, name in enumerate(ORDER)}),
    )
    top = float(table["volume"].max()) * ROOM
    bars = (
        alt.Chart(long)
        .mark_bar()
        .encode(
            y=names,
            x=alt.X("volume:Q", stack=True, title=None, axis=None, scale=alt.Scale(domain=[0, top])),
            color=_colours(set(long["sentiment"])),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("name:N", title=" "),
                alt.Tooltip("label:N", title=t("Sentiment")),
                alt.Tooltip("volume:Q", title=t("Mentions"), format=",d"),
            ],
        )
    )
    shown = table[["name", "volume"]].assign(text=table["volume"].map(formats.compact))
    texts = alt.Chart(shown).mark_text(align="left", dx=6).encode(y=names, x=alt.X("volume:Q"), text="text:N")
    return finished((bars + texts).properties(height=max(64, len(table) * BAR + 52)))


def _colours(present: set[str]) -> alt.Color:
    import altair as alt

    tones = [name for name in (POSITIVE, NEUTRAL, NEGATIVE, PENDING) if name in present]
    scale = alt.Scale(domain=[labels.sentiment(n) for n in tones], range=[theme.SENTIMENTS[n] for n in tones])
    return alt.Color("label:N", scale=scale, legend=alt.Legend(symbolType="square"))
