"""What the last collections brought, as it comes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.components import cached, formats, labels, live, state, tables
from pages.components.i18n import t, tn
from pages.components.sentences import translated_note
from pasip_core.domain.runs import SourceRun
from pasip_core.queries.health import latest_runs

MOST_SOURCES, MOST_RUNS, MOST_MENTIONS = 500, 40, 5
IN_SIGHT = 8
LIST_HEIGHT = 330
"""Pixels: eight lines; the rest of a round of many sources is scrolled to."""


@st.fragment(run_every=live.EVERY, key="arrivals")
def show(names: Mapping[str, str]) -> None:
    """The latest run of each source, those under way first, and the newest mentions; ``names`` are the labels."""
    with state.attempted():
        _show(names)


def _show(names: Mapping[str, str]) -> None:
    runs = latest_runs(cached.stores(), MOST_SOURCES)
    if not runs:
        return
    st.subheader(t("What came in"))
    st.caption(_summary(runs))
    with st.container(height=LIST_HEIGHT if len(runs) > IN_SIGHT else "content", border=False, key="latest_runs"):
        for run in runs[:MOST_RUNS]:
            _show_run(run, names.get(run.source, run.source))
        if len(runs) > MOST_RUNS:
            st.caption(t("… and {n} more, on the page Sources", n=formats.number(len(runs) - MOST_RUNS)))
    newest = cached.latest_mentions(MOST_MENTIONS)
    if newest:
        with st.container(key="arrived"):
            tables.show_mentions(newest, key="arrived_mentions", selectable=False)


def _summary(runs: Sequence[SourceRun]) -> str:
    """How many of these runs are how, and what they brought together."""
    running = sum(run.finished_at is None for run in runs)
    troubled = sum(bool(run.error_kind) for run in runs)
    parts = [
        tn("{n} source asked lately", "{n} sources asked lately", len(runs)),
        tn("{n} running", "{n} running", running) if running else "",
        tn("{n} in trouble", "{n} in trouble", troubled) if troubled else "",
        tn("{n} new mention", "{n} new mentions", sum(run.new for run in runs)),
    ]
    return " · ".join(filter(None, parts))


def _show_run(run: SourceRun, name: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"run_{run.source}"):
        st.markdown(f"{_icon(run)} **{state.shown(name)}** · {_said(run)}", width="content")
        st.caption(formats.ago(run.finished_at or run.started_at, cached.now()), width="content")


def _icon(run: SourceRun) -> str:
    if run.finished_at is None:
        return ":material/autorenew:"
    if run.error_kind:
        return ":orange[:material/warning:]"
    return ":green[:material/check_circle:]"


def _said(run: SourceRun) -> str:
    """How the run went, in words."""
    new = tn("{n} new mention", "{n} new mentions", run.new) + _left_out(run)
    if run.finished_at is None:
        return t("running: {new} so far", new=new)
    if run.error_kind:
        return f"{labels.error_kind(run.error_kind)} · {new}"
    return f"{new} · {state.shown(translated_note(run.note))}" if run.note else new


def _left_out(run: SourceRun) -> str:
    """What was found and not taken in, and why."""
    told = [
        (run.too_old, t("{n} older than is kept", n=formats.number(run.too_old))),
        (run.erased, t("{n} of erased persons", n=formats.number(run.erased))),
    ]
    return "".join(f" · {words}" for count, words in told if count)
