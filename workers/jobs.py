"""The bodies of the jobs in ``pasip_core.dispatch.table``, save those of ``understanding``: read ids, call the stage,
report progress.

Each runs in a process of its own, forked from a worker, opens the stores there and raises when it fails.
Killed at any line it can simply run again.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pydantic import TypeAdapter

from pasip_core.dispatch import dispatch, forget_jobs, open_connection
from pasip_core.domain.runs import SourceInfo, Trial
from pasip_core.errors import InputError, StoreUnavailable
from pasip_core.settings import Settings, current_settings
from pasip_core.stores.ports import Stores

from .collecting import dispatch_due, may_ask
from .reporting import reported
from .within import LEASE_PAUSE, SLICE_SECONDS, opened_stores, owner

ROLLUP_DAYS = 50


def collect_source(source: str, keyword_ids: Sequence[str] = ()) -> None:
    """Collect from one source, then ask for what follows from new mentions."""
    from pasip_core.pipeline.catalogue import open_sources
    from pasip_core.pipeline.collect import collect

    settings = current_settings()
    with (
        reported() as progress,
        opened_stores(settings) as stores,
        open_connection(settings) as redis,
        open_sources(settings, stores, redis) as sources,
    ):
        if source not in sources:
            raise InputError(f"source: there is no {source!r} any more", field="source", value=source)
        try:
            collect(sources[source], stores=stores, keywords=keyword_ids, progress=progress, settings=settings)
        finally:
            _follow_up(settings)


def refresh() -> None:
    """Ask again for the engagement of mentions that have reached a certain age, then for their numbers."""
    from pasip_core.pipeline.catalogue import open_sources
    from pasip_core.pipeline.refresh import refresh_all
    from pasip_core.sources.base import Refreshing

    settings = current_settings()
    now = datetime.now(UTC)
    with (
        reported() as progress,
        opened_stores(settings) as stores,
        open_connection(settings) as redis,
        open_sources(settings, stores, redis) as sources,
    ):
        ready = [s for s in sources.values() if isinstance(s, Refreshing) and not s.needs()]
        try:
            refresh_all(
                [source for source in ready if may_ask(source.name, stores, now)],
                stores=stores,
                settings=settings,
                progress=progress,
            )
        finally:
            dispatch("rollup", settings=settings)


def import_file(import_id: str, path: str, mapping: Mapping[str, str], platform: str = "", source: str = "") -> None:
    """Import one file that a person gave, then ask for what follows from new mentions."""
    from pasip_core.pipeline.importing import import_file as run_import

    settings = current_settings()
    with reported() as progress, opened_stores(settings) as stores:
        if not Path(path).parent.is_dir():
            raise StoreUnavailable(f"{Path(path).parent} is not there; bring the folder of uploads back")
        try:
            run_import(
                stores,
                Path(path),
                import_id=import_id,
                mapping=mapping,
                platform=platform,
                source=source,
                progress=progress,
                settings=settings,
            )
        finally:
            _follow_up(settings)


def rollup() -> None:
    """Recompute the days that changed, some at a time."""
    from pasip_core.pipeline.rollup import rollup as run_rollup

    settings = current_settings()
    with reported() as progress, opened_stores(settings) as stores:
        days = run_rollup(stores, owner=owner(), progress=progress, limit_days=ROLLUP_DAYS)
        left = bool(stores.mentions.touched_days(1))
    if left:
        if not days:  # another process holds the lease
            time.sleep(LEASE_PAUSE)
        dispatch("rollup", settings=settings)


def cleanup() -> None:
    """Let go of what is older than is kept, one slice at a time."""
    from pasip_core.pipeline.retention import cleanup as run_cleanup

    settings = current_settings()
    with reported() as progress, opened_stores(settings) as stores:
        done = run_cleanup(stores, settings, owner=owner(), progress=progress, seconds=SLICE_SECONDS)
    if done.left:
        dispatch("cleanup", settings=settings)


def erase_person(erasure_id: str, key: str) -> None:
    """Erase a person's data, and search for what is left of it."""
    from pasip_core.pipeline.erasure import erase

    settings = current_settings()
    with reported() as progress, opened_stores(settings) as stores:
        queue = partial(forget_jobs, settings=settings)
        erase(stores, settings, erasure_id, key, owner=owner(), scrub_queue=queue, progress=progress)


def collect_due(group: str) -> None:
    """Enqueue a collection for each source of ``group`` (``news`` or ``social``)."""
    settings = current_settings()
    with reported() as progress, opened_stores(settings) as stores:
        jobs = dispatch_due(group, _publish(settings, stores), stores, settings, datetime.now(UTC))
        progress(len(jobs), len(jobs), group)


def check_feed(url: str) -> None:
    """Look for a feed at an address; for what the job tells see ``commands.collecting.read_check``."""
    from pasip_core.sources.feeds import check_feed as look
    from pasip_core.sources.http import open_client

    settings = current_settings()
    with reported() as progress, open_connection(settings) as redis, open_client(settings, redis) as http:
        found = look(http, url)
        progress(len(found.entries), len(found.entries), "\n".join((_one_line(found.title), found.url or url)))


def check_site(url: str) -> None:
    """Look for the feeds and news sitemaps of a site; for what the job tells see ``read_check``."""
    from pasip_core.sources.http import open_client
    from pasip_core.sources.site import check_site as look

    settings = current_settings()
    with reported() as progress, open_connection(settings) as redis, open_client(settings, redis) as http:
        found = look(http, url)
        progress(found.entries, found.entries, "\n".join((_one_line(found.title), *found.listings)))


def test_source(source: str) -> None:
    """Ask a source for one mention and keep nothing; for what the job tells see ``commands.collecting.read_trial``."""
    from pasip_core.pipeline.catalogue import open_sources
    from pasip_core.pipeline.trial import try_source

    settings = current_settings()
    with (
        reported() as progress,
        opened_stores(settings) as stores,
        open_connection(settings) as redis,
        open_sources(settings, stores, redis) as sources,
    ):
        if source not in sources:
            raise InputError(f"source: there is no {source!r} any more", field="source", value=source)
        trial = try_source(sources[source], stores.keywords.list())
        progress(trial.items, None, TypeAdapter(Trial).dump_json(trial).decode())


def _one_line(text: str) -> str:
    return " ".join(text.split())


def publish_sources() -> None:
    """Write down which sources there are, for the pages."""
    settings = current_settings()
    with reported(), opened_stores(settings) as stores:
        _publish(settings, stores)


def _publish(settings: Settings, stores: Stores) -> list[SourceInfo]:
    from pasip_core.pipeline.catalogue import open_sources
    from pasip_core.pipeline.catalogue import publish_sources as publish

    with open_sources(settings, stores) as sources:
        return publish(stores, sources, settings)


def rhythms() -> None:
    """Learn when each source usually speaks, and find the hours in which it should have."""
    from pasip_core.pipeline.rhythms import learn_rhythms

    settings = current_settings()
    with reported() as progress, opened_stores(settings) as stores:
        learnt = learn_rhythms(stores, settings.zone)
        progress(learnt, learnt, "")


def trigger(name: str, *args: str) -> None:
    """What the schedule runs: enqueue the real job under its own id, so that a slow run is never doubled."""
    dispatch(name, *args)


def _follow_up(settings: Settings) -> None:
    """Ask for everything that new mentions make necessary."""
    for job in ("rollup", "rematch", "enrich", "entities", "stories"):
        dispatch(job, settings=settings)
