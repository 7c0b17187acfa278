"""What the workers do right now, kept up to date without rerunning the page."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import streamlit as st

from pages.components import formats, labels, outages, state
from pages.components.i18n import t
from pages.components.sentences import translated
from pasip_core import dispatch
from pasip_core.dispatch import JobStatus, QueueOverview
from pasip_core.errors import PasipError, QueueUnavailable
from pasip_core.settings import current_settings

EVERY = 2.0
NOBODY: Mapping[str, str] = {}


def overview() -> QueueOverview | None:
    """The queue, or ``None`` where it is away."""
    try:
        seen = dispatch.queue_overview(settings=current_settings())
    except QueueUnavailable as error:
        outages.queue.begin(error)
        return None
    outages.queue.end()
    return seen


def show_work(names: Collection[str]) -> None:
    """Jobs of these kinds that wait or run, with their progress; a full rerun once the last one is done."""

    @st.fragment(run_every=EVERY, key="work")
    def work() -> None:
        state.look_as_well()
        seen = overview()
        if seen is None:
            return
        jobs = [job for job in (*seen.running, *seen.waiting) if job.name in names]
        was = st.session_state.get("_working", False)
        st.session_state["_working"] = bool(jobs)
        if was and not jobs:
            st.rerun()
        for job in jobs:
            show_progress(job)

    work()


def title(job: JobStatus, names: Mapping[str, str]) -> str:
    """What the job does, and to which source; ``names`` are the labels of sources."""
    return " · ".join(part for part in (labels.job(job.name), _subject(job, names)) if part)


def _subject(job: JobStatus, names: Mapping[str, str]) -> str:
    """The first argument, where that is a source or a group of them."""
    if not job.args or not job.name.startswith("collect"):
        return ""
    return names.get(str(job.args[0]), str(job.args[0]))


def _note(job: JobStatus, names: Mapping[str, str]) -> str:
    """How far it is, without the name that its title says already."""
    return state.shown(translated(job.note)[:200].removeprefix(_subject(job, names)).lstrip(": "))


def show_progress(job: JobStatus, names: Mapping[str, str] = NOBODY) -> None:
    """A line or a bar for one job."""
    what = f"{title(job, names)} · {labels.job_state(job.state)}"
    note = _note(job, names)
    if job.total:
        share = min(1.0, job.done / job.total)
        st.progress(share, f"{state.shown(what)} · {formats.number(job.done)} / {formats.number(job.total)} {note}")
    elif job.state == "running":
        done = f" · {formats.number(job.done)}" if job.done else ""
        st.progress(0.0, f":material/autorenew: {state.shown(what)}{done} {note}")
    elif job.store_away_since:
        st.caption(":material/cloud_off: " + _waiting_for_store(job, names))
    else:
        st.caption(f":material/schedule: {state.shown(what)} {note}")


def _waiting_for_store(job: JobStatus, names: Mapping[str, str]) -> str:
    return t(
        "{what}: waits for the data store since {since}; looks again {next}. Nothing is lost.",
        what=state.shown(title(job, names)), since=formats.moment(job.store_away_since),
        next=formats.moment(job.retry_at),
    )  # fmt: skip


def show_job(job_id: str, *, key: str) -> str | None:
    """Follow one job; its state, ``None`` where its outcome has been forgotten or the queue is away."""
    try:
        job = dispatch.job_status(job_id, settings=current_settings())
    except PasipError as error:
        state.show(error)
        return None
    if job is None:
        return None
    if job.state in {"waiting", "running", "retrying"}:
        show_progress(job)
    if job.error and job.state in {"failed", "retrying"} and not job.store_away_since:
        st.error(state.shown(translated(job.error)))
    return job.state
