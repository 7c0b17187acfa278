"""Persons, places and organisations in texts: a small spaCy pipeline of our own, and lists of well-known names."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from pasip_core.domain.analysis import Entity

from .gazetteer import counted_as, find_names
from .recipes import BUNDLED_FOLDER

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Span

VERSION = "bundled-entities-1"
FOLDER = BUNDLED_FOLDER / "entities"
PIECE = 10_000
"""Characters read at a time: what a longer text takes in memory does not grow."""

TEXTS = 64
SAME_IN_ALL = ("tokenizer", "vocab")
"""What any blank pipeline has as well, and is not kept with ours."""

_HALVES = re.compile("[\ud800-\udfff]")
_NO_NAME = re.compile(r"[@#]|https?:|www\.|[\W\d_]+\Z")
_EDGES = " \t\n\r.,;:!?\"'“”‘’()[]…-"


_SHAPE = {
    "model": {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": {
            "@architectures": "spacy.Tok2Vec.v2",
            "embed": {
                "@architectures": "spacy.MultiHashEmbed.v2",
                "width": 96,
                "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
                "rows": [4000, 1500, 2500, 1500],
                "include_static_vectors": False,
            },
            "encode": {
                "@architectures": "spacy.MaxoutWindowEncoder.v2",
                "width": 96,
                "window_size": 1,
                "maxout_pieces": 3,
                "depth": 4,
            },
        },
    }
}


class BundledEntities:
    """What the pipeline finds in its context, and what the lists know, which the pipeline may have missed."""

    version = VERSION

    def __init__(self, pipeline: Language) -> None:
        self._pipeline = pipeline

    def find(self, texts: Sequence[str]) -> list[list[Entity]]:
        """For each text its entities in order; ``text[start:end]`` is what stands there. None overlap."""
        pieces = [(number, start, piece) for number, text in enumerate(texts) for start, piece in _pieces(text)]
        found: list[list[Entity]] = [[] for _ in texts]
        # Words met for the first time are forgotten afterwards, or a worker's memory would grow for ever.
        with self._pipeline.memory_zone():
            documents = self._pipeline.pipe((piece for _, _, piece in pieces), batch_size=TEXTS)
            for (number, start, piece), document in zip(pieces, documents, strict=True):
                heard = [entity for span in document.ents if (entity := _entity(span))]
                both = _together(heard, find_names(piece))
                found[number] += [_moved(entity, start, texts[number]) for entity in both]
        return found


def blank_pipeline() -> Language:
    """The pipeline that has learnt nothing yet. Only here does spaCy come in."""
    with _without_torch():
        import spacy

    pipeline = spacy.blank("id")
    pipeline.add_pipe("ner", config=_SHAPE)
    return pipeline


@contextmanager
def _without_torch() -> Iterator[None]:
    """spaCy takes torch in wherever it is installed: 180 MB and seconds for something that is not used here."""
    if "torch" in sys.modules:
        yield
        return
    sys.modules["torch"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["torch"]


@lru_cache(maxsize=1)
def load_entities() -> BundledEntities:
    """The recogniser, loaded once a process."""
    return BundledEntities(blank_pipeline().from_disk(FOLDER, exclude=SAME_IN_ALL))


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """The text in parts that end at a space; a half of a character that has lost its other half is set aside."""
    whole, start = _HALVES.sub("\ufffd", text), 0
    while start < len(whole):
        end = start + PIECE
        if end < len(whole):
            edge = max(whole.rfind(mark, start + 1, end) for mark in "\n ")
            end = edge if edge > start else end
        yield start, whole[start:end]
        start = end


def _entity(span: Span) -> Entity | None:
    """The span without the marks around it; None where no name is left."""
    text = str(span.text)
    inner = text.strip(_EDGES)
    if not inner or _NO_NAME.match(inner):
        return None
    start = span.start_char + text.index(inner)
    return Entity(inner, span.label_, start, start + len(inner), counted_as(inner, span.label_))


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
