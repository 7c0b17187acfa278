"""Mentions as files: CSV, XLSX and JSONL, written while they are read, in constant memory."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import xlsxwriter

from pasip_core.domain.mention import Mention
from pasip_core.domain.spreadsheet import harmless

from .export_columns import COLUMNS, Cell, cells_of

MAX_CELL = 32_767
MAX_SHEET_ROWS = 1_048_576
"""What Excel takes: characters of a cell, rows of a sheet."""

_ELLIPSIS = " […]"


def write_csv(mentions: Iterable[Mention], out: BinaryIO, labels: Mapping[str, str], zone: ZoneInfo) -> int:
    """UTF-8 with a mark, by which Excel knows it; formula prefixes neutralised. The number of mentions."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    rows = 0
    for mention in mentions:
        writer.writerow(harmless(c) if isinstance(c, str) else c for c in cells_of(mention, labels, zone))
        rows += 1
    text.flush()
    text.detach()
    return rows


def write_jsonl(mentions: Iterable[Mention], out: BinaryIO, labels: Mapping[str, str], zone: ZoneInfo) -> int:
    """One JSON object a line with the texts exactly as stored; keywords as a list, stances as an object."""
    rows = 0
    for mention in mentions:
        record: dict[str, Any] = dict(zip(COLUMNS, cells_of(mention, labels, zone), strict=True))
        record["keywords"] = [labels.get(id, id) for id in mention.keywords]
        record["stances"] = {labels.get(id, id): stance for id, stance in sorted(mention.stances.items())}
        record["corrected"] = mention.analysis.is_correction if mention.analysis else None
        out.write(json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        rows += 1
    return rows


def write_xlsx(
    mentions: Iterable[Mention],
    out: BinaryIO,
    labels: Mapping[str, str],
    zone: ZoneInfo,
    *,
    sheet_rows: int = MAX_SHEET_ROWS,
) -> int:
    """A workbook that goes on to a further sheet where one is full. Cells are text or numbers, never formulas.

    A text beyond ``MAX_CELL`` is cut and says so.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    sheet, next_row, rows = None, 0, 0
    try:
        for mention in mentions:
            if sheet is None or next_row >= sheet_rows:
                sheet, next_row = _new_sheet(book), 1
            _write_row(sheet, next_row, cells_of(mention, labels, zone))
            next_row += 1
            rows += 1
        if sheet is None:
            _new_sheet(book)
    finally:
        # Also where reading breaks off: the temporary files of the sheets go with it.
        book.close()
    return rows


WRITERS: Mapping[str, Callable[[Iterable[Mention], BinaryIO, Mapping[str, str], ZoneInfo], int]] = {
    "csv": write_csv,
    "xlsx": write_xlsx,
    "jsonl": write_jsonl,
}
"""By the format's name, which is also the file's ending."""


def _new_sheet(book: Any) -> Any:
    number = len(book.worksheets()) + 1
    sheet = book.add_worksheet("mentions" if number == 1 else f"mentions {number}")
    sheet.freeze_panes(1, 0)
    _write_row(sheet, 0, COLUMNS)
    return sheet


def _write_row(sheet: Any, row: int, cells: Iterable[Cell]) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, str):
            sheet.write_string(row, column, _fitting(_no_markup(harmless(cell))))
        elif cell is not None:
            sheet.write_number(row, column, cell)


def _no_markup(text: str) -> str:
    """XlsxWriter copies ``<r>…</r>`` into the file as it stands: a space after it keeps it a text."""
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


def _fitting(text: str) -> str:
    """Cut to what a cell takes; Excel counts characters beyond the BMP twice."""
    if len(text) <= MAX_CELL // 2 or len(text.encode("utf-16-le")) // 2 <= MAX_CELL:
        return text
    units = text.encode("utf-16-le")[: 2 * (MAX_CELL - len(_ELLIPSIS))]
    return units.decode("utf-16-le", "ignore") + _ELLIPSIS
