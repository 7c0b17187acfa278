"""The server: one client a process, and driver errors in our words."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, TypeAlias

from bson.codec_options import CodecOptions
from bson.errors import InvalidDocument
from pymongo import MongoClient, ReadPreference
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    DocumentTooLarge,
    InvalidURI,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)
from pymongo.uri_parser import parse_uri

from pasip_core.errors import InputError, PasipError, SettingError, StoreFull, StoreReadOnly, StoreUnavailable

Document: TypeAlias = dict[str, Any]

CODEC: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC)
DATABASE = "pasip"
"""Where the address names no database."""
OPTIONS: dict[str, Any] = {
    "appname": "pasip",
    "w": "majority",
    "retryWrites": True,
    "retryReads": True,
    "serverSelectionTimeoutMS": 5_000,
    "connectTimeoutMS": 5_000,
    "socketTimeoutMS": 20_000,
    "maxPoolSize": 32,
}
"""What the address itself says comes first. No ``timeoutMS``: with it a server that is away is waited for that long."""
PATIENT = {"socketTimeoutMS": None}
"""For what takes as long as a collection is large."""

NO_LOGIN, NOT_ALLOWED, DISK_FULL, TIMED_OUT = 18, 13, 14031, 50
UNKNOWN_COMMAND = 59
DUPLICATE = 11000
READ_ONLY = {20, 96, 100}
TOO_LARGE = {10334, 17419, 17420}


def bounded(seconds: float) -> dict[str, Any]:
    """Options of one who waits no longer than this for a server, or for one answer."""
    return dict.fromkeys(("serverSelectionTimeoutMS", "connectTimeoutMS", "socketTimeoutMS"), int(seconds * 1000))


class Server:
    """The client of this process. A forked process opens its own: a client cannot be shared across a fork.

    ``SettingError`` for an address that cannot be read.
    """

    def __init__(self, address: str, options: Mapping[str, Any] = MappingProxyType({})) -> None:
        try:
            parsed = parse_uri(address, validate=True, warn=False)
        except (InvalidURI, ConfigurationError, ValueError) as error:
            raise SettingError(
                f"DATABASE_URL: cannot be read ({_without_secrets(error, address)}); "
                "write mongodb://user:password@host:27017/pasip",
                field="DATABASE_URL",
            ) from None
        self.address = address
        self._options = {**OPTIONS, **options}
        self._given = {str(name).lower() for name in parsed["options"]}
        self.name: str = parsed["database"] or DATABASE
        self.hosts = ", ".join(f"{host}:{port}" if port else str(host) for host, port in parsed["nodelist"])
        self._client: MongoClient[Document] | None = None
        self._abandoned: list[object] = []
        self._process = os.getpid()
        self._lock = threading.Lock()

    @property
    def database(self) -> Database[Document]:
        """The database, by a client of this process. Read where it is written: a copy may lag behind."""
        if self._process != os.getpid():
            self._forget_parent()
        with self._lock:
            if self._client is None:
                options = {name: value for name, value in self._options.items() if name.lower() not in self._given}
                self._client = MongoClient(self.address, **options)
            client = self._client
        return client.get_database(self.name, codec_options=CODEC, read_preference=ReadPreference.PRIMARY)

    def __getitem__(self, collection: str) -> Collection[Document]:
        return self.database[collection]

    def patient(self) -> Server:
        """The same, waiting for an answer however long it takes; to be closed."""
        return Server(self.address, PATIENT)

    def _forget_parent(self) -> None:
        """Closing it here would disturb the parent, so it is only put out of reach."""
        self._abandoned.append(self._client)
        self._lock = threading.Lock()
        self._client = None
        self._process = os.getpid()

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """Whatever the driver raises within comes out as an error of ours."""
        try:
            yield
        except PasipError:
            raise
        except (DocumentTooLarge, InvalidDocument, OverflowError) as error:
            raise InputError(f"mention: {str(error)[:200]}; shorten it", field="mention") from error
        except PyMongoError as error:
            raise meaning(error, self.hosts) from error

    def now(self) -> datetime:
        """The clock of the server: those of several hosts differ."""
        with self.speaking():
            moment: datetime = self.database.command("hello", codec_options=CODEC)["localTime"]
        return moment

    def close(self) -> None:
        """Let go of the connections of this process."""
        if self._process == os.getpid() and self._client is not None:
            self._client.close()
            self._client = None


def meaning(error: PyMongoError, hosts: str) -> PasipError:
    """The error of ours that says what to do."""
    code, text = _code(error), str(error)[:300]
    if code in TOO_LARGE:
        return InputError("mention: it is larger than a document can be (16 MB); shorten it", field="mention")
    if code == DISK_FULL or "no space left" in text.lower():
        return StoreFull(f"MongoDB at {hosts} has no space left; free some and go on")
    if code == NO_LOGIN:
        return StoreUnavailable(f"MongoDB at {hosts} refuses the login; check user and password in DATABASE_URL")
    if code == NOT_ALLOWED:
        return StoreReadOnly(f"MongoDB at {hosts} does not let this account do that; give it readWrite and dbAdmin")
    if code in READ_ONLY:
        return StoreReadOnly(f"MongoDB at {hosts} takes no writes: {text}")
    away = isinstance(error, ServerSelectionTimeoutError)  # which calls itself a timeout, too
    if code == TIMED_OUT or (getattr(error, "timeout", False) and not away):
        return StoreUnavailable(f"MongoDB at {hosts} did not answer in time; try again, or look at its load")
    if isinstance(error, OperationFailure):
        return StoreUnavailable(f"MongoDB at {hosts} answered: {text}")
    return StoreUnavailable(f"MongoDB at {hosts} cannot be reached; check that it runs, and DATABASE_URL")


def _code(error: PyMongoError) -> int | None:
    if isinstance(error, BulkWriteError):
        details = error.details or {}
        errors = [*details.get("writeErrors", ()), *details.get("writeConcernErrors", ())]
        codes = [e.get("code") for e in errors if e.get("code") != DUPLICATE]
        return codes[0] if codes else None
    return getattr(error, "code", None)


def lost_races(error: BulkWriteError) -> set[int]:
    """The places in a bulk of what another process inserted first. Any other error in it is raised."""
    details = error.details or {}
    errors = details.get("writeErrors", ())
    if details.get("writeConcernErrors") or any(e.get("code") != DUPLICATE for e in errors):
        raise error
    return {int(e["index"]) for e in errors}


def _without_secrets(error: Exception, address: str) -> str:
    """The driver's words, unless they repeat the address, which may hold a password."""
    secret = address.partition("://")[2].partition("@")[0]
    return "it is no MongoDB address" if secret and secret in str(error) else str(error)[:200]
