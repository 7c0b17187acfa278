"""Keywords, or periods, side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
PLATFORM: tuple[Dimension, ...] = ("platform",)
SOURCE: tuple[Dimension, ...] = ("platform", "source")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Frames that share the column ``side``: a keyword id, or the label of a period.

    ``summary``: side, volume, previous_volume, growth_rate, share, the four sentiment counts,
    positive_share, neutral_share, negative_share, net_sentiment, engagement_total.
    ``trend``: side, day, offset (days since the period began), volume.
    ``platforms``: side, platform, volume. ``sources``: side, platform, source, volume (the ten loudest).
    ``total`` counts every mention of the first period once, however many sides it is on. It is ``None`` of keywords
    where a tone is chosen: that is the tone towards each, which no count of whole texts tells.
    """

    summary: pd.DataFrame
    trend: pd.DataFrame
    platforms: pd.DataFrame
    sources: pd.DataFrame
    total: int | None


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
    together = replace(filters, keywords=tuple(keywords))
    union = None if filters.sentiments else sums.volume(stores, together, stories=by_story)

    def told(by: Sequence[Dimension]) -> pd.DataFrame:
        split: tuple[Dimension, ...] = ("keyword", *by)
        found = sums.frame(sums.sums(stores, together, split, stories=by_story), split)
        return found.rename(columns={"keyword": "side"})

    return _comparison(rows, told, dict.fromkeys(keywords, filters.period), union)


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

    def told(by: Sequence[Dimension]) -> pd.DataFrame:
        import pandas as pd

        found = {side: sums.sums(stores, f, by, stories=by_story) for side, f in sides.items()}
        return pd.concat([sums.frame(totals, by).assign(side=side) for side, totals in found.items()])

    periods = {side: f.period for side, f in sides.items()}
    return _comparison(rows, told, periods, next(iter(views.values())).total)


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
    rows: list[dict[str, object]],
    told: Callable[[Sequence[Dimension]], pd.DataFrame],
    periods: Mapping[str, Period],
    total: int | None,
) -> Comparison:
    """``told`` gives the volumes of all sides by these dimensions. Not by sentiment: of a keyword's sources, no series
    tells it."""
    import pandas as pd

    summary = pd.DataFrame(rows).astype({"engagement_total": "Int64", "growth_rate": "Float64"})
    daily = told(("day",)).set_index(["side", "day"])["volume"]
    trend = pd.concat([_days(daily, side, period) for side, period in periods.items()], ignore_index=True)
    platforms, sources = (_loudest_first(told(by), by, list(periods)) for by in (PLATFORM, SOURCE))
    return Comparison(summary, trend, platforms, sources.groupby("side").head(SOURCES).reset_index(drop=True), total)


def _days(daily: pd.Series, side: str, period: Period) -> pd.DataFrame:
    """Every day of one side, silent ones too."""
    import pandas as pd

    days = list(period.days())
    volumes = [int(daily.get((side, day), 0)) for day in days]
    return pd.DataFrame({"side": side, "day": days, "offset": range(len(days)), "volume": volumes})


def _loudest_first(found: pd.DataFrame, by: Sequence[str], sides: Sequence[str]) -> pd.DataFrame:
    """Side by side, the loudest of each first."""
    import pandas as pd

    ordered = found[["side", *by, "volume"]].sort_values("volume", ascending=False, kind="stable")
    return pd.concat([ordered[ordered["side"] == side] for side in sides], ignore_index=True)
