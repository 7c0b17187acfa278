"""What InfluxDB, its client and the network say, as errors of ours that tell what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

from influxdb_client.client.exceptions import InfluxDBError
from influxdb_client.client.flux_csv_parser import FluxCsvParserException, FluxQueryException
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from pasip_core.errors import SettingError, StoreError, StoreFull, StoreReadOnly, StoreUnavailable

UNKNOWN_TOKEN, FORBIDDEN, GONE, TOO_MANY = 401, 403, 404, 429
NO_SPACE = ("no space left", "disk quota exceeded")
MAX_TOLD = 200

Doing = Literal["read", "write", "create"]


class Server(Protocol):
    """As much of a server as an error speaks of."""

    url: str
    org: str
    bucket: str


@contextmanager
def translated(server: Server, doing: Doing) -> Iterator[None]:
    """Errors of the client, and of the network below it, as errors of ours."""
    try:
        yield
    except InfluxDBError as error:
        raise _answered(server, doing, status_of(error), _told(error.message)) from error
    except FluxQueryException as error:
        raise _answered(server, doing, 0, _told(error.message)) from error
    except FluxCsvParserException as error:
        raise StoreUnavailable(f"{server.url} does not answer as InfluxDB 2 does; check INFLUXDB_URL") from error
    except HTTPError as error:
        raise _silent(server.url, error) from error


def status_of(error: InfluxDBError) -> int:
    """The HTTP status that it came with, 0 where there was none."""
    return int(getattr(error.response, "status", 0) or getattr(error, "status", 0) or 0)


def _answered(server: Server, doing: Doing, status: int, told: str) -> StoreError | SettingError:
    place = f"the bucket {server.bucket!r} of the organisation {server.org!r}"
    if doing == "create" and status in {UNKNOWN_TOKEN, FORBIDDEN, GONE}:
        return SettingError(
            f"INFLUXDB_BUCKET: {server.bucket!r} is not there, and the token may not make it in the organisation "
            f"{server.org!r} ({told}). Make the bucket, with retention 0, or take a token that may read the "
            "organisation and write its buckets.",
            field="INFLUXDB_BUCKET",
        )
    if status == UNKNOWN_TOKEN:
        return SettingError(
            f"INFLUXDB_TOKEN: {server.url} does not accept it; make one that may read and write {place}.",
            field="INFLUXDB_TOKEN",
        )
    if status == FORBIDDEN and doing == "write":
        return StoreReadOnly(f"INFLUXDB_TOKEN may not write {place}; give it that right ({told})")
    if status == FORBIDDEN:
        return SettingError(
            f"INFLUXDB_TOKEN may not read {place}; give it that right ({told}).", field="INFLUXDB_TOKEN"
        )
    if status == GONE:
        return SettingError(
            f"INFLUXDB_BUCKET: {server.url} does not find {place} ({told}); check INFLUXDB_ORG and INFLUXDB_BUCKET, "
            "or run `python -m pasip_core init-db`.",
            field="INFLUXDB_BUCKET",
        )
    if any(words in told for words in NO_SPACE):
        return StoreFull(f"InfluxDB at {server.url} has no space left; free some and go on")
    if status == TOO_MANY:
        return StoreUnavailable(f"InfluxDB at {server.url} is asked too often ({told}); try again later")
    return StoreUnavailable(f"InfluxDB at {server.url} could not {doing} ({status or 'query'}: {told})")


def _told(message: object) -> str:
    """The server's own words, on one line and cut."""
    text = message.decode("utf-8", "replace") if isinstance(message, bytes) else str(message)
    return " ".join(text.split())[:MAX_TOLD]


def _silent(url: str, error: HTTPError) -> StoreUnavailable:
    cause = error.reason if isinstance(error, MaxRetryError) and error.reason else error
    if isinstance(cause, NameResolutionError):
        return StoreUnavailable(f"InfluxDB at {url} has a name that nobody knows; check INFLUXDB_URL")
    if isinstance(cause, NewConnectionError):
        return StoreUnavailable(f"InfluxDB at {url} does not accept connections; start it, or check INFLUXDB_URL")
    if isinstance(cause, ConnectTimeoutError | ReadTimeoutError):
        return StoreUnavailable(f"InfluxDB at {url} took too long to answer; look at its load, or check INFLUXDB_URL")
    if isinstance(cause, SSLError):
        return StoreUnavailable(f"InfluxDB at {url} cannot be trusted; check its certificate ({_told(cause)})")
    kind = type(cause).__name__
    return StoreUnavailable(f"InfluxDB at {url} broke off the connection ({kind}); try again, and look at its log")
