"""Keywords, or periods, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pasip_core.domain.analysis import PENDING, SENTIMENTS
from pasip_core.domain.filters import Filters
from pasip_core.domain.metrics import growth_rate
from pasip_core.domain.period import Period
from pasip_core.errors import InputError
from pasip_core.stores.ports import Dimension, Stores

from . import sums
from .overview import net_sentiment, overview, sentiment_shares, share_of_voice

if TYPE_CHECKING:
    import pandas as pd

FEWEST, MOST = 2, 5
SOURCES = 10


@dataclass(frozen=True, slots=True)
class Comparison:
    """Frames that share the column ``side``: a keyword id, or the label of a period.

    ``summary``: side, volume, previous_volume, growth_rate, share, the four sentiment counts,
    positive_share, neutral_share, negative_share, net_sentiment, engagement_total.
    ``trend``: side, day, offset (days since the period began), volume.
    ``platforms``: side, platform, volume. ``sources``: side, platform, source, volume (the ten loudest).
    ``total`` counts every mention of the first period once, however many sides it is on.
    """

    summary: pd.DataFrame
    trend: pd.DataFrame
    platforms: pd.DataFrame
    sources: pd.DataFrame
    total: int


def compare_keywords(stores: Stores, filters: Filters, keywords: Sequence[str], by_story: bool = False) -> Comparison:
    """Two to five keywords over one period, by the stance towards each. ``InputError`` for fewer or more.

    ``by_story`` counts stories a day (see ``sums``) in place of mentions.
    """
    if not FEWEST <= len(keywords) <= MOST:
        raise InputError(
            f"keywords: {len(keywords)} chosen; choose {FEWEST} to {MOST} to compare", field="keywords", value=keywords
        )
    now = share_of_voice(stores, filters, keywords, by_story).set_index("keyword").to_dict("index")
    before = share_of_voice(stores, filters.before(), keywords, by_story).set_index("keyword").to_dict("index")
    rows = [_row(k, now[k], int(before[k]["volume"]), float(now[k]["share"])) for k in keywords]
    sides = {k: filters.only(k) for k in keywords}
    union = sums.volume(stores, replace(filters, keywords=tuple(keywords)), stories=by_story)
    return _comparison(stores, rows, sides, union, by_story)


def compare_periods(stores: Stores, filters: Filters, other: Period, by_story: bool = False) -> Comparison:
    """The filters' period beside another; each side's change is against its own period before."""
    sides = {period_label(f.period): f for f in (filters, replace(filters, period=other))}
    if len(sides) < FEWEST:
        raise InputError("period: both periods are the same; choose two different ones", field="period")
    views = {side: overview(stores, f, by_story) for side, f in sides.items()}
    whole = sum(view.total for view in views.values())
    rows = []
    for side, view in views.items():
        values = {**view.by_sentiment, "volume": view.total, "engagement_total": view.engagement}
        rows.append(_row(side, values, view.previous_total, round(100 * view.total / whole, 1) if whole else 0.0))
    return _comparison(stores, rows, sides, next(iter(views.values())).total, by_story)


def period_label(period: Period) -> str:
    """ISO days, such as ``2019-04-01/2019-04-30``; pages word it by language."""
    return f"{period.first}/{period.last}"


def _row(side: str, values: Mapping[Any, Any], previous: int, share: float) -> dict[str, object]:
    counts = {name: int(values[name]) for name in (*SENTIMENTS, PENDING)}
    volume = sum(counts.values())
    shares = {f"{name}_share": share for name, share in sentiment_shares(counts).items()}
    return {
        "side": side,
        "volume": volume,
        "previous_volume": previous,
        "growth_rate": growth_rate(volume, previous),
        "share": share,
        **counts,
        **shares,
        "net_sentiment": net_sentiment(counts),
        "engagement_total": values["engagement_total"],
    }


def _comparison(
    stores: Stores, rows: list[dict[str, object]], sides: dict[str, Filters], total: int, by_story: bool
) -> Comparison:
    import pandas as pd

    summary = pd.DataFrame(rows).astype({"engagement_total": "Int64", "growth_rate": "Float64"})
    parts = {side: _parts(stores, filters, by_story) for side, filters in sides.items()}
    trend, platforms, sources = (
        pd.concat([frames[n].assign(side=side) for side, frames in parts.items()], ignore_index=True) for n in range(3)
    )
    return Comparison(summary, trend, platforms, sources, total)


def _parts(stores: Stores, filters: Filters, by_story: bool) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Trend, platforms and loudest sources of one side."""
    import pandas as pd

    daily = sums.frame(sums.sums(stores, filters, ("day",), stories=by_story), ("day",)).set_index("day")["volume"]
    days = list(filters.period.days())
    trend = pd.DataFrame({
        "day": days, "offset": range(len(days)), "volume": daily.reindex(days, fill_value=0).to_numpy(),
    })  # fmt: skip
    return (
        trend,
        _loudest(stores, filters, ("platform",), by_story),
        _loudest(stores, filters, ("platform", "source"), by_story).head(SOURCES),
    )


def _loudest(stores: Stores, filters: Filters, by: Sequence[Dimension], by_story: bool) -> pd.DataFrame:
    """The columns of ``by`` and volume. Not by sentiment: of a keyword's sources, no series tells it."""
    found = sums.frame(sums.sums(stores, filters, by, stories=by_story), by)[[*by, "volume"]]
    return found.sort_values("volume", ascending=False, kind="stable")
