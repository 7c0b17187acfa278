"""Which language a text is in."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from pasip_core.nlp.language import detect

DATA = Path(os.environ.get("EVAL_DATA", "../shared/data"))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Presiden meresmikan jalan tol baru yang menghubungkan dua kota di Sumatera", "id"),
        ("gue gak ngerti kenapa harga naik terus sih", "id"),
        ("iki piye to kok ora iso, wis tak enteni suwe banget", "jv"),
        ("kumaha damang, abdi mah teu acan tuang ti isuk", "su"),
        ("The president said that the economy is growing faster than expected", "en"),
        ("Kerajaan Malaysia mengumumkan bahawa polis akan menahan suspek kerana kes itu", "ms"),
        ("", ""),
        ("😍😍 123 !!!", ""),
        ("halo", ""),
        ("https://t.co/abc @jokowi #pilpres", ""),
    ],
)
def test_a_language_is_named_only_where_it_shows(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.models
@pytest.mark.parametrize(
    ("name", "language", "floor"), [("indonesian", "id", 0.92), ("javanese", "jv", 0.95), ("sundanese", "su", 0.93)]
)
def test_parallel_texts_are_told_apart(name: str, language: str, floor: float) -> None:
    path = DATA / "sentiment" / f"nusax_{name}_valid.csv"
    if not path.exists():
        pytest.skip(f"no data: {path} is not there (EVAL_DATA names its folder)")
    with path.open(encoding="utf-8", newline="") as file:
        found = [detect(row["text"]) for row in csv.DictReader(file)]

    assert found.count(language) / len(found) >= floor
