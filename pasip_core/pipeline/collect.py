"""One run of one source: fetch → prepare → store, cursor last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from loguru import logger

from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import NEWS, Mention, RawMention
from pasip_core.domain.rules import Matcher
from pasip_core.domain.runs import INTERRUPTED, MOST_A_RUN, SourceCursor, SourceRun
from pasip_core.errors import InputError, MentionErased, MentionTooOld, SourceError
from pasip_core.settings import Settings, current_settings
from pasip_core.sources.base import Source
from pasip_core.stores.ports import Stores
from pasip_core.stores.runs import open_runs

from .intake import Intake
from .progress import Clock, Progress, silent, utc_now

MOST_VOICES = 50


def collect(
    source: Source,
    *,
    stores: Stores,
    keywords: Sequence[str] = (),
    clock: Clock = utc_now,
    progress: Progress = silent,
    limit: int = MOST_A_RUN,
    settings: Settings | None = None,
) -> SourceRun:
    """Fetch what is new at ``source`` and store it; the finished run, which is recorded too.

    ``keywords`` (ids) narrows what is searched for; empty means every active keyword. Whatever comes is
    matched with all rules; what may not be kept (``Intake``) is only counted. The cursor moves only after the
    mentions before it are written, so that a killed run is simply done again. Raises the ``SourceError`` of a
    source that gave nothing or broke off; what came before it is kept.
    """
    every = stores.keywords.list()
    wanted = [k for k in every if k.active and (not keywords or k.id in keywords)]
    wanted.sort(key=lambda k: (k.priority, k.id))
    run = _begin(source, stores, clock())
    log = logger.bind(scraping=True, source=source.name)
    try:
        intake = Intake(stores, Matcher(every), settings or current_settings())
        run = _fetch(run, source, wanted, intake, stores, clock, progress, limit)
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
    for old in open_runs(stores, source.name):
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
    intake: Intake,
    stores: Stores,
    clock: Clock,
    progress: Progress,
    limit: int,
) -> SourceRun:
    cursor = stores.cursors.get(source.name)
    progress(0, None, source.label)
    for batch in source.fetch(wanted, cursor.position if cursor else {}, limit):
        taken = take_all(batch.mentions, intake, clock())
        counts = stores.mentions.upsert(taken.mentions)
        stores.cursors.save(SourceCursor(source.name, batch.cursor))
        newest = max((m.published_at for m in taken.mentions), default=None)
        run = replace(
            run,
            items=run.items + len(batch.mentions),
            new=run.new + counts.inserted,
            updated=run.updated + counts.updated,
            too_old=run.too_old + taken.too_old,
            erased=run.erased + taken.erased,
            note=batch.note or run.note,
            voices=tuple(sorted({*run.voices, *(m.source for m in taken.mentions)})[:MOST_VOICES]),
            newest_published_at=max(filter(None, (run.newest_published_at, newest)), default=None),
        )
        stores.source_runs.save(run)
        progress(run.items, batch.expected, f"{source.label}: {run.new} new")
    return run


@dataclass
class Taken:
    """What a batch gave, and how much of it is not kept."""

    mentions: list[Mention] = field(default_factory=list)
    too_old: int = 0
    erased: int = 0


def take_all(raws: Sequence[RawMention], intake: Intake, now: datetime) -> Taken:
    """Each raw mention prepared; one that cannot be used is logged, without its author, and costs only itself."""
    taken = Taken()
    intake.open(now)
    for raw in raws:
        try:
            taken.mentions.append(intake.take(raw))
        except MentionTooOld:
            taken.too_old += 1
        except MentionErased:
            taken.erased += 1
        except InputError as error:
            where = raw.url if raw.platform == NEWS else raw.platform
            logger.bind(scraping=True, source=raw.source).warning("left out {}: {}", where, error)
    return taken
