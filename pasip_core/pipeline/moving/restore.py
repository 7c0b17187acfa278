"""Reading everything back from a backup, into an empty store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from pasip_core.errors import BackupFileError
from pasip_core.stores.ports import Stores

from ..progress import Clock, Progress, silent, utc_now
from .archive import Archive
from .contents import AT_ONCE
from .move import Moved, move
from .parts import Part, all_parts


@dataclass(frozen=True)
class ArchiveContents:
    """See ``Contents``."""

    archive: Archive

    @property
    def origin(self) -> str:
        """See ``Contents``."""
        return f"backup {self.archive.manifest.id}"

    def values(self, part: Part, after: str = "") -> Iterator[Any]:
        """See ``Contents``. ``BackupFileError`` names the part and line of what is no value, or out of order."""
        last = ""
        for number, line in enumerate(self.archive.lines(part), start=1):
            try:
                value = part.value(line)
                key = part.key(value)
                if key <= last:
                    raise ValueError("it is out of order")
            except ValidationError as error:
                first = error.errors()[0]
                place = ".".join(map(str, first["loc"]))
                raise self.archive.damaged(part.name, f"line {number}: {place}: {first['msg']}") from None
            except ValueError as error:
                raise self.archive.damaged(part.name, f"line {number}: {error}") from None
            last = key
            if key > after:
                yield value

    def count(self, part: Part) -> int | None:
        """See ``Contents``."""
        told = self.archive.manifest.parts.get(part.name)
        return told.count if told else 0

    def pending(self) -> set[date]:
        """See ``Contents``."""
        return set(self.archive.manifest.pending_days)


def days_in(archive: Archive) -> ZoneInfo:
    """The zone of the days in a backup. ``BackupFileError`` where there is no such zone."""
    try:
        return ZoneInfo(archive.manifest.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise archive.damaged("manifest.json", "there is no such time zone") from None


def restore(
    path: Path,
    target: Stores,
    zone: ZoneInfo,
    *,
    mindful_of: Stores | None = None,
    clock: Clock = utc_now,
    progress: Progress = silent,
) -> Moved:
    """Fill an empty store from a backup; killed anywhere and run again it goes on where it was.

    ``mindful_of`` is another store whose erasures stay in force. The whole file is checked before anything is
    written. ``BackupFileError`` where it cannot be used, and what ``move`` raises.
    """
    with closing(Archive(path)) as archive:
        contents = ArchiveContents(archive)
        _check(contents, zone, progress)
        return move(contents, target, zone=zone, mindful_of=mindful_of, clock=clock, progress=progress)


def _check(contents: ArchiveContents, zone: ZoneInfo, progress: Progress) -> None:
    archive = contents.archive
    if archive.manifest.timezone != zone.key:
        raise BackupFileError(
            f"{archive.path}: its days are those of {archive.manifest.timezone}; restore it with TIMEZONE="
            f"{archive.manifest.timezone}, and change that afterwards",
            field="file",
        )
    check_parts(archive)
    for part in all_parts():
        _check_part(contents, part, progress)


def check_parts(archive: Archive) -> None:
    """``BackupFileError`` where there are parts that this version does not know."""
    if unknown := sorted(set(archive.manifest.parts) - {part.name for part in all_parts()}):
        raise BackupFileError(
            f"{archive.path}: this version of the program does not know {', '.join(unknown)}; update the program",
            field="file",
        )


def _check_part(contents: ArchiveContents, part: Part, progress: Progress) -> None:
    for number, _ in enumerate(contents.values(part), start=1):
        if number % AT_ONCE == 0:
            progress(number, contents.count(part), f"checking: {part.name}")
