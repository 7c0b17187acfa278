"""What several contract tests say again and again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from pasip_core.domain.analysis import Analysis
from pasip_core.domain.filters import Filters
from pasip_core.domain.mention import Mention
from pasip_core.domain.period import JAKARTA, Period
from pasip_core.pipeline.rollup import rollup
from pasip_core.stores.ports import Order, Stores, Understood
from tests.builders import NOW, make_analysis

TODAY = NOW.astimezone(JAKARTA).date()
WEEK = Period(TODAY - timedelta(days=6), TODAY)
EVER = Period(date(2000, 1, 1), date(2060, 1, 1))


def roll_up(stores: Stores, now: datetime = NOW) -> int:
    """Bring all numbers up to date."""
    return rollup(stores, owner="test", clock=lambda: now)


def everything(**changes: object) -> Filters:
    """Filters that leave all sides open."""
    return Filters(**{"period": EVER, **changes})  # type: ignore[arg-type]


def understand(mention: Mention, sentiment: str = "negative", **changes: object) -> Understood:
    """An analysis of the mention as it stands; ``stances``, ``had`` and fields of the analysis may be given."""
    had = changes.pop("had", None)
    stances = changes.pop("stances", dict.fromkeys(mention.keywords, sentiment))
    analysis: Analysis = make_analysis(mention.id, sentiment, keywords_mentioned=mention.keywords, **changes)
    return Understood(mention.content_hash, analysis, stances, had)  # type: ignore[arg-type]


def page_through(stores: Stores, filters: Filters, order: Order = "newest", limit: int = 3) -> list[Mention]:
    """Every page, one behind the other."""
    found: list[Mention] = []
    after: str | None = None
    while True:
        page = stores.mentions.page(filters, after=after, limit=limit, order=order)
        assert len(page.mentions) <= limit
        found += page.mentions
        after = page.next
        if after is None:
            return found


def ids(mentions: Iterable[Mention]) -> list[str]:
    """Their ids, in order."""
    return [mention.id for mention in mentions]
