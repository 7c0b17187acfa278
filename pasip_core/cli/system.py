"""``init-db``, ``sources``, ``doctor`` and ``demo``."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from pasip_core.domain.runs import SourceRun
from pasip_core.errors import (
    InputError,
    PasipError,
    StoreBusy,
    StoreDamaged,
    StoreFull,
    StoreReadOnly,
    StoreSchemaMismatch,
    StoreUnavailable,
)
from pasip_core.settings import Settings, current_settings
from pasip_core.stores.ports import Stores

from . import checking
from .context import Json, catch_up, opened
from .output import progress_bar, say, say_json, show_fields, show_table


def init_db(json: Json = False) -> None:
    """Make the schema and the bucket, or bring them up to this version; safe to repeat."""
    with opened(make=True) as (_, stores):
        stores.migrate()
        state = stores.health()
    if json:
        say_json(state)
    else:
        say("The store is ready.")
        show_fields(state)


def sources(
    check: Annotated[bool, typer.Option("--check", help="Ask every outlet's addresses; switch off dead ones.")] = False,
    on: Annotated[bool, typer.Option("--on", help="With --check: switch everything on again instead.")] = False,
    json: Json = False,
) -> None:
    """Every source: ready or what it lacks, and its last run."""
    from pasip_core.pipeline.catalogue import open_sources, publish_sources
    from pasip_core.pipeline.source_check import switched_off
    from pasip_core.queries.health import source_states

    if on and not check:
        raise InputError("--on: only goes with --check; write `sources --check --on`", field="--on")
    if check:
        with opened() as (settings, stores):
            checking.switch_on(stores, json) if on else checking.check(settings, stores, json)
        return
    with opened() as (settings, stores), open_sources(settings, stores) as known:
        publish_sources(stores, known, settings)
        states = source_states(stores)
        off = switched_off(stores)
    if json:
        say_json(states)
        return
    rows = []
    for state in states:
        ready = f"needs {', '.join(state.source.needs)}" if state.source.needs else "ready"
        ready = state.source.retired or ready
        if gone := len(off.get(state.source.id, ())):
            ready += f", {gone} switched off"
        last = _said(state.last_run, settings.zone)
        rows.append([state.source.id, state.source.label, state.source.platform, ready, last])
    show_table(["source", "name", "platform", "state", "last run"], rows)


def _said(run: SourceRun | None, zone: ZoneInfo) -> str:
    if run is None:
        return "never"
    return f"{run.started_at.astimezone(zone):%Y-%m-%d %H:%M %Z}, {run.new} new {run.error_kind}".rstrip()


@dataclass(frozen=True, slots=True)
class Finding:
    """What ``doctor`` saw of one part; ``remedy`` is empty where nothing is to be done.

    One that is ``ok`` and has a remedy works, but should be looked at.
    """

    part: str
    ok: bool
    detail: str
    milliseconds: float
    remedy: str = ""


SERIES_REMEDY = "check the INFLUXDB_ settings, run `init-db`; what was collected meanwhile is counted when it is back"
KEEPING_REMEDY = "correct RETENTION_DAYS, unless an import is to bring this platform"
STORE_PATIENCE = 5.0
REMEDIES: dict[type[PasipError], str] = {
    StoreDamaged: "stop everything, move the file and its -wal and -shm away, and `restore` the last backup",
    StoreBusy: "wait, or end the program that holds the file (`fuser -v` names it)",
    StoreFull: "free some space, or move DATA_DIR; jobs wait and go on by themselves",
    StoreReadOnly: "give the right to write, and mount the disk for writing; jobs wait and go on by themselves",
    StoreSchemaMismatch: "update the program, or point DATA_DIR at another folder",
    StoreUnavailable: "check DATABASE_URL, DATA_DIR and that its disk or server is there; jobs wait",
}
"""What to do about each state of the store; the first that fits."""


def doctor(json: Json = False) -> None:
    """Every part: reachable, version, how fast, and what to do if not."""
    settings = current_settings()
    findings = [
        _examine("store", lambda: _store(settings), "check DATABASE_URL and the rights on DATA_DIR", REMEDIES),
        *([_keeping(settings)] if settings.retention_days else []),
        *([_examine("series", _series(settings), SERIES_REMEDY)] if settings.influxdb_url else []),
        _examine("queue", lambda: _queue(settings), "start everything with `make up`, or check REDIS_URL"),
        _examine("workers", lambda: _workers(settings), "start everything with `make up`"),
        _examine("sentiment model", lambda: _model(settings), "set SENTIMENT_MODEL=bundled"),
        _examine("disk", lambda: _disk(settings), "free some space, or move DATA_DIR"),
    ]
    if json:
        say_json(findings)
    else:
        columns = ["part", "state", "ms", "detail", "what to do"]
        rows = [[f.part, _state(f), f"{f.milliseconds:.1f}", f.detail, f.remedy] for f in findings]
        show_table(columns, rows)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def _state(finding: Finding) -> str:
    if finding.ok:
        return "look" if finding.remedy else "ok"
    return "FAILED"


def _examine(
    part: str, look: Callable[[], str], remedy: str, remedies: Mapping[type[PasipError], str] | None = None
) -> Finding:
    begun = time.perf_counter()
    try:
        detail, ok = look(), True
    except PasipError as error:
        detail, ok = str(error), False
        remedy = next((words for kind, words in (remedies or {}).items() if isinstance(error, kind)), remedy)
    took = (time.perf_counter() - begun) * 1000
    return Finding(part, ok, detail, round(took, 1), "" if ok else remedy)


def _store(settings: Settings) -> str:
    from pasip_core.queries.health import store_trouble

    with closing(_documents(settings)) as stores:
        if trouble := store_trouble(stores, settings.data_dir):
            raise trouble.error
        return _told(stores.health())


def _documents(settings: Settings) -> Stores:
    from pasip_core.stores.connect import connect

    return connect(settings.model_copy(update={"influxdb_url": ""}), patience=STORE_PATIENCE, make=False)


def _keeping(settings: Settings) -> Finding:
    """A platform that nobody knows is no failure: mentions of it may still come in."""
    from pasip_core.pipeline.retention import unknown_platforms

    doubts: list[str] = []

    def look() -> str:
        with closing(_documents(settings)) as stores:
            doubts.extend(unknown_platforms(stores, settings))
        return "; ".join(doubts) or f"RETENTION_DAYS={settings.retention_days}"

    found = _examine("keeping", look, "see the store", REMEDIES)
    return replace(found, remedy=KEEPING_REMEDY) if doubts else found


def _series(settings: Settings) -> Callable[[], str]:
    """The driver is loaded beforehand, so that the time is the server's alone."""
    from pasip_core.stores.influx import InfluxServer

    return lambda: _told(InfluxServer.named_by(settings).health())


def _told(health: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in health.items())


def _queue(settings: Settings) -> str:
    from pasip_core.dispatch import queue_overview

    seen = queue_overview(settings=settings)
    return ", ".join(f"{queue.name}: {queue.waiting} waiting" for queue in seen.queues)


def _workers(settings: Settings) -> str:
    from pasip_core.dispatch import queue_overview

    workers = queue_overview(settings=settings).workers
    if not workers:
        raise PasipError("no worker is running")
    return f"{len(workers)} running"


def _model(settings: Settings) -> str:
    from pasip_core.nlp.sentiment import load_sentiment

    model = load_sentiment(settings.sentiment_model, token=settings.huggingface_api_key.get_secret_value())
    model.predict(["selamat pagi"])
    return model.version


def _disk(settings: Settings) -> str:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(settings.data_dir).free / 1e9
    except OSError as error:
        raise PasipError(f"DATA_DIR: {settings.data_dir} cannot be used ({error.strerror})") from error
    if free < 1:
        raise PasipError(f"{free:.1f} GB free in {settings.data_dir.resolve()}")
    return f"{free:.1f} GB free"


def demo(
    remove: Annotated[bool, typer.Option("--remove", help="Take the sample set out again.")] = False,
    json: Json = False,
) -> None:
    """A labelled, made-up sample set to look around with."""
    from pasip_core.pipeline import demo as samples

    with opened(make=not remove) as (settings, stores), progress_bar(json) as progress:
        if remove:
            count = samples.remove(stores, lambda: catch_up(settings, stores, progress))
        else:
            count = samples.plant(stores, settings.zone)
            catch_up(settings, stores, progress)
    if json:
        say_json({"removed" if remove else "planted": count})
    else:
        say(f"{count} made-up mentions {'removed' if remove else 'planted; `demo --remove` takes them out again'}")
