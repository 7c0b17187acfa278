"""XLSX, streamed and guarded: a workbook is a zip of XML from outside."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from pasip_core.errors import ImportFileError

from .rows import MAX_COLUMNS, Row, unique_names

MAX_UNPACKED = 2 << 30
MAX_SHARED_STRINGS = 256 << 20
MAX_RATIO = 200
"""Real workbooks shrink to a tenth or a twentieth; a bomb to a thousandth."""

_RATIO_COUNTS_FROM = 50 << 20

# What openpyxl lets through where a workbook is damaged.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError, SyntaxError, KeyError, ValueError, TypeError,
    AttributeError, IndexError, EOFError, OSError, NotImplementedError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Workbook:
    """The first sheet that has rows. Formula cells give the value that was saved with them."""

    path: Path
    sheet: str
    columns: tuple[str, ...]
    header_row: int

    def rows(self) -> Iterator[Row]:
        """Each row after the header that is not blank."""
        with _sheets(self.path) as book:
            for number, cells in _filled_rows(book[self.sheet]):
                if number > self.header_row:
                    yield self._row(number, cells)

    def _row(self, number: int, cells: list[Any]) -> Row:
        wanted = len(self.columns)
        padded = cells + [None] * (wanted - len(cells))
        values = dict(zip(self.columns, padded, strict=False))
        if len(cells) > wanted:
            values |= {f"extra {n}": cell for n, cell in enumerate(cells[wanted : wanted + 50], 1)}
            return Row(number, values, f"the row has {len(cells)} cells, the header {wanted}")
        return Row(number, values)


def open_workbook(path: Path) -> Workbook:
    """Find sheet and header. ``ImportFileError`` where it is damaged, empty, or unpacks to too much."""
    _refuse_bombs(path)
    with _sheets(path) as book:
        for sheet in book.worksheets:
            for number, cells in _filled_rows(sheet):
                if len(cells) > MAX_COLUMNS:
                    raise ImportFileError(f"{path.name} has {len(cells):,} columns; {MAX_COLUMNS:,} is the most.")
                return Workbook(path, sheet.title, unique_names(cells), number)
    raise ImportFileError(f"{path.name} is empty. The first row of a sheet must name the columns.", field="file")


def _refuse_bombs(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except _DAMAGE as error:
        raise _damaged(path, error) from None
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise ImportFileError(f"{path.name} is an archive, not an Excel workbook. Unpack it, and give what is inside.")
    unpacked, packed = sum(part.file_size for part in parts), max(1, sum(part.compress_size for part in parts))
    shared = sum(part.file_size for part in parts if part.filename.lower().endswith("sharedstrings.xml"))
    bomb = unpacked > _RATIO_COUNTS_FROM and unpacked / packed > MAX_RATIO
    if bomb or unpacked > MAX_UNPACKED or shared > MAX_SHARED_STRINGS:
        raise ImportFileError(
            f"{path.name} unpacks to {unpacked >> 20:,} MB, too much for a workbook. Save it as CSV, or split it.",
            field="file",
        )


@contextmanager
def _sheets(path: Path) -> Iterator[Any]:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except _DAMAGE as error:
        raise _damaged(path, error) from None
    try:
        yield book
    finally:
        book.close()


def _filled_rows(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    """Rows with their number, without empty cells at the end; the size that the file claims is not believed."""
    sheet.reset_dimensions()
    rows = iter(sheet.iter_rows(values_only=True))
    number = 0
    while True:
        try:
            cells = next(rows, None)
        except _DAMAGE as error:
            raise ImportFileError(
                f"the workbook is damaged after row {number}: {error}. Open it in Excel and save it again."
            ) from None
        if cells is None:
            return
        number += 1
        filled = [_ESCAPED.sub(_unescaped, cell) if isinstance(cell, str) else cell for cell in cells]
        while filled and filled[-1] in (None, ""):
            filled.pop()
        if filled:
            yield number, filled


_ESCAPED = re.compile("_x(?![dD][89a-fA-F])([0-9a-fA-F]{4})_")
"""How a workbook writes characters that XML cannot hold, and an underscore that would begin one of these."""


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def _damaged(path: Path, error: Exception) -> ImportFileError:
    return ImportFileError(
        f"{path.name} is not a readable workbook ({str(error)[:120]}). Open it in Excel and save it as XLSX.",
        field="file",
    )
