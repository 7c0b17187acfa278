"""Everything on one machine: ``python -m workers.up [--port 8501]``.

Redis, the workers, the timetable and the web page, as children of one process that starts them in order,
starts again what ends, and stops them in order. Whatever kills this process takes them all along.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from loguru import logger
from redis import Redis

from pasip_core.dispatch import open_connection
from pasip_core.errors import InputError, PasipError, StoreUnavailable
from pasip_core.logs import setup_logging
from pasip_core.settings import Settings, load_settings

from .janitor import Janitor
from .processes import spawn
from .redis_server import start_redis, wait_for_redis
from .supervisor import Child, stop_all

ROOT = Path(__file__).resolve().parents[1]
LOOPBACK = "127.0.0.1"
FIRST, WORKERS, LAST = 0, 1, 2
WORKER_GRACE = 10.0
SAY_SO_AFTER = 30.0


class Installation:
    """One data folder, one port and the processes that serve them."""

    def __init__(self, settings: Settings, port: int) -> None:
        self.settings = settings
        self.port = port
        self.children: list[Child] = []
        self._signals = 0

    def run(self) -> None:
        """Start everything, keep it running until a signal, stop everything."""
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, self._on_signal)
        try:
            self._start_redis()
            self._prepare_stores()
            self.children += self._programs()
            self._keep()
        finally:
            print("Stopping …", flush=True)
            stop_all(self.children, hurry=lambda: self._signals > 1)

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        self._signals += 1

    def _start_redis(self) -> None:
        if self.settings.redis_url.get_secret_value():
            wait_for_redis(open_connection(self.settings), seconds=10)
            return
        socket_path, folder = self.settings.redis_socket, self.settings.data_dir.resolve() / "redis"
        child = Child("redis", lambda: start_redis(socket_path, folder), LAST)
        self.children.append(child)
        child.look_after(time.monotonic())
        with open_connection(self.settings) as connection:
            wait_for_redis(connection, child.process)
            self._recover(connection)

    def _recover(self, connection: Redis) -> None:
        """No worker of ours is alive yet: jobs that count as running were cut off."""
        returned = Janitor(connection).sweep_all()
        if returned:
            logger.warning("cut off last time and done again: {}", ", ".join(returned))

    def _prepare_stores(self) -> None:
        """Bring the schema up to date once, before several processes would at the same time.

        An InfluxDB that is away keeps nothing else from starting: rollup comes back for what it missed.
        """
        from pasip_core.stores.connect import connect

        stores = connect(self.settings)
        try:
            stores.migrate()
        except StoreUnavailable as error:
            logger.warning("numbers wait until the series are back: {}", error)
        finally:
            stores.close()

    def _programs(self) -> list[Child]:
        python = sys.executable
        queues = ["scrape"] * self.settings.scrape_workers + ["nlp", "reports"]
        workers = [
            self._child(f"worker-{queue}-{n}", [python, "-m", "workers.main", queue], WORKERS, signal.SIGKILL)
            for n, queue in enumerate(queues, start=1)
        ]
        timetable = self._child("schedule", [python, "-m", "workers.schedule"], FIRST, signal.SIGTERM)
        web = [python, "-m", "streamlit", "run", str(ROOT / "streamlit_app.py")]
        web += ["--server.address", LOOPBACK, "--server.port", str(self.port), "--server.headless", "true"]
        web += ["--server.fileWatcherType", "none"]
        return [self._child("web", web, FIRST, signal.SIGTERM), *workers, timetable]

    def _child(self, name: str, argv: Sequence[str], rank: int, by: signal.Signals) -> Child:
        env = {**os.environ, "DATA_DIR": str(self.settings.data_dir.resolve()), "PYTHONUNBUFFERED": "1"}
        grace = WORKER_GRACE if rank == WORKERS else 5.0
        return Child(name, lambda: spawn(argv, env=env, cwd=ROOT, by=by), rank, grace)

    def _keep(self) -> None:
        """Look after the children until a signal comes; tell the address once it really answers."""
        begun, told = time.monotonic(), False
        late = False
        while not self._signals:
            now = time.monotonic()
            for child in self.children:
                child.look_after(now)
            if not told and answers(self.port):
                told = True
                print(f"\nPASIP-AI is ready: http://localhost:{self.port}   (Ctrl-C stops it)\n", flush=True)
            elif not told and not late and now - begun > SAY_SO_AFTER:
                late = True
                print("The page does not answer yet; see the messages above. Still trying.", flush=True)
            time.sleep(0.1)


def answers(port: int) -> bool:
    """Whether the page is served: its server is healthy, and the first page comes."""
    return _ok(f"http://{LOOPBACK}:{port}/_stcore/health") and _ok(f"http://{LOOPBACK}:{port}/")


def _ok(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 - our own loopback address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Hold the data folder: two servers on one folder would destroy each other's files."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        (data_dir / "pasip.lock").touch()
    except OSError as error:
        raise InputError(
            f"DATA_DIR: {data_dir} cannot be written ({error.strerror}); name another folder: make up DATA_DIR=…",
            field="DATA_DIR",
        ) from None
    with (data_dir / "pasip.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            pid = file.read(20).strip() or "?"
            raise InputError(
                f"DATA_DIR: {data_dir} is in use by another PASIP-AI (process {pid}); "
                "stop that one, or name another folder: make up DATA_DIR=…",
                field="DATA_DIR",
            ) from None
        with suppress(OSError):  # the lock holds without the number, which a full disk may not take
            os.ftruncate(file.fileno(), 0)
            os.write(file.fileno(), str(os.getpid()).encode())
        os.set_inheritable(file.fileno(), False)
        yield


def check_port(port: int) -> None:
    """``InputError`` where nothing can listen on ``port`` of this machine's loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except (OSError, OverflowError) as error:
            raise InputError(
                f"PORT: {port} cannot be used ({error}); choose another one: make up PORT=8600", field="PORT"
            ) from None


def main(arguments: Sequence[str] | None = None) -> int:
    """0 after an orderly stop; 2, with a sentence, where it cannot begin."""
    parser = argparse.ArgumentParser(prog="python -m workers.up", description="Run PASIP-AI on this machine.")
    parser.add_argument("--port", type=int, default=8501, help="port of the page, on this machine only")
    port = parser.parse_args(arguments).port
    try:
        settings = load_settings()
        with only_one(settings.data_dir.resolve()):
            check_port(port)
            setup_logging(settings, "up")
            Installation(settings, port).run()
    except PasipError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
