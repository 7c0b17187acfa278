"""Exports: what a spreadsheet makes of them, and what a program reads back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pasip_core.domain.mention import Mention
from pasip_core.reports.export import MAX_CELL, write_csv, write_jsonl, write_xlsx
from pasip_core.reports.export_columns import COLUMNS
from tests.builders import make_mention

JAKARTA = ZoneInfo("Asia/Jakarta")
LABELS = {"jokowi": "Jokowi", "anies": "Anies Baswedan"}


def csv_rows(*mentions: Mention) -> list[dict[str, str]]:
    out = io.BytesIO()
    assert write_csv(mentions, out, LABELS, JAKARTA) == len(mentions)
    assert out.getvalue().startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline="")))


def xlsx_sheets(*mentions: Mention, **options: Any) -> list[list[dict[str, Any]]]:
    out = io.BytesIO()
    assert write_xlsx(mentions, out, LABELS, JAKARTA, **options) == len(mentions)
    sheets = []
    for sheet in openpyxl.load_workbook(out).worksheets:
        header, *rows = sheet.iter_rows(values_only=True)
        assert header == COLUMNS
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
        sheets.append([dict(zip(COLUMNS, row, strict=True)) for row in rows])
    return sheets


def jsonl_rows(*mentions: Mention) -> list[dict[str, Any]]:
    out = io.BytesIO()
    assert write_jsonl(mentions, out, LABELS, JAKARTA) == len(mentions)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_mention_keeps_its_numbers_and_names() -> None:
    mention = make_mention(
        "Baris satu\nbaris dua, \"kutip\" 🔥", sentiment="negative", keywords=("anies", "jokowi"),
        published_at=datetime(2026, 1, 1, 20, tzinfo=UTC), url="https://x.com/1",
    )  # fmt: skip
    row = csv_rows(mention)[0]
    assert row["published_at"] == "2026-01-02T03:00:00+07:00"
    assert row["content"] == mention.content
    assert row["keywords"] == "Anies Baswedan; Jokowi"
    assert row["stances"] == "Anies Baswedan: negative; Jokowi: negative"
    assert (row["sentiment"], row["negative"], row["corrected"], row["likes"]) == ("negative", "0.8", "no", "3")
    sheet = xlsx_sheets(mention)[0][0]
    assert (sheet["content"], sheet["likes"], sheet["negative"]) == (mention.content, 3, 0.8)
    assert jsonl_rows(mention)[0]["stances"] == {"Anies Baswedan": "negative", "Jokowi": "negative"}


def test_a_mention_tells_its_emotion_in_every_format() -> None:
    mention = make_mention(sentiment="negative")
    assert mention.analysis
    mention = replace(mention, analysis=replace(mention.analysis, emotion="anger"))
    assert [rows[0]["emotion"] for rows in (csv_rows(mention), xlsx_sheets(mention)[0], jsonl_rows(mention))] == [
        "anger", "anger", "anger",
    ]  # fmt: skip
    assert csv_rows(make_mention())[0]["emotion"] == ""
    assert jsonl_rows(make_mention())[0]["emotion"] is None


def test_a_mention_without_analysis_is_pending_with_empty_scores() -> None:
    assert csv_rows(make_mention())[0]["sentiment"] == "pending"
    assert csv_rows(make_mention())[0]["confidence"] == ""
    assert jsonl_rows(make_mention())[0]["confidence"] is None


@pytest.mark.parametrize(
    "content",
    ["=1+1", "+62", "-1", "@jokowi", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "\u00a0@a", "\u200b=1", "＋1", "\x00=1"],
)
def test_what_a_spreadsheet_would_compute_is_neutralised(content: str) -> None:
    mention = make_mention(content, author=content, title=content)
    for row in (csv_rows(mention)[0], xlsx_sheets(mention)[0][0]):
        assert row["content"].startswith("'")
        assert row["author"].startswith("'")
    assert jsonl_rows(mention)[0]["content"] == content


def test_labels_are_neutralised_as_well() -> None:
    out = io.BytesIO()
    write_csv([make_mention(keywords=("x",))], out, {"x": "=cmd"}, JAKARTA)
    assert ",'=cmd," in out.getvalue().decode("utf-8-sig")


@pytest.mark.parametrize("content", ["<r><t>x</t></r>", "<r>a & <b</r>"])
def test_what_looks_like_a_workbooks_own_markup_stays_text(content: str) -> None:
    assert xlsx_sheets(make_mention(content))[0][0]["content"].rstrip() == content


@settings(deadline=None)
@given(st.text(min_size=1))
def test_any_text_makes_files_that_open(text: str) -> None:
    mention = make_mention(text)
    assert len(csv_rows(mention)) == 1
    assert len(xlsx_sheets(mention)[0]) == 1
    assert jsonl_rows(mention)[0]["content"] == text


@pytest.mark.parametrize("character", ["a", "🔥"])
def test_a_text_too_long_for_a_cell_is_cut_and_says_so(character: str) -> None:
    content = xlsx_sheets(make_mention(character * 40_000))[0][0]["content"]
    assert content.endswith(" […]")
    assert len(content.encode("utf-16-le")) // 2 <= MAX_CELL
    assert csv_rows(make_mention(character * 40_000))[0]["content"] == character * 40_000


def test_a_full_sheet_goes_on_in_the_next() -> None:
    sheets = xlsx_sheets(*(make_mention(f"kata {n}") for n in range(7)), sheet_rows=4)
    assert [[row["content"] for row in sheet] for sheet in sheets] == [
        ["kata 0", "kata 1", "kata 2"], ["kata 3", "kata 4", "kata 5"], ["kata 6"],
    ]  # fmt: skip


def test_nothing_to_export_gives_a_header() -> None:
    assert csv_rows() == []
    assert xlsx_sheets() == [[]]
    assert jsonl_rows() == []


def test_a_source_that_breaks_off_is_not_hidden() -> None:
    def broken() -> Iterator[Mention]:
        yield make_mention()
        raise OSError("gone")

    for write in (write_csv, write_xlsx, write_jsonl):
        with pytest.raises(OSError, match="gone"):
            write(broken(), io.BytesIO(), LABELS, JAKARTA)
