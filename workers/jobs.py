"""The bodies of the jobs in ``pasip_core.dispatch.table``: read ids, call the stage, report progress.

Each runs in a process of its own, forked from a worker, opens the stores there and raises when it fails.
Killed at any line it can simply run again.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from pydantic import TypeAdapter

from pasip_core.dispatch import dispatch, forget_jobs, open_connection
from pasip_core.domain.period import Period
from pasip_core.domain.runs import SourceInfo, Trial
from pasip_core.errors import InputError, StoreUnavailable
from pasip_core.settings import Settings, current_settings
from pasip_core.stores.ports import Stores

from .collecting import dispatch_due, may_ask
from .reporting import reported

SLICE_SECONDS = 10.0
"""A long work gives its worker back this often, and queues up again behind what came meanwhile."""
GIVING_WAY = 1.0
"""Seconds that names are read while mentions wait for their sentiment, which goes first."""
ROLLUP_DAYS = 50
LEASE_PAUSE = 1.0


@contextmanager
def _stores(settings: Settings) -> Iterator[Stores]:
    from pasip_core.stores.connect import connect

    stores = connect(settings, make=False)
    try:
        yield stores
    finally:
        stores.close()


def collect_source(source: str, keyword_ids: Sequence[str] = ()) -> None:
    """Collect from one source, then ask for what follows from new mentions."""
    from pasip_core.pipeline.catalogue import open_sources
    from pasip_core.pipeline.collect import collect

    settings = current_settings()
    with (
        reported() as progress,
        _stores(settings) as stores,
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
        _stores(settings) as stores,
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
    with reported() as progress, _stores(settings) as stores:
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


def rematch() -> None:
    """Give stored mentions the keywords of the present rules, one slice at a time."""
    from pasip_core.pipeline.enrich import rematch as run_rematch

    from .models import sentiment_model

    settings = current_settings()
    with reported() as progress, _stores(settings) as stores:
        done = run_rematch(stores, sentiment_model(settings), progress=progress, seconds=SLICE_SECONDS)
    if done.left:
        dispatch("rematch", settings=settings)
    if done.done:
        dispatch("rollup", settings=settings)


def enrich() -> None:
    """Analyse mentions that have no analysis, one slice at a time."""
    from pasip_core.pipeline.enrich import enrich as run_enrich

    from .models import emotion_model, sentiment_model

    settings = current_settings()
    with reported() as progress, _stores(settings) as stores:
        if not stores.mentions.count_unanalysed(bound=1):
            return
        models = sentiment_model(settings), emotion_model()
        done = run_enrich(stores, *models, progress=progress, seconds=SLICE_SECONDS)
    if done.left:
        dispatch("enrich", settings=settings)
    if done.done:
        dispatch("rollup", settings=settings)


def topics(first: str = "", last: str = "") -> None:
    """Find the topics of these days, or of the last thirty."""
    from pasip_core.pipeline.topics import DEFAULT_DAYS, find_topics

    settings = current_settings()
    period = Period.last_days(DEFAULT_DAYS, datetime.now(UTC), settings.zone)
    if first and last:
        period = Period(date.fromisoformat(first), date.fromisoformat(last), settings.zone)
    with reported() as progress, _stores(settings) as stores:
        find_topics(stores, period, owner=_owner(), progress=progress)


def rescore() -> None:
    """Have the present model read what another one read, one slice at a time."""
    from pasip_core.pipeline.rescore import rescore as run_rescore

    from .models import emotion_model, sentiment_model

    settings = current_settings()
    with reported() as progress, _stores(settings) as stores:
        models = sentiment_model(settings), emotion_model()
        done = run_rescore(stores, *models, progress=progress, seconds=SLICE_SECONDS)
    if done.left:
        dispatch("rescore", settings=settings)
    if done.done:
        dispatch("rollup", settings=settings)


def stories() -> None:
    """Bring copies of one text together, one slice at a time."""
    from pasip_core.pipeline.stories import group_stories

    settings = current_settings()
    with reported() as progress, _stores(settings) as opened:
        done = group_stories(opened, owner=_owner(), progress=progress, seconds=SLICE_SECONDS)
    if done.left:
        if not done.done:  # another process is at it
            time.sleep(LEASE_PAUSE)
        dispatch("stories", settings=settings)
    if done.done:
        dispatch("rollup", settings=settings)


def entities() -> None:
    """Read the names in mentions, one slice at a time; a short one where sentiment waits behind it."""
    from pasip_core.domain.names import READER
    from pasip_core.pipeline.naming import read_names

    from .models import name_reader

    settings = current_settings()
    with reported() as progress, _stores(settings) as stores:
        if not stores.mentions.count_unnamed(READER, bound=1):
            return
        waits = bool(stores.mentions.count_unanalysed(bound=1))
        if waits:
            dispatch("enrich", settings=settings)
        done = read_names(stores, name_reader(), progress=progress, seconds=GIVING_WAY if waits else SLICE_SECONDS)
    if done.left:
        dispatch("entities", settings=settings)
    if done.done:
        dispatch("rollup", settings=settings)


def coordination() -> None:
    """Look for accounts that share the same at the same time, more often than by chance."""
    from pasip_core.pipeline.coordination import find_groups

    settings = current_settings()
    with reported() as progress, _stores(settings) as opened:
        find_groups(opened, settings.zone, progress=progress)


def sample() -> None:
    """Draw the sample of the week that ended last, and forget labels of texts that are gone."""
    from pasip_core.stores.samples import draw_sample, forget_gone, last_week

    settings = current_settings()
    with reported() as progress, _stores(settings) as stores:
        now = datetime.now(UTC)
        drawn = draw_sample(stores, last_week(now, settings.zone), now)
        forget_gone(stores)
        progress(len(drawn.ids), len(drawn.ids), "")


def rollup() -> None:
    """Recompute the days that changed, some at a time."""
    from pasip_core.pipeline.rollup import rollup as run_rollup

    settings = current_settings()
    with reported() as progress, _stores(settings) as stores:
        days = run_rollup(stores, owner=_owner(), progress=progress, limit_days=ROLLUP_DAYS)
        left = bool(stores.mentions.touched_days(1))
    if left:
        if not days:  # another process holds the lease
            time.sleep(LEASE_PAUSE)
        dispatch("rollup", settings=settings)


def cleanup() -> None:
    """Let go of what is older than is kept, one slice at a time."""
    from pasip_core.pipeline.retention import cleanup as run_cleanup

    settings = current_settings()
    with reported() as progress, _stores(settings) as stores:
        done = run_cleanup(stores, settings, owner=_owner(), progress=progress, seconds=SLICE_SECONDS)
    if done.left:
        dispatch("cleanup", settings=settings)


def erase_person(erasure_id: str, key: str) -> None:
    """Erase a person's data, and search for what is left of it."""
    from pasip_core.pipeline.erasure import erase

    settings = current_settings()
    with reported() as progress, _stores(settings) as stores:
        queue = partial(forget_jobs, settings=settings)
        erase(stores, settings, erasure_id, key, owner=_owner(), scrub_queue=queue, progress=progress)


def collect_due(group: str) -> None:
    """Enqueue a collection for each source of ``group`` (``news`` or ``social``)."""
    settings = current_settings()
    with reported() as progress, _stores(settings) as stores:
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
        _stores(settings) as stores,
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
    with reported(), _stores(settings) as stores:
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
    with reported() as progress, _stores(settings) as stores:
        learnt = learn_rhythms(stores, settings.zone)
        progress(learnt, learnt, "")


def influencers() -> None:
    """Compute anew who was heard most lately."""
    from pasip_core.pipeline.influencers import keep_influencers

    settings = current_settings()
    with reported() as progress, _stores(settings) as stores:
        keep_influencers(stores, settings.zone, progress=progress)


def trigger(name: str, *args: str) -> None:
    """What the schedule runs: enqueue the real job under its own id, so that a slow run is never doubled."""
    dispatch(name, *args)


def _follow_up(settings: Settings) -> None:
    """Ask for everything that new mentions make necessary."""
    for job in ("rollup", "rematch", "enrich", "entities", "stories"):
        dispatch(job, settings=settings)


def _owner() -> str:
    """Who holds a lease: this process, so that a killed one is told from its successor."""
    return f"{socket.gethostname()}-{os.getpid()}"
