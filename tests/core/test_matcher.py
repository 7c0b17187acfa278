"""Many keywords over one text, against the plainest evaluator that could work."""

from __future__ import annotations

import re
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from pasip_core.domain.keyword import rules_revision
from pasip_core.domain.rules import Matcher, parse_rule
from pasip_core.domain.rules.tree import Both, Either, Near, Node, Phrase, Term, Without
from tests.builders import NOW, make_keyword

WORDS = ["abc", "abcnya", "abcd", "#abc", "@abc", "ab", "abnya", "xyz"]
TERMS = [Term("abc"), Term("ab"), Term("xyz"), Term("abc", "#"), Term("abc", "@"), Term("abc", "", True)]

phrases = st.lists(st.sampled_from(TERMS), min_size=1, max_size=3).map(lambda terms: Phrase(tuple(terms)))
places = phrases | st.lists(phrases, min_size=2, max_size=2).map(lambda parts: Either(tuple(parts)))
nears = st.builds(Near, places, places, st.integers(0, 3))
nodes = st.recursive(
    phrases | nears,
    lambda inner: (
        inner.map(Without)
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: Either(tuple(parts)))
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: Both(tuple(parts)))
    ),
    max_leaves=6,
)


def is_term(term: Term, word: str) -> bool:
    if term.sigil:
        return word.startswith(term.sigil + term.word) if term.prefix else word == term.sigil + term.word
    body = word.lstrip("#@")
    if term.prefix:
        return body.startswith(term.word)
    clitic = "(nya)?(lah|kah|pun)?" if len(term.word) > 2 else ""
    return re.fullmatch(term.word + clitic, body) is not None


def naive_spans(node: Node, words: list[str]) -> set[tuple[int, int]]:
    if isinstance(node, Either):
        return {span for part in node.parts for span in naive_spans(part, words)}
    assert isinstance(node, Phrase)
    n = len(node.terms)
    starts = range(len(words) - n + 1)
    return {(s, s + n) for s in starts if all(is_term(t, w) for t, w in zip(node.terms, words[s:], strict=False))}


def naive(node: Node, words: list[str]) -> bool:
    if isinstance(node, Phrase):
        return bool(naive_spans(node, words))
    if isinstance(node, Near):
        return any(
            0 <= b[0] - a[1] <= node.distance or 0 <= a[0] - b[1] <= node.distance
            for a in naive_spans(node.left, words)
            for b in naive_spans(node.right, words)
        )
    if isinstance(node, Without):
        return not naive(node.part, words)
    return (any if isinstance(node, Either) else all)(naive(part, words) for part in node.parts)


def written(node: Node) -> str:
    if isinstance(node, Phrase):
        return '"' + " ".join(t.sigil + t.word + "*" * t.prefix for t in node.terms) + '"'
    if isinstance(node, Near):
        return f"({written(node.left)} NEAR/{node.distance} {written(node.right)})"
    if isinstance(node, Without):
        return f"(NOT {written(node.part)})"
    return "(" + (" OR " if isinstance(node, Either) else " AND ").join(map(written, node.parts)) + ")"


@given(st.lists(nodes, min_size=1, max_size=6), st.lists(st.sampled_from(WORDS), max_size=12))
def test_the_matcher_agrees_with_a_naive_evaluator(rules: list[Node], words: list[str]) -> None:
    keywords = [make_keyword(f"k{n}", rule=written(rule)) for n, rule in enumerate(rules)]
    matcher = Matcher(keywords)
    readable = {k.id: rule for k, rule in zip(keywords, rules, strict=True) if k.id not in matcher.unreadable}
    expected = tuple(sorted(id for id, rule in readable.items() if naive(rule, words)))
    assert matcher.match(" ".join(words), published_at=NOW) == expected


@given(nodes)
def test_what_is_refused_as_purely_negative_would_match_an_empty_text(rule: Node) -> None:
    refused = bool(Matcher([make_keyword("k", rule=written(rule))]).unreadable)
    assert refused or not naive(rule, [])


def test_a_label_without_a_rule_is_looked_for_itself() -> None:
    matcher = Matcher([make_keyword("Anies Baswedan", aliases=("@aniesbaswedan",), exclusions=("anies warna",))])
    assert matcher.match("kata anies baswedan", published_at=NOW) == ("anies-baswedan",)
    assert matcher.match("halo @aniesbaswedan", published_at=NOW) == ("anies-baswedan",)
    assert matcher.match("@aniesbaswedan anies warna", published_at=NOW) == ()


def test_paused_and_later_keywords_stay_only_where_they_were() -> None:
    matcher = Matcher(
        [
            make_keyword("jokowi", active=False),
            make_keyword("prabowo", monitoring_start=NOW),
            make_keyword("anies"),
        ]
    )
    text, before = "jokowi prabowo anies", NOW - timedelta(seconds=1)
    assert matcher.match(text, published_at=NOW) == ("anies", "prabowo")
    assert matcher.match(text, published_at=before) == ("anies",)
    assert matcher.match(text, published_at=before, had=("jokowi", "prabowo")) == ("anies", "jokowi", "prabowo")
    assert matcher.match("anies", published_at=NOW, had=("jokowi",)) == ("anies",)


def test_one_unreadable_rule_keeps_no_other_from_matching() -> None:
    matcher = Matcher([make_keyword("rusak", rule="(("), make_keyword("jokowi")])
    assert matcher.match("rusak jokowi", published_at=NOW) == ("jokowi",)
    assert set(matcher.unreadable) == {"rusak"}


def test_the_revision_is_that_of_the_keywords() -> None:
    keywords = [make_keyword("jokowi"), make_keyword("anies")]
    assert Matcher(keywords).revision == rules_revision(keywords)
    assert parse_rule("jokowi").text == "jokowi"
