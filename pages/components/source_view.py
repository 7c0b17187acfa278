"""One source in full: how it is, why, what it still may ask, and what a person can do about it."""

from __future__ import annotations

import streamlit as st

from pages.components import add_source, cached, formats, labels, source_trial, state, tables
from pages.components.i18n import t, tn
from pages.components.sentences import translated, translated_note
from pasip_core.commands import collecting
from pasip_core.domain.addresses import HIDDEN
from pasip_core.domain.rhythm import Rhythm
from pasip_core.domain.runs import SourceRun
from pasip_core.queries.sources import BudgetLeft, SourceCard
from pasip_core.settings import current_settings


def show(card: SourceCard) -> None:
    """Everything about one source."""
    with st.container(border=True, key="source_card"):
        _show_head(card)
        _show_reason(card)
        if card.last_run:
            _show_run(card.last_run)
        if card.rhythm:
            _show_rhythm(card.rhythm)
        for budget in card.budgets:
            _show_budget(budget)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            source_trial.offer(card.source)
            _offer_collection(card)
            add_source.offer_removal(card.source.id)
        source_trial.show(card.source)


def _show_head(card: SourceCard) -> None:
    source = card.source
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"#### {state.shown(tables.excerpt(source.label, 80))}", width="content")
        if HIDDEN in source.url:  # leads nowhere any more
            st.text(tables.excerpt(source.url, 100), width="content")
        elif address := tables.web_address(source.url):
            st.link_button(t("Open"), address, icon=":material/open_in_new:", type="tertiary")
    icon = ":orange[:material/warning:]" if card.in_trouble else ":material/info:"
    said = f"{labels.platform(source.platform)} · {labels.source_state(card)}"
    st.markdown(f"{icon} {state.shown(said)}")


def _show_reason(card: SourceCard) -> None:
    """What a person has to do before it can run."""
    source = card.source
    if source.retired:
        st.info(state.shown(translated(source.retired)))
    elif source.needs:
        names = ", ".join(f"`{name}`" for name in source.needs)
        st.write(t("Write {names} into `.env` and start again.", names=names))
    if (source.needs or card.in_trouble) and (address := tables.web_address(source.key_page)):
        st.link_button(t("Where to get the key"), address, icon=":material/key:")


def _show_run(run: SourceRun) -> None:
    counts = ", ".join((
        tn("{n} item read", "{n} items read", run.items), tn("{n} new", "{n} new", run.new),
        tn("{n} updated", "{n} updated", run.updated),
    ))  # fmt: skip
    st.caption(
        t("Last run {when}: {counts}. Newest mention {newest}.", when=formats.moment(run.started_at), counts=counts,
          newest=formats.moment(run.newest_published_at))
    )  # fmt: skip
    for text in (run.error, run.note):
        if text:
            st.text(tables.excerpt(translated_note(text), 500))


def _show_rhythm(rhythm: Rhythm) -> None:
    if rhythm.delay is not None:
        st.caption(
            t("Visible {median} after publication (median), 95 % within {p95}, over 7 days.",
              median=formats.duration(rhythm.delay), p95=formats.duration(rhythm.delay_p95))
        )  # fmt: skip
    if not rhythm.is_known:
        st.caption(t("Its rhythm is known after two weeks of mentions."))


def _show_budget(left: BudgetLeft) -> None:
    budget = left.budget
    text = t("Left: {left} (window: {window})", left=labels.left(left), window=budget.window)
    if left.renewed:
        text += " · " + t("free again {when}", when=formats.moment(left.renewed))
    st.progress(min(1.0, left.used / budget.limit) if budget.limit else 1.0, state.shown(text))


def _offer_collection(card: SourceCard) -> None:
    pressed = st.button(
        t("Collect now"), icon=":material/travel_explore:", key="collect_source", disabled=not card.source.may_run
    )
    if pressed:
        with state.attempted():
            (job,) = collecting.scrape_now(cached.stores(), current_settings(), [card.source.id])
            st.toast(t("It was under way already.") if job.joined else t("The collection has started."))
