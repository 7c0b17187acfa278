"""What every reader of files gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

MAX_COLUMNS = 2_000
MAX_LINE = 4_000_000
"""Characters of one row; more is no row."""
MAX_TAKEN = 4_000_000
"""Characters of rows held at once, so that memory does not grow with the length of rows."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in the file. ``number`` is its line, or its place in an array, from 1.

    ``problem`` says why it cannot be used, where the file itself is at fault.
    """

    number: int
    values: Mapping[str, Any]
    problem: str = ""


def take(rows: Iterator[Row], count: int, characters: int = MAX_TAKEN) -> list[Row]:
    """The next rows: at most ``count``, and no further one once they hold so many characters."""
    taken: list[Row] = []
    size = 0
    for row in islice(rows, count):
        taken.append(row)
        size += sum(len(value) for value in row.values.values() if isinstance(value, str))
        if size >= characters:
            break
    return taken


def unique_names(header: list[Any]) -> tuple[str, ...]:
    """Column names: trimmed, numbered where they repeat, named by their place where they are empty."""
    names: list[str] = []
    used: dict[str, int] = {}
    for place, cell in enumerate(header, 1):
        name = " ".join(str(cell if cell is not None else "").split())[:200] or f"column {place}"
        used[name] = used.get(name, 0) + 1
        names.append(name if used[name] == 1 else f"{name} ({used[name]})")
    return tuple(names)
