"""The file of rejected rows: each as it stood, with its number and the reason."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from pasip_core.domain.spreadsheet import harmless
from pasip_core.errors import ImportFileError

from .rows import Row
from .table import Table
from .values import as_text


class RejectedRows:
    """Written beside the imported file, and only if a row is rejected: CSV, or JSONL where the file is JSON.

    For its owner only, since rows hold names and texts of people. Cells that a spreadsheet would take for formulas
    carry an apostrophe in front in the CSV.
    """

    def __init__(self, table: Table, folder: Path) -> None:
        suffix = "jsonl" if table.is_json else "csv"
        self.path = folder.resolve() / f"{table.path.name}.rejected.{suffix}"
        self.count = 0
        self._columns = table.columns
        self._as_json = suffix == "jsonl"
        self._stream: IO[str] | None = None

    def __enter__(self) -> RejectedRows:
        self.path.unlink(missing_ok=True)  # of an earlier try
        return self

    def __exit__(self, *error: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._stream is not None:
            self._stream.close()

    def add(self, row: Row, reason: str) -> None:
        """Keep ``row``."""
        stream = self._stream or self._open()
        self.count += 1
        if self._as_json:
            record = {"row": row.number, "reason": reason, "data": dict(row.values)}
            stream.write(_clean(json.dumps(record, ensure_ascii=False, default=as_text)) + "\n")
            return
        beyond = [as_text(value) for name, value in row.values.items() if name not in self._columns]
        cells = [as_text(row.values.get(column)) for column in self._columns]
        csv.writer(stream).writerow([row.number, reason, *map(_cell, (*cells, *beyond))])

    def flush(self) -> None:
        """Make what was added so far outlast a crash."""
        if self._stream is not None:
            self._stream.flush()

    def _open(self) -> IO[str]:
        try:
            self.path.touch(0o600)
            self._stream = self.path.open("w", encoding="utf-8" if self._as_json else "utf-8-sig", newline="")
        except OSError as error:
            raise ImportFileError(
                f"{self.path}: rejected rows cannot be kept there ({error.strerror}). Put the file where we may write.",
                field="file",
            ) from None
        if not self._as_json:
            csv.writer(self._stream).writerow(["row", "reason", *map(_cell, self._columns)])
        return self._stream


def _cell(text: str) -> str:
    """What begins with an apostrophe is harmless already, and goes back as it came."""
    text = _clean(text)
    return text if text.startswith("'") else harmless(text)


def _clean(text: str) -> Any:
    """Bytes that could not be decoded are shown as question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
