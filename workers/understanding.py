"""The bodies of jobs that understand mentions: sentiment, names, stories, topics, who is heard. See ``jobs``."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

from pasip_core.dispatch import dispatch
from pasip_core.domain.period import Period
from pasip_core.pipeline.progress import Slice
from pasip_core.settings import Settings, current_settings

from .reporting import reported
from .within import LEASE_PAUSE, SLICE_SECONDS, opened_stores, owner

GIVING_WAY = 1.0
"""Seconds that names are read while mentions wait for their sentiment, which goes first."""


def enrich() -> None:
    """Analyse mentions that have no analysis, one slice at a time."""
    from pasip_core.pipeline.enrich import enrich as run_enrich

    from .models import emotion_model, sentiment_model

    settings = current_settings()
    with reported() as progress, opened_stores(settings) as stores:
        if not stores.mentions.count_unanalysed(bound=1):
            return
        models = sentiment_model(settings), emotion_model()
        done = run_enrich(stores, *models, progress=progress, seconds=SLICE_SECONDS)
    _go_on("enrich", done, settings)


def rematch() -> None:
    """Give stored mentions the keywords of the present rules, one slice at a time."""
    from pasip_core.pipeline.enrich import rematch as run_rematch

    from .models import sentiment_model

    settings = current_settings()
    with reported() as progress, opened_stores(settings) as stores:
        done = run_rematch(stores, sentiment_model(settings), progress=progress, seconds=SLICE_SECONDS)
    _go_on("rematch", done, settings)


def rescore() -> None:
    """Have the present model read what another one read, one slice at a time."""
    from pasip_core.pipeline.rescore import rescore as run_rescore

    from .models import emotion_model, sentiment_model

    settings = current_settings()
    with reported() as progress, opened_stores(settings) as stores:
        models = sentiment_model(settings), emotion_model()
        done = run_rescore(stores, *models, progress=progress, seconds=SLICE_SECONDS)
    _go_on("rescore", done, settings)


def sample() -> None:
    """Draw the sample of the week that ended last, and forget labels of texts that are gone."""
    from pasip_core.stores.samples import draw_sample, forget_gone, last_week

    settings = current_settings()
    with reported() as progress, opened_stores(settings) as stores:
        now = datetime.now(UTC)
        drawn = draw_sample(stores, last_week(now, settings.zone), now)
        forget_gone(stores)
        progress(len(drawn.ids), len(drawn.ids), "")


def entities() -> None:
    """Read the names in mentions, one slice at a time; a short one where sentiment waits behind it."""
    from pasip_core.domain.names import READER
    from pasip_core.pipeline.naming import read_names

    from .models import name_reader

    settings = current_settings()
    with reported() as progress, opened_stores(settings) as stores:
        if not stores.mentions.count_unnamed(READER, bound=1):
            return
        waits = bool(stores.mentions.count_unanalysed(bound=1))
        if waits:
            dispatch("enrich", settings=settings)
        done = read_names(stores, name_reader(), progress=progress, seconds=GIVING_WAY if waits else SLICE_SECONDS)
    _go_on("entities", done, settings)


def stories() -> None:
    """Bring copies of one text together, one slice at a time."""
    from pasip_core.pipeline.stories import group_stories

    settings = current_settings()
    with reported() as progress, opened_stores(settings) as opened:
        done = group_stories(opened, owner=owner(), progress=progress, seconds=SLICE_SECONDS)
    if done.left:
        if not done.done:  # another process is at it
            time.sleep(LEASE_PAUSE)
        dispatch("stories", settings=settings)
    if done.done:
        dispatch("rollup", settings=settings)


def coordination() -> None:
    """Look for accounts that share the same at the same time, more often than by chance."""
    from pasip_core.pipeline.coordination import find_groups

    settings = current_settings()
    with reported() as progress, opened_stores(settings) as opened:
        find_groups(opened, settings.zone, progress=progress)


def topics(first: str = "", last: str = "") -> None:
    """Find the topics of these days, or of the last thirty."""
    from pasip_core.pipeline.topics import DEFAULT_DAYS, find_topics

    settings = current_settings()
    period = Period.last_days(DEFAULT_DAYS, datetime.now(UTC), settings.zone)
    if first and last:
        period = Period(date.fromisoformat(first), date.fromisoformat(last), settings.zone)
    with reported() as progress, opened_stores(settings) as stores:
        find_topics(stores, period, owner=owner(), progress=progress)


def influencers() -> None:
    """Compute anew who was heard most lately."""
    from pasip_core.pipeline.influencers import keep_influencers

    settings = current_settings()
    with reported() as progress, opened_stores(settings) as stores:
        keep_influencers(stores, settings.zone, progress=progress)


def _go_on(job: str, done: Slice, settings: Settings) -> None:
    """Ask for the next slice where something is left, and for numbers where something was done."""
    if done.left:
        dispatch(job, settings=settings)
    if done.done:
        dispatch("rollup", settings=settings)
