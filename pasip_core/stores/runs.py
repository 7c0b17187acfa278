"""Which runs of a source have not ended."""

from __future__ import annotations

from pasip_core.domain.runs import SourceRun

from .ports import Stores

LATEST = 20


def open_runs(stores: Stores, source: str) -> list[SourceRun]:
    """Those of ``source`` without an end, newest first.

    Each start of a collection ends what was left open before it, so they are among the latest; runs of years are not
    looked through.
    """
    latest = stores.source_runs.list({"source": source}, order_by="started_at", descending=True, limit=LATEST)
    return [run for run in latest if run.finished_at is None]
