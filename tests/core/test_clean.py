"""Text from outside: what is stored, and what models read."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasip_core.nlp.clean import clean_text, normalise


@pytest.mark.parametrize(
    ("given_text", "stored"),
    [
        ("Gak  suka\tbanget ", "Gak suka banget"),
        ("<p>Satu</p><p>Dua <b>tiga</b></p>", "Satu\n\nDua tiga"),
        ("a<br/>b", "a\nb"),
        ("x<script>alert('1')</script>y", "xy"),
        ("x<style>p{}</style ><img src=x onerror='a>b'>y", "xy"),
        ("<!-- rahasia -->tampak", "tampak"),
        ("ringkasan <a href='https://x.id/a", "ringkasan"),
        ("saya <3 kamu, 1 < 2 dan 3 > 2", "saya <3 kamu, 1 < 2 dan 3 > 2"),
        ("Tom &amp; Jerry &#8220;x&#8221;&nbsp;y", "Tom & Jerry “x” y"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("https://x.id/?a=1&region=2&copy=3", "https://x.id/?a=1&region=2&copy=3"),
        ("aman\u202egnp.exe\u2066x\u2069\u200b\ufeff\u00ad", "amangnp.exex"),
        ("&#x202e;balik &#0;&#55357;", "balik"),
        ("a\x00b\x1b[31mc\x85d\u2028e", "ab[31mc\nd\ne"),
        ("👨‍👩‍👧 ❤️ 👍🏽 a‍b", "👨‍👩‍👧 ❤️ 👍🏽 ab"),
        ("cafe\u0301", "café"),
        ("\ud83d\ude00 \ud83d", "😀"),
        ("satu\r\n\r\n\r\n\r\ndua\rtiga", "satu\n\ndua\ntiga"),
        ("", ""),
    ],
)
def test_words_and_emoji_stay_and_what_hides_or_reorders_goes(given_text: str, stored: str) -> None:
    assert clean_text(given_text) == stored


@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_cleaned_text_can_be_stored_whatever_came(text: str) -> None:
    cleaned = clean_text(text)

    cleaned.encode("utf-8")
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not any(unicodedata.category(char) == "Cc" and char != "\n" for char in cleaned)
    assert cleaned == cleaned.strip("\n ")


@pytest.mark.parametrize(
    "unit", ["a", "<", "<a ", "<!--", "<script>", "<a '\"", "&#", "\u0301\u0316", " \n", "a@", "1.", "ha"]
)
def test_a_hundred_kilobytes_of_hostile_text_are_cleaned(unit: str) -> None:
    """Quadratic work would take minutes here."""
    text = (unit * 100_000)[:100_000]

    clean_text(text)
    normalise(text)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Gak ENAAAAK bgt!!!", "tidak enak banget !!!"),
        ("anak2nya gapapa", "anak-anaknya tidak apa-apa"),
        ("cek https://t.co/abc @jokowi a@b.id", "cek xurl xuser xurl"),
        ("wkwkwkwk hahahahaha", "hahaha hahaha"),
        ("mantul 👍👍", "mantap 👍 👍"),
        ("ｈａｌｏ", "halo"),
        ("", ""),
    ],
)
def test_models_read_one_spelling_of_what_people_write_in_many(text: str, read: str) -> None:
    assert normalise(text) == read


@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_any_text_can_be_normalised(text: str) -> None:
    assert "  " not in normalise(text)
