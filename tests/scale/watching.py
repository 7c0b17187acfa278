"""What a question makes SQLite do: its statements, their plans, and the steps of its machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pasip_core.stores.ports import Stores
from pasip_core.stores.sqlite.database import Connection, Database, FileId

STEPS_A_TICK = 10
OWN = re.compile(r"^\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
INSIDE_TEXT_INDEX = re.compile(r"'mention_text_\w+'")
LITERAL = re.compile(r"x'[0-9a-f]*'|'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b", re.IGNORECASE)


@dataclass
class Seen:
    """``statements``: as executed, values put in, each shape once. ``steps`` of SQLite's machine, in tens."""

    statements: dict[str, str] = field(default_factory=dict)
    ticks: int = 0

    def note(self, sql: str) -> None:
        """Keep a statement of ours; the text index asks its own tables, too, by their ids."""
        if OWN.match(sql) and not INSIDE_TEXT_INDEX.search(sql):
            shape = re.sub(r"(\(?\?\)?,?\s*)+", "?", LITERAL.sub("?", sql))
            self.statements.setdefault(shape, sql)

    def tick(self) -> int:
        """One more ten of steps."""
        self.ticks += 1
        return 0


@contextmanager
def watching(stores: Stores) -> Iterator[Seen]:
    """Everything that connections opened from here on do."""
    database: Database = stores._database  # type: ignore[attr-defined]
    seen, open_plainly = Seen(), database._open

    def open_watched(file: FileId) -> Connection:
        made = open_plainly(file)
        made.set_trace_callback(seen.note)
        made.set_progress_handler(seen.tick, STEPS_A_TICK)
        return made

    database.close()
    database._open = open_watched  # type: ignore[method-assign]
    try:
        yield seen
    finally:
        database._open = open_plainly  # type: ignore[method-assign]
        database.close()


def plan(stores: Stores, sql: str) -> list[str]:
    """The lines of the query plan."""
    with stores._database.reading() as connection:  # type: ignore[attr-defined]
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]


def steps(stores: Stores, ask: Callable[[], object]) -> int:
    """How many steps SQLite's machine takes for a question; the same on every run and every machine."""
    with watching(stores) as seen:
        ask()
    return seen.ticks * STEPS_A_TICK
