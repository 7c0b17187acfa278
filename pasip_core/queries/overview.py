"""How much was said, in what tone, where and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pasip_core.domain.analysis import NEGATIVE, PENDING, POSITIVE, SENTIMENTS
from pasip_core.domain.filters import Filters
from pasip_core.domain.metrics import growth_rate, trending_score
from pasip_core.domain.period import Period, day_of
from pasip_core.stores.ports import Dimension, Stores

from . import sums

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Overview:
    """Totals of a period beside the period before.

    ``by_sentiment`` counts positive, neutral, negative and pending; percentages are of what is analysed.
    """

    total: int
    previous_total: int
    by_sentiment: dict[str, int]
    previous_by_sentiment: dict[str, int]
    engagement: int | None
    previous_engagement: int | None

    @property
    def growth_rate(self) -> float | None:
        """Change of the volume in percent."""
        return growth_rate(self.total, self.previous_total)

    @property
    def trending_score(self) -> float | None:
        """See ``domain.metrics.trending_score``; ``None`` where neither period has a mention."""
        return trending_score(self.total, self.previous_total) if self.total or self.previous_total else None

    @property
    def shares(self) -> dict[str, float]:
        """Percent of the analysed mentions per sentiment, one decimal."""
        return sentiment_shares(self.by_sentiment)

    @property
    def previous_shares(self) -> dict[str, float]:
        """The same in the period before."""
        return sentiment_shares(self.previous_by_sentiment)

    @property
    def net_sentiment(self) -> float | None:
        """Positive minus negative, in percent of the analysed mentions."""
        return net_sentiment(self.by_sentiment)

    @property
    def previous_net_sentiment(self) -> float | None:
        """The same in the period before."""
        return net_sentiment(self.previous_by_sentiment)


def sentiment_shares(counts: dict[str, int]) -> dict[str, float]:
    """Percent of the analysed mentions per sentiment, one decimal; zeros where none is analysed."""
    analysed = sum(counts[name] for name in SENTIMENTS)
    return {name: round(100 * counts[name] / analysed, 1) if analysed else 0.0 for name in SENTIMENTS}


def net_sentiment(counts: dict[str, int]) -> float | None:
    """Positive minus negative in percent of the analysed mentions; ``None`` where none is analysed."""
    analysed = sum(counts[name] for name in SENTIMENTS)
    return round(100 * (counts[POSITIVE] - counts[NEGATIVE]) / analysed, 1) if analysed else None


def overview(stores: Stores, filters: Filters, by_story: bool = False) -> Overview:
    """The headline numbers; ``by_story`` counts stories a day (see ``sums``) in place of mentions, here and below."""
    now = sums.sums(stores, filters, ("sentiment",), stories=by_story)
    before = sums.sums(stores, filters.before(), ("sentiment",), stories=by_story)
    counts, previous = sums.by_sentiment(now), sums.by_sentiment(before)
    return Overview(
        total=sum(counts.values()),
        previous_total=sum(previous.values()),
        by_sentiment=counts,
        previous_by_sentiment=previous,
        engagement=sums.engagement(now),
        previous_engagement=sums.engagement(before),
    )


def sentiment_trend(stores: Stores, filters: Filters, by_story: bool = False) -> pd.DataFrame:
    """Columns day (date), sentiment, volume: every day of the period and every sentiment that occurs, zeros too."""
    import pandas as pd

    by: tuple[Dimension, ...] = ("day", "sentiment")
    found = sums.frame(sums.sums(stores, filters, by, stories=by_story), by)
    shown = [name for name in (*SENTIMENTS, PENDING) if name in set(found["sentiment"])]
    grid = pd.MultiIndex.from_product([list(filters.period.days()), shown], names=["day", "sentiment"])
    trend = found.groupby(["day", "sentiment"])["volume"].sum().reindex(grid, fill_value=0)
    return trend.rename("volume").reset_index()


def platform_volume(stores: Stores, filters: Filters, by_story: bool = False) -> pd.DataFrame:
    """Columns platform, positive, neutral, negative, pending, volume, engagement_total; loudest first."""
    by: tuple[Dimension, ...] = ("platform", "sentiment")
    return sentiment_table(sums.frame(sums.sums(stores, filters, by, stories=by_story), by))


def loudest_sources(stores: Stores, filters: Filters, limit: int = 10, by_story: bool = False) -> pd.DataFrame:
    """Columns platform, source and those of ``platform_volume``; the ``limit`` loudest."""
    by: tuple[Dimension, ...] = ("platform", "source", "sentiment")
    return sentiment_table(sums.frame(sums.sums(stores, filters, by, stories=by_story), by)).head(limit)


def loudest_accounts(stores: Stores, filters: Filters, limit: int = 10) -> pd.DataFrame:
    """Columns platform, author, volume, engagement_total; the ``limit`` loudest named accounts."""
    totals = stores.mentions.tally(filters, ("platform", "author"), limit=limit + 1)
    named = [t for t in totals if t.by["author"]][:limit]
    return sums.frame(named, ("platform", "author"))


def sentiment_table(found: pd.DataFrame) -> pd.DataFrame:
    """Rows per sentiment turned into one row with a column per sentiment, a volume and the engagement."""
    keys = [name for name in found.columns if name not in {"sentiment", "volume", "engagement_total"}]
    wide = found.pivot_table(index=keys, columns="sentiment", values="volume", aggfunc="sum", fill_value=0)
    wide = wide.reindex(columns=[*SENTIMENTS, PENDING], fill_value=0)
    wide["volume"] = wide.sum(axis=1)
    wide["engagement_total"] = found.groupby(keys)["engagement_total"].sum(min_count=1)
    wide.columns.name = None
    return wide.sort_values(["volume"], ascending=False, kind="stable").reset_index()


def share_of_voice(stores: Stores, filters: Filters, keywords: Sequence[str], by_story: bool = False) -> pd.DataFrame:
    """Columns keyword (id), the four sentiments, volume, engagement_total, share; loudest first.

    ``share`` is in percent of the sum over these keywords: a mention that names two counts for both.
    """
    import pandas as pd

    if not keywords:
        return pd.DataFrame(columns=["keyword", *SENTIMENTS, PENDING, "volume", "engagement_total", "share"])
    chosen = replace(filters, keywords=tuple(keywords))
    totals = sums.sums(stores, chosen, ("keyword", "sentiment"), stories=by_story)
    table = sentiment_table(sums.frame(totals, ("keyword", "sentiment")))
    silent = [keyword for keyword in keywords if keyword not in set(table["keyword"])]
    table = pd.concat([table, pd.DataFrame({"keyword": silent})], ignore_index=True)
    counted = [*SENTIMENTS, PENDING, "volume"]
    table[counted] = table[counted].fillna(0).astype("int64")
    whole = int(table["volume"].sum())
    table["share"] = (100 * table["volume"] / whole).round(1) if whole else 0.0
    return table


def where_data_lies(stores: Stores, zone_of: Period) -> Period | None:
    """The days from the first to the last mention there is; ``None`` in an empty store."""
    span = stores.mentions.span()
    if span is None:
        return None
    return Period(day_of(span[0], zone_of.zone), day_of(span[1], zone_of.zone), zone_of.zone)
