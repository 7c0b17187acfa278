"""The strip of hours: who spoke when, and who should have and did not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from pages.components import cached, charts, formats, state, tables
from pages.components.i18n import t, tn
from pasip_core.queries.sources import SourceCard, rhythm_strip
from pasip_core.settings import current_settings

MOST_ROWS, MOST_WORDS = 40, 30


def show(cards: Sequence[SourceCard]) -> None:
    """The last seven days of these sources, those with most blind spots first."""
    st.subheader(t("Rhythm and blind spots"))
    known = [card for card in cards if card.rhythm and card.rhythm.is_known]
    if not known:
        st.caption(t("When a source usually speaks is known after two weeks of mentions; it is looked at every hour."))
        return
    known.sort(key=lambda card: (-_missed(card), card.source.label.casefold()))
    shown = known[:MOST_ROWS]
    strip = rhythm_strip(shown, current_settings().zone)
    newest = max(card.rhythm.computed_at for card in shown if card.rhythm)
    figure = cached.figure(charts.rhythm_strip, strip, newest, [card.source.id for card in shown])
    with st.container(key="rhythm"):
        st.vega_lite_chart(figure, width="stretch", key="rhythm_strip")
    st.caption(
        t("Hours of the last 7 days ({zone}). Blind: it should have spoken; by its own last 28 days such a silence "
          "is less likely than 1 %.", zone=formats.zone_name())
    )  # fmt: skip
    if len(known) > MOST_ROWS:
        st.caption(t("{n} more sources: narrow the filters to see them.", n=formats.number(len(known) - MOST_ROWS)))
    _tell(shown)


def _missed(card: SourceCard) -> float:
    return sum(missed for *_, missed in _spots(card))


def _spots(card: SourceCard) -> list[tuple[datetime, datetime, float]]:
    """Those of the days shown, newest first."""
    rhythm = card.rhythm
    return sorted((s for s in rhythm.spots() if s[1] > rhythm.shown_from), reverse=True) if rhythm else []


def _tell(cards: Sequence[SourceCard]) -> None:
    """The same in words, for whoever cannot see colours or hover."""
    told = [(card, spot) for card in cards for spot in _spots(card)]
    if not told:
        st.caption(":material/check_circle: " + t("No blind spots in the last 7 days."))
        return
    title = tn("{n} blind spot in words", "{n} blind spots in words", len(told))
    with st.expander(title, icon=":material/visibility_off:", key="blind_spots"):
        for card, (begins, ends, missed) in told[:MOST_WORDS]:
            name = state.shown(tables.excerpt(card.source.label, 60))
            expected = formats.number(max(1, round(missed)))
            st.markdown(
                t("**{name}**: {begins} to {ends}, where about {n} mentions are usual.", name=name,
                  begins=formats.moment(begins), ends=formats.moment(ends), n=expected)
            )  # fmt: skip
        if len(told) > MOST_WORDS:
            st.caption(t("… and {n} more", n=formats.number(len(told) - MOST_WORDS)))
