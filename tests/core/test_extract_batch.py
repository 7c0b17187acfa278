"""Many saved pages at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pasip_core.errors import InputError
from pasip_core.sources.extract import extract_article_file, extract_batch
from tests.core.extract_kit import DETIK, TEMPO


def write_pages(folder: Path, count: int) -> list[str]:
    lines = []
    for number in range(count):
        (folder / f"{number}.html").write_text(DETIK.replace("Jembatan", f"Jembatan{number}"), encoding="utf-8")
        lines.append(json.dumps({"url": f"https://news.detik.com/d-{number}/x", "file": f"{number}.html"}))
    return lines


@pytest.mark.parametrize("count", [3, 30])
def test_answers_come_in_order_and_one_bad_file_stops_nothing(tmp_path: Path, count: int) -> None:
    lines = write_pages(tmp_path, count)
    (tmp_path / "1.html").write_bytes(b"")
    lines += [
        "",
        "{broken",
        "[]",
        '{"url": "https://x.test/"}',
        '{"url": "https://x.test/", "file": "nope\\u0000.html"}',
    ]
    answers = list(extract_batch(lines, base=tmp_path, workers=2))
    assert len(answers) == count + 4
    assert [a["url"] for a in answers[:count]] == [f"https://news.detik.com/d-{n}/x" for n in range(count)]
    assert "html is empty" in answers[1]["error"]
    good = [a for n, a in enumerate(answers[:count]) if n != 1]
    assert all(set(a) == {"url", "title", "author", "published_at", "content"} for a in good)
    assert good[1]["title"].startswith("Jembatan2 ")
    assert good[0]["published_at"] == "2026-11-23T10:15:30+07:00"
    assert all(set(a) == {"url", "error"} for a in answers[count:])


def test_pairs_and_mappings_are_taken_too(tmp_path: Path) -> None:
    file = tmp_path / "a.html"
    file.write_text(TEMPO, encoding="utf-8")
    pair, mapping = extract_batch([("https://a.test/1", file), {"url": "https://a.test/2", "file": str(file)}])
    assert pair["title"] == mapping["title"] == "Jembatan Pasar Lama Diresmikan"


def test_one_file_is_read_with_what_is_known_of_its_outlet(tmp_path: Path) -> None:
    file = tmp_path / "a.html"
    file.write_text(DETIK, encoding="utf-8")
    answer = extract_article_file(file, "https://news.detik.com/berita/d-1/x")
    assert answer["author"] == "Budi Santoso"
    with pytest.raises(InputError, match="is not there"):
        extract_article_file(tmp_path / "b.html", "https://news.detik.com/")
