"""All sources at a glance, however many: how many are how, filters, and a table to choose one from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.components import cached, formats, labels, tables
from pages.components.i18n import t, tn
from pasip_core.domain.rhythm import Rhythm
from pasip_core.queries.sources import NEEDS_KEY, NEW, READY, RETIRED, RUNNING, SourceCard

CHOSEN, TO_SHOW = "source_chosen", "_source_to_show"
ROWS_IN_SIGHT = 12
ROW = 35


def show_counts(cards: Sequence[SourceCard]) -> None:
    """How many work, how many do not, and how many wait for a verdict or for a person."""
    counts = Counter(card.state for card in cards)
    troubles = sum(card.in_trouble for card in cards)
    with st.container(horizontal=True, gap="small", key="source_counts"):
        st.metric(t("Working"), formats.number(counts[READY]), border=True)
        if counts[RUNNING]:
            st.metric(t("Being asked"), formats.number(counts[RUNNING]), border=True)
        if counts[NEW]:
            st.metric(t("Not asked yet"), formats.number(counts[NEW]), border=True)
        st.metric(t("In trouble"), formats.number(troubles), border=True)
        st.metric(t("Need a key"), formats.number(counts[NEEDS_KEY]), border=True)
        if counts[RETIRED]:
            st.metric(t("Retired"), formats.number(counts[RETIRED]), border=True)


def filtered(cards: Sequence[SourceCard]) -> list[SourceCard]:
    """What the filters leave, drawn above."""
    groups = {"troubles": t("In trouble"), "ready": t("Ready to be asked"), "key": t("Need a key")}
    platforms = sorted({card.source.platform for card in cards}, key=labels.platform)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="source_filters"):
        text = st.text_input(
            t("Name"), key="source_text", placeholder=t("Name or address"), icon=":material/search:", width=230,
            label_visibility="collapsed", max_chars=100,
        )  # fmt: skip
        chosen = st.multiselect(
            t("Platforms"), platforms, format_func=labels.platform, key="source_platforms", width=260,
            placeholder=t("All platforms"), label_visibility="collapsed",
        )  # fmt: skip
        group = st.segmented_control(
            t("State"), list(groups), format_func=groups.__getitem__, key="source_group", label_visibility="collapsed"
        )
    found = [card for card in cards if not chosen or card.source.platform in chosen]
    found = [card for card in found if text.casefold() in f"{card.source.label} {card.source.url}".casefold()]
    return [card for card in found if group is None or _group(card) == group]


def _group(card: SourceCard) -> str:
    if card.in_trouble:
        return "troubles"
    return {NEEDS_KEY: "key", RETIRED: ""}.get(card.state, "ready")


def show_table(cards: Sequence[SourceCard]) -> None:
    """One row a source; a click on one looks at it."""
    import pandas as pd

    if not cards:
        st.caption(t("No source fits these filters."))
        return
    st.caption(tn("{n} source. Click a row to look at it.", "{n} sources. Click a row to look at one.", len(cards)))
    column = st.column_config

    def choose() -> None:
        if rows := st.session_state["source_table"]["selection"]["rows"]:
            st.session_state[CHOSEN] = cards[rows[0]].source.id

    st.dataframe(
        pd.DataFrame([_row(card) for card in cards]), hide_index=True, width="stretch", key="source_table",
        height=tables.HEADER + ROW * min(len(cards), ROWS_IN_SIGHT) + 4, placeholder="–", on_select=choose,
        selection_mode="single-row",
        column_config={
            "label": column.TextColumn(t("Source"), pinned=True, width=150),
            "state": column.TextColumn(t("State"), width=270),
            "platform": column.TextColumn(t("Platform"), width=90),
            "at": column.TextColumn(t("Last run"), width=125),
            "items": column.NumberColumn(t("Read"), format="localized", width=70),
            "new": column.NumberColumn(t("New"), format="localized", width=70),
            "delay": column.TextColumn(
                t("Delay"), width=110, help=t("From publication to the app over 7 days: half within, 95 % within.")
            ),
            "left": column.TextColumn(t("Left"), width=160),
        },
    )  # fmt: skip


def _row(card: SourceCard) -> dict[str, Any]:
    run = card.last_run
    return {
        "label": tables.excerpt(card.source.label, 60),
        "state": f"{labels.STATE_SIGNS[card.state]} {labels.source_state(card)}",
        "platform": labels.platform(card.source.platform),
        "at": formats.ago(run.started_at, cached.now()) if run else formats.UNKNOWN,
        "items": run.items if run else None,
        "new": run.new if run else None,
        "delay": _delay(card.rhythm),
        "left": ", ".join(labels.left(each) for each in card.budgets) or None,
    }


def _delay(rhythm: Rhythm | None) -> str | None:
    if rhythm is None or rhythm.delay is None:
        return None
    return f"{formats.duration(rhythm.delay, short=True)} · {formats.duration(rhythm.delay_p95, short=True)}"


def choose(cards: Sequence[SourceCard]) -> SourceCard | None:
    """The source to look at: any that the filters leave, at first the first one."""
    known = {card.source.id: card for card in cards}
    if not known:
        return None
    if (added := st.session_state.pop(TO_SHOW, None)) in known:
        st.session_state[CHOSEN] = added
    if st.session_state.get(CHOSEN) not in known:
        st.session_state[CHOSEN] = next(iter(known))
    chosen = st.selectbox(
        t("Look at a source"), list(known), format_func=lambda id: known[id].source.label, key=CHOSEN, width=420
    )
    return known[chosen]
