"""A rule that was read: what it asks for, and whether a text has it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

MAX_QUERIES = 12
"""Most searches that ``positive_terms`` spreads one conjunction over."""


class Term(NamedTuple):
    """One folded word. ``sigil`` is ``#`` or ``@`` where only a tag or an account is meant."""

    word: str
    sigil: str = ""
    prefix: bool = False


Found = Mapping[Term, Sequence[int]]
"""For each term that a text has: at which of its words, ascending."""

Span = tuple[int, int]
"""First word and the one after the last."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One or several words in a row."""

    terms: tuple[Term, ...]

    def spans(self, found: Found) -> list[Span]:
        """Where it stands, in order."""
        places = [found.get(term) for term in self.terms]
        if not all(places):
            return []
        rarest = min(range(len(places)), key=lambda n: len(places[n] or ()))
        starts = [place - rarest for place in places[rarest] or ()]
        for n, others in enumerate(places):
            if n != rarest and starts:
                there = set(others or ())
                starts = [start for start in starts if start + n in there]
        return [(start, start + len(self.terms)) for start in starts]

    def holds(self, found: Found) -> bool:
        """Whether the text has it."""
        return bool(found.get(self.terms[0]) if len(self.terms) == 1 else self.spans(found))


@dataclass(frozen=True, slots=True)
class Either:
    """Any of its parts."""

    parts: tuple[Node, ...]

    def spans(self, found: Found) -> list[Span]:
        """Where any of them stands, in order."""
        return sorted({span for part in self.parts for span in spans(part, found)})

    def holds(self, found: Found) -> bool:
        """Whether the text has it."""
        return any(part.holds(found) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Both:
    """All of its parts."""

    parts: tuple[Node, ...]

    def holds(self, found: Found) -> bool:
        """Whether the text has it."""
        return all(part.holds(found) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Near:
    """Two things with at most ``distance`` words between them, in either order; they do not overlap."""

    left: Place
    right: Place
    distance: int

    def spans(self, found: Found) -> list[Span]:
        """Where the parts of each such pair stand, in order."""
        left, right = self.left.spans(found), self.right.spans(found)
        if not left or not right:
            return []
        return sorted({*self._close(left, right), *self._close(right, left)})

    def holds(self, found: Found) -> bool:
        """Whether the text has it."""
        return bool(self.spans(found))

    def _close(self, these: Sequence[Span], those: Sequence[Span]) -> Iterator[Span]:
        """Those of ``these`` that have one of ``those`` close before or behind them."""
        begins = [span[0] for span in those]
        ends = sorted(span[1] for span in those)
        for begin, end in these:
            behind = bisect_left(begins, end)
            before = bisect_left(ends, begin - self.distance)
            if (behind < len(begins) and begins[behind] <= end + self.distance) or (
                before < len(ends) and ends[before] <= begin
            ):
                yield begin, end


@dataclass(frozen=True, slots=True)
class Without:
    """Not its part."""

    part: Node

    def holds(self, found: Found) -> bool:
        """Whether the text has it not."""
        return not self.part.holds(found)


Node = Phrase | Either | Both | Near | Without
Place = Phrase | Either


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that was read. ``text`` is what the person wrote."""

    text: str
    root: Node


def spans(node: Node, found: Found) -> list[Span]:
    """Word spans that make ``node`` hold, what is excluded left out; empty where it does not hold."""
    if isinstance(node, Phrase | Near | Either):
        return node.spans(found)
    if isinstance(node, Both) and node.holds(found):
        return sorted({span for part in node.parts for span in spans(part, found)})
    return []


def terms(node: Node) -> Iterator[Term]:
    """Every term in it, excluded ones as well."""
    if isinstance(node, Phrase):
        yield from node.terms
    elif isinstance(node, Near):
        yield from terms(node.left)
        yield from terms(node.right)
    elif isinstance(node, Without):
        yield from terms(node.part)
    else:
        for part in node.parts:
            yield from terms(part)


def anchors(node: Node, *, negated: bool = False) -> frozenset[Term] | None:
    """Terms of which a text must have at least one for ``node`` to hold; ``None`` where there are none such.

    Of what must all be there, the rarest to expect is taken: fewest terms, then longest words.
    """
    if isinstance(node, Without):
        return anchors(node.part, negated=not negated)
    if isinstance(node, Phrase):
        return None if negated else frozenset({max(node.terms, key=_weight)})
    if isinstance(node, Near):
        sides = (anchors(node.left), anchors(node.right))
        return None if negated else _best(sides)
    parts = [anchors(part, negated=negated) for part in node.parts]
    if isinstance(node, Both) is not negated:
        return _best(parts)
    return None if None in parts else frozenset().union(*(part for part in parts if part))


def positive_terms(rule: Rule) -> tuple[str, ...]:
    """What to ask a site's search for: whatever the rule matches is meant to answer one of these queries.

    Plain words without signs, quotation marks and wildcards. Words that must stand in one text come in one
    query, as long as that makes no more than ``MAX_QUERIES`` queries; the matcher decides on what comes back.
    """
    return tuple(dict.fromkeys(_queries(rule.root, negated=False)))


def _queries(node: Node, *, negated: bool) -> list[str]:
    if isinstance(node, Without):
        return _queries(node.part, negated=not negated)
    if isinstance(node, Phrase):
        return [] if negated else [" ".join(term.word for term in node.terms)]
    if isinstance(node, Near):
        return [] if negated else _joined([_queries(node.left, negated=False), _queries(node.right, negated=False)])
    asked = [_queries(part, negated=negated) for part in node.parts]
    if isinstance(node, Both) is not negated:
        return _joined([queries for queries in asked if queries])
    # One alternative that asks for nothing leaves the whole asking for nothing.
    return [query for queries in asked for query in queries] if all(asked) else []


def _joined(asked: list[list[str]]) -> list[str]:
    """Every combination of one query each, leaving out the longest lists while there are too many."""
    kept: list[list[str]] = []
    room = MAX_QUERIES
    for queries in sorted(asked, key=len):
        if not kept or len(queries) <= room:
            kept.append(queries)
            room //= max(1, len(queries))
    in_order = [queries for queries in asked if any(queries is k for k in kept)]
    return [" ".join(dict.fromkeys(parts)) for parts in product(*in_order)] if in_order else []


def _weight(term: Term) -> tuple[bool, int]:
    return not term.prefix, len(term.word)


def _best(sets: Sequence[frozenset[Term] | None]) -> frozenset[Term] | None:
    known = [s for s in sets if s]
    return min(known, key=lambda s: (len(s), -min(len(term.word) for term in s)), default=None)
