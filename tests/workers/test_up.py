"""Everything on one machine, as a person starts, stops and kills it."""

from __future__ import annotations

import io
import itertools
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import psutil
import pytest
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue

from pasip_core.commands import imports
from pasip_core.dispatch import dispatch, job_status, queue_overview
from pasip_core.domain.filters import Filters
from pasip_core.domain.period import Period
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.influx.points import DAYS
from pasip_core.stores.ports import Stores
from tests import trouble
from tests.builders import make_mention
from tests.replicas.influx import ORG, TOKEN, InfluxReplica, KeptBucket
from tests.waiting import free_port, wait_until
from tests.workers.conftest import ROOT
from workers.processes import spawn
from workers.supervisor import Child, stop_all
from workers.up import answers

pytestmark = pytest.mark.slow
QUIET_ZONES = {"Asia/Jakarta": 0, "Asia/Kathmandu": 45}
"""And the minutes of their offset."""
READY = "PASIP-AI is ready"


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def quiet_zone() -> str:
    """A zone whose clock is far from the next full or half hour, when the timetable collects from everywhere."""
    minute = datetime.now(UTC).minute
    return max(QUIET_ZONES, key=lambda name: -(minute + QUIET_ZONES[name]) % 30)


class Installation:
    """``python -m workers.up`` on a data folder and a port of its own."""

    def __init__(self, data_dir: Path, log: Path) -> None:
        self.settings = Settings(_env_file=None, data_dir=data_dir, scrape_workers=1, timezone=quiet_zone())
        self.port = free_port()
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.everyone: list[psutil.Process] = []

    def start(self, port: int | None = None, **variables: str) -> subprocess.Popen[bytes]:
        env = {"TIMEZONE": self.settings.timezone, **os.environ, "DATA_DIR": str(self.settings.data_dir)}
        env |= {"SCRAPE_WORKERS": "1", "PYTHONUNBUFFERED": "1", **variables}
        argv = [sys.executable, "-m", "workers.up", "--port", str(port or self.port)]
        with self.log.open("wb") as log:
            self.process = spawn(argv, env=env, cwd=ROOT, by=signal.SIGTERM, output=log.fileno())
        return self.process

    def wait_ready(self) -> None:
        wait_until(lambda: READY in self.log.read_text() or self.process.poll() is not None, 60, "the address is told")
        assert READY in self.log.read_text(), self.log.read_text()
        wait_until(lambda: len(queue_overview(settings=self.settings).workers) >= 3, 60, "workers")
        self.everyone = psutil.Process(self.process.pid).children(recursive=True)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(60)

    def survivors(self) -> list[int]:
        return [process.pid for process in self.everyone if is_alive(process)]

    def child(self, words: str) -> psutil.Process:
        found = [p for p in psutil.Process(self.process.pid).children() if words in command(p)]
        assert found, words
        return found[0]


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "data", tmp_path / "output")
    yield made
    if made.process is not None and made.process.poll() is None:
        made.stop()
    for process in made.everyone:
        if process.is_running():
            process.kill()


def test_it_starts_listens_on_loopback_only_and_stops_on_sigterm(installation: Installation) -> None:
    installation.start()
    installation.wait_ready()
    with urllib.request.urlopen(f"http://127.0.0.1:{installation.port}/") as page:
        assert page.status == 200
    ours = {process.pid for process in installation.everyone}
    listening = {
        connection.laddr.ip
        for connection in psutil.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN and connection.pid in ours
    }
    assert listening == {"127.0.0.1"}
    assert installation.stop() == 0
    assert installation.survivors() == []


def test_ctrl_c_stops_it_too(installation: Installation) -> None:
    installation.start()
    installation.wait_ready()
    installation.process.send_signal(signal.SIGINT)
    assert installation.process.wait(60) == 0
    assert installation.survivors() == []


def test_a_kill_leaves_no_orphan_and_the_next_start_keeps_what_was_queued(installation: Installation) -> None:
    installation.start()
    installation.wait_ready()
    schedule = queue_overview(settings=installation.settings).schedule
    installation.process.kill()
    installation.process.wait()
    wait_until(lambda: installation.survivors() == [], 20, "nothing is left")
    installation.start()
    installation.wait_ready()
    again = queue_overview(settings=installation.settings).schedule
    assert {entry.name for entry in again} == {entry.name for entry in schedule}
    assert len(again) == len(schedule)
    assert job_status("publish_sources", settings=installation.settings) is not None
    assert installation.stop() == 0


def test_whatever_is_killed_comes_back(installation: Installation) -> None:
    installation.start()
    installation.wait_ready()
    for words in ("workers.main reports", "workers.schedule", "redis", "streamlit"):
        killed = installation.child(words)
        killed.kill()
        wait_until(lambda words=words, pid=killed.pid: _other(installation, words, pid), 40, f"{words} again")
    job = dispatch("rollup", settings=installation.settings)
    wait_until(lambda: job_status(job.job_id, settings=installation.settings).state == "done", 60, "the job is done")
    assert installation.stop() == 0


def test_a_killed_redis_and_a_restart_lose_no_job_and_no_mention(installation: Installation) -> None:
    installation.start()
    installation.wait_ready()
    settings = installation.settings
    stores = connect(settings)
    stores.mentions.upsert([make_mention("jokowi meninjau pasar")])
    with Redis.from_url(settings.redis_address) as redis:
        waiting = Queue("nobody-takes-from-here", connection=redis).enqueue("workers.jobs.rollup").id
    killed = installation.child("redis")
    killed.kill()
    wait_until(lambda: _other(installation, "redis", killed.pid), 40, "redis again")
    wait_until(lambda: _answers(settings), 20, "redis answers")
    assert job_status(waiting, settings=settings).state == "waiting"

    assert installation.stop() == 0
    installation.start()
    installation.wait_ready()
    assert job_status(waiting, settings=settings).state == "waiting"
    assert stores.mentions.span() is not None
    wait_until(lambda: not stores.mentions.touched_days(1), 60, "the numbers of what was stored before")
    stores.close()
    assert installation.stop() == 0


def _answers(settings: Settings) -> bool:
    try:
        with Redis.from_url(settings.redis_address) as redis:
            return bool(redis.ping())
    except RedisError:
        return False


def _other(installation: Installation, words: str, pid: int) -> bool:
    children = psutil.Process(installation.process.pid).children()
    return any(p.pid != pid and words in command(p) for p in children)


def test_a_second_one_on_the_same_folder_is_refused(installation: Installation, tmp_path: Path) -> None:
    installation.start()
    wait_until(lambda: (installation.settings.data_dir / "pasip.lock").exists())
    wait_until(lambda: (installation.settings.data_dir / "pasip.lock").read_text())
    second = Installation(installation.settings.data_dir, tmp_path / "second")
    assert second.start().wait(30) == 2
    assert f"in use by another PASIP-AI (process {installation.process.pid})" in second.log.read_text()


def test_a_taken_port_is_named_with_the_way_out(installation: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", installation.port))
        taken.listen()
        assert installation.start().wait(30) == 2
    told = installation.log.read_text()
    assert f"PORT: {installation.port} cannot be used" in told
    assert "make up PORT=" in told
    assert "Traceback" not in told


def test_a_bad_setting_is_told_in_a_sentence(installation: Installation) -> None:
    os.environ["TIMEZONE"] = "Asia/Nowhere"
    try:
        assert installation.start().wait(30) == 2
    finally:
        del os.environ["TIMEZONE"]
    assert installation.log.read_text().startswith("TIMEZONE: 'Asia/Nowhere' cannot be used")


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    installation = Installation(tmp_path / "file" / "data", tmp_path / "output")
    assert installation.start().wait(30) == 2
    assert installation.log.read_text().startswith("DATA_DIR: ")
    assert "Traceback" not in installation.log.read_text()


def test_a_long_folder_name_moves_the_socket(tmp_path: Path) -> None:
    installation = Installation(tmp_path / ("long name " * 12), tmp_path / "output")
    installation.start()
    try:
        installation.wait_ready()
        with Redis.from_url(installation.settings.redis_address) as redis:
            assert redis.ping()
        assert installation.settings.redis_socket.parent.stat().st_mode & 0o077 == 0
    finally:
        assert installation.stop() == 0


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.write_bytes(b"no database at all " * 1000), "put a backup in their place"),
        (lambda path: run_sql(path, "PRAGMA user_version = 99"), "made by a newer version of this program (schema 99"),
        (lambda path: run_sql(path, "CREATE TABLE recipes (name)"), "is a database of another program"),
    ],
    ids=["damaged", "newer", "another program's"],
)
def test_a_store_that_cannot_be_used_is_told_in_a_sentence_and_left_as_it_is(
    installation: Installation, spoil: Callable[[Path], None], said: str
) -> None:
    path = installation.settings.sqlite_path
    path.parent.mkdir(parents=True)
    spoil(path)
    before = path.read_bytes()
    assert installation.start().wait(60) == 2
    told = installation.log.read_text()
    assert said in told
    assert "Traceback" not in told
    assert path.read_bytes() == before


def run_sql(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)


def test_an_older_store_is_brought_up_to_date(installation: Installation) -> None:
    """The oldest of all is the empty file."""
    path = installation.settings.sqlite_path
    path.parent.mkdir(parents=True)
    path.touch()
    installation.start()
    installation.wait_ready()
    stores = connect(installation.settings, make=False)
    assert stores.mentions.span() is None
    stores.close()
    assert installation.stop() == 0


def test_a_folder_that_may_only_be_read_is_told_in_a_sentence(installation: Installation) -> None:
    installation.settings.data_dir.mkdir(parents=True)
    with trouble.read_only(installation.settings.data_dir):
        assert installation.start().wait(30) == 2
    told = installation.log.read_text()
    assert told.startswith("DATA_DIR: ")
    assert "cannot be written" in told
    assert "Traceback" not in told


def test_a_disk_that_fills_up_stops_nothing_and_loses_no_import(installation: Installation) -> None:
    settings = installation.settings
    with trouble.small_disk(settings.data_dir, 64):
        installation.start()
        installation.wait_ready()
        stores = connect(settings, make=False)
        upload = imports.keep_upload(settings, "kabar.csv", io.BytesIO(CSV))
        with trouble.filled(settings.data_dir, but=1 << 20):  # a request fits, the mentions do not
            job_id = start_import(settings, stores, upload)
            wait_until(lambda: is_held_up(settings, job_id), 60, "the import cannot go on")
            assert answers(installation.port)
            assert stores.imports.get(upload.parent.name).finished_at is None
        # A worker that cannot tell Redis of itself ends; its job is given to another once it counts as abandoned.
        wait_until(lambda: job_status(job_id, settings=settings).state == "done", 80, "the import is done by itself")
        wait_until(lambda: not stores.mentions.touched_days(1), 80, "and so are the numbers")
        assert stores.mentions.count(Filters(Period(date(2026, 11, 1), date(2026, 11, 30)))).value == ROWS
        stores.close()
        assert installation.stop() == 0


def is_held_up(settings: Settings, job_id: str) -> bool:
    """Whether the job waits, or Redis, on the same disk, takes nothing any more."""
    try:
        with Redis.from_url(settings.redis_address) as redis:
            redis.set("pasip:test", "x" * 1000)
    except RedisError:
        return True
    return job_status(job_id, settings=settings).store_away_since is not None


ROWS = 8000
CSV = (
    "tanggal,teks\n" + "".join(f"2026-11-{1 + n % 20:02} 10:00,kabar banjir nomor {n}\n" for n in range(ROWS))
).encode()


def start_import(settings: Settings, stores: Stores, upload: Path) -> str:
    columns = {"content": "teks", "published_at": "tanggal"}
    return imports.start(stores, settings, upload, mapping=columns, platform="twitter")[1].job_id


def test_children_that_ignore_sigterm_are_killed_in_the_end() -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(99)"
    )
    child = Child("stubborn", lambda: spawn([sys.executable, "-c", stubborn], output=subprocess.PIPE), 1, grace=0.2)
    child.look_after(time.monotonic())
    child.process.stdout.readline()
    stop_all([child])
    assert child.process.returncode == -signal.SIGKILL


def test_a_child_that_keeps_ending_is_started_again_ever_more_slowly() -> None:
    child = Child("brief", lambda: spawn([sys.executable, "-c", ""]), 1)
    starts = []
    for tenth in range(100):
        before = child.process
        child.look_after(tenth / 10)
        if child.process is not None and child.process is not before:
            starts.append(tenth / 10)
            child.process.wait()
    pauses = [b - a for a, b in itertools.pairwise(starts)]
    assert pauses == sorted(pauses)
    assert pauses[-1] >= 4 * pauses[0]


def test_an_influxdb_that_is_away_keeps_nothing_from_starting_and_gets_its_numbers(installation: Installation) -> None:
    with InfluxReplica() as replica:
        bucket = replica.buckets["pasip"] = KeptBucket("pasip")
        named = {"INFLUXDB_URL": replica.url, "INFLUXDB_TOKEN": TOKEN, "INFLUXDB_ORG": ORG, "INFLUXDB_BUCKET": "pasip"}
        replica.state = "cut"
        installation.start(**named)
        installation.wait_ready()
        assert "numbers wait until the series are back" in installation.log.read_text()
        stores = connect(installation.settings)
        stores.mentions.upsert([make_mention("jokowi meninjau pasar")])
        failed = dispatch("rollup", settings=installation.settings).job_id
        wait_until(lambda: any(path == "/api/v2/query" for _, path, _ in replica.asked), 60, "rollup wants to copy")
        assert stores.mentions.touched_days(1)
        replica.state = "normal"
        wait_until(lambda: _is_over(failed, installation.settings), 60, "the rollup is over")
        again = dispatch("rollup", settings=installation.settings).job_id
        wait_until(lambda: _is_over(again, installation.settings), 60, "the next one, too")
        assert sum(fields["volume"] for ((name, _), _), fields in bucket.points.items() if name == DAYS) == 1
        assert stores.mentions.touched_days(1) == []
        stores.close()
        assert installation.stop() == 0
        assert TOKEN not in installation.log.read_text()


def _is_over(job: str, settings: Settings) -> bool:
    return job_status(job, settings=settings).state in {"done", "failed"}
