"""CSV and TSV, as tidy or untidy as tools write them."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from pasip_core.errors import ImportFileError

from .rows import MAX_COLUMNS, MAX_LINE, Row, unique_names

DELIMITERS = (",", "\t", ";", "|")
NO_DELIMITER = "\x1f"
_PROBE_LINES = 200
_MAX_RECORD_LINES = 300

# The module's own limit, 131,072 characters, is less than a long article in one cell.
csv.field_size_limit(MAX_LINE)


@dataclass(frozen=True, slots=True)
class Delimited:
    """A table of separated values; ``rows`` may be called again and again."""

    path: Path
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    header_line: int

    def rows(self) -> Iterator[Row]:
        """Each row after the header. Blank lines are no rows."""
        lines = _Lines(self.path, self.encoding)
        for number, cells in _records(lines, self.delimiter, len(self.columns)):
            if number > self.header_line:
                yield self._row(number, cells)

    def _row(self, number: int, cells: list[str]) -> Row:
        wanted = len(self.columns)
        values = dict(zip(self.columns, cells, strict=False))
        if len(cells) != wanted:
            values |= {f"extra {n}": cell for n, cell in enumerate(cells[wanted : wanted + 50], 1)}
            return Row(number, values, f"the row has {len(cells)} cells, the header {wanted}")
        if any(_broken(cell) for cell in cells):
            return Row(number, values, f"the row holds bytes that are not {self.encoding}")
        return Row(number, values)


def open_delimited(path: Path, encoding: str) -> Delimited:
    """Find delimiter and header; ``ImportFileError`` where there is no row at all."""
    start = list(islice(_Lines(path, encoding), _PROBE_LINES))
    delimiter, skip = _declared(start)
    if not delimiter:
        delimiter = _guess_delimiter(start)
    for number, cells in _records(iter(start[skip:]), delimiter, None):
        if any(cell.strip() for cell in cells):
            if len(cells) > MAX_COLUMNS:
                raise ImportFileError(f"{path.name} has {len(cells):,} columns; {MAX_COLUMNS:,} is the most.")
            return Delimited(path, encoding, delimiter, unique_names(list(cells)), number)
    raise ImportFileError(f"{path.name} is empty. Its first row must name the columns.", field="file")


class _Lines:
    """Numbered lines with their ends. One longer than ``MAX_LINE`` comes in pieces."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._path, self._encoding = path, encoding

    def __iter__(self) -> Iterator[tuple[int, str]]:
        errors = "surrogateescape" if self._encoding == "utf-8" else "strict"
        with self._path.open(encoding=self._encoding, errors=errors, newline="") as stream:
            number = 0
            while line := stream.readline(MAX_LINE):
                number += 1
                yield number, line


def _declared(start: Sequence[tuple[int, str]]) -> tuple[str, int]:
    """The delimiter that Excel's first line ``sep=;`` declares, and how many lines that takes."""
    line = start[0][1].strip('\r\n"') if start else ""
    return (line[4], 1) if len(line) == 5 and line.lower().startswith("sep=") else ("", 0)


def _guess_delimiter(start: Sequence[tuple[int, str]]) -> str:
    """The delimiter by which most of the first rows have as many cells as the header."""
    best, best_score = NO_DELIMITER, 0.0
    for delimiter in DELIMITERS:
        widths = [len(cells) for _, cells in _records(iter(start), delimiter, None)]
        if not widths or widths[0] < 2:
            continue
        score = sum(width == widths[0] for width in widths) / len(widths) + widths[0] / 1000
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _records(
    lines: Iterator[tuple[int, str]] | _Lines, delimiter: str, width: int | None
) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line they begin in.

    A quotation mark that is opened and not closed in a sensible distance, or closed where the cells no longer
    fit ``width``, was no quoting at all: its line is then read as it stands, so that one stray mark costs no
    other row.
    """
    source, pushed = iter(lines), deque[tuple[int, str]]()
    while (first := pushed.popleft() if pushed else next(source, None)) is not None:
        number, text = first
        if not text.strip():
            continue
        taken = [text]
        more: list[tuple[int, str]] = []
        is_open = _ends_inside_quotes(text, delimiter, inside=False)
        while is_open and len(more) < _MAX_RECORD_LINES:
            following = pushed.popleft() if pushed else next(source, None)
            if following is None:
                break
            more.append(following)
            taken.append(following[1])
            is_open = _ends_inside_quotes(following[1], delimiter, inside=True)
        cells = None if is_open else _cells("".join(taken), delimiter)
        if cells is None or (more and width is not None and len(cells) != width):
            pushed.extendleft(reversed(more))
            cells = _cells(text, delimiter, quoted=False)
        yield number, cells or []


def _ends_inside_quotes(line: str, delimiter: str, *, inside: bool) -> bool:
    """Whether the quoted cell that ``line`` continues or opens last goes on in the next line."""
    if '"' not in line:
        return inside
    position = 0
    while True:
        if not inside:
            if not line.startswith('"', position):
                position = line.find(delimiter, position) + 1
                if position == 0:
                    return False
                continue
            position += 1
        closing = line.find('"', position)
        while closing >= 0 and line.startswith('"', closing + 1):
            closing = line.find('"', closing + 2)
        if closing < 0:
            return True
        inside = False
        position = line.find(delimiter, closing) + 1
        if position == 0:
            return False


def _cells(text: str, delimiter: str, *, quoted: bool = True) -> list[str] | None:
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting), [])
    except csv.Error:  # a cell beyond the limit
        return None


def _broken(cell: str) -> bool:
    return not cell.isascii() and any("\udc80" <= character <= "\udcff" for character in cell)
