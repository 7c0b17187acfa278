"""Keyword rules in the query languages of platforms."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasip_core.domain.rules import Matcher
from pasip_core.sources.translate import Dialect, queries_for
from tests.builders import NOW, make_keyword

OURS = Dialect(without="NOT {}")
"""Close enough to our own rule language for the matcher to read what it made."""
X = Dialect(suffix=" lang:in", longest=512)
YOUTUBE = Dialect(either="|", groups=False, sigils="")
NEWSAPI = Dialect(both=" AND ", without="NOT {}", sigils="")
WORDS = ("prabowo", "gibran", "sepak", "bola", "harga beras", "#pemilu")

leaves = st.sampled_from([f'"{word}"' if " " in word else word for word in WORDS])
rules = st.recursive(
    leaves,
    lambda part: st.one_of(
        st.lists(part, min_size=2, max_size=3).map(lambda parts: "(" + " OR ".join(parts) + ")"),
        st.lists(part, min_size=2, max_size=3).map(lambda parts: "(" + " ".join(parts) + ")"),
        st.tuples(part, leaves).map(lambda pair: f"({pair[0]} NOT {pair[1]})"),
    ),
    max_leaves=8,
)
texts = st.lists(st.sampled_from([*WORDS, "dan", "hari ini"]), max_size=6).map(" ".join)


def asked(rule: str, dialect: Dialect, **changes: object) -> list[str]:
    return [query.text for query in queries_for([make_keyword("x", rule=rule, **changes)], dialect)]


@pytest.mark.parametrize(
    ("dialect", "query"),
    [
        (X, "(prabowo OR gibran) -sepak lang:in"),
        (Dialect(suffix=" sourcelang:indonesian"), "(prabowo OR gibran) -sepak sourcelang:indonesian"),
        (YOUTUBE, "prabowo|gibran -sepak"),
        (Dialect(without="NOT {}"), "(prabowo OR gibran) NOT sepak"),
        (Dialect(either="", without="", groups=False), "prabowo"),
    ],
)
def test_a_choice_with_an_exclusion_is_said_as_each_platform_wants_it(dialect: Dialect, query: str):
    assert asked("(prabowo OR gibran) NOT sepak", dialect)[0] == query


def test_phrases_are_quoted_and_signs_kept_where_they_mean_something():
    assert asked('"harga beras" OR #beras OR @bulog', X) == ['("harga beras" OR #beras OR @bulog) lang:in']
    assert asked("#beras", YOUTUBE) == ["beras"]


def test_nearness_becomes_an_and_and_an_excluded_combination_is_dropped():
    assert asked("(prabowo NEAR/3 menang) NOT (sepak bola)", NEWSAPI) == ["prabowo AND menang"]


def test_keywords_share_a_query_and_the_important_come_first():
    keywords = [make_keyword("inflasi", priority=3), make_keyword("banjir", priority=1)]
    (query,) = queries_for(keywords, X)
    assert (query.text, query.keywords, query.priority) == ("(banjir OR inflasi) lang:in", ("banjir", "inflasi"), 1)


def test_long_lists_are_spread_over_queries_that_keep_within_the_limits():
    rule = " OR ".join(f"calon{n}" for n in range(150))
    made = asked(rule, Dialect(longest=200, most_terms=12, suffix=" lang:in"))
    assert all(len(query) <= 200 and query.count(" OR ") < 12 for query in made)
    assert {word for query in made for word in re.findall(r"calon\d+", query)} == {f"calon{n}" for n in range(150)}


def test_a_rule_that_is_too_long_for_one_query_is_asked_without_what_it_excludes():
    rule = "prabowo NOT (" + " OR ".join(f"lawan{n}" for n in range(100)) + ")"
    assert asked(rule, X) == ["prabowo lang:in"]


def test_an_unreadable_rule_is_asked_for_by_name_and_alias():
    assert asked("(((", Dialect(), aliases=("Pak X",)) == ['x OR "Pak X"']


@given(rules, texts)
def test_whatever_a_rule_matches_is_found_by_one_of_its_queries(rule: str, text: str):
    keyword = make_keyword("x", rule=rule)
    if not Matcher([keyword]).match(text, published_at=NOW):
        return
    made = [make_keyword("x", id=f"q{n}", rule=q.text) for n, q in enumerate(queries_for([keyword], OURS))]
    assert Matcher(made).match(text, published_at=NOW), [keyword.rule for keyword in made]
