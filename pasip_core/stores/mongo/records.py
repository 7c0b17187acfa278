"""Small collections of frozen dataclasses, a document each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from types import UnionType
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from pymongo import ASCENDING, DESCENDING

from pasip_core.domain.mention import EMPTY

from ..values import plain, revived_tuple
from .documents import milliseconds, raw_document, raw_from
from .server import Document, Server

T = TypeVar("T")
BELOW = "below_milliseconds"
"""The microseconds of each time: dates here end at milliseconds."""


class MongoRecords(Generic[T]):
    """See ``Records``."""

    def __init__(self, server: Server, collection: str, type: type[T]) -> None:
        self._server = server
        self._collection = collection
        self._type = type
        self._hints = get_type_hints(type)
        self._names = {f.name for f in fields(type)}  # type: ignore[arg-type]

    def get(self, id: str) -> T | None:
        """See ``Records``."""
        with self._server.speaking():
            document = self._server[self._collection].find_one({"_id": id})
        return self._decode(document) if document else None

    def save(self, record: T) -> None:
        """See ``Records``."""
        document = _encode(asdict(record))  # type: ignore[call-overload]
        document["_id"] = document.pop("id")
        with self._server.speaking():
            self._server[self._collection].replace_one({"_id": document["_id"]}, document, upsert=True)

    def list(
        self,
        where: Mapping[str, object] = EMPTY,
        *,
        order_by: str = "id",
        descending: bool = False,
        limit: int | None = None,
    ) -> list[T]:
        """See ``Records``."""
        query = {self._field(name): milliseconds(v) if isinstance(v, datetime) else v for name, v in where.items()}
        way = DESCENDING if descending else ASCENDING
        order = [("_id", way)] if order_by == "id" else [(self._field(order_by), way), ("_id", way)]
        with self._server.speaking():
            found = self._server[self._collection].find(query).sort(order)
            return [self._decode(document) for document in (found if limit is None else found.limit(limit))]

    def delete(self, id: str) -> bool:
        """See ``Records``."""
        with self._server.speaking():
            return self._server[self._collection].delete_one({"_id": id}).deleted_count > 0

    def _field(self, name: str) -> str:
        if name not in self._names:
            raise ValueError(f"{self._type.__name__} has no field {name!r}")
        return "_id" if name == "id" else name

    def _decode(self, document: Document) -> T:
        """Fields that a later version added take their defaults; those it dropped are passed over."""
        finer = document.get(BELOW, {})
        stored = {"id": document["_id"], **document}
        return self._type(
            **{k: _revive(v, self._hints[k], finer.get(k, 0)) for k, v in stored.items() if k in self._names}
        )


def _encode(values: Document) -> Document:
    """Times as dates; other mappings as documents where they can be."""
    document: Document = {}
    finer: dict[str, int] = {}
    for name, value in values.items():
        if isinstance(value, datetime):
            document[name] = milliseconds(value)
            finer[name] = value.microsecond % 1000
        elif isinstance(value, Mapping):
            document[name] = raw_document(plain(value))
        else:
            document[name] = plain(value) if isinstance(value, tuple) else value
    return {**document, BELOW: finer} if any(finer.values()) else document


def _revive(value: Any, hint: Any, microseconds: int) -> Any:
    kinds = get_args(hint) if get_origin(hint) is UnionType else (hint,)
    if isinstance(value, datetime):
        return value + timedelta(microseconds=microseconds)
    if isinstance(value, list):
        return revived_tuple(value, hint)
    if any(get_origin(kind) is Mapping for kind in kinds):
        return raw_from(value)
    return value
