"""Mentions a day as a small picture: a bar a day, whose name stands below its middle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pages.components import theme

from .base import begun, day_told, days_axis, finished, volume_axis, volume_told

if TYPE_CHECKING:
    import pandas as pd

WIDEST = 36


def bars_a_day(table: pd.DataFrame, height: int) -> dict[str, Any]:
    """Columns ``day`` (dates in order) and ``volume``; days that lie between and have no row are empty."""
    import altair as alt
    import pandas as pd

    days = pd.date_range(table["day"].iloc[0], table["day"].iloc[-1])
    shown = table.set_index(pd.DatetimeIndex(table["day"]))["volume"].reindex(days, fill_value=0)
    drawn = (
        alt.Chart(pd.DataFrame({"day": begun(days), "volume": shown.to_numpy()}))
        .mark_bar(color=theme.ACCENT, size=max(2, min(WIDEST, 240 // len(days))))
        .encode(
            x=days_axis("day:T", len(days), bars=True),
            y=alt.Y("volume:Q", title=None, axis=volume_axis(shown.to_frame("volume"), tickCount=3, tickMinStep=1)),
            tooltip=[day_told(), volume_told()],
        )
        .properties(height=height)
    )
    return finished(drawn)
