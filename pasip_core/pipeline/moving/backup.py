"""Writing everything into one file, while the system runs."""

from __future__ import annotations

import fcntl
import os
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import IO
from uuid import uuid4
from zoneinfo import ZoneInfo

import pasip_core
from pasip_core.domain.period import Period
from pasip_core.errors import InputError
from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores

from ..progress import Clock, Progress, silent, utc_now
from .archive import LONGEST_LINE, MANIFEST, Manifest, PartSum, file_name, manifest_bytes
from .contents import AT_ONCE, Contents, StoreContents, Sum
from .parts import Part, all_parts

PARTIAL = ".partial"
_OURS = re.compile(r"pasip-\d{8}-\d{6}\.zip\.partial")


def backup_path(settings: Settings, now: datetime, out: Path | None = None) -> Path:
    """Where a backup goes: ``out``, a name by the time in that folder, or one in ``DATA_DIR/backups``."""
    if out is not None and not out.is_dir():
        return out
    folder = out or settings.data_dir.resolve() / "backups"
    return folder / f"pasip-{now.astimezone(settings.zone):%Y%m%d-%H%M%S}.zip"


def backup(
    stores: Stores, out: Path, zone: ZoneInfo, *, clock: Clock = utc_now, progress: Progress = silent
) -> Manifest:
    """Write everything to ``out``, in constant memory; it appears under that name only once it is complete.

    Mentions are read one after the other while others are written: each is whole, and days that changed
    meanwhile are listed as pending. ``InputError`` where the file cannot be written.
    """
    if out.exists() and not out.is_file():
        raise InputError(f"{out}: is no file that could be replaced; name a file or a folder", field="out", value=out)
    try:
        out.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replacing(out) as file:
            return _write(stores, file, zone, clock, progress)
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({error.strerror or error})", field="out", value=out) from error


def _write(stores: Stores, file: IO[bytes], zone: ZoneInfo, clock: Clock, progress: Progress) -> Manifest:
    contents, begun = StoreContents(stores), clock()
    before = _versions(stores, stores.metrics.days(), zone)
    pending = contents.pending()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        parts = write_parts(archive, contents, progress)
        pending |= contents.pending()
        after = _versions(stores, {*before, *stores.metrics.days()}, zone)
        pending |= {day for day, version in after.items() if before.get(day) != version}
        manifest = Manifest(uuid4().hex, begun, pasip_core.__version__, zone.key, parts, tuple(sorted(pending)))
        archive.writestr(MANIFEST, manifest_bytes(manifest))
    return manifest


def _versions(stores: Stores, days: Iterable[date], zone: ZoneInfo) -> dict[date, str]:
    return {day: stores.metrics.versions(Period(day, day, zone)) for day in days}


def write_parts(archive: zipfile.ZipFile, contents: Contents, progress: Progress = silent) -> dict[str, PartSum]:
    """Write every part. ``InputError`` where a value takes more bytes than can be read back."""
    # Collections last: what they say of days that are kept although their mentions go must not be older.
    sums = {part.name: _write_part(archive, part, contents, progress) for part in reversed(all_parts())}
    return {name: PartSum(one.count, one.size, one.sha256) for name, one in sums.items()}


def _write_part(archive: zipfile.ZipFile, part: Part, contents: Contents, progress: Progress) -> Sum:
    total, written = contents.count(part), Sum()
    with archive.open(file_name(part), "w", force_zip64=True) as file:
        for value in contents.values(part):
            line = part.line(value)
            if len(line) >= LONGEST_LINE:
                raise InputError(
                    f"{part.name}: {part.key(value)} takes {len(line)} bytes, and a backup takes up to {LONGEST_LINE} "
                    "of one thing; remove it, or copy the database itself",
                    field=part.name,
                )
            written.add(line)
            file.write(line + b"\n")
            if written.count % AT_ONCE == 0:
                progress(written.count, None if total is None else max(written.count, total), part.note)
    progress(written.count, written.count, part.note)
    return written


@contextmanager
def replacing(out: Path) -> Iterator[IO[bytes]]:
    """A private file that takes the place of ``out`` at the end, safely on disk; else nothing is left of it."""
    _remove_stale(out.parent)
    partial = out.with_name(out.name + PARTIAL)
    with os.fdopen(_locked(partial), "wb") as file:
        try:
            file.truncate()
            yield file
            file.flush()
            os.fsync(file.fileno())
            partial.replace(out)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    _sync_folder(out.parent)


def _locked(partial: Path) -> int:
    """The partial file, ours alone; what a killed backup left under that name is taken over."""
    while True:
        handle = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is(handle, partial):
                os.fchmod(handle, 0o600)
                return handle
        except BlockingIOError:
            os.close(handle)
            raise InputError(f"{partial}: another backup is being written there; wait for it", field="out") from None
        os.close(handle)


def _is(handle: int, path: Path) -> bool:
    """Whether ``path`` still names the opened file: another backup may have finished, and renamed it, meanwhile."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat(follow_symlinks=False))
    except FileNotFoundError:
        return False


def _remove_stale(folder: Path) -> None:
    """What killed backups left: files with names of ours that nobody holds a lock on."""
    for path in folder.glob(f"pasip-*.zip{PARTIAL}"):
        if _OURS.fullmatch(path.name):
            remove_if_left(path)


def remove_if_left(partial: Path) -> bool:
    """Remove a partial file that nobody is writing any more; whether it was one."""
    if not partial.is_file():
        return False
    with suppress(OSError), partial.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        partial.unlink()
        return True
    return False


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
