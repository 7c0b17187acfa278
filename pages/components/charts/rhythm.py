"""When sources were heard, quiet or blind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pages.components import labels, theme
from pages.components.i18n import t
from pasip_core.queries.sources import BLIND, HEARD, QUIET

from .base import finished

if TYPE_CHECKING:
    import pandas as pd

STRIP_ROW = 22


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
