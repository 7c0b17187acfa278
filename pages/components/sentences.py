"""What the core says in English, in the language of the session: errors, findings, notes of jobs.

The core knows no language but English, and most of its sentences have been stored (with a job, an import, an erasure)
by the time a page shows them. So a sentence is recognised by its template, such as ``keyword: there is no {0}; known:
{1}``, in the catalogue ``core``; what stood in its gaps is put into the translation. A sentence that the catalogue
does not know stays as it is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from string import Formatter
from typing import NamedTuple

from pages.components.i18n import catalogue, language

LONGEST = 2_000
"""Characters of a sentence that is looked for."""
DEEPEST = 2
"""A gap may hold a sentence, such as the failure of a request in that of a feed."""

_BETWEEN = re.compile(r"(?<=[.)])\s+(?=[A-Z0-9])")


class Template(NamedTuple):
    """The pieces of a sentence around its gaps (one more than there are ``gaps``), and its translation."""

    pieces: tuple[str, ...]
    gaps: tuple[str, ...]
    translation: str


def translated(sentence: object) -> str:
    """The sentence, or the error's, in the language of the session."""
    return _translated(str(sentence), language(), DEEPEST)


def translated_note(note: str) -> str:
    """Several sentences of the core, one behind the other, such as what a run notes."""
    sentences = _BETWEEN.split(note)
    each = list(map(translated, sentences))
    known = [said != sentence for said, sentence in zip(each, sentences, strict=True)]
    return " ".join(each) if all(known) or translated(note) == note else translated(note)


def _translated(sentence: str, language: str, depth: int) -> str:
    if not depth or len(sentence) > LONGEST:
        return sentence
    for template in templates(language):
        values = _values(template.pieces, sentence)
        if values is not None:
            inner = [_translated(value, language, depth - 1) if " " in value else value for value in values]
            return _filled(template.translation, dict(zip(template.gaps, inner, strict=True)))
    return sentence


@lru_cache
def templates(language: str) -> tuple[Template, ...]:
    """Those of a language; the ones with most words of their own first, since gaps take anything."""
    found = []
    for source, translation in catalogue("core", language).items():
        pieces, gaps = [""], []
        for text, gap, _, _ in Formatter().parse(source):
            pieces[-1] += text
            if gap is not None:
                gaps.append(gap)
                pieces.append("")
        found.append(Template(tuple(pieces), tuple(gaps), translation))
    return tuple(sorted(found, key=lambda template: -sum(map(len, template.pieces))))


def _values(pieces: tuple[str, ...], sentence: str) -> list[str] | None:
    """What stands between the pieces, each where it comes first: linear in the sentence, whatever it holds."""
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return [] if sentence == first else None
    if not (sentence.startswith(first) and sentence.endswith(last)):
        return None
    place, end, values = len(first), len(sentence) - len(last), []
    for piece in pieces[1:-1]:
        found = sentence.find(piece, place, end)
        if found < 0:
            return None
        values.append(sentence[place:found])
        place = found + len(piece)
    return [*values, sentence[place:end]] if place <= end else None


def _filled(translation: str, values: dict[str, str]) -> str:
    """The numbers among the values have been written out already, so that formats mean nothing any more."""
    parts = Formatter().parse(translation)
    return "".join(text + (values[gap] if gap is not None else "") for text, gap, _, _ in parts)
