"""An installation that collects from local sites, and what an analyst would see of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from pasip_core.dispatch import dispatch
from pasip_core.domain.filters import Filters
from pasip_core.domain.keyword import rules_revision
from pasip_core.domain.metrics import ALL_KEYWORDS
from pasip_core.domain.period import Period
from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores

SOURCE = "detik"


def collect(settings: Settings) -> str:
    """Ask for a collection from the one source; the job's id."""
    return dispatch("collect", SOURCE, [], settings=settings).job_id


def is_settled(stores: Stores) -> bool:
    """Whether nothing waits for its keywords, its analysis or its numbers."""
    return not (
        stores.mentions.count_outdated(rules_revision(stores.keywords.list()))
        or stores.mentions.count_unanalysed(bound=1)
        or stores.mentions.touched_days(1)
    )


def whole_time(stores: Stores) -> Period:
    """Days around everything there is; there must be something."""
    span = stores.mentions.span()
    assert span is not None
    return Period(span[0].date() - timedelta(days=1), span[1].date() + timedelta(days=1))


def contents(stores: Stores) -> dict[str, tuple[object, ...]]:
    """What is stored of each mention."""
    found = stores.mentions.stream(Filters(whole_time(stores))) if stores.mentions.span() else ()
    return {
        m.id: (m.content_hash, m.published_at, m.keywords, dict(m.stances), m.analysis and m.analysis.scores)
        for m in found
    }


def counted(stores: Stores) -> int:
    """How many mentions the day cells hold."""
    return sum(total.volume for total in stores.metrics.sums(whole_time(stores), ["day"]))


def hourly(stores: Stores) -> Mapping[tuple[object, ...], tuple[int, int]]:
    """Every hour cell, of all mentions and of each keyword."""
    keywords = [ALL_KEYWORDS, *(k.id for k in stores.keywords.list())]
    by = ("hour", "keyword", "platform", "sentiment")
    totals = stores.metrics.sums(whole_time(stores), by, keywords=keywords)
    return {tuple(total.by[name] for name in by): (total.volume, total.count) for total in totals}
