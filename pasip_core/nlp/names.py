"""The names in a text, as people count them: without titles, known spellings as one, no slang taken for a name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Protocol

from pasip_core.domain.analysis import ORGANISATION, PERSON, PLACE, Entity
from pasip_core.domain.names import LONGEST, READER, NamedEntity, distinct

from .gazetteer import counted_as, find_names
from .lexicon import WORDS, read_sections
from .tags import HANDLE, LINK, TAG, find_tags

READ_IN_FULL = 4_000
"""Characters of a text that the model reads: who an article is about stands at its beginning. Lists read on."""
SHOUTED = 0.6
"""Share of capitals among letters from which on a word in capitals is no name."""
MOST_WORDS = {PERSON: 4, PLACE: 3, ORGANISATION: 6}
ACRONYM = range(2, 8)
MOST_LETTERS_OF_A_NAME = 6
"""Of one that begins like a verb: "Dimas" is one, "Dilaporkan" is none."""
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")
_BREAK = re.compile(r"[^\w\s.,;:!?'’\"()/&-]+")
_CAPITAL = re.compile(r"\b[A-Z][^\W\d_]")
_TITLED = re.compile(r"\b[A-Z][a-z]")
_ODD = re.compile(r"[\d_@#/\\|<>{}=+*…~^%$]")
_JOINED = re.compile(r"\s*[-–/&]\s*|\s+dan\s+", re.IGNORECASE)
_VERB = re.compile(r"(?:di|me[mnlrwy]|meng|meny|ber|ter)[a-z]{4,}", re.IGNORECASE)


class Finder(Protocol):
    """The part of an entity model that this reader needs."""

    def find(self, texts: Sequence[str]) -> list[list[Entity]]:
        """For each text its entities."""


class NameReader:
    """Reads the names of texts. What it makes of a text depends on nothing but the text."""

    version = READER

    def __init__(self, finder: Finder) -> None:
        self._finder = finder

    def read(self, texts: Sequence[str]) -> list[tuple[NamedEntity, ...]]:
        """The names of each text, each once. Copies are read once; where nothing is written large, the lists alone."""
        plain = {text: _plain(text) for text in texts}
        asked = list(dict.fromkeys(told for told in plain.values() if _may_hold_more(told)))
        heard = dict(zip(asked, self._finder.find(asked), strict=True)) if asked else {}
        read = {text: distinct(_names(text, told, heard.get(told, ()))) for text, told in plain.items()}
        return [read[text] for text in texts]


@lru_cache(maxsize=1)
def load_reader() -> NameReader:
    """The reader with its model, loaded once a process."""
    from .entities import load_entities

    return NameReader(load_entities())


def _plain(text: str) -> str:
    """The beginning of a text without links, tags, accounts and emoji, each of which ends a name."""
    start = text[:READ_IN_FULL]
    for pattern in (LINK, TAG, HANDLE, _BREAK):
        start = pattern.sub(" . ", start)
    return start


def _may_hold_more(text: str) -> bool:
    """Whether capitals can tell the model a name that no list has."""
    return bool((_TITLED if _is_shouted(text) else _CAPITAL).search(text))


def _is_shouted(text: str) -> bool:
    """Whether so much is written large that a word in capitals need be no acronym."""
    return sum(map(str.isupper, text)) > SHOUTED * sum(map(str.isalpha, text))


def _names(text: str, plain: str, heard: Sequence[Entity]) -> Iterator[NamedEntity]:
    yield from find_tags(text)
    rest = text[READ_IN_FULL:]
    for part in (plain, *([LINK.sub(" ", rest)] if rest else [])):
        yield from map(_known, find_names(part))
    shouted = bool(heard) and _is_shouted(plain)
    for entity in heard:
        if not (shouted and entity.text.isupper()):
            yield from _heard(entity)


def _known(entity: Entity) -> NamedEntity:
    return NamedEntity(entity.label, entity.name)


def _heard(entity: Entity) -> Iterator[NamedEntity]:
    """What the model found. Where lists know a part of it, that part is found already, and this is another name only
    where all of it looks like one."""
    text = " ".join(entity.text.split())
    known = find_names(text)
    if known and known[0].text == text:
        return
    if known and (len(known) > 1 or known[0].label != entity.label or not _is_longer_name(text, known[0])):
        return
    if entity.label == PERSON:
        for part in _JOINED.split(text):
            yield from _person(part)
    elif _is_name(text, entity.label):
        name = counted_as(text, entity.label)
        yield NamedEntity(entity.label, name if name != text else _spelt(text, entity.label))


def _is_longer_name(text: str, known: Entity) -> bool:
    """Whether a name of the lists is only a part of this one: "Edhy Prabowo" is not Prabowo."""
    others = (text[: known.start] + text[known.end :]).split()
    bare = [word.casefold().strip(".") for word in others]
    return (
        len(others) == 1 and not _common(bare[0]) and bare[0] not in _words("titles") and not _VERB.fullmatch(bare[0])
    )


def _person(text: str) -> Iterator[NamedEntity]:
    words = text.replace(",", " ").split()
    if len(words) > 2 and _is_verb(words[-1]):  # a headline goes on with what somebody does
        words = words[:-1]
    while words and words[0].casefold().strip(".") in _words("titles"):
        words = words[1:]
    while words and words[-1].casefold().replace(".", "") in _words("degrees") and len(words) > 1:
        words = words[:-1]
    name = " ".join(words)
    known = counted_as(name, PERSON)
    if known != name:
        yield NamedEntity(PERSON, known)
    elif _is_name(name, PERSON):
        yield NamedEntity(PERSON, _spelt(name, PERSON))


def _is_name(text: str, label: str) -> bool:
    """Whether it looks like a name of that kind: written large, of few words, and not of common ones."""
    words = text.split()
    if not words or len(words) > MOST_WORDS[label] or len(text) > LONGEST or _ODD.search(text):
        return False
    if not all(_WORD.fullmatch(word) for word in words) or not text[0].isupper():
        return False
    bare = [word.casefold().strip(".") for word in words]
    if label == ORGANISATION and len(words) == 1 and text.isupper():
        return len(text) in ACRONYM and not _common(bare[0])
    if any(word.isupper() and len(word.strip(".")) > 3 for word in words):
        return False
    if len(words) == 1:
        return len(text) > 3 and not _common(bare[0]) and not _VERB.fullmatch(bare[0])
    if not all(word[0].isupper() for word in words) or _is_verb(bare[-1]):
        return False
    if any(word in _words("frequent") or word in _words("headlines") for word in bare):
        return False
    return not all(map(_common, bare))


def _is_verb(word: str) -> bool:
    return bool(_VERB.fullmatch(word)) and len(word) > MOST_LETTERS_OF_A_NAME


def _spelt(text: str, label: str) -> str:
    """One spelling whatever the letters' case: initials and short acronyms stay large."""
    if label == ORGANISATION:
        return text
    return " ".join(
        word if word.isupper() and len(word) < 3 else word[:1].upper() + word[1:].lower() for word in text.split()
    )


def _common(word: str) -> bool:
    return any(word in _words(section) for section in ("frequent", "common", "public", "headlines"))


@cache
def _words(section: str) -> frozenset[str]:
    return read_sections(WORDS / "common.txt")[section]
