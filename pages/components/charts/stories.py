"""How a story spread, as a small picture."""

from __future__ import annotations

from datetime import date
from typing import Any

from pages.components import theme

from .base import day_told, finished, volume_told

HEIGHT = 90


def spread(days: tuple[tuple[date, int], ...]) -> dict[str, Any]:
    """Mentions a day."""
    import altair as alt
    import pandas as pd

    table = pd.DataFrame([{"day": str(day), "volume": volume} for day, volume in days])
    axis = alt.Axis(format="%-d %b", grid=False, tickCount=min(len(days), 5), labelOverlap=True, labelFlush=True)
    chart = (
        alt.Chart(table, height=HEIGHT)
        .mark_bar(color=theme.ACCENT)
        .encode(
            x=alt.X("day:T", title=None, timeUnit="yearmonthdate", axis=axis),
            y=alt.Y("volume:Q", title=None, axis=alt.Axis(tickCount=2, format="d")),
            tooltip=[
                day_told(),
                volume_told(),
            ],
        )
    )
    return finished(chart)
