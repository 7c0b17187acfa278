"""What a file is, told by its content rather than by its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pasip_core.errors import ImportFileError

from .delimited import Delimited, open_delimited
from .encoding import check_encoding, detect_encoding
from .json_rows import JsonDocument, JsonLines, open_json
from .rows import Row, take
from .workbook import Workbook, open_workbook

MAX_IMPORT_BYTES = 2 << 30
"""2 GB; larger files are split first."""

SAMPLE_ROWS = 1_000

_FORMATS = "Give a CSV, TSV, XLSX or JSONL file."
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file. Open it in Excel and save it as XLSX."),
    (b"%PDF", f"a PDF. {_FORMATS}"),
    (b"\x1f\x8b", "packed with gzip. Unpack it, and give what is inside."),
    (b"BZh", "packed with bzip2. Unpack it, and give what is inside."),
    (b"7z\xbc\xaf", "packed with 7-Zip. Unpack it, and give what is inside."),
    (b"Rar!", "packed with RAR. Unpack it, and give what is inside."),
    (b"SQLite format 3", f"a database. {_FORMATS}"),
    (b"PAR1", f"a Parquet file. {_FORMATS}"),
    (b"\x89PNG", f"a picture. {_FORMATS}"),
    (b"\xff\xd8\xff", f"a picture. {_FORMATS}"),
    (b"<!DOCTYPE", f"a web page. {_FORMATS}"),
    (b"<html", f"a web page. {_FORMATS}"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was recognised. ``sample`` holds its first rows; ``delimiter`` is empty where it has none."""

    path: Path
    format: str
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    sample: tuple[Row, ...]
    reader: Delimited | Workbook | JsonLines | JsonDocument

    @property
    def is_json(self) -> bool:
        """Whether texts stand as they are: the other formats may have passed through a spreadsheet."""
        return self.format in ("json", "jsonl")

    def rows(self) -> Iterator[Row]:
        """All rows, from the beginning, in constant memory."""
        return self.reader.rows()


def open_table(path: Path, *, encoding: str = "") -> Table:
    """Recognise format, encoding, delimiter and columns. ``ImportFileError`` says what is wrong and what to do.

    ``encoding`` is only for a file whose own is recognised wrongly.
    """
    head = _head(path)
    reader: Delimited | Workbook | JsonLines | JsonDocument
    if head.startswith(b"PK\x03\x04"):
        name, encoding, reader = "xlsx", "", open_workbook(path)
    else:
        encoding = check_encoding(path, encoding) if encoding else detect_encoding(path)
        start = head.decode(encoding, "ignore").lstrip("\ufeff \t\r\n")
        if start[:1] in ("{", "[") and not _is_bracketed_text(start):
            reader = open_json(path, encoding)
            name = "jsonl" if isinstance(reader, JsonLines) else "json"
        else:
            reader = open_delimited(path, encoding)
            name = "tsv" if reader.delimiter == "\t" else "csv"
    delimiter = reader.delimiter if isinstance(reader, Delimited) else ""
    sample = tuple(take(reader.rows(), SAMPLE_ROWS))
    if not sample:
        raise ImportFileError(f"{path.name} has column names but no rows.", field="file")
    return Table(path, name, encoding, delimiter, reader.columns, sample, reader)


def _head(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError as error:
        raise ImportFileError(f"{path}: {error.strerror or error}.", field="file", value=str(path)) from None
    if not head.strip():
        raise ImportFileError(f"{path.name} is empty. Its first row must name the columns.", field="file")
    if size > MAX_IMPORT_BYTES:
        raise ImportFileError(
            f"{path.name} has {size >> 20:,} MB; {MAX_IMPORT_BYTES >> 20:,} MB is the most. Split it."
        )
    for magic, what in _FOREIGN:
        if head.lstrip().lower().startswith(magic.lower()):
            raise ImportFileError(f"{path.name} is {what}", field="file")
    return head


def _is_bracketed_text(start: str) -> bool:
    """A CSV whose first column is called ``[id]``, as SQL tools write it."""
    return start.startswith("[") and start[1:2].isalpha()
