"""The languages of the pages: gettext catalogues, read from ``.po`` files into memory once a process.

English texts are the message ids. ``t`` and ``tn`` mark and translate; ``pybabel extract -k t -k tn:1,2`` finds them.
What the core says has a catalogue of its own (see ``sentences``). A test fails where a text lacks its Indonesian
translation or a translation is stale.
"""

from __future__ import annotations

import gettext
import io
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}
LOCALES = Path(__file__).parent.parent / "locales"
_STATE = "_language"


@lru_cache(maxsize=len(LANGUAGES))
def translations(language: str) -> gettext.NullTranslations:
    """The catalogue of one of ``LANGUAGES``."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with (LOCALES / language / "messages.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def catalogue(name: str, language: str) -> dict[str, str]:
    """Text to translation, of another catalogue than that of the pages; empty where the language needs none."""
    from babel.messages.pofile import read_po

    path = LOCALES / language / f"{name}.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale=language) if message.id}


def browser_language() -> str:
    """What the browser asks for: Indonesian for ``id-*`` (and for no answer), else English."""
    locale = (st.context.locale or "id").lower()
    return "id" if locale.split("-")[0] in {"id", "in", "ms", "jv", "su"} else "en"


def settle_language(chosen: str) -> str:
    """Use ``chosen`` (or the browser's language where it is empty) for this run and all its fragments."""
    language = chosen if chosen in LANGUAGES else browser_language()
    st.session_state[_STATE] = language
    return language


def language() -> str:
    """The language of this session."""
    return str(st.session_state.get(_STATE, "id"))


def t(message: str, **values: Any) -> str:
    """``message`` in the language of this session, with ``values`` put in."""
    text = translations(language()).gettext(message)
    return text.format(**values) if values else text


def tn(one: str, many: str, n: int, **values: Any) -> str:
    """The same where the text depends on a number, given as ``{n}`` in the language's own form."""
    from pages.components.formats import number

    return translations(language()).ngettext(one, many, n).format(n=number(n), **values)
