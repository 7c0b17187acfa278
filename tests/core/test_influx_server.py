"""What the InfluxDB client meets: refusals, silence and strangers, over the local stand-in."""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from pasip_core.domain.metrics import Cell
from pasip_core.errors import SettingError, StoreFull, StoreReadOnly, StoreUnavailable
from pasip_core.pipeline import rollup
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.influx import InfluxServer, flux, series
from pasip_core.stores.influx import server as servers
from pasip_core.stores.influx.points import DAYS, HOURS, Place, line
from tests.builders import NOW
from tests.replicas.influx import ORG, TOKEN, VERSION, InfluxReplica, KeptBucket

LINE = line(Place(DAYS, int(NOW.timestamp()), "*", "news", "negative"), Cell("*", "news", "negative", 1, 2, 3))
QUESTION = flux.sums("pasip", NOW.replace(day=1), NOW.replace(day=28), (), keywords=("*",))

ASKED: dict[str, Callable[[InfluxServer], object]] = {
    "write": lambda server: server.write([LINE]),
    "read": lambda server: server.ask(QUESTION),
    "forget": lambda server: server.forget(HOURS, NOW),
    "health": lambda server: server.health(),
    "prepare": lambda server: server.prepare(),
}


@pytest.fixture
def replica() -> Iterator[InfluxReplica]:
    with InfluxReplica() as running:
        running.buckets["pasip"] = KeptBucket("pasip")
        yield running


def open_server(url: str, **changes: object) -> InfluxServer:
    given = {"token": TOKEN, "org": ORG, "bucket": "pasip", "timeout": 5.0}
    return InfluxServer(url, **given | changes)  # type: ignore[arg-type]


def told_by(error: BaseException) -> str:
    """Everything that a log would show of it."""
    return str(error) if error.__cause__ is None else f"{error} {error.__cause__!r} {told_by(error.__cause__)}"


def test_points_are_written_and_answered(replica: InfluxReplica) -> None:
    server = open_server(replica.url)
    server.write([LINE])
    assert {row["_field"]: row["_value"] for row in server.ask(QUESTION)} == {
        "count": 1, "volume": 2, "engagement_total": 3, "engagement_known": 1,
    }  # fmt: skip
    assert server.health() == {"series": f"InfluxDB {VERSION}", "bucket": "pasip", "address": replica.url}
    server.close()
    assert len(server.ask(QUESTION)) == 4, "a closed server opens again"


@pytest.mark.parametrize("asked", ["write", "read", "forget", "health", "prepare"])
@pytest.mark.parametrize(
    ("state", "error", "words"),
    [
        ("unauthorized", SettingError, "INFLUXDB_TOKEN"),
        ("busy", StoreUnavailable, "shutting down"),
        ("cut", StoreUnavailable, "broke off"),
        ("full", StoreFull, "no space left"),
        ("redirecting", StoreUnavailable, "302"),
    ],
)
def test_a_failure_is_told_in_words_without_the_token(
    replica: InfluxReplica, state: str, error: type[Exception], words: str, asked: str, caplog: pytest.LogCaptureFixture
) -> None:
    replica.state = state
    with caplog.at_level(logging.DEBUG), pytest.raises(error, match=words) as raised:
        ASKED[asked](open_server(replica.url))
    assert TOKEN not in told_by(raised.value) + caplog.text
    assert "Traceback" not in str(raised.value)


@pytest.mark.parametrize(
    ("state", "asked", "error", "words"),
    [
        ("forbidden", "write", StoreReadOnly, "may not write"),
        ("forbidden", "read", SettingError, "INFLUXDB_TOKEN may not read"),
        ("no_bucket", "write", SettingError, "init-db"),
        ("no_bucket", "read", SettingError, "INFLUXDB_ORG"),
        ("no_bucket", "health", SettingError, "init-db"),
        ("refusing", "write", StoreUnavailable, "field type conflict"),
        ("web_page", "read", StoreUnavailable, "check INFLUXDB_URL"),
        ("web_page", "health", SettingError, "INFLUXDB_URL.*is not InfluxDB"),
        ("web_page", "prepare", SettingError, "INFLUXDB_URL.*is not InfluxDB"),
    ],
)
def test_each_refusal_says_what_to_do(
    replica: InfluxReplica, state: str, asked: str, error: type[Exception], words: str
) -> None:
    server = open_server(replica.url)
    server.write([LINE])
    replica.state = state
    with pytest.raises(error, match=words):
        ASKED[asked](server)
    replica.state = "normal"
    assert len(server.ask(QUESTION)) == 4


def test_a_wrong_organisation_is_named(replica: InfluxReplica) -> None:
    with pytest.raises(SettingError, match="nirgendwo"):
        open_server(replica.url, org="nirgendwo").write([LINE])
    with pytest.raises(SettingError, match="nirgendwo"):
        open_server(replica.url, org="nirgendwo").prepare()


@pytest.mark.parametrize("state", ["busy_once", "cut_once"])
@pytest.mark.parametrize("asked", ["write", "read", "forget", "health", "prepare"])
def test_what_failed_once_is_tried_again(replica: InfluxReplica, state: str, asked: str) -> None:
    replica.state = state
    ASKED[asked](open_server(replica.url))
    assert len(replica.asked) >= 2


def test_a_write_whose_answer_was_lost_is_one_point(replica: InfluxReplica) -> None:
    replica.state = "cut_after"
    with pytest.raises(StoreUnavailable):
        open_server(replica.url).write([LINE])
    assert len(replica.asked) == servers.TRIES
    assert len(replica.buckets["pasip"].points) == 1


def test_a_server_that_wants_to_be_left_alone_for_an_hour_is_not_waited_for(replica: InfluxReplica) -> None:
    replica.state = "busy"
    begun = time.monotonic()
    with pytest.raises(StoreUnavailable):
        open_server(replica.url).write([LINE])
    assert time.monotonic() - begun < 30


def test_retrying_still_works_when_the_client_is_old(replica: InfluxReplica) -> None:
    server = open_server(replica.url)
    for _ in range(3):
        replica.state = "busy_once"
        server.write([LINE])


def test_a_slow_server_is_given_up(replica: InfluxReplica) -> None:
    replica.state, replica.seconds_slow = "slow", 5.0
    with pytest.raises(StoreUnavailable, match="too long"):
        open_server(replica.url, timeout=0.1).ask(QUESTION)


def test_a_request_with_all_its_tries_is_well_within_the_lease() -> None:
    longest = servers.TRIES * servers.TIMEOUT_SECONDS + (servers.TRIES - 2) * servers.PAUSE_SECONDS
    assert longest < 0.6 * series.LEASE_SECONDS
    assert series.LEASE_SECONDS == rollup.LEASE_SECONDS


def test_nobody_there_is_said_so() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with pytest.raises(StoreUnavailable, match="does not accept connections"):
        open_server(address).write([LINE])


def test_a_server_without_tls_is_not_trusted(replica: InfluxReplica) -> None:
    with pytest.raises(StoreUnavailable, match="cannot be trusted"):
        open_server(replica.url.replace("http:", "https:")).write([LINE])


def test_the_bucket_is_made_once_and_for_ever(replica: InfluxReplica) -> None:
    del replica.buckets["pasip"]
    with pytest.raises(SettingError, match="init-db"):
        open_server(replica.url).health()
    open_server(replica.url).prepare()
    assert replica.buckets["pasip"].seconds == 0
    open_server(replica.url).write([LINE])
    open_server(replica.url).prepare()
    assert len(replica.buckets["pasip"].points) == 1


def test_a_token_that_may_not_make_it_is_told_which_bucket_where(replica: InfluxReplica) -> None:
    replica.state = "no_new_buckets"
    open_server(replica.url).prepare()
    with pytest.raises(SettingError, match=r"'neu'.*may not make it.*replica-org.*write its buckets"):
        open_server(replica.url, bucket="neu").prepare()


def test_a_bucket_that_forgets_is_refused(replica: InfluxReplica) -> None:
    replica.buckets["pasip"].seconds = 30 * 86400
    with pytest.raises(SettingError, match=r"30 days.*retention to 0"):
        open_server(replica.url).prepare()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("influxdb_token", ""), ("influxdb_token", "geheim\nX: y"), ("influxdb_token", "gehéim"), ("influxdb_org", " "),
        ("influxdb_bucket", ""), ("influxdb_bucket", "a\0b"), ("influxdb_url", "localhost:8086"),
        ("influxdb_url", "http://"), ("influxdb_url", "ftp://x"), ("influxdb_url", "http://u:geheim@localhost:8086"),
        ("influxdb_url", "http://localhost:99999"), ("influxdb_url", "http://localhost:8086?token=geheim"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_used_are_named(settings: Settings, name: str, value: str) -> None:
    given = {
        "influxdb_url": "http://localhost:8086", "influxdb_token": TOKEN, "influxdb_org": ORG, "influxdb_bucket": "b",
    }  # fmt: skip
    with pytest.raises(SettingError, match=name.upper()) as raised:
        connect(Settings(_env_file=None, data_dir=settings.data_dir, **given | {name: value}))
    assert "geh" not in told_by(raised.value)
    assert raised.value.field == name.upper()


def test_a_forked_process_has_connections_of_its_own(replica: InfluxReplica) -> None:
    server = open_server(replica.url)
    server.write([LINE])
    child = os.fork()
    if child == 0:
        os._exit(0 if len(server.ask(QUESTION)) == 4 else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert len(server.ask(QUESTION)) == 4
    (_, _, ours), (_, _, childs), (_, _, again) = replica.asked
    assert ours == again != childs
