"""The rule language: what is read, what is refused and where."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasip_core.domain.rules import find_spans, parse_rule, positive_terms
from pasip_core.domain.rules.fold import fold, located_tokens, tokens
from pasip_core.errors import RuleError


def matches(rule: str, text: str) -> bool:
    return bool(find_spans(parse_rule(rule), text))


@pytest.mark.parametrize(
    ("rule", "yes", "no"),
    [
        ("jokowi", "Kata JOKOWI: maju", "jokowisme"),
        ("anies ganjar", "ganjar dan anies", "anies saja"),
        ("anies AND ganjar", "ganjar, anies", "ganjar"),
        ("anies OR ganjar", "ganjar", "prabowo"),
        ("anies NOT warna", "anies baswedan", "anies warna"),
        ("NOT warna anies", "anies baswedan", "anies warna"),
        ("a OR b AND c", "a", "b"),
        ("(a OR b) AND c", "b c", "a"),
        ("a NOT (b OR c)", "a", "a c"),
        ("a NOT NOT b", "a b", "a"),
        ('"anies baswedan"', "Anies-Baswedan", "baswedan anies"),
        ("“anies baswedan”", "anies baswedan", "anies r baswedan"),
        ("korup*", "mengusut korupsi", "antikorupsi"),
        ('"ganti pres*"', "ganti presiden", "ganti"),
        ("tol NEAR/2 jokowi", "jokowi dan jalan tol", "jokowi dan banyak jalan tol"),
        ("tol NEAR/0 jokowi", "tol jokowi", "tol milik jokowi"),
        ("jokowi NEAR/5 jokowi", "jokowi ya jokowi", "jokowi"),
        ('(anies OR "cak imin") NEAR/1 (menang OR kalah)', "kalah lagi cak imin", "cak imin tidak akan menang"),
        ("a1 NEAR/0 b1 NEAR/0 c1", "a1 b1 c1", "a1 b1 d c1"),
        ("#jokowi", "ayo #Jokowi", "jokowi @jokowi"),
        ("@jokowi", "pak @jokowi.", "jokowi #jokowi kirim ke surat@jokowi"),
        ("#2019ganti*", "#2019GantiPresiden", "2019gantipresiden"),
        ("ma'ruf", "Ma’ruf Amin", "maruf"),
        ("dan", "ini dan itu", "ini itu"),
        ('"or"', "to be or not", "to be"),
    ],
)
def test_a_rule_matches_what_it_says(rule: str, yes: str, no: str) -> None:
    assert matches(rule, yes)
    assert not matches(rule, no)


@pytest.mark.parametrize(
    "text",
    [
        "jokowi", "#jokowi", "@jokowi", "Jokowinya", "jokowilah", "jokowikah", "jokowipun", "jokowinyalah",
        "jokowi-nya", "(jokowi)", "pro-jokowi", "_jokowi_", "*jokowi*", "jokowi🔥🔥", "👍🏽jokowi❤️", "ＪＯＫＯＷＩ",
        "𝐉𝐨𝐤𝐨𝐰𝐢", "jo\u00adkowi", "jokowi\u200d", "jokowi™", "https://t.co/jokowi?x=1", "1️⃣jokowi", "Jokowi's",
    ],
)  # fmt: skip
def test_a_plain_word_is_found_in_every_dress(text: str) -> None:
    assert matches("jokowi", text)


@pytest.mark.parametrize("text", ["jokowisme", "pakjokowi", "#jokowi2periode", "@jokowi_", "jokowi2", "joko wi"])
def test_a_part_of_a_word_is_not_the_word(text: str) -> None:
    assert not matches("jokowi", text)


def test_short_words_take_no_clitic() -> None:
    assert not matches("MA", "malah kalah")
    assert matches("MA", "putusan MA-lah")


@pytest.mark.parametrize(
    ("rule", "column", "hint"),
    [
        ("", 1, "empty"),
        ("   ", 4, "empty"),
        ("(anies", 1, "closed"),
        ("anies (ganjar OR (b)", 7, "closed"),
        ("anies)", 6, "closes nothing"),
        (")", 1, "closes nothing"),
        ("()", 1, "nothing to look for"),
        ("anies OR", 7, "nothing after"),
        ("OR anies", 1, "nothing before"),
        ("anies AND OR b", 7, "nothing after"),
        ("anies NOT", 7, "nothing after"),
        ("(anies OR )", 8, "nothing after"),
        ("NOT anies", 1, "leave out"),
        ("anies OR NOT ganjar", 10, "leave out"),
        ('anies "ganjar', 7, "never closed"),
        ('anies ""', 7, "no letters"),
        ("anies 🔥", 7, "no letters"),
        ("an*", 1, "at least 3"),
        ("ganjar *nies", 8, "at the end"),
        ("an*es", 1, "at least 3"),
        ("anie*s", 1, "at the end"),
        ("anies**", 1, "at the end"),
        ("anies NEAR ganjar", 7, "NEAR/5"),
        ("anies NEAR/x ganjar", 7, "NEAR/5"),
        ("anies NEAR/99 ganjar", 7, "NEAR/5"),
        ("anies NEAR/-1 ganjar", 7, "NEAR/5"),
        ("anies NEAR/3", 7, "nothing after"),
        ("anies NEAR/3 (b AND c)", 14, "both sides"),
        ("anies NEAR/3 NOT b", 14, "both sides"),
        ("anies or ganjar", 7, "capitals"),
        ("anies And ganjar", 7, "capitals"),
        ("anies -ganjar", 7, "NOT ganjar"),
        ("anies|ganjar", 1, "Write OR"),
        ("anies, ganjar", 1, "comma"),
        ("from:jokowi", 1, "quotation marks"),
        ("(" * 5000 + "a" + ")" * 5000, 26, "nested"),
        ("a" * 20_001, 20_001, "20,000"),
        ("ab " * 1001, 3001, "1,000 words"),
    ],
)
def test_a_bad_rule_says_where_and_what_to_do(rule: str, column: int, hint: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_rule(rule)
    assert caught.value.column == column
    assert hint in str(caught.value)


@given(st.text(alphabet='ab*#@ ()"ANDORT/N1', max_size=60))
def test_any_text_is_read_or_refused_with_a_column_inside_it(text: str) -> None:
    try:
        parse_rule(text)
    except RuleError as error:
        column = error.column
    else:
        column = 1
    assert 1 <= column <= len(text) + 1


def test_long_chains_of_operators_do_not_recurse() -> None:
    assert matches("NOT " * 4000 + "anies", "anies")
    assert matches(" OR ".join(f"kata{n}" for n in range(900)), "kata899")
    assert matches(" NEAR/1 ".join(["ab"] * 500), "ab " * 600)


@given(st.text())
def test_offsets_belong_to_the_folded_text(text: str) -> None:
    words, places = located_tokens(text)
    assert words == tokens(text)
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(before[1] <= after[1] for before, after in pairwise(places))


@given(st.text(alphabet="aeJk\u0301\u0327\u1100\u1161\u11a8ｶﾞ\u200dﬁ㎏…İß", max_size=12))
def test_offsets_survive_composition_and_ligatures(text: str) -> None:
    words, places = located_tokens(text)
    assert words == tokens(text)
    for word, (start, end) in zip(words, places, strict=True):
        assert word in fold(text[start:end])


def test_spans_stand_in_the_original_text() -> None:
    text = "㎏ﬁ… Ｊｏｋｏｗｉ dan Anies\u0301 Baswedan, kata @jokowi"
    rule = parse_rule("(jokowi OR baswedan) NOT warna")
    assert [text[a:b] for a, b in find_spans(rule, text)] == ["Ｊｏｋｏｗｉ", "Baswedan", "@jokowi"]


def test_overlapping_spans_are_one_and_misses_have_none() -> None:
    rule = parse_rule('"satu dua" OR "dua tiga" OR empat')
    assert find_spans(rule, "satu dua tiga, empat") == [(0, 13), (15, 20)]
    assert find_spans(parse_rule("satu NOT dua"), "satu dua") == []


@pytest.mark.parametrize("text", [*"a#@_-🔥é(\u200d ", "a_", "a\u0301", "\u0301\u0316", "#a"])
def test_a_long_hostile_text_is_no_trouble(text: str) -> None:
    hostile = text * (100_000 // len(text))
    find_spans(parse_rule('abc* OR "a a a b" OR a NEAR/50 b OR jokowi'), hostile)
    find_spans(parse_rule('abc* OR "a a a b" OR a NEAR/50 b OR jokowi'), "x" + hostile)


@pytest.mark.parametrize(
    ("rule", "queries"),
    [
        ('(anies OR "anies b" OR @aniesbaswedan) NOT "anis warna"', ("anies", "anies b", "aniesbaswedan")),
        ("(prabowo OR anies) pemilu", ("prabowo pemilu", "anies pemilu")),
        ("korup* NEAR/5 bansos", ("korup bansos",)),
        ("#GantiPresiden", ("gantipresiden",)),
        ("a NOT (b NOT c)", ("a",)),
    ],
)
def test_a_site_is_asked_for_what_a_rule_wants(rule: str, queries: tuple[str, ...]) -> None:
    assert positive_terms(parse_rule(rule)) == queries


def test_a_wide_conjunction_asks_few_queries() -> None:
    wide = " OR ".join(f"kata{n}" for n in range(50))
    assert positive_terms(parse_rule(f"({wide}) ({wide}) (anies OR ganjar)")) == ("anies", "ganjar")
