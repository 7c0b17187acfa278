"""Who is due for a collection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pasip_core.dispatch import Dispatched, collecting_job, dispatch
from pasip_core.domain.runs import SourceInfo
from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores

LOOKED_AT = 50
"""Latest runs among which the last one is looked for."""


def dispatch_due(
    group: str, infos: Sequence[SourceInfo], stores: Stores, settings: Settings, now: datetime
) -> list[Dispatched]:
    """One job for each source of ``group`` (``news`` or ``social``) that can run and may be asked by now."""
    due = [
        info
        for info in infos
        if (info.platform == "news") == (group == "news") and info.may_run and may_ask(info.id, stores, now)
    ]
    return [dispatch(collecting_job(info.platform), info.id, [], settings=settings) for info in due]


def may_ask(source: str, stores: Stores, now: datetime) -> bool:
    """Whether the source did not tell us, at the last run, to come back later than now.

    A run that is still to come was noted while a clock was ahead, and so was when to come back.
    """
    latest = stores.source_runs.list({"source": source}, order_by="started_at", descending=True, limit=LOOKED_AT)
    last = next((run for run in latest if run.started_at <= now), None)
    return not (last and last.retry_at and last.retry_at > now)
