"""The one place that decides where a number comes from: series, keyword sets or single mentions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
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


def sums(stores: Stores, filters: Filters, by: Sequence[Dimension] = (), *, stories: bool = False) -> list[Total]:
    """Volume and engagement of what the filters mean, split ``by`` dimensions; with ``stories`` the volume is theirs.

    One keyword, or several told apart: the stance towards it. None, or several as one: the sentiment of the whole,
    each mention once. Texts and accounts, say, are in no series, nor is a stance by source: those look at the mentions
    of the period.
    """
    if stories:
        return _stories(stores, filters, by)
    return _mentions(stores, filters, by)


def _stories(stores: Stores, filters: Filters, by: Sequence[Dimension]) -> list[Total]:
    """Stories a day: copies on several days count on each of them, and in each part that the numbers are split into.

    Series add up the stories of finer parts (each tone of each platform, for sets of keywords each source), so that
    only a question as fine as they are is theirs; all others count them among single mentions.
    """
    fine = {"sentiment", "platform"} <= set(by) and len(filters.keywords) <= 1 and filters.fits_series
    if fine and "source" not in by:
        totals = _mentions(stores, filters, by)
    else:
        totals = stores.mentions.tally(filters, by, stories=True)
    return [replace(total, volume=total.count or 0) for total in totals]


def _mentions(stores: Stores, filters: Filters, by: Sequence[Dimension]) -> list[Total]:
    speaks_of_sentiment = bool(filters.sentiments) or "sentiment" in by
    speaks_of_source = bool(filters.sources) or "source" in by
    towards_one = len(filters.keywords) == 1 or "keyword" in by
    if filters.looks_up or LOOKED_AT.intersection(by) or (towards_one and speaks_of_source and speaks_of_sentiment):
        return stores.mentions.tally(filters, by)
    if speaks_of_source and "keyword" in by:
        return [total for keyword in filters.keywords for total in _of_keyword(stores, filters.only(keyword), by)]
    if not speaks_of_source and (towards_one or not filters.keywords):
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


def _of_keyword(stores: Stores, filters: Filters, by: Sequence[Dimension]) -> list[Total]:
    """Sets of keywords know the sources: each keyword is asked for by itself."""
    totals = _mentions(stores, filters, [name for name in by if name != "keyword"])
    return [replace(total, by={**total.by, "keyword": filters.one_keyword}) for total in totals]


def volume(stores: Stores, filters: Filters, *, stories: bool = False) -> int:
    """Number of mentions, or of stories a day."""
    return sum(total.volume for total in sums(stores, filters, stories=stories))


def by_sentiment(totals: Sequence[Total]) -> dict[str, int]:
    """Mentions per sentiment, every sentiment and ``pending`` present."""
    counts = dict.fromkeys(COUNTED_AS, 0)
    for total in totals:
        counts[str(total.by["sentiment"])] += total.volume
    return counts


def by_day(totals: Sequence[Total]) -> tuple[tuple[date, int], ...]:
    """Mentions of each day that has any, in order."""
    found: dict[date, int] = {}
    for total in totals:
        day = total.by["day"]
        assert isinstance(day, date)
        found[day] = found.get(day, 0) + total.volume
    return tuple(sorted(found.items()))


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
