"""What a text says of each of several things it names: the part around each, to be scored by itself.

"Anies baik, Ganjar payah" is good for one and bad for the other; the whole is neither. A text is cut into sentences,
and a sentence that names several things into clauses. A piece that names nothing goes on about what the piece before
it named. What cannot be told apart this way ("Anies lebih baik daripada Ganjar") is scored alike for all it names.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from .reading import LONG

Span = tuple[int, int]
"""Characters of a text: start, and the one after the end."""

LONGEST = 20_000
"""Characters that are looked at; what is named only behind them gets the tone of the whole."""
FOLLOWING = 1
"""In a long text, pieces without a name that still belong to the one before; a short text is about it all through."""

_CONJUNCTIONS = r"(?:tapi|tetapi|sedangkan|sementara|namun|melainkan|padahal|dan|but|while)\b"
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+|\n+")
# A run of spaces is looked at once, from its beginning.
_CLAUSE_END = re.compile(rf"[,;:]\s+|(?<!\s)\s+(?:[–—-]\s+|(?={_CONJUNCTIONS}))", re.IGNORECASE)
_CONJUNCTION = re.compile(_CONJUNCTIONS, re.IGNORECASE)
_WORD = re.compile(r"\w+")


def passages(text: str, places: Mapping[str, Sequence[Span]]) -> dict[str, str]:
    """The part of ``text`` about each thing; ``places`` tells where each stands (see ``Matcher.places``).

    The whole text where it is short and names no other thing, and for what stands nowhere in it.
    """
    named = {name for name, spans in places.items() if spans}
    is_long = len(text) > LONG
    if not named or (len(named) == 1 and not is_long):
        return dict.fromkeys(places, text)
    marked = _Marked.of(text[:LONGEST], places)
    pieces = list(marked.pieces())
    about: dict[str, list[str]] = {}
    for piece, names in zip(pieces, _owners(pieces, is_long=is_long), strict=True):
        for name in names:
            about.setdefault(name, []).append(marked.text[piece.start : piece.end].strip())
    return {name: "\n".join(about[name]) if name in about else text for name in places}


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Marked:
    """A text and what is named where, by start; ``reach`` is how far what begins up to there stretches."""

    text: str
    starts: Sequence[int]
    reach: Sequence[int]
    names: Sequence[str]

    @classmethod
    def of(cls, text: str, places: Mapping[str, Sequence[Span]]) -> _Marked:
        located = sorted((start, end, name) for name, spans in places.items() for start, end in spans)
        located = [each for each in located if each[1] <= len(text)]
        starts, ends, names = zip(*located, strict=True) if located else ((), (), ())
        return cls(text, starts, list(accumulate(ends, max)), names)

    def pieces(self) -> Iterator[_Piece]:
        """Sentences, and clauses of those that name several things; no cut goes through a name."""
        for start, end in self._cut(0, len(self.text), _SENTENCE_END):
            names = self._named(start, end)
            if len(names) < 2:
                yield _Piece(start, end, names)
            else:
                yield from self._clauses(start, end)

    def _clauses(self, first: int, last: int) -> Iterator[_Piece]:
        """Those that say something of what they name; others join the next, or at the end the one before.

        "Anies, Ganjar, Prabowo hadir" stays in one piece.
        """
        cuts, begun, says = [], first, False
        for start, end in self._cut(first, last, _CLAUSE_END):
            says = says or self._says_something(start, end)
            if says:
                cuts.append((begun, end))
                begun, says = end, False
        if not cuts or not says:
            begun = cuts.pop()[0] if cuts else first
            cuts.append((begun, last))
        for start, end in cuts:
            yield _Piece(start, end, self._named(start, end))

    def _cut(self, begin: int, end: int, at: re.Pattern[str]) -> Iterator[Span]:
        start = begin
        for gap in at.finditer(self.text, begin, end):
            if not self._is_within_a_name(*gap.span()) and self.text[start : gap.start()].strip():
                yield start, gap.end()
                start = gap.end()
        if self.text[start:end].strip():
            yield start, end

    def _is_within_a_name(self, start: int, end: int) -> bool:
        before = bisect_left(self.starts, end)
        return before > 0 and self.reach[before - 1] > start

    def _named(self, start: int, end: int) -> frozenset[str]:
        return frozenset(self.names[bisect_left(self.starts, start) : bisect_left(self.starts, end)])

    def _says_something(self, start: int, end: int) -> bool:
        """Whether there is a word beside names and the conjunction it begins with."""
        opening = _CONJUNCTION.match(self.text, start)
        words = (word.span() for word in _WORD.finditer(self.text, opening.end() if opening else start, end))
        return any(not self._is_within_a_name(*word) for word in words)


def _owners(pieces: Sequence[_Piece], *, is_long: bool) -> Iterator[frozenset[str]]:
    """Whom each piece is about: whom it names, else whom the one before was about; at first, the first named."""
    nobody: frozenset[str] = frozenset()
    current = nobody if is_long else next((piece.names for piece in pieces if piece.names), nobody)
    since = 0
    for piece in pieces:
        since = 0 if piece.names else since + 1
        if is_long and since > FOLLOWING:
            current = nobody
        current = piece.names or current
        yield current
