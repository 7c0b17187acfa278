"""Feeds that people add by their address: checked first, then watched."""

from __future__ import annotations

import streamlit as st

from pages.components import cached, formats, live, state, tables
from pages.components.i18n import t, tn
from pages.components.sentences import translated
from pasip_core import dispatch
from pasip_core.commands import collecting
from pasip_core.dispatch import JobStatus
from pasip_core.domain.runs import Feed
from pasip_core.settings import current_settings

_CHECK = "_feed_check"


def show() -> None:
    """A form for a new feed, and those that are watched."""
    st.subheader(t("Feeds"))
    st.write(t("Watch the RSS or Atom feed of any news site or blog."))
    with st.form("add_feed", border=True, enter_to_submit=True):
        url = st.text_input(t("Address"), key="feed_url", placeholder="https://…/rss", max_chars=2000)
        if st.form_submit_button(t("Check"), icon=":material/fact_check:", key="check_feed"):
            st.session_state.pop(_CHECK, None)
            with state.attempted():
                asked = collecting.check_feed(current_settings(), url)
                st.session_state[_CHECK] = asked.job_id
    if _CHECK in st.session_state:
        _show_check()
    for feed in cached.stores().feeds.list(order_by="name"):
        _show_feed(feed)


@st.fragment(run_every=1.0, key="feed_check")
def _show_check() -> None:
    if _CHECK not in st.session_state:
        return
    with state.attempted():
        job = dispatch.job_status(st.session_state[_CHECK], settings=current_settings())
        if job is None:
            st.caption(t("The check has been forgotten; press Check again."))
        elif job.state == "done":
            _offer(job)
        elif job.state in {"failed", "stopped"}:
            st.error(t("This address cannot be watched: {why}", why=state.shown(translated(job.error))))
        else:
            live.show_progress(job)


def _offer(job: JobStatus) -> None:
    url, _, title = job.note.partition(" ")
    with st.container(border=True, key="feed_found"):
        st.markdown("**" + tn("A feed with {n} entry was found", "A feed with {n} entries was found", job.done) + "**")
        name = st.text_input(t("Name"), tables.excerpt(title, 100), key="feed_name", max_chars=100)
        if st.button(t("Watch this feed"), type="primary", icon=":material/add:", key="add_feed_now"):
            with state.attempted():
                feed = collecting.add_feed(cached.stores(), url, name)
                st.session_state.pop(_CHECK, None)
                st.toast(t("“{name}” is watched from now on.", name=state.shown(feed.name)))
                st.rerun()


def _show_feed(feed: Feed) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"feed_{feed.id}"):
        with st.container(width="stretch", gap=None):
            st.text(tables.excerpt(feed.name, 100))
            st.caption(f"{state.shown(tables.excerpt(feed.url, 160))} · {formats.moment(feed.created_at)}")
        if st.button(t("Remove"), key=f"remove_{feed.id}", type="tertiary", icon=":material/delete:"):
            with state.attempted():
                collecting.remove_feed(cached.stores(), feed.id)
                st.rerun()
