"""Sources that people add: a feed or site is looked at first, a channel or page goes by its name."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

import streamlit as st

from pages.components import cached, formats, live, source_table, state, tables
from pages.components.i18n import t, tn
from pages.components.sentences import translated
from pasip_core import dispatch
from pasip_core.commands import collecting
from pasip_core.dispatch import JobStatus
from pasip_core.domain.addresses import without_secrets
from pasip_core.domain.runs import Feed
from pasip_core.errors import QueueUnavailable
from pasip_core.settings import current_settings

_CHECK = "_source_check"
CHECKED = ("feed", "site")
"""Kinds that a worker looks at before they are added."""


class _Kind(NamedTuple):
    name: str
    icon: str
    example: str
    told: str


def _kinds() -> dict[str, _Kind]:
    channel = t("Read from its public pages; only what everybody sees.")
    needs_key = t("Needs the platform's key, see its row below.")
    return {
        "feed": _Kind(t("Feed"), "rss_feed", "https://…/rss", t("An RSS or Atom feed, or a page that names one.")),
        "site": _Kind(t("News site"), "language", "https://www.contoh.id", t("Its feeds and news sitemaps are found.")),
        "telegram": _Kind(t("Telegram channel"), "send", "@kanal, https://t.me/kanal", channel),
        "youtube": _Kind(t("YouTube channel"), "smart_display", "@kanal, https://youtube.com/@kanal", needs_key),
        "facebook": _Kind(t("Facebook page"), "thumb_up", "https://facebook.com/halaman", needs_key),
        "instagram": _Kind(t("Instagram account"), "photo_camera", "@akun, https://instagram.com/akun", needs_key),
        "reddit": _Kind(t("Subreddit"), "forum", "r/indonesia", t("Without a key its public feed is read.")),
    }


def show() -> None:
    """One form for everything that can be added."""
    kinds = _kinds()
    with st.expander(t("Add a source"), icon=":material/add_circle:", key="add_source"):
        kind = st.pills(
            t("What is it?"), list(kinds), format_func=lambda k: f":material/{kinds[k].icon}: {kinds[k].name}",
            default="feed", key="source_kind", required=True, on_change=_forget_check,
        )  # fmt: skip
        with st.form("source_form", border=False, enter_to_submit=True):
            text = st.text_input(
                t("Address or name"), key="source_address", placeholder=kinds[kind].example, max_chars=2000,
            )  # fmt: skip
            if kind in CHECKED:
                pressed = st.form_submit_button(t("Check"), icon=":material/fact_check:", key="check_source")
            else:
                pressed = st.form_submit_button(t("Add"), icon=":material/add:", type="primary", key="add_place")
        st.caption(kinds[kind].told)
        if pressed:
            with state.attempted():
                _check(kind, text) if kind in CHECKED else _added(collecting.add_place(cached.stores(), kind, text))
        if _CHECK in st.session_state:
            _show_check()


def _forget_check() -> None:
    st.session_state.pop(_CHECK, None)


def _check(kind: str, text: str) -> None:
    _forget_check()
    asked = collecting.check(current_settings(), kind, text)
    st.session_state[_CHECK] = (asked.job_id, kind, text)


@st.fragment(run_every=1.0, key="source_check")
def _show_check() -> None:
    if _CHECK not in st.session_state:
        return
    job_id, kind, text = st.session_state[_CHECK]
    with state.attempted():
        job = dispatch.job_status(job_id, settings=current_settings())
        if job is None:
            st.caption(t("The check has been forgotten; press Check again."))
        elif job.state == "done":
            _offer(job, kind, text)
        elif job.state in {"failed", "stopped"}:
            st.error(t("This address cannot be watched: {why}", why=state.shown(translated(job.error))))
        else:
            live.show_progress(job)


def _offer(job: JobStatus, kind: str, text: str) -> None:
    found = collecting.read_check(job)
    with st.container(border=True, key="source_found"):
        entries = tn("{n} entry", "{n} entries", found.entries)
        if kind == "site":
            listings = tn("{n} feed or sitemap", "{n} feeds and sitemaps", len(found.listings))
            st.markdown("**" + t("Found: {listings} with {entries}", listings=listings, entries=entries) + "**")
            for listing in found.listings:
                st.text(tables.excerpt(without_secrets(listing), 160))
        else:
            st.markdown("**" + t("A feed with {entries} was found", entries=entries) + "**")
        name = st.text_input(t("Name"), tables.excerpt(found.title, 100), key="source_name", max_chars=100)
        if st.button(t("Watch it"), type="primary", icon=":material/add:", key="add_source_now"):
            stores = cached.stores()
            if kind == "site":
                _added(collecting.add_feed(stores, text, name, kind=kind, listings=found.listings))
            else:
                _added(collecting.add_feed(stores, found.listings[0], name))


def _added(feed: Feed) -> None:
    """Say so, look at it, and have the workers write down what it needs."""
    _forget_check()
    _publish()
    st.session_state[source_table.TO_SHOW] = feed.id
    st.toast(t("“{name}” is watched from now on.", name=state.shown(feed.name)))
    st.rerun()


def _publish() -> None:
    """Have the workers write down what there is now. Without a queue they do so when they start."""
    with suppress(QueueUnavailable):
        dispatch.dispatch("publish_sources", settings=current_settings())


def offer_removal(source: str) -> None:
    """A button for a source that a person added: nothing for others."""
    feed = cached.stores().feeds.get(source)
    if feed is None:
        return
    st.caption(t("Added {when}", when=formats.moment(feed.created_at)), width="content")
    if st.button(t("Remove"), key=f"remove_{feed.id}", type="tertiary", icon=":material/delete:"):
        with state.attempted():
            collecting.remove_feed(cached.stores(), feed.id)
            _publish()
            st.rerun()
