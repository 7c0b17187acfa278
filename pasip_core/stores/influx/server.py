"""The InfluxDB server: one client a process, and what it says in our words."""

from __future__ import annotations

import csv
import os
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from influxdb_client import Bucket, BucketRetentionRules, InfluxDBClient, PostBucketRequest, WritePrecision
from influxdb_client.client.exceptions import InfluxDBError
from influxdb_client.client.flux_csv_parser import FluxCsvParserException
from influxdb_client.client.write_api import SYNCHRONOUS
from urllib3.util import Retry

from pasip_core.errors import SettingError
from pasip_core.settings import Settings

from .faults import GONE, status_of, translated
from .flux import every_point_of
from .points import EARLIEST

TIMEOUT_SECONDS = 10
TRIES = 3
PAUSE_SECONDS = 1.0
"""Between the last two tries. One request, with all its tries, takes half as long as rollup's lease lasts."""
BUSY = (429, 502, 503, 504)
UNTOLD = "unknown"
"""The version, to the client, of a server that tells none."""


class InfluxServer:
    """One bucket of one server. A forked process opens a client of its own."""

    def __init__(self, url: str, *, token: str, org: str, bucket: str, timeout: float = TIMEOUT_SECONDS) -> None:
        self.url, self.org, self.bucket = url, org, bucket
        self._token, self._timeout = token, timeout
        self._opened: InfluxDBClient | None = None
        self._process = os.getpid()
        self._lock = threading.Lock()

    @classmethod
    def named_by(cls, settings: Settings) -> InfluxServer:
        """The server of the settings; nothing is asked of it. ``SettingError`` where one of them cannot be used."""
        token = settings.influxdb_token.get_secret_value()
        for name, value in (("TOKEN", token), ("ORG", settings.influxdb_org), ("BUCKET", settings.influxdb_bucket)):
            if not value.strip():
                raise SettingError(
                    f"INFLUXDB_{name} is empty; with INFLUXDB_URL the token, organisation and bucket are needed, too.",
                    field=f"INFLUXDB_{name}",
                )
            if not value.isprintable() or (name == "TOKEN" and not value.isascii()):
                raise SettingError(
                    f"INFLUXDB_{name} holds characters that it cannot have; copy it once more.",
                    field=f"INFLUXDB_{name}",
                )
        return cls(
            _usable(settings.influxdb_url), token=token, org=settings.influxdb_org, bucket=settings.influxdb_bucket
        )

    def _client(self) -> InfluxDBClient:
        if self._process != os.getpid():
            self._opened, self._lock, self._process = None, threading.Lock(), os.getpid()
        with self._lock:
            if self._opened is None:
                self._opened = InfluxDBClient(
                    self.url,
                    token=self._token,
                    org=self.org,
                    timeout=int(self._timeout * 1000),
                    retries=_patience(),
                )
            return self._opened

    def write(self, lines: Sequence[str]) -> None:
        """Store points in line protocol, times in seconds; returns when the server has them."""
        with translated(self, "write"):
            writer = self._client().write_api(write_options=SYNCHRONOUS)
            writer.write(self.bucket, record="\n".join(lines), write_precision=WritePrecision.S)

    def ask(self, question: str) -> list[Mapping[str, Any]]:
        """The rows that a Flux question gives."""
        with translated(self, "read"):
            try:
                tables = self._client().query_api().query(question)
            except (LookupError, ValueError, csv.Error) as error:  # of the reader of answers, which expects no others
                raise FluxCsvParserException(str(error)) from error
            return [record.values for table in tables for record in table.records]

    def forget(self, measurement: str, before: datetime) -> None:
        """Remove the points of a measurement that are older."""
        if before > EARLIEST:
            with translated(self, "write"):
                last = before - timedelta(seconds=1)
                self._client().delete_api().delete(EARLIEST, last, every_point_of(measurement), self.bucket)

    def prepare(self) -> None:
        """Make the bucket where it is missing. ``SettingError`` where that is not allowed, or it forgets."""
        self._version()
        bucket = self._find_bucket() or self._make_bucket()
        seconds = max((rule.every_seconds or 0 for rule in bucket.retention_rules or ()), default=0)
        if seconds:
            raise SettingError(
                f"INFLUXDB_BUCKET: {self.bucket!r} forgets what is older than {timedelta(seconds=seconds)}, but "
                "numbers are kept for ever; set its retention to 0, or name another bucket.",
                field="INFLUXDB_BUCKET",
            )

    def health(self) -> Mapping[str, str]:
        """Version and place. ``SettingError`` where the bucket is missing."""
        version = self._version()
        if self._find_bucket() is None:
            raise SettingError(
                f"INFLUXDB_BUCKET: there is no {self.bucket!r} in {self.org!r} that the token may read; "
                "run `python -m pasip_core init-db`.",
                field="INFLUXDB_BUCKET",
            )
        return {"series": f"InfluxDB {version}", "bucket": self.bucket, "address": self.url}

    def _version(self) -> str:
        with translated(self, "read"):
            version = str(self._client().version())
        if version == UNTOLD:
            raise SettingError(f"INFLUXDB_URL: what answers at {self.url} is not InfluxDB.", field="INFLUXDB_URL")
        return version

    def close(self) -> None:
        """Let go of the connections of this process."""
        with self._lock:
            opened, self._opened = self._opened, None
        if opened and self._process == os.getpid():
            opened.close()

    def _find_bucket(self) -> Bucket | None:
        """The bucket, as far as the token may see it: a missing one is an empty list, or not found."""
        with translated(self, "read"):
            try:
                found = self._client().buckets_api().find_buckets(name=self.bucket, org=self.org).buckets
            except InfluxDBError as error:
                if status_of(error) != GONE:
                    raise
                found = []
        return found[0] if found else None

    def _make_bucket(self) -> Bucket:
        for_ever = BucketRetentionRules(type="expire", every_seconds=0)
        with translated(self, "create"):
            api = self._client().buckets_api()
            wanted = PostBucketRequest(org_id=self._org_id(), name=self.bucket, retention_rules=[for_ever])
            try:
                return api.create_bucket(wanted)
            except InfluxDBError:
                if (made := self._find_bucket()) is None:
                    raise
                return made  # by another process, in the meantime

    def _org_id(self) -> str:
        found = self._client().organizations_api().find_organizations(org=self.org)
        if not found:
            raise SettingError(
                f"INFLUXDB_ORG: {self.url} has no organisation {self.org!r} that the token may see.",
                field="INFLUXDB_ORG",
            )
        return str(found[0].id)


def _patience() -> Retry:
    """Every request may be repeated: a point that is written twice is one point.

    The server's own wish when to come back is not followed: a lease does not wait for it.
    """
    return Retry(
        total=TRIES - 1, backoff_factor=PAUSE_SECONDS / 2, status_forcelist=BUSY, allowed_methods=None,
        respect_retry_after_header=False, raise_on_status=False, redirect=False,
    )  # fmt: skip


def _usable(url: str) -> str:
    try:
        parts = urlsplit(url)
        known = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        known = False
    if not known or parts.username or parts.password or parts.query or parts.fragment:
        raise SettingError(
            "INFLUXDB_URL cannot be used; write http://host:8086 or https://host, without name and password: "
            "the token goes into INFLUXDB_TOKEN.",
            field="INFLUXDB_URL",
        )
    return url.rstrip("/")
