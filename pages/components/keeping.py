"""What pages say where texts of the chosen days were let go."""

from __future__ import annotations

import streamlit as st

from pages.components import cached, formats, labels, state
from pages.components.i18n import t
from pasip_core.domain.filters import Filters
from pasip_core.queries.keeping import LetGo, counts_texts


def show_let_go(*asked: Filters) -> list[LetGo]:
    """A quiet line on texts that are gone from what was asked for; what it told of, nothing where all are kept."""
    gone = list(dict.fromkeys(found for filters in asked for found in cached.let_go(filters)))
    if gone:
        what = ", ".join(
            t("{platform} before {day}", platform=state.shown(labels.platform(g.platform)), day=formats.day(g.before))
            for g in gone
        )
        if any(map(counts_texts, asked)):
            said = t("Texts of {what} were let go; with these filters they are no longer counted.", what=what)
        else:
            said = t("Texts of {what} were let go; their numbers stay.", what=what)
        st.caption(":material/inventory_2: " + said)
    return gone


def say_nobody_named(wanted: Filters, gone: list[LetGo]) -> None:
    """Why no account can be shown."""
    if not gone:
        st.caption(t("No mention in this period names its author."))
    elif cached.mention_count(wanted).value:
        st.caption(t("No mention of this period that is still kept names its author."))
    else:
        st.caption(t("The texts of this period were let go, and with them who wrote them."))
