"""Testing a source: one question now, and in words what came back or what is wrong."""

from __future__ import annotations

import streamlit as st

from pages.components import cached, formats, labels, live, state, tables
from pages.components.i18n import t
from pages.components.sentences import translated, translated_note
from pasip_core import dispatch
from pasip_core.commands import collecting
from pasip_core.domain.runs import SourceInfo, Trial
from pasip_core.settings import current_settings

_TESTS = "_source_tests"


def offer(source: SourceInfo) -> None:
    """The button. Each source keeps its last test while this session lasts."""
    pressed = st.button(
        t("Test now"), type="primary", icon=":material/network_check:", key="test_source",
        disabled=bool(source.retired),
    )  # fmt: skip
    if pressed:
        with state.attempted():
            asked = collecting.test_now(cached.stores(), current_settings(), source.id)
            st.session_state.setdefault(_TESTS, {})[source.id] = asked.job_id


@st.fragment(run_every=1.0, key="source_test")
def show(source: SourceInfo) -> None:
    """How the test goes, then what it found."""
    job_id = st.session_state.get(_TESTS, {}).get(source.id)
    if job_id is None:
        return
    with state.attempted():
        job = dispatch.job_status(job_id, settings=current_settings())
        if job is None:
            st.caption(t("The test has been forgotten; press Test now again."))
        elif job.state == "done":
            _tell(collecting.read_trial(job), source)
        elif job.state in {"failed", "stopped"}:
            st.error(t("The test could not be done: {why}", why=state.shown(translated(job.error))))
        else:
            live.show_progress(job)


def _tell(trial: Trial, source: SourceInfo) -> None:
    with st.container(key="test_told"):
        if trial.needs:
            st.warning(t("It cannot be asked: it needs {settings}.", settings=", ".join(trial.needs)))
        elif trial.error_kind:
            _tell_error(trial, source)
        elif trial.items:
            st.success(t("It works. Read just now, published {when}:", when=formats.moment(trial.published_at)))
        elif trial.searched:
            st.success(t("It answers, and has nothing to read at this moment."))
        else:
            st.info(t("It answers. Without an active keyword there is nothing to search for."))
        if trial.title:
            st.text(tables.excerpt(trial.title, 300))
        if trial.note:
            st.caption(state.shown(translated_note(trial.note)))
        st.caption(t("One mention was asked for, and nothing of it kept."))


def _tell_error(trial: Trial, source: SourceInfo) -> None:
    said = f"**{state.shown(labels.error_kind(trial.error_kind))}**  \n{state.shown(translated(trial.error))}"
    if trial.retry_at:
        said += "  \n" + t("It may be asked again {when}.", when=formats.moment(trial.retry_at))
    st.error(said, icon=":material/error:")
    if way_out := labels.way_out(trial.error_kind):
        st.markdown(way_out)
    if trial.error_kind in {"auth", "forbidden", "paid_out"} and (page := tables.web_address(source.key_page)):
        st.link_button(t("Where to get the key"), page, icon=":material/key:", key="key_page_of_test")
