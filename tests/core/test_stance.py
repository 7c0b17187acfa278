"""What is said of each of several things that one text names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasip_core.domain.rules import Matcher
from pasip_core.nlp.reading import LONG
from pasip_core.nlp.stance import LONGEST, passages
from tests.builders import make_keyword

NAMES = ("anies", "ganjar", "prabowo")
MATCHER = Matcher([make_keyword(name, id=name) for name in NAMES])


def parts(text: str) -> dict[str, str]:
    """The part about each name that the text has, without line ends."""
    places = MATCHER.places(text, NAMES)
    return {name: part.replace("\n", " ") for name, part in passages(text, places).items() if places[name]}


@pytest.mark.parametrize(("text", "expected"), [
    ("Anies baik, Ganjar payah", {"anies": "Anies baik,", "ganjar": "Ganjar payah"}),
    ("Anies baik tapi Ganjar payah", {"anies": "Anies baik", "ganjar": "tapi Ganjar payah"}),
    ("Anies oke. Mantap! Ganjar payah. Capek.", {"anies": "Anies oke. Mantap!", "ganjar": "Ganjar payah. Capek."}),
    ("Debat seru. Anies unggul; Ganjar kalah", {"anies": "Debat seru. Anies unggul;", "ganjar": "Ganjar kalah"}),
    ("Anies, Ganjar, Prabowo hadir", dict.fromkeys(NAMES, "Anies, Ganjar, Prabowo hadir")),
    ("Hadir juga Anies, Ganjar", dict.fromkeys(NAMES[:2], "Hadir juga Anies, Ganjar")),
    ("Anies dan Ganjar payah, Prabowo hebat",
     {"anies": "Anies dan Ganjar payah,", "ganjar": "Anies dan Ganjar payah,", "prabowo": "Prabowo hebat"}),
    ("Anies lebih baik daripada Ganjar", dict.fromkeys(NAMES[:2], "Anies lebih baik daripada Ganjar")),
    ("Bagus!! Anies kerja. Prabowo juga kerja, katanya",
     {"anies": "Bagus!! Anies kerja.", "prabowo": "Prabowo juga kerja, katanya"}),
    ("Anies baik, tetap rendah hati", {"anies": "Anies baik, tetap rendah hati"}),
    ("#Anies menang\nGANJARNYA kalah", {"anies": "#Anies menang", "ganjar": "GANJARNYA kalah"}),
])  # fmt: skip
def test_each_name_has_the_part_that_speaks_of_it(text: str, expected: dict[str, str]) -> None:
    assert parts(text) == expected


def test_of_a_long_text_the_sentences_around_the_name_count() -> None:
    filling = "Cuaca hari ini cerah di seluruh kota. " * 60
    text = f"{filling}Anies meninjau pasar. Pedagang senang. {filling}"
    assert len(text) > LONG
    assert parts(text) == {"anies": "Anies meninjau pasar. Pedagang senang."}


def test_what_stands_nowhere_gets_the_whole_text() -> None:
    assert passages("Anies baik", {"anies": [(0, 5)], "ganjar": []}) == {"anies": "Anies baik", "ganjar": "Anies baik"}
    far = "ya. " * (LONGEST // 4) + "Ganjar payah."
    assert passages(far, MATCHER.places(far, ["ganjar"]))["ganjar"] == far


def test_no_cut_goes_through_what_a_rule_found() -> None:
    matcher = Matcher([make_keyword("k", id="k", rule='"anies, baswedan"'), make_keyword("prabowo", id="prabowo")])
    text = "Anies, Baswedan hadir, Prabowo tidak"
    found = passages(text, matcher.places(text, ["k", "prabowo"]))
    assert found == {"k": "Anies, Baswedan hadir,", "prabowo": "Prabowo tidak"}


@given(
    st.lists(st.sampled_from([*NAMES, "baik", "tapi", "dan", ",", ".", "\n", "!", " ", "…", "—", ";"])).map(" ".join)
)
def test_nothing_is_lost_and_nothing_made_up(text: str) -> None:
    places = MATCHER.places(text, NAMES)
    found = passages(text, places)
    assert found.keys() == set(NAMES)
    for name, part in found.items():
        assert set(part.split()) <= set(text.split())
        assert len(MATCHER.places(part, [name])[name]) == len(places[name])


@pytest.mark.parametrize(
    "text",
    [
        "Anies, " * 50_000,
        "anies ganjar " * 50_000,
        "Anies. Ganjar! " * 50_000,
        ", " * 90_000,
        f"Anies{' ' * 19_000}Ganjar",
        f"Anies, Ganjar{' ' * 19_000}",
    ],
)
def test_hostile_texts_come_to_an_end_soon(text: str) -> None:
    """Were anything here quadratic, this would take hours."""
    assert all(len(part) <= LONGEST for part in parts(text).values())
