"""What a page shows when there is nothing to show, or when something it needs is away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

import streamlit as st
from loguru import logger
from streamlit.runtime.scriptrunner import StopException

from pages.components import cached, formats, outages, session
from pages.components.i18n import t
from pages.components.sentences import translated
from pasip_core.domain.filters import Filters
from pasip_core.domain.period import Period
from pasip_core.errors import (
    InputError,
    JobStateError,
    PasipError,
    QueueUnavailable,
    SettingError,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreSchemaMismatch,
)
from pasip_core.queries.health import StoreTrouble
from pasip_core.queries.keeping import LetGo

WATCH_SECONDS = 5.0
_SAID, _FOUND, _LOGGED = "_store_trouble", "_store_trouble_found", "_logged_trouble"
HALFWAY, UNFINISHED = "found halfway down the page", "a page that is being drawn"


def shown(text: str) -> str:
    """Text that may hold what people or sites wrote, made safe for elements that read Markdown."""
    kept = "".join(c for c in text if c.isprintable() and c not in _BIDI)
    return "".join("\\" + c if c in r"\`*_{}[]()#+-.!|<>$:~^" else c for c in kept)


_BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


class Told(NamedTuple):
    """What is wrong, what still works, and what to do about it."""

    what: str
    works: str
    way_out: str


def explain(error: PasipError, *, readable: bool = True) -> Told:
    """``error`` in the words of the session's language; ``readable`` where what is stored can still be seen."""
    if isinstance(error, StoreError):
        return _explain_store(error, readable=readable)
    if isinstance(error, QueueUnavailable):
        return Told(
            t("The background workers cannot be reached."),
            t("What is stored can still be read and changed."),
            t("Start everything with `make up`, then try again."),
        )
    if isinstance(error, SettingError):
        return Told(t("A setting cannot be used."), "", shown(translated(error)))
    if isinstance(error, JobStateError):
        return Told(t("This job cannot do that now."), "", shown(translated(error)))
    return Told(t("This did not work."), "", shown(translated(error)))


def _explain_store(error: StoreError, *, readable: bool) -> Told:
    waits = t("What the workers were asked for waits in the queue and goes on by itself; nothing is lost.")
    if isinstance(error, StoreDamaged):
        return Told(
            t("The data file is damaged and cannot be read."), waits,
            t("Stop everything, move the data file away and `restore` the last backup; the log names the file."),
        )  # fmt: skip
    if isinstance(error, StoreBusy):
        return Told(
            t("The data store is too busy to answer."), waits,
            t("Wait a moment. If it stays so, look for another program that holds the data file."),
        )  # fmt: skip
    if isinstance(error, StoreFull):
        return Told(
            t("The disk is full."),
            t("What is stored can still be read; nothing new can be kept. Collections and imports wait for room.")
            if readable else waits,
            t("Make room where DATA_DIR lies; the work then goes on by itself."),
        )  # fmt: skip
    if isinstance(error, StoreReadOnly):
        return Told(
            t("The data store may only be read."),
            t("What is stored can still be read; nothing can be changed. Collections and imports wait.")
            if readable else waits,
            t("Give this program the right to write under DATA_DIR, and see that its disk is mounted for writing."),
        )  # fmt: skip
    if isinstance(error, StoreSchemaMismatch):
        return Told(
            t("The data was made by another version of this program."),
            t("Nothing in it was changed, and what the workers were asked for waits."),
            t("Update the program, or point DATA_DIR at another folder."),
        )
    return Told(
        t("The data store does not answer."), waits,
        t("See that its disk or server is there; `python -m pasip_core doctor` says what is missing."),
    )  # fmt: skip


def show(error: PasipError, *, readable: bool = True) -> None:
    """The error as a calm box, never as a traceback."""
    st.error(_in_words(error, readable=readable), icon=":material/cloud_off:")


def _in_words(error: PasipError, *, readable: bool) -> str:
    told = explain(error, readable=readable)
    return "  \n".join(filter(None, (f"**{told.what}**", told.works, told.way_out)))


@contextmanager
def guarded(what: str) -> Iterator[None]:
    """Around a page: whatever it needs and is away becomes a clear box with a button, and the page ends there.

    A page speaks of the state of the stores only once it is drawn to its end: a run may be broken off for another one.
    """
    try:
        yield
        _is_drawn()
    except PasipError as error:
        if not _is_outage(error) and st.session_state.get(_LOGGED) != str(error):  # once, and not at every look
            st.session_state[_LOGGED] = str(error)
            logger.opt(exception=error).error("page {}: {}", what, error)
        show(error, readable=False)
        if isinstance(error, StoreError):
            st.caption(t("This page looks again by itself every few seconds."))
        st.button(t("Try again"), icon=":material/refresh:", key=f"again_{what}", on_click=cached.look_again)
        _is_drawn(error)
        st.stop()
    except (StopException, Exception):
        _is_drawn()
        raise


def _is_drawn(error: PasipError | None = None) -> None:
    """Note what the page speaks of; one that had begun when its store went is to be drawn anew."""
    found = st.session_state.get(_FOUND)
    began = isinstance(error, StoreError) and found != _name(error, readable=False)
    st.session_state[_SAID] = HALFWAY if began else found


def announce_trouble() -> None:
    """On top of each page: a warning where the stores can only be read; raises what keeps them from being read."""
    trouble = cached.store_trouble()
    st.session_state[_FOUND] = st.session_state[_SAID] = _of(trouble)
    _watch()
    st.session_state[_SAID] = UNFINISHED
    if trouble is None:
        st.session_state.pop(_LOGGED, None)
    elif trouble.readable:
        st.warning(_in_words(trouble.error, readable=True), icon=":material/edit_off:")
    else:
        raise trouble.error


@st.fragment(run_every=WATCH_SECONDS, key="store_watch")
def _watch() -> None:
    """Draw the page anew once the stores are in another state than the one it speaks of."""
    if _of(cached.store_trouble()) != st.session_state.get(_SAID):
        st.rerun()


def look_as_well() -> None:
    """The same for parts of a page that draw themselves again anyway: two hear more than one."""
    if st.session_state.get(_SAID) not in {UNFINISHED, _of(cached.store_trouble())}:
        st.rerun()


def _of(trouble: StoreTrouble | None) -> str | None:
    return trouble and _name(trouble.error, readable=trouble.readable)


def _name(error: StoreError, *, readable: bool) -> str:
    return f"{type(error).__name__} {readable}"


@contextmanager
def attempted() -> Iterator[None]:
    """Around a command, or a part that redraws itself: what was given wrong, or is away, is said in its place."""
    try:
        yield
    except InputError as error:
        st.error(shown(translated(error)))
    except PasipError as error:
        if not _is_outage(error):
            logger.warning("refused: {}", error)
        show(error)


def _is_outage(error: PasipError) -> bool:
    """Whether the store or the queue is away; the log then hears of it once."""
    if isinstance(error, StoreError):
        outages.store.begin(error)
    elif isinstance(error, QueueUnavailable):
        outages.queue.begin(error)
    return isinstance(error, StoreError | QueueUnavailable)


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


def nothing_here(period: Period, gone: Sequence[LetGo] = (), keywords: Sequence[str] = ()) -> None:
    """A period without what was asked for: where the data lies, and a way there, unless other mentions are in it.

    ``keywords`` are those that a page asked for by itself. ``gone``: what there was, as was said already.
    """
    lies = cached.where_data_lies(period)
    if lies is None:
        if not gone:
            first_steps()
        return
    narrowed = session.current().narrowed()
    others = bool(narrowed or keywords) and cached.mention_count(Filters(period)).value > 0
    with st.container(border=True):
        days = formats.period(period)
        if gone:
            st.subheader(t("Nothing that is still kept: {period}", period=days))
        elif others:
            st.subheader(t("No such mentions: {period}", period=days))
            st.write(_what_is_missing(keywords or session.current().keywords))
        else:
            st.subheader(t("No mentions: {period}", period=days))
        if not others:
            st.write(t("The stored mentions are from {period}.", period=formats.period(lies)))
        with st.container(horizontal=True):
            if not others:
                st.button(
                    t("Show {period}", period=formats.period(lies)), type="primary", icon=":material/event:",
                    on_click=session.change, kwargs={"period": lies}, key="go_to_data",
                )  # fmt: skip
            if narrowed:
                st.button(t("Clear filters"), on_click=session.clear_filters, key="clear_when_empty")


def _what_is_missing(keywords: Sequence[str]) -> str:
    """These keywords, where nothing else was asked for."""
    if replace(session.current(), keywords=()).narrowed():
        return t("Nothing in this period fits the chosen filters, though it has other mentions.")
    names = {keyword.id: keyword.keyword for keyword in cached.keywords()}
    asked = formats.either([shown(names.get(id, id)) for id in keywords])
    return t("Nothing in this period names {keywords}, though it has other mentions.", keywords=asked)
