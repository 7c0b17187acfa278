"""The names in mentions: written, numbered, and found again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pasip_core.domain.filters import Filters
from pasip_core.domain.names import KINDS, Alias, Merged, NamedEntity, NamesRead, distinct

from .changes import next_change, touch
from .database import Database
from .records import SqliteRecords
from .rows import id_bytes, marks
from .writing import BATCH, batches

KIND_BITS = 3
"""Of a name's number, the lowest: its place in ``KINDS``."""
NO_NAME = -1
KNOWN = 10_000


@dataclass(frozen=True)
class Naming:
    """See the methods of the same names in ``MentionStore``."""

    database: Database
    zone: ZoneInfo

    def save_names(self, read: Sequence[NamesRead]) -> int:
        """Batch by batch; how many have other names now."""
        changed_in_all = 0
        for batch in batches(list({one.data_id: one for one in read}.values())):
            with self.database.writing() as connection:
                rows = self._fitting(connection, batch)
                had = names_of_rows(connection, [n for n, _ in rows])
                changed = [(n, one.names) for n, one in rows if had.get(n, ()) != distinct(one.names)]
                write_names(connection, changed, had)
                connection.executemany(
                    "UPDATE scraped_data SET names_by = ? WHERE n = ?", ((one.reader, n) for n, one in rows)
                )
                if changed:
                    touch(connection, next_change(connection), (n for n, _ in changed), self.zone)
                elif rows:
                    next_change(connection)
            changed_in_all += len(changed)
        return changed_in_all

    def _fitting(self, connection: sqlite3.Connection, batch: Sequence[NamesRead]) -> list[tuple[int, NamesRead]]:
        """Those whose text is still the one that was read, with their row numbers."""
        keys = [id_bytes(one.data_id) for one in batch]
        found = {
            row["id"].hex(): row
            for row in connection.execute(
                f"SELECT n, id, content_hash FROM scraped_data WHERE id IN ({marks(keys)}) AND excluded = 0", keys
            )
        }
        return [
            (found[one.data_id]["n"], one)
            for one in batch
            if one.data_id in found and found[one.data_id]["content_hash"] == bytes.fromhex(one.content_hash)
        ]

    def names_of(self, ids: Sequence[str]) -> dict[str, tuple[NamedEntity, ...]]:
        """By id."""
        found: dict[str, tuple[NamedEntity, ...]] = {}
        with self.database.snapshot() as connection:
            for batch in batches(ids):
                keys = [id_bytes(id) for id in batch]
                rows = dict(
                    connection.execute(
                        f"SELECT n, id FROM scraped_data WHERE id IN ({marks(keys)}) AND excluded = 0", keys
                    ).fetchall()
                )
                named = names_of_rows(connection, list(rows))
                found |= {rows[n].hex(): names for n, names in named.items()}
        return found

    def named(self, id: str) -> NamedEntity | None:
        """From the names there are, else from what people said of names."""
        with self.database.reading() as connection:
            row = connection.execute("SELECT kind, name FROM names WHERE id = ?", (id,)).fetchone()
        return NamedEntity(*row) if row else self.merged().entity(id)

    def known_names(self) -> Iterator[NamedEntity]:
        """In batches, so that no read lock is held for long."""
        last = 0
        while True:
            with self.database.reading() as connection:
                rows = connection.execute(
                    "SELECT number, kind, name FROM names WHERE number > ? ORDER BY number LIMIT ?", (last, KNOWN)
                ).fetchall()
            yield from (NamedEntity(row[1], row[2]) for row in rows)
            if len(rows) < KNOWN:
                return
            last = rows[-1][0]

    def forget_names(self, ids: Sequence[str]) -> int:
        """With its last mention goes the name itself."""
        forgotten: set[int] = set()
        for id in ids:
            while True:
                with self.database.writing() as connection:
                    rows = connection.execute(
                        "SELECT x.name, x.n FROM names CROSS JOIN mention_names x ON x.name = names.number "
                        "WHERE names.id = ? LIMIT ?",
                        (id, BATCH),
                    ).fetchall()
                    connection.executemany("DELETE FROM mention_names WHERE name = ? AND n = ?", map(tuple, rows))
                    if rows:
                        touch(connection, next_change(connection), (n for _, n in rows), self.zone)
                forgotten.update(n for _, n in rows)
                if len(rows) < BATCH:
                    break
        return len(forgotten)

    def merged(self) -> Merged:
        """Which names count as one."""
        return Merged(SqliteRecords(self.database, "aliases", Alias).list())

    def numbers(self, connection: sqlite3.Connection, filters: Filters) -> tuple[int, ...]:
        """Of the name that the filters mean and those merged into it; never empty where they mean one."""
        if not filters.entity:
            return ()
        found = numbers_of(connection, self.merged().members(filters.entity))
        return tuple(sorted(found.values())) or (NO_NAME,)


def numbers_of(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, int]:
    """The numbers of those of these ids that a mention holds."""
    found: dict[str, int] = {}
    for batch in batches(list(ids)):
        found.update(connection.execute(f"SELECT id, number FROM names WHERE id IN ({marks(batch)})", batch).fetchall())
    return found


def entities_of(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, NamedEntity]:
    """The names behind these numbers."""
    found: dict[int, NamedEntity] = {}
    for batch in batches(numbers):
        rows = connection.execute(f"SELECT number, kind, name FROM names WHERE number IN ({marks(batch)})", batch)
        found.update((row[0], NamedEntity(row[1], row[2])) for row in rows)
    return found


def names_of_rows(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, tuple[NamedEntity, ...]]:
    """The names of each of these rows that has any."""
    found: dict[int, list[NamedEntity]] = {}
    for batch in batches(numbers):
        for n, kind, name in connection.execute(
            "SELECT x.n, names.kind, names.name FROM mention_names x CROSS JOIN names ON names.number = x.name "
            f"WHERE x.n IN ({marks(batch)})",
            batch,
        ):
            found.setdefault(n, []).append(NamedEntity(kind, name))
    return {n: distinct(names) for n, names in found.items()}


def write_names(
    connection: sqlite3.Connection,
    named: Sequence[tuple[int, Sequence[NamedEntity]]],
    had: dict[int, tuple[NamedEntity, ...]],
) -> None:
    """Give rows these names in place of those they ``had``."""
    numbers = _numbered(connection, {name for _, names in named for name in names})
    pairs = [(numbers[name], n) for n, names in named for name in set(names)]
    connection.executemany("INSERT OR IGNORE INTO mention_names (name, n) VALUES (?, ?)", pairs)
    gone = [(name, n) for n, names in named for name in set(had.get(n, ())).difference(names)]
    old = numbers_of(connection, {name.id for name, _ in gone})
    connection.executemany(
        "DELETE FROM mention_names WHERE name = ? AND n = ?", ((old[name.id], n) for name, n in gone)
    )


def _numbered(connection: sqlite3.Connection, names: set[NamedEntity]) -> dict[NamedEntity, int]:
    """The number of each name; new ones get the next."""
    known = numbers_of(connection, [name.id for name in names])
    last = connection.execute("SELECT coalesce(max(number), 0) FROM names").fetchone()[0] >> KIND_BITS
    new = distinct(name for name in names if name.id not in known)
    rows = [
        ((place << KIND_BITS) | KINDS.index(name.kind), name.id, name.kind, name.name)
        for place, name in enumerate(new, start=last + 1)
    ]
    connection.executemany("INSERT INTO names (number, id, kind, name) VALUES (?, ?, ?, ?)", rows)
    known |= {row[1]: row[0] for row in rows}
    return {name: known[name.id] for name in names}
