"""What a page shows when there is nothing to show, or when something it needs is away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from loguru import logger

from pages.components import cached, formats, session
from pages.components.i18n import t
from pasip_core.domain.period import Period
from pasip_core.errors import (
    InputError,
    JobStateError,
    PasipError,
    QueueUnavailable,
    SettingError,
    StoreFull,
    StoreReadOnly,
    StoreSchemaMismatch,
    StoreUnavailable,
)


def shown(text: str) -> str:
    """Text that may hold what people or sites wrote, made safe for elements that read Markdown."""
    kept = "".join(c for c in text if c.isprintable() and c not in _BIDI)
    return "".join("\\" + c if c in r"\`*_{}[]()#+-.!|<>$:~^" else c for c in kept)


_BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def explain(error: PasipError) -> tuple[str, str]:
    """What happened and what to do about it, in the words of the session's language."""
    if isinstance(error, StoreUnavailable):
        return t("The data store does not answer."), t(
            "Nothing is lost. Try again in a moment; if it stays away, look at `python -m pasip_core doctor`."
        )
    if isinstance(error, StoreFull):
        return t("The disk is full."), t("Make room where DATA_DIR lies; nothing new can be kept until then.")
    if isinstance(error, StoreReadOnly):
        return t("The data store may only be read."), t("Give this program the right to write under DATA_DIR.")
    if isinstance(error, StoreSchemaMismatch):
        return t("The data was made by another version of this program."), t(
            "Update the program, or point DATA_DIR at another folder."
        )
    if isinstance(error, QueueUnavailable):
        return t("The background workers cannot be reached."), t(
            "What is stored can still be read and changed. Start everything with `make up`, then try again."
        )
    if isinstance(error, SettingError):
        return t("A setting cannot be used."), shown(str(error))
    if isinstance(error, JobStateError):
        return t("This job cannot do that now."), shown(str(error))
    return t("This did not work."), shown(str(error))


def show(error: PasipError) -> None:
    """The error as a calm box, never as a traceback."""
    what, way_out = explain(error)
    st.error(f"**{what}**  \n{way_out}", icon=":material/cloud_off:")


@contextmanager
def guarded(what: str) -> Iterator[None]:
    """Around a page: whatever it needs and is away becomes a clear box with a button, and the page ends there."""
    try:
        yield
    except PasipError as error:
        logger.opt(exception=error).error("page {}: {}", what, error)
        show(error)
        st.button(t("Try again"), icon=":material/refresh:", key=f"again_{what}")
        st.stop()


@contextmanager
def attempted() -> Iterator[None]:
    """Around a command: what a person gave wrong, or what is away, is said beside the form and the page goes on."""
    try:
        yield
    except InputError as error:
        st.error(shown(str(error)))
    except PasipError as error:
        logger.warning("command refused: {}", error)
        show(error)


def first_steps() -> None:
    """An empty store: what to do first."""
    st.subheader(t("Welcome. Three steps to the first numbers"))
    steps = (
        ("keywords.py", ":material/sell:", t("1. Say what to watch"),
         t("Add a person, party or issue as a keyword."), t("Add a keyword")),
        ("collection.py", ":material/travel_explore:", t("2. Collect"),
         t("Let the sources look for it now; from then on they do so by themselves."), t("Start collecting")),
        ("imports.py", ":material/upload_file:", t("3. Or bring your own data"),
         t("Import a CSV, TSV, Excel or JSONL file with mentions."), t("Import a file")),
    )  # fmt: skip
    for column, (page, icon, title, text, button) in zip(st.columns(3), steps, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.markdown(f"**{icon} {title}**")
            st.write(text)
            st.page_link(page, label=button, icon=":material/arrow_forward:")


def nothing_here(period: Period) -> None:
    """An empty period: where the data lies, and a way there."""
    lies = cached.where_data_lies(period)
    if lies is None:
        first_steps()
        return
    narrowed = session.current().narrowed()
    with st.container(border=True):
        st.subheader(t("No mentions: {period}", period=formats.period(period)))
        if narrowed:
            st.write(t("Nothing in this period fits the chosen filters."))
        st.write(t("The stored mentions are from {period}.", period=formats.period(lies)))
        with st.container(horizontal=True):
            st.button(
                t("Show {period}", period=formats.period(lies)), type="primary", icon=":material/event:",
                on_click=session.change, kwargs={"period": lies}, key="go_to_data",
            )  # fmt: skip
            if narrowed:
                st.button(t("Clear filters"), on_click=session.clear_filters, key="clear_when_empty")
