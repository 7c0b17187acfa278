"""Persons, places and organisations in texts: a tagger of our own, and lists of well-known names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Protocol

from pasip_core.domain.analysis import Entity

from .gazetteer import counted_as, find_names
from .recipes import BUNDLED_FOLDER
from .sentiment import AUTO, BUNDLED
from .tagging import Tagger, load_tagger, save_tagger, spans, split_words, tags_of

VERSION = "bundled-entities-2"
FOLDER = BUNDLED_FOLDER / "entities"
CONFIG_FILE = "config.json"
PIECE = 2_000
"""Characters read at a time: what a longer text takes in memory does not grow."""

_HALVES = re.compile("[\ud800-\udfff]")
_LINE = re.compile("[^\n]+")
_NO_NAME = re.compile(r"[@#]|https?:|www\.|[\W\d_]+\Z")
_REST = re.compile(r"['’]\w+")
_EDGES = " \t\n\r.,;:!?\"'“”‘’()[]…-"


class EntityModel(Protocol):
    """Who marks names in texts."""

    version: str

    def find(self, texts: Sequence[str]) -> list[list[Entity]]:
        """For each text its entities in order; ``text[start:end]`` is what stands there. None overlap."""


class BundledEntities:
    """What the tagger finds in its context, and what the lists know, which the tagger may have missed."""

    version = VERSION

    def __init__(self, tagger: Tagger) -> None:
        self._tagger = tagger

    def find(self, texts: Sequence[str]) -> list[list[Entity]]:
        """For each text its entities in order; ``text[start:end]`` is what stands there. None overlap."""
        return [
            [_moved(entity, start, text) for start, piece in _pieces(text) for entity in self._find(piece)]
            for text in texts
        ]

    def _find(self, piece: str) -> list[Entity]:
        known = find_names(piece)
        return _together(list(self._hear(piece, known)), known)

    def _hear(self, piece: str, known: Sequence[Entity]) -> Iterator[Entity]:
        words = split_words(piece)
        edges = [word.start() for word in words], [word.end() for word in words]
        tags = self._tagger.tag([word[0] for word in words], known_tags(*edges, known))
        for first, last, label in spans(tags):
            if entity := _entity(piece, words[first].start(), words[last - 1].end(), label):
                yield entity


def known_tags(starts: Sequence[int], ends: Sequence[int], known: Sequence[Entity]) -> list[str]:
    """The tags by which lists know the words that begin and end there; a name that ends within a word is none."""
    begun, ended = ({edge: place for place, edge in enumerate(edges)} for edges in (starts, ends))
    whole = [name for name in known if name.start in begun and name.end in ended]
    return tags_of(len(starts), [(begun[name.start], ended[name.end] + 1, name.label) for name in whole])


@lru_cache(maxsize=1)
def load_entities() -> BundledEntities:
    """The bundled recogniser, loaded once a process."""
    return BundledEntities(load_tagger(FOLDER))


def entity_model(name: str) -> EntityModel:
    """The recogniser of this name: the bundled one, or a spaCy pipeline. ``ModelRefused`` for one that is none."""
    if name in (BUNDLED, AUTO):
        return load_entities()
    from .spacy_entities import load_spacy

    return load_spacy(name)


def save_entities(tagger: Tagger, folder: Path, **notes: int) -> None:
    """Write the tagger and what it is."""
    save_tagger(tagger, folder)
    (folder / CONFIG_FILE).write_text(json.dumps({"version": VERSION} | notes, indent=1) + "\n", encoding="utf-8")


def without_halves(text: str) -> str:
    """As long as before, with a sign in place of each half of a character that has lost its other half."""
    return _HALVES.sub("\ufffd", text)


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Its lines, long ones in parts that end at a space."""
    for line in _LINE.finditer(without_halves(text)):
        start, whole = line.start(), line[0]
        while len(whole) > PIECE:
            space = whole.rfind(" ", 1, PIECE)
            end = space if space > 0 else PIECE
            yield start, whole[:end]
            start, whole = start + end, whole[end:]
        yield start, whole


def _entity(piece: str, start: int, end: int, label: str) -> Entity | None:
    """What stands there without the marks around it, and with the rest of "Vad'aq"; None where no name is left."""
    rest = _REST.match(piece, end)
    text = piece[start : rest.end() if rest else end]
    inner = text.strip(_EDGES)
    if not inner or _NO_NAME.match(inner):
        return None
    start += text.index(inner)
    return Entity(inner, label, start, start + len(inner), counted_as(inner, label))


def _together(heard: list[Entity], known: list[Entity]) -> list[Entity]:
    """Both, none overlapping: the longer of two, and what is known where they are alike.

    What was heard as one name and holds known ones of several kinds ("Jawa Barat Ridwan Kamil") is none.
    """
    found: list[Entity] = []
    single = [entity for entity in heard if len({name.label for name in known if _overlap(name, entity)}) < 2]
    for entity in sorted(chain(known, single), key=lambda entity: entity.start - entity.end):
        if not any(_overlap(entity, other) for other in found):
            found.append(entity)
    return sorted(found, key=lambda entity: entity.start)


def _overlap(one: Entity, other: Entity) -> bool:
    return one.start < other.end and other.start < one.end


def _moved(entity: Entity, by: int, text: str) -> Entity:
    start, end = entity.start + by, entity.end + by
    return Entity(text[start:end], entity.label, start, end, entity.name)
