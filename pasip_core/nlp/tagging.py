"""A chain of tags over the words of a text (a conditional random field), answered with numpy alone.

What a word is like (its letters, its shape, its neighbours, the run of capitals that it stands in, the lists that know
it) are marks; each known mark weighs for or against each tag, and so does each step from one tag to the next. Of all
chains the one of greatest weight is the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from pasip_core.domain.analysis import ENTITY_LABELS

from .lexicon import WORDS, read_sections

if TYPE_CHECKING:
    from numpy.typing import NDArray

    F32 = NDArray[np.float32]

TAGS = ("O", *(f"{place}-{label}" for label in sorted(ENTITY_LABELS) for place in "BI"))
WEIGHTS_FILE = "model.safetensors"
Span = tuple[int, int, str]

_WORD = re.compile(r"\w+|[^\w\s]")
_NEAR = {-2: "ws", -1: "wscpq", 1: "wscpq", 2: "ws"}
"""Which marks of the words around count: all begin with the letter of their kind."""

_JOINING = frozenset({"dan", "of", "the", "&", "de", "bin", "van", "al", "and", "-"})
_FORBIDDEN = -1e6


def split_words(text: str) -> list[re.Match[str]]:
    """Words, and each sign by itself, as NERGrit has them."""
    return list(_WORD.finditer(text))


def spans(tags: Iterable[str]) -> list[Span]:
    """(first token, end, label) of each name; an I- that continues nothing begins a name."""
    found: list[Span] = []
    last = "O"
    for place, tag in enumerate(tags):
        label = tag[2:]
        if tag.startswith("I-") and last[2:] == label:
            found[-1] = (found[-1][0], place + 1, label)
        elif label:
            found.append((place, place + 1, label))
        last = tag
    return found


def tags_of(size: int, names: Iterable[Span]) -> list[str]:
    """The contrary of ``spans``."""
    tags = ["O"] * size
    for start, end, label in names:
        tags[start:end] = [f"B-{label}", *[f"I-{label}"] * (end - start - 1)]
    return tags


def marks(words: Sequence[str], known: Sequence[str]) -> list[list[int]]:
    """Of each word the keys of its marks. ``known`` are the tags by which the lists know the words."""
    shapes, low = [_shape(word) for word in words], [word.lower() for word in words]
    found = [["b", *_own(word)] for word in words]
    for place, of_it in enumerate(found):
        of_it += _around(words, place)
        of_it += _pairs(low, shapes, place)
        of_it += _listed(known, low, shapes, place)
    for place, marks_of_run in _runs(words, low):
        found[place] += marks_of_run
    return [[crc32(mark.encode("utf-8", "replace")) for mark in of_it] for of_it in found]


def _around(words: Sequence[str], place: int) -> Iterator[str]:
    for step, kinds in _NEAR.items():
        there = place + step
        if 0 <= there < len(words):
            yield from (f"{step}{mark}" for mark in _own(words[there]) if mark[0] in kinds)
        else:
            yield f"{step} edge"


def _pairs(low: Sequence[str], shapes: Sequence[str], place: int) -> tuple[str, ...]:
    """The word and its shape together with those of its neighbours."""
    word, shape = low[place], shapes[place]
    before, shape_before = _at(low, place - 1), _at(shapes, place - 1)
    after, shape_after = _at(low, place + 1), _at(shapes, place + 1)
    return (
        f"ww{before}|{word}",
        f"wn{word}|{after}",
        f"ss{shape_before}|{shape}",
        f"sn{shape}|{shape_after}",
        f"s3{shape_before}|{shape}|{shape_after}",
        f"ws{before}|{shape}",
        f"sw{shape}|{after}",
    )


def _listed(known: Sequence[str], low: Sequence[str], shapes: Sequence[str], place: int) -> Iterator[str]:
    """What the lists of names say of the word and its neighbours."""
    for step in (-1, 0, 1):
        if (tag := _at(known, place + step)) != "O":
            yield f"g{step}{tag}"
    if (tag := known[place]) != "O":
        yield f"gs{tag}{shapes[place]}"
        yield f"gp{tag}{_at(low, place - 1)}"


def _runs(words: Sequence[str], low: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Of each word in a run of capitals: where in it, how long it is, its first and last words, what is around it."""
    start = 0
    while start < len(words):
        end = _end_of_run(words, low, start)
        first, last = low[start], low[end - 1] if end > start else ""
        before, after = _at(low, start - 1), _at(low, end)
        for place in range(start, end):
            in_it = place - start
            yield (
                place,
                [
                    f"Rf{first}",
                    f"Rl{last}",
                    f"Rb{before}",
                    f"Ra{after}",
                    f"Rp{min(in_it, 3)}{min(end - 1 - place, 3)}",
                    f"Rs{min(end - start, 6)}",
                    f"Rfp{first}|{min(in_it, 3)}",
                    f"Rbp{before}|{min(in_it, 2)}",
                    f"Rq{last[-3:]}",
                    f"Rg{first[:4]}",
                ],
            )
        start = max(end, start + 1)


def _end_of_run(words: Sequence[str], low: Sequence[str], start: int) -> int:
    """Where the words that are written large end, those that join two of them ("dan", "of") included."""
    end = start
    while end < len(words) and (
        words[end][:1].isupper() or (end > start and low[end] in _JOINING and _at(words, end + 1)[:1].isupper())
    ):
        end += 1
    return end


def _at(values: Sequence[str], place: int) -> str:
    if place < 0:
        return "^"
    return values[place] if place < len(values) else "$"


@lru_cache(maxsize=20_000)
def _shape(word: str) -> str:
    """Xx for "Jakarta", XX for "DPR": at most two signs of a kind in a row."""
    kinds = "".join("X" if c.isupper() else "x" if c.islower() else "0" if c.isdigit() else c for c in word[:40])
    return "".join(c for place, c in enumerate(kinds) if kinds[max(0, place - 2) : place] != c * 2)


@lru_cache(maxsize=20_000)
def _own(word: str) -> tuple[str, ...]:
    """The marks of a word by itself."""
    low = word.lower()
    found = [f"w{low}", f"s{_shape(word)}", f"c{low in _common()}{word[:1].isupper()}"]
    if word.isalpha() or len(word) > 2:
        found += [f"p{size}{low[:size]}" for size in (2, 3, 4)] + [f"q{size}{low[-size:]}" for size in (1, 2, 3, 4)]
    return tuple(found)


@cache
def _common() -> frozenset[str]:
    return frozenset[str]().union(*read_sections(WORDS / "common.txt").values())


@dataclass(frozen=True, slots=True)
class Tagger:
    """Sorted keys of the known marks, one weight of each for each tag, and one for each step between two tags."""

    keys: NDArray[np.uint32]
    weights: F32
    steps: F32

    def tag(self, words: Sequence[str], known: Sequence[str]) -> list[str]:
        """One tag a word."""
        return best_chain(self._weigh(marks(words, known)), self.steps) if words else []

    def _weigh(self, found: list[list[int]]) -> F32:
        """For and against each tag, one row a word."""
        rows = np.repeat(np.arange(len(found)), [len(of_it) for of_it in found])
        asked = np.array([key for of_it in found for key in of_it], dtype=np.uint32)
        place = np.minimum(np.searchsorted(self.keys, asked), len(self.keys) - 1)
        there = self.keys[place] == asked
        total = np.zeros((len(found), len(TAGS)), dtype=np.float32)
        np.add.at(total, rows[there], self.weights[place[there]])
        return total


def best_chain(weights: F32, steps: F32) -> list[str]:
    """The tags of greatest weight in all. None continues a name that has not begun."""
    allowed = steps + _steps_allowed()
    sums, back = weights[0] + _steps_allowed()[0], []
    for row in weights[1:]:
        each = sums[:, None] + allowed
        back.append(each.argmax(axis=0))
        sums = each.max(axis=0) + row
    chain = [int(sums.argmax())]
    for came_from in reversed(back):
        chain.append(int(came_from[chain[-1]]))
    return [TAGS[tag] for tag in reversed(chain)]


@cache
def _steps_allowed() -> F32:
    """0, or far below where one tag cannot follow the other; the first row serves as well for what may come first."""
    ends = [[tag.startswith("I-") and before[2:] != tag[2:] for tag in TAGS] for before in TAGS]
    return np.where(ends, _FORBIDDEN, 0).astype(np.float32)


def save_tagger(tagger: Tagger, folder: Path) -> None:
    """Write the arrays, weights as float16."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, NDArray[Any]] = {"keys": tagger.keys, "steps": tagger.steps}
    save_file({**arrays, "weights": tagger.weights.astype(np.float16)}, str(folder / WEIGHTS_FILE))
    (folder / WEIGHTS_FILE).chmod(0o644)


def load_tagger(folder: Path) -> Tagger:
    """Read what ``save_tagger`` wrote."""
    from safetensors.numpy import load_file

    arrays = load_file(str(folder / WEIGHTS_FILE))
    return Tagger(arrays["keys"], arrays["weights"].astype(np.float32), arrays["steps"])
