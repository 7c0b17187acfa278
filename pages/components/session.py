"""The view of this session: read from the address, kept over page switches, written back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from pages.components import cached
from pages.components.i18n import LANGUAGES, settle_language, t
from pages.components.view import WIDE, Choices, View, read, stay_on_page, write
from pasip_core.domain.filters import Filters
from pasip_core.domain.period import day_of
from pasip_core.settings import current_settings

_VIEW, _WRITTEN, _DROPPED = "_view", "_address", "_dropped"


def choices() -> Choices:
    """What there is to choose from at this moment."""
    zone = current_settings().zone
    voices = cached.voices()
    return Choices(
        today=day_of(datetime.now(UTC), zone),
        zone=zone,
        keywords=tuple(k.id for k in cached.keywords()),
        platforms=tuple(dict.fromkeys(platform for platform, _ in voices)),
        sources=tuple(dict.fromkeys(source for _, source in voices)),
        languages=tuple(LANGUAGES),
        topics=cached.topic_names(),
        coordinated=cached.coordinated_accounts(),
    )


def settle_early() -> None:
    """Language alone, before anything that needs the store: even its absence is told in words people read."""
    asked = st.query_params.get("lang", "")
    kept = st.session_state[_VIEW].lang if _VIEW in st.session_state else ""
    settle_language(asked if asked in LANGUAGES else kept)


def settle(page: str) -> View:
    """Take over an address that a person opened; otherwise go on with what this session looked at.

    A page switch comes with an empty address and keeps the view; the address is then written anew.
    """
    given = st.query_params.to_dict()
    if _VIEW not in st.session_state or (given and given != st.session_state.get(_WRITTEN)):
        known = st.session_state.get(_VIEW, View())
        reading = read(given, choices())
        view = reading.view if given else known
        st.session_state[_VIEW] = replace(view, lang=view.lang or known.lang)
        st.session_state[_DROPPED] = reading.dropped
    st.session_state[_VIEW] = stay_on_page(st.session_state[_VIEW], page)
    settle_language(st.session_state[_VIEW].lang)
    _write_address(st.session_state[_VIEW])
    return current()


def _write_address(view: View) -> None:
    params = write(view)
    if st.query_params.to_dict() != params:
        st.query_params.from_dict(params)
    st.session_state[_WRITTEN] = params


def current() -> View:
    """The view as it stands."""
    return st.session_state.get(_VIEW, View())


def filters() -> Filters:
    """The view for queries; keywords that were deleted meanwhile are left out."""
    known = choices()
    found = current().filters(known)
    return replace(found, keywords=tuple(k for k in found.keywords if k in known.keywords))


def change(**changes: Any) -> None:
    """Change the view, from a widget's callback: the run that follows shows it and writes the address."""
    st.session_state[_VIEW] = replace(current(), **changes)
    # the address still says the old view: it must not be taken for one that a person opened
    st.session_state[_WRITTEN] = st.query_params.to_dict()


def say_what_was_dropped() -> None:
    """One quiet line about parts of the address that mean nothing here."""
    if dropped := st.session_state.pop(_DROPPED, ()):
        st.caption(
            ":material/info: "
            + t("Part of the address was left out because it means nothing here: {names}.", names=", ".join(dropped))
        )


def clear_filters() -> None:
    """Leave only the period."""
    change(**WIDE)
