"""Single mentions: find them, read one in full, correct the machine, take them along as a file."""

from __future__ import annotations

import streamlit as st

from pages.components import bulk_view, cached, filters, formats, keeping, mention_view, session, state, tables
from pages.components.access import require_role
from pages.components.downloads import show_exports
from pages.components.i18n import t
from pasip_core.domain.filters import Filters
from pasip_core.domain.metrics import BoundedCount
from pasip_core.stores.ports import Page

require_role()

PAGE = 50
_PLACE = "_mentions_place"


def cursors(wanted: Filters, order: str) -> list[str]:
    """The ways to the pages before this one; forgotten when the question changes."""
    question = (wanted, order)
    if st.session_state.get(_PLACE, (None,))[0] != question:
        st.session_state[_PLACE] = (question, [])
    return st.session_state[_PLACE][1]


def turn(wanted: Filters, order: str, to: str | None) -> None:
    """To the next page (``to`` is its cursor) or one back."""
    passed = list(cursors(wanted, order))
    st.session_state[_PLACE] = ((wanted, order), [*passed, to] if to else passed[:-1])


def choose_order() -> str:
    """Newest, oldest or loudest first."""
    names = {"newest": t("Newest first"), "oldest": t("Oldest first"), "engagement": t("Most engagement")}
    st.session_state["mention_order"] = session.current().order
    return st.selectbox(
        t("Order"), list(names), format_func=names.__getitem__, key="mention_order", width=190,
        label_visibility="collapsed", on_change=lambda: session.change(order=st.session_state["mention_order"]),
    )  # fmt: skip


def show_pager(page: Page, count: BoundedCount, wanted: Filters, order: str) -> None:
    """Which mentions these are, and the ways on and back."""
    passed = cursors(wanted, order)
    first = len(passed) * PAGE + 1
    with st.container(horizontal=True, vertical_alignment="center", key="pager"):
        st.button(
            t("Previous"), icon=":material/chevron_left:", disabled=not passed, on_click=turn,
            args=(wanted, order, None), key="previous_page",
        )  # fmt: skip
        st.markdown(
            t("{first} to {last} of {all}", first=formats.number(first),
              last=formats.number(first + len(page.mentions) - 1), all=formats.bounded(count)),
            width="content",
        )  # fmt: skip
        st.button(
            t("Next"), icon=":material/chevron_right:", disabled=page.next is None, on_click=turn,
            args=(wanted, order, page.next), key="next_page",
        )  # fmt: skip


def open_selected(page: Page, key: str) -> None:
    """A click on a row opens that mention."""
    if rows := st.session_state[key]["selection"]["rows"]:
        session.change(mention=page.mentions[rows[0]].id)


st.title(t("Mentions"))
wanted = filters.show_filters(text=True)
count = cached.mention_count(wanted)
gone = keeping.show_let_go(wanted)
if not count.value:
    state.nothing_here(wanted.period, gone)
else:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(
            "**" + t("{n} mentions", n=formats.bounded(count)) + "** · " + formats.period(wanted.period),
            width="content",
        )
        with st.container(horizontal=True, width="content"):
            order = choose_order()
            show_exports()
    passed = cursors(wanted, order)
    page = cached.mention_page(wanted, passed[-1] if passed else None, PAGE, order)
    several = bulk_view.wanted()
    key = f"mentions_{'several' if several else 'table'}_{mention_view.closed_times()}_{bulk_view.times()}"
    st.caption(t("Click on the left edge of a row to read a mention in full and to correct its sentiment."))
    if told := filters.sentiment_meant(wanted):
        st.caption(told)
    tables.show_mentions(page.mentions, key=key, selectable=True, towards=wanted.one_keyword, several=several,
                         on_select=lambda: open_selected(page, key))  # fmt: skip
    if several:
        bulk_view.show(page.mentions, wanted, key=key)
    show_pager(page, count, wanted, order)
if opened := session.current().mention:
    mention_view.show(opened)
