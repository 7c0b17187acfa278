"""Who and what is named in the mentions: people, places, organisations, hashtags, sites and accounts."""

from __future__ import annotations

import streamlit as st

from pages.components import cached, downloads, filters, formats, keeping, labels, names_view, session, state
from pages.components.access import require_role
from pages.components.i18n import t
from pasip_core.domain.filters import Filters
from pasip_core.domain.names import KINDS

require_role()


def choose_kind() -> str:
    """Which names are listed."""
    st.session_state["name_kind"] = session.current().names
    st.segmented_control(
        t("Kind of name"), KINDS, format_func=labels.kind_of_names, key="name_kind", required=True,
        label_visibility="collapsed", on_change=lambda: session.change(names=st.session_state["name_kind"], entity=""),
    )  # fmt: skip
    return session.current().names


def say_what_waits() -> bool:
    """Whether names of some mentions are still to be read; says of how many."""
    waiting = cached.unread_names()
    if waiting.value:
        told = t("{n} mentions are not read yet: their names come in a moment.", n=formats.bounded(waiting))
        st.caption(":material/hourglass_top: " + told)
    return bool(waiting.value)


def show_names(wanted: Filters, kind: str) -> None:
    """The list of one kind."""
    table = cached.top_names(wanted, kind)
    if table.empty:
        st.info(t("Nothing of this kind is named in the mentions that fit."), icon=":material/search_off:")
        return
    st.caption(t("Click on the left edge of a row to see when and with whom a name is named."))
    names_view.show_list(table, wanted, kind)
    downloads.show_table(table.drop(columns="id"), "names")


st.title(t("People & places"))
wanted = filters.show_filters()
say_what_waits()
kind = choose_kind()
gone = keeping.show_let_go(wanted)
if not cached.mention_page(wanted, None, 1).mentions and not wanted.entity:
    state.nothing_here(wanted.period, gone)
    st.stop()
filters.scope_line(wanted)
if gone:
    st.caption(t("Counted from the texts that are still kept."))
if wanted.entity and (name := cached.name(wanted.entity)):
    names_view.show(name, wanted)
    st.divider()
show_names(wanted, kind)
names_view.show_said(cached.said_of_names())
