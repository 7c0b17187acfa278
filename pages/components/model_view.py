"""Which model read what, and how far reading again has come."""

from __future__ import annotations

import streamlit as st

from pages.components import cached, live, state
from pages.components.i18n import t, tn
from pasip_core.commands import quality as commands
from pasip_core.queries.quality import Readers
from pasip_core.settings import current_settings


@st.fragment(run_every=live.EVERY, key="readers")
def show() -> None:
    """Kept up to date while workers read again."""
    st.subheader(t("Which model read the mentions"))
    with state.attempted():
        found = cached.readers()
        if not found.counts and not found.corrected:
            st.caption(t("Nothing is analysed yet."))
            return
        _table(found)
        _progress(found)


def _table(found: Readers) -> None:
    import pandas as pd

    rows = [(version, t("reads now") if version == found.present else "", n) for version, n in found.counts]
    if found.corrected:
        rows.append((t("corrected by a person"), "", found.corrected))
    column = st.column_config
    st.dataframe(
        pd.DataFrame(rows, columns=["model", "now", "mentions"]), hide_index=True, width="stretch", key="readers_table",
        height="content",
        column_config={
            "model": column.TextColumn(t("Model")),
            "now": column.TextColumn(" ", width=100),
            "mentions": column.ProgressColumn(
                t("Mentions"), format="localized", width=115, min_value=0, max_value=max(n for *_, n in rows)
            ),
        },
    )  # fmt: skip


def _progress(found: Readers) -> None:
    """How much is left to read, with the buttons that stop and resume it."""
    if not found.present:
        st.caption(t("The workers have not told yet which model reads now."))
        return
    if not found.left:
        st.caption(":material/check_circle: " + t("Everything was read by the model that reads now, or by people."))
    else:
        total = max(found.rescoring.total if found.rescoring else 0, found.left)
        st.progress(
            (total - found.left) / total,
            tn("{n} mention is still to be read again by {model}", "{n} mentions are still to be read again by {model}",
               found.left, model=state.shown(found.present)),
        )  # fmt: skip
        st.caption(t("Corrections stay, and every earlier reading stays in the history of its mention."))
    if found.paused:
        st.button(t("Resume"), icon=":material/play_arrow:", key="resume_rescoring", on_click=_resume)
        st.caption(t("Reading again is paused."))
    elif found.left:
        st.button(t("Pause"), icon=":material/pause:", key="pause_rescoring", on_click=_pause)


def _pause() -> None:
    with state.attempted():
        commands.pause_rescoring(cached.stores())


def _resume() -> None:
    with state.attempted():
        commands.resume_rescoring(cached.stores(), current_settings())
