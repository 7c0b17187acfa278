"""The queue as people see it: what runs, what waits, who works, what comes next and what failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.components import cached, formats, labels, live, state
from pages.components.i18n import t, tn
from pages.components.sentences import translated
from pasip_core import dispatch
from pasip_core.commands import jobs
from pasip_core.dispatch import JobStatus, Planned, QueueOverview, WorkerState
from pasip_core.errors import QueueUnavailable
from pasip_core.settings import current_settings

IN_SIGHT = 10
"""Jobs that wait, and jobs that failed, which are shown one by one."""


@st.fragment(run_every=live.EVERY, key="queue")
def show(names: Mapping[str, str]) -> None:
    """Everything about the queue, kept up to date; ``names`` are the labels of sources."""
    state.look_as_well()
    st.subheader(t("Right now"))
    try:
        seen = dispatch.queue_overview(settings=current_settings())
    except QueueUnavailable as error:
        state.show(error)
        return
    _show_busy(seen, names)
    _rerun_when_done(seen)
    if seen.failed:
        _show_failed(seen, names)
    left, right = st.columns(2)
    with left, st.expander(_workers_title(seen.workers), icon=":material/engineering:"):
        _show_workers(seen.workers)
    with right, st.expander(t("Schedule ({zone})", zone=formats.zone_name()), icon=":material/event_repeat:"):
        _show_schedule(seen.schedule)


def _show_busy(seen: QueueOverview, names: Mapping[str, str]) -> None:
    if not seen.workers:
        st.warning(t("No worker is running, so nothing is collected. Start everything with `make up`."))
    if not seen.running and not seen.waiting:
        st.caption(":material/check_circle: " + t("Nothing runs and nothing waits."))
    for job in seen.running:
        _show_job(job, names)
    for job in seen.waiting[:IN_SIGHT]:
        _show_job(job, names)
    more = sum(queue.waiting + queue.retrying for queue in seen.queues) - IN_SIGHT  # not all of them were loaded
    if more > 0:
        st.caption(t("… and {n} more waiting", n=formats.number(more)))
    if sum(job.name in jobs.COLLECTIONS for job in seen.waiting) > 1 and st.button(
        t("Cancel all waiting collections"), key="cancel_waiting", type="tertiary", icon=":material/stop_circle:"
    ):
        with state.attempted():
            jobs.cancel_waiting_collections(cached.stores(), current_settings())
            st.rerun(scope="fragment")


def _show_job(job: JobStatus, names: Mapping[str, str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"job_{job.id}"):
        with st.container(width="stretch", gap=None):
            live.show_progress(job, names)
            if job.state == "retrying" and not job.store_away_since:
                why = state.shown(translated(job.error))
                st.caption(t("Next try {when}: {error}", when=formats.moment(job.retry_at), error=why))
        if st.button(t("Cancel"), key=f"cancel_{job.id}", type="tertiary", icon=":material/stop_circle:"):
            with state.attempted():
                jobs.cancel(cached.stores(), current_settings(), job.id)
                st.rerun(scope="fragment")


def _rerun_when_done(seen: QueueOverview) -> None:
    """Show the new numbers of the whole page once the last collection is over."""
    busy = any(job.state != "retrying" for job in (*seen.running, *seen.waiting))
    was = st.session_state.get("_queue_busy", False)
    st.session_state["_queue_busy"] = busy
    if was and not busy:
        st.rerun()


def _show_failed(seen: QueueOverview, names: Mapping[str, str]) -> None:
    title = tn("{n} job failed lately", "{n} jobs failed lately", sum(queue.failed for queue in seen.queues))
    with st.expander(title, icon=":material/error:", key="failed_jobs"):
        for job in seen.failed[:IN_SIGHT]:
            with st.container(horizontal=True, vertical_alignment="center"):
                with st.container(width="stretch", gap=None):
                    st.markdown(f"**{state.shown(live.title(job, names))}** · {formats.moment(job.ended_at)}")
                    st.text(translated(job.error)[:500] or t("The log says more."))
                if st.button(t("Run again"), key=f"again_{job.id}", icon=":material/replay:"):
                    with state.attempted():
                        dispatch.run_again(job.id, settings=current_settings())
                        st.rerun(scope="fragment")


def _workers_title(workers: Sequence[WorkerState]) -> str:
    busy = sum(1 for worker in workers if worker.state == "busy")
    title = tn("{n} worker", "{n} workers", len(workers))
    return title + " · " + t("{n} busy", n=formats.number(busy)) if busy else title


def _show_workers(workers: Sequence[WorkerState]) -> None:
    for worker in workers:
        queues = ", ".join(worker.queues)
        st.text(f"{queues}: {labels.worker_state(worker.state)} {worker.job_id}".rstrip())
        st.caption(
            t(
                "{name}, last seen {when}",
                name=state.shown(worker.name[:40]),
                when=formats.ago(worker.last_seen, cached.now()),
            )
        )


def _show_schedule(schedule: Sequence[Planned]) -> None:
    if not schedule:
        st.caption(t("Nothing is scheduled: the scheduler is not running."))
    for entry in sorted(schedule, key=lambda e: e.next_at):
        often, coming = state.shown(labels.how_often(entry.cron)), formats.moment(entry.next_at)
        st.markdown(
            f"**{state.shown(labels.timing(entry.name))}** · " + t("{often}, next {when}", often=often, when=coming)
        )
