"""How the command line speaks: tables and bars for people, JSON for machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from pasip_core.pipeline.progress import Progress


def say_json(value: Any) -> None:
    """One JSON value on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=_plain) + "\n")


def say_line(value: Any) -> None:
    """One JSON value on a line of its own, for streams."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=_plain) + "\n")


def say(text: str) -> None:
    """A sentence for a person."""
    sys.stdout.write(text + "\n")


def complain(text: str) -> None:
    """A sentence on standard error."""
    sys.stderr.write(text + "\n")


def show_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table; what stands in it is text from outside and never read as markup."""
    table = Table(box=None, pad_edge=False, show_header=any(columns))
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    Console(file=sys.stdout, soft_wrap=not sys.stdout.isatty()).print(table)


def show_fields(fields: Mapping[str, object]) -> None:
    """Name and value, a line each; what has parts, such as counts by name, gives them in its line."""
    show_table(["", ""], [[name, _in_a_line(value)] for name, value in fields.items()])


def _in_a_line(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    return ", ".join(f"{name} {part}" for name, part in value.items()) or "none"


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Progress]:
    """A bar on standard error where a person watches, else silence."""
    if quiet or not sys.stderr.isatty():
        yield lambda done, total, note: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def show(done: int, total: int | None, note: str) -> None:
            name = note.split(":")[0]
            if name not in tasks:
                tasks[name] = bar.add_task(name)
            bar.update(tasks[name], completed=done, total=total, description=note)

        yield show


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
