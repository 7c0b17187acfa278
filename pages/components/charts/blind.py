"""Hatched bands behind days on which sources were silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from pages.components import formats, theme
from pages.components.i18n import t
from pasip_core.queries.blindness import BlindDay

from .base import HEIGHT, begun, day_told

if TYPE_CHECKING:
    import altair as alt

WIDEST = 1_600
"""Pixels of any chart."""
HATCH = 7
"""Pixels between two lines of a hatched band."""


def hatched(
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
            "day": day, "share": b.share, "sources": ", ".join(s.label for s in b.sources),
            "hours": formats.hours(b.hours),
            "begins": (datetime.combine(b.day, time()) - before).isoformat(),
            "ends": (datetime.combine(b.day, time()) - before + timedelta(days=1)).isoformat(),
        }
        for b, day in zip(blind, begun(b.day for b in blind), strict=True)
    ]  # fmt: skip
    bands = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X("begins:T", title=None),
        x2="ends:T",
        tooltip=[
            day_told(),
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
