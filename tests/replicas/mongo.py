"""A stand-in for a MongoDB server: the wire protocol on a real socket, answered from memory by mongomock.

It is not MongoDB. It lets the real driver and the whole store run where no server is at hand: what is sent, how answers
are read, and what queries mean as far as mongomock knows. Plans, locks, validators and replication need a real server.

One thread serves one connection; one command runs at a time, so that each write of a document is atomic.
"""

from __future__ import annotations

import re
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import bson
import mongomock
import mongomock.aggregate
from bson.codec_options import CodecOptions
from mongomock.store import ServerStore
from pymongo.errors import DuplicateKeyError

OP_REPLY, OP_QUERY, OP_MSG = 1, 2004, 2013
MORE_TO_COME = 2
HELLO: dict[str, Any] = {
    "helloOk": True, "isWritablePrimary": True, "ismaster": True, "maxBsonObjectSize": 16 * 1024 * 1024,
    "maxMessageSizeBytes": 48_000_000, "maxWriteBatchSize": 100_000, "minWireVersion": 0, "maxWireVersion": 21,
    "readOnly": False, "logicalSessionTimeoutMinutes": 30, "ok": 1.0,
}  # fmt: skip
UNKNOWN_COMMAND, DUPLICATE, TOO_LARGE = 59, 11000, 10334
IGNORED = {"ping", "endSessions", "killCursors", "collMod", "getParameter"}

Document = dict[str, Any]


def _greatest(values: list[Any]) -> Any:
    """Of documents, too: a server compares them field by field."""
    known = (value for value in values if value is not None)
    return max(known, key=lambda value: tuple(value.values()) if isinstance(value, dict) else value, default=None)


mongomock.aggregate._GROUPING_OPERATOR_MAP["$max"] = _greatest


class MongoStandIn(socketserver.ThreadingTCPServer):
    """Listens on a free port of loopback until closed. ``commands`` holds what was asked, newest last.

    ``before`` and ``after`` are called with (command name, document) around each command; both may return an error
    document to answer instead, or raise ``ConnectionError`` to cut the connection. ``ahead`` shifts the clock.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.store = ServerStore()
        self.client = mongomock.MongoClient(_store=self.store)
        self.lock = threading.RLock()
        self.commands: list[Document] = []
        self.ahead = timedelta(0)
        self.behave()

    def behave(
        self,
        before: Callable[[str, Document], Document | None] = lambda name, document: None,
        after: Callable[[str, Document], Document | None] = lambda name, document: None,
    ) -> None:
        """From now on do this around each command; nothing given: be well."""
        self.before, self.after = before, after

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"mongodb://127.0.0.1:{self.server_address[1]}"

    def answer(self, document: Document) -> Document:
        """The answer to one command."""
        name = next(iter(document))
        self.commands.append(document)
        failed = self.before(name, document)
        if failed is not None:
            return {"ok": 0.0, **failed}
        with self.lock:
            try:
                answer = {"ok": 1.0, **self._run(name, document)}
            except (mongomock.OperationFailure, NotImplementedError, TypeError) as error:
                return {"ok": 0.0, "errmsg": f"{type(error).__name__}: {error}", "code": getattr(error, "code", 2) or 2}
        failed = self.after(name, document)
        return answer if failed is None else {"ok": 0.0, **failed}

    def _run(self, name: str, document: Document) -> Document:
        if name.lower() in {"hello", "ismaster"}:
            return {**HELLO, "localTime": datetime.now(UTC) + self.ahead}
        if name == "buildInfo" or name == "buildinfo":
            return {"version": "7.0.0-stand-in", "versionArray": [7, 0, 0, 0]}
        if name in IGNORED:
            return {}
        command = getattr(self, f"_{_snake(name)}", None)
        if command is None:
            return {"ok": 0.0, "errmsg": f"no such command: '{name}'", "code": UNKNOWN_COMMAND}
        database = self.client[document["$db"]]
        answered: Document = command(database, document)
        return answered

    def _find(self, database: Any, asked: Document) -> Document:
        found = database[asked["find"]].find(asked.get("filter") or {}, asked.get("projection") or None)
        if asked.get("sort"):
            found = found.sort(list(asked["sort"].items()))
        if asked.get("skip"):
            found = found.skip(asked["skip"])
        if asked.get("limit"):
            found = found.limit(asked["limit"])
        return _cursor(database, asked["find"], list(found))

    def _aggregate(self, database: Any, asked: Document) -> Document:
        return _cursor(database, asked["aggregate"], list(database[asked["aggregate"]].aggregate(asked["pipeline"])))

    def _insert(self, database: Any, asked: Document) -> Document:
        errors, inserted = [], 0
        for place, document in enumerate(asked["documents"]):
            if len(bson.encode(document)) > HELLO["maxBsonObjectSize"]:
                errors.append({"index": place, "code": TOO_LARGE, "errmsg": "object to insert too large"})
                continue
            try:
                database[asked["insert"]].insert_one(document)
                inserted += 1
            except (mongomock.DuplicateKeyError, DuplicateKeyError) as error:
                errors.append({"index": place, "code": DUPLICATE, "errmsg": str(error)})
                if asked.get("ordered", True):
                    break
        return {"n": inserted, **({"writeErrors": errors} if errors else {})}

    def _update(self, database: Any, asked: Document) -> Document:
        matched, modified, upserted, errors = 0, 0, [], []
        for place, one in enumerate(asked["updates"]):
            try:
                done = _updated(database[asked["update"]], one)
            except (mongomock.DuplicateKeyError, DuplicateKeyError) as error:
                errors.append({"index": place, "code": DUPLICATE, "errmsg": str(error)})
                if asked.get("ordered", True):
                    break
                continue
            matched, modified = matched + done.matched_count, modified + (done.modified_count or 0)
            if done.upserted_id is not None:
                matched += 1
                upserted.append({"index": place, "_id": done.upserted_id})
        found: Document = {"n": matched, "nModified": modified}
        return found | ({"upserted": upserted} if upserted else {}) | ({"writeErrors": errors} if errors else {})

    def _delete(self, database: Any, asked: Document) -> Document:
        collection, gone = database[asked["delete"]], 0
        for one in asked["deletes"]:
            remove = collection.delete_one if one["limit"] == 1 else collection.delete_many
            gone += remove(one["q"]).deleted_count
        return {"n": gone}

    def _find_and_modify(self, database: Any, asked: Document) -> Document:
        collection = database[asked["findAndModify"]]
        try:
            found = collection.find_one_and_update(
                asked["query"],
                asked["update"],
                upsert=asked.get("upsert", False),
                return_document=bool(asked.get("new")),
            )
        except (mongomock.DuplicateKeyError, DuplicateKeyError) as error:
            return {"ok": 0.0, "errmsg": str(error), "code": DUPLICATE, "codeName": "DuplicateKey"}
        return {"value": found}

    def _create(self, database: Any, asked: Document) -> Document:
        if asked["create"] in database.list_collection_names():
            return {"ok": 0.0, "errmsg": "collection already exists", "code": 48, "codeName": "NamespaceExists"}
        database.create_collection(asked["create"])
        return {}

    def _create_indexes(self, database: Any, asked: Document) -> Document:
        for index in asked["indexes"]:
            if index.get("unique"):
                database[asked["createIndexes"]].create_index(list(index["key"].items()), unique=True)
        return {"numIndexesBefore": 1, "numIndexesAfter": 1 + len(asked["indexes"])}

    def _list_collections(self, database: Any, asked: Document) -> Document:
        names = [{"name": name, "type": "collection"} for name in database.list_collection_names()]
        return _cursor(database, "$cmd.listCollections", names)

    def _count(self, database: Any, asked: Document) -> Document:
        return {"n": database[asked["count"]].count_documents(asked.get("query") or {})}

    def _drop_database(self, database: Any, asked: Document) -> Document:
        self.client.drop_database(database.name)
        return {"dropped": database.name}


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", lambda found: f"_{found[1].lower()}", name)


def _cursor(database: Any, collection: str, found: list[Document]) -> Document:
    """Everything in the first batch, so that there is never more to ask for."""
    return {"cursor": {"id": bson.Int64(0), "ns": f"{database.name}.{collection}", "firstBatch": found}}


def _updated(collection: Any, one: Document) -> Any:
    if not any(name.startswith("$") for name in one["u"]):
        return collection.replace_one(one["q"], one["u"], upsert=one.get("upsert", False))
    change = collection.update_many if one.get("multi") else collection.update_one
    return change(one["q"], one["u"], upsert=one.get("upsert", False))


class _Connection(socketserver.BaseRequestHandler):
    """Reads messages and answers them until the other side goes."""

    server: MongoStandIn

    def handle(self) -> None:
        try:
            while (message := self._read()) is not None:
                self._serve(*message)
        except ConnectionError:
            return

    def _read(self) -> tuple[int, int, bytes] | None:
        head = self._exactly(16)
        if head is None:
            return None
        length, request, _, operation = struct.unpack("<iiii", head)
        body = self._exactly(length - 16)
        return None if body is None else (request, operation, body)

    def _exactly(self, size: int) -> bytes | None:
        found = b""
        while len(found) < size:
            part = self.request.recv(size - len(found))
            if not part:
                return None
            found += part
        return found

    def _serve(self, request: int, operation: int, body: bytes) -> None:
        if operation == OP_QUERY:
            document = bson.decode(body[body.index(b"\0", 4) + 9 :])
            answer = bson.encode(self.server.answer(document))
            self._send(request, OP_REPLY, struct.pack("<iqii", 8, 0, 0, 1) + answer)
            return
        (flags,) = struct.unpack_from("<I", body)
        answer = bson.encode(self.server.answer(_message(body[4:])))
        if not flags & MORE_TO_COME:
            self._send(request, OP_MSG, struct.pack("<IB", 0, 0) + answer)

    def _send(self, request: int, operation: int, body: bytes) -> None:
        self.request.sendall(struct.pack("<iiii", 16 + len(body), 0, request, operation) + body)


def _message(body: bytes) -> Document:
    """The command of an OP_MSG: its body, and the sequences that come beside it."""
    plain = CodecOptions(tz_aware=False)
    document: Document = {}
    at = 0
    while at < len(body):
        kind, at = body[at], at + 1
        (size,) = struct.unpack_from("<i", body, at)
        part = body[at : at + size]
        if kind == 0:
            document = {**bson.decode(part, plain), **document}
        else:
            end = part.index(b"\0", 4)
            document[part[4:end].decode()] = bson.decode_all(part[end + 1 :], plain)
        at += size
    first = next((name for name in document if name not in SEQUENCES), None)
    return {first: document[first], **document} if first else document


SEQUENCES = {"documents", "updates", "deletes"}


@contextmanager
def mongo_stand_in() -> Iterator[MongoStandIn]:
    """One that is running."""
    with MongoStandIn() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
