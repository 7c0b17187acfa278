"""One run of one source: fetch → prepare → store, cursor last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from loguru import logger

from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import Mention, RawMention
from pasip_core.domain.rules import Matcher
from pasip_core.domain.runs import INTERRUPTED, SourceCursor, SourceRun
from pasip_core.errors import InputError, SourceError
from pasip_core.sources.base import Source
from pasip_core.stores.ports import Stores

from .prepare import prepare
from .progress import Clock, Progress, silent, utc_now


def collect(
    source: Source,
    *,
    stores: Stores,
    keywords: Sequence[str] = (),
    clock: Clock = utc_now,
    progress: Progress = silent,
    limit: int = 200,
) -> SourceRun:
    """Fetch what is new at ``source`` and store it; the finished run, which is recorded too.

    ``keywords`` (ids) narrows what is searched for; empty means every active keyword. Whatever comes is
    matched with all rules. The cursor moves only after the mentions before it are written, so that a
    killed run is simply done again. Raises the ``SourceError`` of a source that gave nothing or broke
    off; what came before it is kept.
    """
    every = stores.keywords.list()
    wanted = [k for k in every if k.active and (not keywords or k.id in keywords)]
    wanted.sort(key=lambda k: (k.priority, k.id))
    run = _begin(source, stores, clock())
    log = logger.bind(scraping=True, source=source.name)
    try:
        run = _fetch(run, source, wanted, Matcher(every), stores, clock, progress, limit)
    except SourceError as error:
        run = replace(run, finished_at=clock(), error_kind=error.kind, error=str(error), retry_at=error.retry_at)
        stores.source_runs.save(run)
        log.warning("{}: {} ({})", source.name, error, error.kind)
        raise
    run = replace(run, finished_at=clock())
    stores.source_runs.save(run)
    log.info("{}: {} items, {} new, {} updated", source.name, run.items, run.new, run.updated)
    return run


def _begin(source: Source, stores: Stores, now: datetime) -> SourceRun:
    """Record the start; an earlier run that never ended was killed, and is said to be."""
    for old in stores.source_runs.list({"source": source.name, "finished_at": None}):
        stores.source_runs.save(
            replace(old, finished_at=now, error_kind=INTERRUPTED, error="The run was interrupted and done again.")
        )
    run = SourceRun(id=f"{source.name}-{now:%Y%m%dT%H%M%S%f}", source=source.name, started_at=now)
    stores.source_runs.save(run)
    return run


def _fetch(
    run: SourceRun,
    source: Source,
    wanted: Sequence[Keyword],
    matcher: Matcher,
    stores: Stores,
    clock: Clock,
    progress: Progress,
    limit: int,
) -> SourceRun:
    cursor = stores.cursors.get(source.name)
    progress(0, None, source.label)
    for batch in source.fetch(wanted, cursor.position if cursor else {}, limit):
        mentions = prepare_all(batch.mentions, matcher, clock())
        counts = stores.mentions.upsert(mentions)
        stores.cursors.save(SourceCursor(source.name, batch.cursor))
        newest = max((m.published_at for m in mentions), default=None)
        run = replace(
            run,
            items=run.items + len(batch.mentions),
            new=run.new + counts.inserted,
            updated=run.updated + counts.updated,
            note=batch.note or run.note,
            newest_published_at=max(filter(None, (run.newest_published_at, newest)), default=None),
        )
        stores.source_runs.save(run)
        progress(run.items, batch.expected, f"{source.label}: {run.new} new")
    return run


def prepare_all(raws: Sequence[RawMention], matcher: Matcher, now: datetime) -> list[Mention]:
    """Each raw mention prepared; one that cannot be used is logged and costs only itself."""
    mentions = []
    for raw in raws:
        try:
            mentions.append(prepare(raw, matcher, now))
        except InputError as error:
            logger.bind(scraping=True, source=raw.source).warning("left out {}: {}", raw.url or raw.author, error)
    return mentions
