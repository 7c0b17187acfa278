"""Small collections of frozen dataclasses, each kept as JSON under its id."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from types import UnionType
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from pasip_core.domain.mention import EMPTY

from ..values import plain, revived_tuple
from .database import Database

T = TypeVar("T")


class SqliteRecords(Generic[T]):
    """See ``Records``."""

    def __init__(self, database: Database, collection: str, type: type[T]) -> None:
        self._database = database
        self._collection = collection
        self._type = type
        self._hints = get_type_hints(type)
        self._names = {f.name for f in fields(type)}  # type: ignore[arg-type]

    def get(self, id: str) -> T | None:
        """See ``Records``."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT body FROM records WHERE collection = ? AND id = ?", (self._collection, id)
            ).fetchone()
        return self._decode(row[0]) if row else None

    def save(self, record: T) -> None:
        """See ``Records``."""
        body = {name: plain(value) for name, value in asdict(record).items()}  # type: ignore[call-overload]
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO records VALUES (?, ?, ?)",
                (self._collection, body["id"], json.dumps(body, ensure_ascii=False)),
            )

    def list(
        self,
        where: Mapping[str, object] = EMPTY,
        *,
        order_by: str = "id",
        descending: bool = False,
        limit: int | None = None,
    ) -> list[T]:
        """See ``Records``."""
        conditions, values = ["collection = ?"], [self._collection]
        for name, wanted in where.items():
            conditions.append(f"{self._column(name)} IS ?")
            values.append(plain(wanted))
        way = "DESC" if descending else "ASC"
        sql = (
            f"SELECT body FROM records WHERE {' AND '.join(conditions)} "
            f"ORDER BY {self._column(order_by)} {way}, id {way} LIMIT ?"
        )
        with self._database.reading() as connection:
            rows = connection.execute(sql, (*values, -1 if limit is None else limit)).fetchall()
        return [self._decode(row[0]) for row in rows]

    def delete(self, id: str) -> bool:
        """See ``Records``."""
        with self._database.writing() as connection:
            done = connection.execute("DELETE FROM records WHERE collection = ? AND id = ?", (self._collection, id))
            return done.rowcount > 0

    def _column(self, name: str) -> str:
        if name not in self._names:
            raise ValueError(f"{self._type.__name__} has no field {name!r}")
        return "id" if name == "id" else f"body ->> '{name}'"

    def _decode(self, body: str) -> T:
        """Fields that a later version added take their defaults; those it dropped are passed over."""
        stored = json.loads(body)
        return self._type(**{k: _revive(v, self._hints[k]) for k, v in stored.items() if k in self._names})


def _revive(value: Any, hint: Any) -> Any:
    kinds = get_args(hint) if get_origin(hint) is UnionType else (hint,)
    if isinstance(value, str) and datetime in kinds:
        return datetime.fromisoformat(value)
    if isinstance(value, list):
        return revived_tuple(value, hint)
    return value
