"""Correcting several mentions at once: choose rows of the table, then say their sentiment."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.components import cached, labels, state
from pages.components.i18n import t, tn
from pages.components.sentences import translated
from pasip_core.commands import corrections
from pasip_core.domain.analysis import SENTIMENTS
from pasip_core.domain.filters import Filters
from pasip_core.domain.mention import Mention
from pasip_core.settings import current_settings

WHOLE = ""
_TIMES, _TOLD = "_bulk_times", "_bulk_told"


def times() -> int:
    """How often several were corrected: part of the table's key, so that its selection is gone then."""
    return int(st.session_state.get(_TIMES, 0))


def wanted() -> bool:
    """Whether a person wants to choose several rows."""
    return st.toggle(t("Correct several"), key="bulk_on")


def show(mentions: Sequence[Mention], filters: Filters, *, key: str) -> None:
    """What to do with the rows that are selected in the table under ``key``."""
    _say_told()
    rows = st.session_state.get(key, {}).get("selection", {}).get("rows", [])
    chosen = [mentions[row].id for row in rows if row < len(mentions)]
    with st.container(horizontal=True, vertical_alignment="bottom", border=True, key="bulk_bar"):
        st.markdown(tn("{n} mention chosen", "{n} mentions chosen", len(chosen)), width="content")
        names = {name: labels.signed_sentiment(name) for name in SENTIMENTS}
        st.segmented_control(t("Sentiment"), list(names), format_func=names.__getitem__, key="bulk_sentiment")
        towards = _targets(filters)
        if len(towards) > 1:
            st.selectbox(t("Of what"), list(towards), format_func=towards.__getitem__, key="bulk_keyword", width=260)
        st.button(
            t("Correct them"), type="primary", icon=":material/done_all:", key="bulk_apply",
            disabled=not chosen or not st.session_state.get("bulk_sentiment"), on_click=apply, args=(chosen,),
        )  # fmt: skip


def _targets(filters: Filters) -> dict[str, str]:
    """The whole text, and the keyword that is chosen."""
    names = {k.id: k.keyword for k in cached.keywords()}
    towards = {WHOLE: t("Of the whole mention")}
    for id in filters.keywords:
        if id in names:
            towards[id] = t("Towards {keyword}", keyword=names[id])
    return towards


def apply(ids: Sequence[str]) -> None:
    """Correct these, and say what became of them with the next run."""
    sentiment = st.session_state.get("bulk_sentiment")
    if not sentiment:
        return
    keyword = st.session_state.get("bulk_keyword") or None
    with state.attempted():
        told = corrections.correct_several(cached.stores(), current_settings(), ids, sentiment, keyword=keyword)
        st.session_state[_TOLD] = told
        st.session_state[_TIMES] = times() + 1
        st.session_state["bulk_sentiment"] = None


def _say_told() -> None:
    told: corrections.Corrected | None = st.session_state.pop(_TOLD, None)
    if told is None:
        return
    if told.changed:
        st.success(tn("{n} mention corrected. The numbers follow in a moment.",
                      "{n} mentions corrected. The numbers follow in a moment.", told.changed))  # fmt: skip
    for _, reason in told.refused[:5]:
        st.warning(state.shown(translated(reason)))
    if len(told.refused) > 5:
        st.warning(t("… and {n} more", n=len(told.refused) - 5))
