"""What hatched days of a chart mean, and collecting again from the sources that were silent then."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.components import cached, formats, state, tables
from pages.components.i18n import t, tn
from pasip_core.commands import collecting
from pasip_core.domain.runs import SourceInfo
from pasip_core.queries.blindness import BlindDay
from pasip_core.settings import current_settings

NAMED = 4


def show(blind: Sequence[BlindDay]) -> None:
    """A line below a chart with hatched days, with a button; nothing where there are none."""
    if not blind:
        return
    sources = list({source.id: source for day in blind for source in day.sources}.values())
    with st.container(horizontal=True, vertical_alignment="center", key="blind_days"):
        st.caption(":material/visibility_off: " + _told(blind, sources), width="stretch")
        ready = [source.id for source in sources if source.may_run]
        if st.button(t("Collect again"), icon=":material/replay:", key="collect_blind", disabled=not ready):
            with state.attempted():
                jobs = collecting.scrape_now(cached.stores(), current_settings(), ready)
                st.toast(tn("{n} source is collected again.", "{n} sources are collected again.", len(jobs)))


def _told(blind: Sequence[BlindDay], sources: Sequence[SourceInfo]) -> str:
    most = max(blind, key=lambda day: day.share)
    days = tn(
        "Hatched: on {n} day sources were silent that usually speak.",
        "Hatched: on {n} days sources were silent that usually speak.", len(blind),
    )  # fmt: skip
    share = f"{formats.number(round(100 * most.share))}%"
    worst = t("About {share} of the usual mentions are missing on {day}.", share=share, day=formats.day(most.day))
    names = ", ".join(state.shown(tables.excerpt(source.label, 40)) for source in sources[:NAMED])
    if len(sources) > NAMED:
        names = t("{names} and {n} more", names=names, n=formats.number(len(sources) - NAMED))
    return " ".join((days, worst, t("Silent: {names}.", names=names)))
