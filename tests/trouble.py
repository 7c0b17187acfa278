"""Ways to really break an embedded store, and to mend it again. What the machine does not let us do is skipped."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from pasip_core.stores.sqlite.database import MIGRATIONS

HOLD = """
import sqlite3, sys
path, how = sys.argv[1:]
connection = sqlite3.connect(path, isolation_level=None)
if how == "everything":
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
connection.execute("BEGIN EXCLUSIVE")
if how == "everything":
    connection.execute("CREATE TABLE held (x)")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """A disk of its own, of this size, at ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """``folder`` and all in it may only be read: by its rights, or for root, whom rights do not bind, by a mount."""
    if os.getuid():
        paths = [folder, *folder.rglob("*")]
        rights = {path: path.stat().st_mode for path in paths}
        for path in paths:
            path.chmod(rights[path] & ~0o222)
        try:
            yield
        finally:
            for path in paths:
                path.chmod(rights[path])
        return
    _mount("--bind", folder, folder)
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def _mount(*arguments: object) -> None:
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine lets nobody mount here ({done.stderr.strip()})")


@contextmanager
def filled(folder: Path, *, but: int = 0) -> Iterator[None]:
    """Not a byte, or ``but`` bytes, left on the disk of ``folder``."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        while (free := shutil.disk_usage(folder).free) > but:
            file.write(bytes(min(1 << 20, free - but)))
    try:
        yield
    finally:
        ballast.unlink()


@contextmanager
def held(path: Path, how: str = "writing") -> Iterator[None]:
    """Another process holds the file: no other may write (``writing``), or none may do anything (``everything``)."""
    argv = [sys.executable, "-c", HOLD, str(path), how]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "held\n"
        yield
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@contextmanager
def damaged(path: Path) -> Iterator[None]:
    """Something that is no database stands in place of the file."""
    with moved(path.parent):
        path.parent.mkdir()
        path.write_bytes(b"this is not a database, whatever its name says. " * 1000)
        yield
        shutil.rmtree(path.parent)


@contextmanager
def moved(folder: Path) -> Iterator[None]:
    """The folder is gone, as when its disk is not mounted."""
    away = folder.with_name(f"{folder.name}.away")
    folder.rename(away)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        away.rename(folder)


@contextmanager
def schema(path: Path, version: int) -> Iterator[None]:
    """The file says that it is of this schema."""
    before = _set_schema(path, version)
    try:
        yield
    finally:
        _set_schema(path, before)


def _set_schema(path: Path, version: int) -> int:
    with closing(sqlite3.connect(path)) as connection:
        before = int(connection.execute("PRAGMA user_version").fetchone()[0])
        connection.execute(f"PRAGMA user_version = {version}")
    return before


@contextmanager
def deaf_server(path: Path) -> Iterator[None]:
    """Somebody takes calls at this socket and never says a word."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen(64)
        yield


def step_down(path: Path, version: int) -> None:
    """Make the store what an older program of that version would have left: without what came later."""
    with closing(sqlite3.connect(path)) as now, closing(sqlite3.connect(":memory:")) as then:
        for file in MIGRATIONS[:version]:
            then.executescript(file.read_text(encoding="utf-8"))
        known = _objects(then)
        for kind in ("trigger", "view", "index", "table"):
            for name in sorted(_objects(now)[kind] - known[kind]):
                now.execute(f"DROP {kind} IF EXISTS {name}")
        for table in sorted(known["table"]):
            for column in _columns(now, table) - _columns(then, table):
                now.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        now.execute(f"PRAGMA user_version = {version}")
        now.commit()


def _objects(connection: sqlite3.Connection) -> dict[str, set[str]]:
    found = connection.execute("SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'").fetchall()
    return {kind: {name for type, name in found if type == kind} for kind in ("trigger", "view", "index", "table")}


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
