"""Asking for topics to be found anew."""

from __future__ import annotations

from datetime import UTC, datetime

from pasip_core.dispatch import Dispatched, dispatch
from pasip_core.domain.period import Period
from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores

from .audit import LOCAL, record


def find_now(stores: Stores, settings: Settings, period: Period, *, who: str = LOCAL) -> Dispatched:
    """Have the workers find the topics of these days; a run under way is joined. ``QueueUnavailable`` without Redis."""
    days = period.first.isoformat(), period.last.isoformat()
    record(stores, datetime.now(UTC), who, "topics", " ".join(days))
    return dispatch("topics", *days, settings=settings)
