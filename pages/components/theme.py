"""Colours that mean something. Chosen to stay apart for colour-blind eyes, on light and on dark ground."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import streamlit as st

from pasip_core.domain.analysis import NEGATIVE, NEUTRAL, PENDING, POSITIVE
from pasip_core.domain.keyword import Keyword
from pasip_core.queries.sources import BLIND, HEARD, QUIET

SENTIMENTS = {POSITIVE: "#2f7fd1", NEUTRAL: "#8793a1", NEGATIVE: "#dd5a2b", PENDING: "#c3cad2"}
ACCENT = "#14847f"
HOURS = {HEARD: ACCENT, QUIET: "#8793a1", BLIND: "#dd5a2b"}
KEYWORDS = (
    "#14847f", "#7b5cc4", "#c98a12", "#c2457e", "#4c9a3f", "#3d6fb6", "#a0643c", "#5a97a8", "#9aa02e", "#b3504f",
)  # fmt: skip


def dark() -> bool:
    """Whether this person looks at a dark page."""
    return st.context.theme.type == "dark"


def ink() -> str:
    """The colour of text inside charts."""
    return "#e4e8ec" if dark() else "#1f2933"


def keyword_colours(keywords: Sequence[Keyword]) -> dict[str, str]:
    """A colour for each keyword id that does not depend on what is chosen or how it is sorted.

    Each id has a place of its own in the palette; who comes later and finds it taken moves on by one.
    """
    taken: dict[int, str] = {}
    for keyword in sorted(keywords, key=lambda k: (k.created_at, k.id)):
        place = zlib.crc32(keyword.id.encode()) % len(KEYWORDS)
        while place in taken and len(taken) < len(KEYWORDS):
            place = (place + 1) % len(KEYWORDS)
        taken.setdefault(place, keyword.id)
        if taken[place] != keyword.id:
            taken[len(KEYWORDS) + len(taken)] = keyword.id
    return {id: KEYWORDS[place % len(KEYWORDS)] for place, id in taken.items()}
