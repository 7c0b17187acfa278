"""Which of many keywords a text has, in one pass over the text however many keywords there are.

The text is cut into words once. One look-up a word tells which terms of all rules it is; a rule is looked at
only when the text has one of the terms that it cannot do without.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from pasip_core.domain.keyword import Keyword, rules_revision
from pasip_core.errors import RuleError

from .fold import located_tokens, tokens
from .parser import SHORTEST_WILDCARD, parse_rule
from .tree import Found, Node, Rule, Term, anchors, spans, terms

_PARTICLES = ("lah", "kah", "pun")
CLITICS = ("nya", *_PARTICLES, *(f"nya{particle}" for particle in _PARTICLES))
"""What may follow a word: the possessive, a particle, or both."""

SHORTEST_WITH_CLITIC = 3
"""Shorter words take none: MA is not in "malah", KA not in "kalah"."""


class Matcher:
    """The rules of all keywords, compiled once.

    ``revision`` names the rules (``rules_revision``). ``unreadable`` holds the keywords whose rule cannot be
    read, with the reason: they match nothing, and keep no other keyword from matching.
    """

    def __init__(self, keywords: Sequence[Keyword]) -> None:
        self.revision = rules_revision(keywords)
        self.unreadable: dict[str, RuleError] = {}
        self._watched: list[tuple[Keyword, Node]] = []
        for keyword in keywords:
            try:
                self._watched.append((keyword, parse_rule(keyword.effective_rule()).root))
            except RuleError as error:
                self.unreadable[keyword.id] = error
        self._index = _TermIndex({term for _, root in self._watched for term in terms(root)})
        self._roots = {keyword.id: root for keyword, root in self._watched}
        self._by_anchor: dict[Term, list[int]] = {}
        for number, (_, root) in enumerate(self._watched):
            for anchor in anchors(root) or ():
                self._by_anchor.setdefault(anchor, []).append(number)

    def match(self, text: str, *, published_at: datetime, had: Collection[str] = ()) -> tuple[str, ...]:
        """Sorted ids of the keywords that ``text`` has.

        A keyword that is paused, or monitored only from later than ``published_at``, is given only where it
        is among those that the mention ``had`` already.
        """
        found = self._index.find(tokens(text))
        candidates = {number for term in found for number in self._by_anchor.get(term, ())}
        matched = []
        for number in candidates:
            keyword, root = self._watched[number]
            if (keyword.id in had or _watches(keyword, published_at)) and root.holds(found):
                matched.append(keyword.id)
        return tuple(sorted(matched))

    def places(self, text: str, keywords: Collection[str]) -> dict[str, list[tuple[int, int]]]:
        """Where ``text`` has what each of these keywords asks for, as ``find_spans`` tells it."""
        words, places = located_tokens(text)
        found = self._index.find(words)
        return {id: _merged(self._roots[id], found, places) if id in self._roots else [] for id in keywords}


def find_spans(rule: Rule, text: str) -> list[tuple[int, int]]:
    """Where ``text`` has what the rule asks for: (start, end) in the original text, in order, not overlapping.

    Empty where the rule does not match. What stands under NOT is never among them.
    """
    words, places = located_tokens(text)
    return _merged(rule.root, _TermIndex(set(terms(rule.root))).find(words), places)


def _merged(root: Node, found: Found, places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, behind in spans(root, found) if root.holds(found) else ():
        start, end = places[first][0], places[behind - 1][1]
        if merged and start < merged[-1][1]:
            start, end = merged[-1][0], max(end, merged.pop()[1])
        merged.append((start, end))
    return merged


def _watches(keyword: Keyword, published_at: datetime) -> bool:
    return keyword.active and (keyword.monitoring_start is None or published_at >= keyword.monitoring_start)


class _TermIndex:
    """From a word of a text to the terms that it is."""

    def __init__(self, wanted: Iterable[Term]) -> None:
        self._exact: dict[str, list[Term]] = {}
        self._stems: dict[str, Term] = {}
        lengths: dict[str, set[int]] = {}
        for term in wanted:
            written = term.sigil + term.word
            if term.prefix:
                self._stems[written] = term
                lengths.setdefault(written[:SHORTEST_WILDCARD], set()).add(len(written))
            else:
                for form in _forms(term):
                    self._exact.setdefault(form, []).append(term)
        # A word tries only the lengths of stems that begin as it does.
        self._lengths = {head: sorted(all_lengths) for head, all_lengths in lengths.items()}

    def find(self, words: Sequence[str]) -> Mapping[Term, list[int]]:
        """Each term that the text has, and at which of its words."""
        found: dict[Term, list[int]] = {}
        exact, heads = self._exact, self._lengths
        for position, word in enumerate(words):
            if word[0] in "#@":
                self._note(word, position, found)
                word = word[1:]
            if word in exact or word[:SHORTEST_WILDCARD] in heads:
                self._note(word, position, found)
        return found

    def _note(self, word: str, position: int, found: dict[Term, list[int]]) -> None:
        for term in self._exact.get(word, ()):
            found.setdefault(term, []).append(position)
        for length in self._lengths.get(word[:SHORTEST_WILDCARD], ()):
            if length > len(word):
                break
            stem = self._stems.get(word[:length])
            if stem is not None:
                found.setdefault(stem, []).append(position)


def _forms(term: Term) -> list[str]:
    if term.sigil or len(term.word) < SHORTEST_WITH_CLITIC:
        return [term.sigil + term.word]
    return [term.word, *(term.word + clitic for clitic in CLITICS)]
