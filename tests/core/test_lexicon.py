"""Words that carry tone, and what turns them round."""

from __future__ import annotations

import pytest

from pasip_core.nlp.lexicon import CIVIC, signs
from pasip_core.nlp.reading import model_tokens


@pytest.mark.parametrize(
    ("text", "sequence"),
    [
        ("enak", "p"),
        ("tidak enak", "N"),
        ("tidak ada kecurangan", "P"),
        ("menurunkan angka kemiskinan", "d P"),
        ("angka kematian bayi turun", "P d"),
        ("pengangguran turun", "P d"),
        ("memberantas korupsi", "P"),
        ("kemiskinan tidak turun", "n D"),
        ("korupsi, harga turun", "n k d"),
        ("kemiskinan meningkat", "n u"),
        ("harga naik", "k u"),
        ("pajak dinaikkan", "k u"),
        ("", "-"),
    ],
)
def test_the_tones_of_a_text_are_told_in_order(text: str, sequence: str) -> None:
    assert " ".join(CIVIC.sequence(model_tokens(text))) == sequence


def test_what_becomes_less_turns_only_the_nearest_bad_word() -> None:
    assert signs(("macet", "dan", "banjir", "berkurang")) == (1, 1, -1, 1)
    assert signs(("menurunkan", "harga", "beras")) == (1, 1, 1)


def test_only_a_bad_word_within_reach_becomes_less() -> None:
    assert signs(("banjir", "di", "kota", "kami", "turun")) == (1, 1, 1, 1, 1)
    assert signs(("turun",)) == (1,)
