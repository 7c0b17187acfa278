"""Names that are plain facts: provinces, regencies, cities, parties and bodies of state, with what else they go by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from pasip_core.domain.analysis import ORGANISATION, PERSON, PLACE, Entity

from .lexicon import WORDS, read_lines

_WORD = re.compile(r"[^\W_]+(?:[-/.'][^\W_]+)*")
_LISTS = {"places.txt": PLACE, "organisations.txt": ORGANISATION, "persons.txt": PERSON}
_APART = re.compile(r"[^\S\n]+")
_LEAST = 3
"""Shorter names count only as they are written in the list: "bi" and "ma" are words of chats."""


@dataclass(frozen=True, slots=True)
class Name:
    """One way to write a name: its words, what it is, and the name under which all ways are counted."""

    words: tuple[str, ...]
    label: str
    name: str
    exact: bool
    needs_before: bool

    def fits(self, written: list[str], before: str) -> bool:
        """Whether these words of a text, after that one, are the name."""
        if self.needs_before and before.casefold() not in _gazetteer().before:
            return False
        return not self.exact or tuple(written) in (self.words, tuple(word.upper() for word in self.words))


@dataclass(frozen=True, slots=True)
class _Gazetteer:
    by_first: dict[str, list[Name]]
    names: dict[tuple[str, ...], Name]
    before: frozenset[str]


def find_names(text: str) -> list[Entity]:
    """Every name of the lists in this text, the longest where several begin alike; none overlap."""
    gazetteer, words = _gazetteer(), list(_WORD.finditer(text))
    found: list[Entity] = []
    place = 0
    while place < len(words):
        name = _name_at(gazetteer, text, words, place)
        if name:
            start, end = words[place].start(), words[place + len(name.words) - 1].end()
            found.append(Entity(text[start:end], name.label, start, end, name.name))
        place += len(name.words) if name else 1
    return found


def counted_as(text: str, label: str) -> str:
    """The name under which this one is counted: "PDI-P" as "PDI Perjuangan", an unknown name as it stands."""
    known = _gazetteer().names.get(tuple(word.casefold() for word in _WORD.findall(text)))
    if known and known.label == label:
        return known.name
    return " ".join(text.split())


def _name_at(gazetteer: _Gazetteer, text: str, words: list[re.Match[str]], place: int) -> Name | None:
    before = words[place - 1][0] if place else ""
    if text[words[place].start() - 1 : words[place].start()] in ("#", "@"):
        return None
    for name in gazetteer.by_first.get(words[place][0].casefold(), ()):
        run = words[place : place + len(name.words)]
        written = [word[0] for word in run]
        same = tuple(word.casefold() for word in written) == tuple(word.casefold() for word in name.words)
        if same and _close(text, run) and name.fits(written, before):
            return name
    return None


def _close(text: str, run: list[re.Match[str]]) -> bool:
    """Whether nothing but a space stands between the words."""
    return all(_APART.fullmatch(text, one.end(), two.start()) for one, two in pairwise(run))


@lru_cache(maxsize=1)
def _gazetteer() -> _Gazetteer:
    by_first: dict[str, list[Name]] = {}
    names: dict[tuple[str, ...], Name] = {}
    before: set[str] = set()
    for file, label in _LISTS.items():
        sections = read_lines(WORDS / file)
        before |= {word.casefold().rstrip(".") for line in sections.pop("before", []) for word in line.split()}
        ambiguous = {" ".join(line.split()) for line in sections.pop("ambiguous", [])}
        unclear = {word for line in ambiguous for word in line.split()}
        for name in (one for lines in sections.values() for line in lines for one in _names(line, label, unclear)):
            by_first.setdefault(name.words[0].casefold(), []).append(name)
            names.setdefault(tuple(word.casefold() for word in name.words), name)
    for known in by_first.values():
        known.sort(key=lambda name: -len(name.words))
    return _Gazetteer(by_first, names, frozenset(before))


def _names(line: str, label: str, unclear: set[str]) -> Iterator[Name]:
    """``name: other, other`` is one name with its other spellings; a line without a colon lists names."""
    main, colon, others = line.partition(":")
    for one in [main, *others.split(",")] if colon else line.split(","):
        spelt = one.strip()
        if words := tuple(_WORD.findall(spelt)):
            known = spelt in unclear
            exact = known or len(spelt) < _LEAST
            yield Name(words, label, main.strip() if colon else spelt, exact, known and label == PLACE)
