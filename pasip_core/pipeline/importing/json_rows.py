"""JSONL, and JSON documents with one list of records, flattened with dots."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import ijson

from pasip_core.errors import ImportFileError

from .rows import MAX_COLUMNS, MAX_LINE, Row

_HEADER_ROWS = 200
_MAX_DEPTH = 8
_MAX_FIELDS = 1_000


@dataclass(frozen=True, slots=True)
class JsonLines:
    """One JSON object a line."""

    path: Path
    encoding: str
    columns: tuple[str, ...] = ()

    def rows(self) -> Iterator[Row]:
        """Each line that is not blank."""
        errors = "surrogateescape" if self.encoding == "utf-8" else "strict"
        with self.path.open(encoding=self.encoding, errors=errors) as stream:
            number = 0
            while line := stream.readline(MAX_LINE):
                number += 1
                if line.strip():
                    yield _from_line(number, line)


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """One JSON document; the records are the items of its first list of objects."""

    path: Path
    prefix: str
    columns: tuple[str, ...] = ()

    def rows(self) -> Iterator[Row]:
        """Each item. A document that breaks off ends in a row that says so."""
        number = 0
        with self.path.open("rb") as stream:
            try:
                for number, item in enumerate(ijson.items(stream, self.prefix, use_float=True), 1):
                    yield _from_object(number, item)
            except (ijson.JSONError, UnicodeError, RecursionError, ValueError) as error:
                yield Row(number + 1, {}, f"the JSON breaks off here: {error}"[:300])


def open_json(path: Path, encoding: str) -> JsonLines | JsonDocument:
    """Lines where the first one is an object of its own, else a document."""
    with path.open(encoding=encoding, errors="replace") as stream:
        first = next((line for line in iter(lambda: stream.readline(MAX_LINE), "") if line.strip()), "")
    lines = JsonLines(path, encoding)
    if first.lstrip().startswith("{") and not _from_line(1, first).problem:
        return JsonLines(path, encoding, _columns(lines, path))
    if encoding not in ("utf-8", "utf-8-sig"):
        raise ImportFileError(f"{path.name} is JSON in {encoding}. Save it as UTF-8.", field="file", value=encoding)
    document = JsonDocument(path, _prefix(path))
    return JsonDocument(path, document.prefix, _columns(document, path))


def _prefix(path: Path) -> str:
    """Where the first list of objects lies, such as ``item`` or ``data.item``."""
    with path.open("rb") as stream:
        try:
            before = ("", "")
            for prefix, event, _ in ijson.parse(stream):
                if event == "start_map" and before[1] == "start_array":
                    return str(prefix)
                before = (prefix, event)
        except (ijson.JSONError, UnicodeError, ValueError) as error:
            raise ImportFileError(
                f"{path.name} is not valid JSON: {str(error)[:200]}. Give one object a line (JSONL), or one list.",
                field="file",
            ) from None
    raise ImportFileError(f"{path.name} holds no list of objects. Give one object a line (JSONL), or one list.")


def _columns(rows: JsonLines | JsonDocument, path: Path) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for row in islice(rows.rows(), _HEADER_ROWS):
        names.update(dict.fromkeys(row.values))
    if not names:
        raise ImportFileError(f"{path.name} holds no objects with fields. Give one object a line (JSONL).")
    return tuple(names)[:MAX_COLUMNS]


def _from_line(number: int, line: str) -> Row:
    if any("\udc80" <= character <= "\udcff" for character in line):
        return Row(number, {"line": line[:2000]}, "the line holds bytes that are not UTF-8")
    try:
        return _from_object(number, json.loads(line))
    except (ValueError, RecursionError) as error:
        return Row(number, {"line": line[:2000]}, f"the line is not valid JSON: {error}"[:300])


def _from_object(number: int, item: object) -> Row:
    if not isinstance(item, Mapping):
        return Row(number, {"value": str(item)[:2000]}, "the row is not a JSON object")
    flat: dict[str, Any] = {}
    _flatten(item, "", flat, 0)
    return Row(number, flat)


def _flatten(item: Mapping[str, Any], prefix: str, flat: dict[str, Any], depth: int) -> None:
    for name, value in item.items():
        if len(flat) >= _MAX_FIELDS:
            return
        path = f"{prefix}{name}"
        if isinstance(value, Mapping) and depth < _MAX_DEPTH:
            _flatten(value, f"{path}.", flat, depth + 1)
        elif isinstance(value, list):
            simple = all(isinstance(part, str | int | float) for part in value)
            flat[path] = ", ".join(map(str, value)) if simple else f"[{len(value)} items]"
        elif isinstance(value, Mapping):
            flat[path] = f"{{{len(value)} fields}}"
        else:
            flat[path] = value
