"""The one place that decides where a number comes from: series, keyword sets or single mentions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pasip_core.domain.analysis import NEGATIVE, NEUTRAL, PENDING, POSITIVE
from pasip_core.domain.filters import Filters
from pasip_core.domain.metrics import Total
from pasip_core.stores.ports import Dimension, Stores

if TYPE_CHECKING:
    import pandas as pd

LOOKED_AT = frozenset({"author", "emotion", "model", "confidence", "topic"})
"""Dimensions that are in no series."""
COUNTED_AS = (POSITIVE, NEUTRAL, NEGATIVE, PENDING)


def sums(stores: Stores, filters: Filters, by: Sequence[Dimension] = ()) -> list[Total]:
    """Volume and engagement of what the filters mean, split ``by`` dimensions.

    One keyword: its stance. None or several: the sentiment of the whole, each mention once. Texts and
    accounts, say, are in no series, nor is a stance by source: those look at the mentions of the period.
    """
    speaks_of_sentiment = bool(filters.sentiments) or "sentiment" in by
    speaks_of_source = bool(filters.sources) or "source" in by
    if (
        filters.looks_up
        or LOOKED_AT.intersection(by)
        or (filters.one_keyword and speaks_of_source and speaks_of_sentiment)
    ):
        return stores.mentions.tally(filters, by)
    if not speaks_of_source and len(filters.keywords) <= 1:
        return stores.metrics.sums(
            filters.period, by, keywords=filters.keywords, platforms=filters.platforms, sentiments=filters.sentiments
        )
    return stores.metrics.union(
        filters.period,
        by,
        keywords=filters.keywords,
        platforms=filters.platforms,
        sources=filters.sources,
        sentiments=filters.sentiments,
    )


def looks_at_mentions(filters: Filters) -> bool:
    """Whether something is asked for that no series has, sources aside: those are in cells of their own."""
    return not replace(filters, sources=()).fits_series


def volume(stores: Stores, filters: Filters) -> int:
    """Number of mentions."""
    return sum(total.volume for total in sums(stores, filters))


def by_sentiment(totals: Sequence[Total]) -> dict[str, int]:
    """Mentions per sentiment, every sentiment and ``pending`` present."""
    counts = dict.fromkeys(COUNTED_AS, 0)
    for total in totals:
        counts[str(total.by["sentiment"])] += total.volume
    return counts


def engagement(totals: Sequence[Total]) -> int | None:
    """Reactions added up; ``None`` where no mention told any."""
    known = [t.engagement_total for t in totals if t.engagement_total is not None]
    return sum(known) if known else None


def frame(totals: Sequence[Total], by: Sequence[Dimension]) -> pd.DataFrame:
    """One row a total: the columns of ``by``, then volume, engagement_total (missing: unknown)."""
    import pandas as pd

    rows = [{**t.by, "volume": t.volume, "engagement_total": t.engagement_total} for t in totals]
    made = pd.DataFrame(rows, columns=[*by, "volume", "engagement_total"])
    return made.astype({"volume": "int64", "engagement_total": "Int64"})
