"""Taking a person out of a backup that was made before they asked for it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from pasip_core.domain.period import day_of
from pasip_core.domain.privacy import Erasure
from pasip_core.stores.ports import Kept, Stores

from .archive import MANIFEST, Archive, PartSum, file_name, manifest_bytes
from .backup import replacing
from .contents import StoreContents, Sum
from .parts import Part, all_parts
from .restore import ArchiveContents, days_in

Clean = Callable[[str, Any], Any]
"""The value of a collection (``mentions`` hold ``Kept``) without the person; ``None`` where nothing is to stay."""

MEMORY = frozenset({"salts", "erased", "erasures"})
"""Collections by which the erased are refused: a backup gets them as they are now."""


@dataclass
class Rewritten:
    """What came of it."""

    mentions: int = 0
    records: int = 0
    days: set[date] = field(default_factory=set)


def holds_person(path: Path, clean: Clean) -> bool:
    """Whether anything in the backup would change. ``BackupFileError`` where it is none, or damaged."""
    with closing(Archive(path)) as archive:
        return any(
            _cleaned(part, value, clean) != value
            for part in all_parts()
            if part.collection not in MEMORY
            for value in ArchiveContents(archive).values(part)
        )


def take_out(path: Path, stores: Stores, clean: Clean) -> Rewritten:
    """Write the backup anew without the person, in one step: killed anywhere, it is the old one or the new one.

    It restores like any other, its numbers recomputed for the days of what is gone, and knows who was erased.
    ``BackupFileError`` where it is none, or damaged; it then stays as it was.
    """
    done = Rewritten()
    with closing(Archive(path)) as archive, replacing(path) as file:
        sums: dict[str, PartSum] = {}
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
            for part in all_parts():
                values = _values(part, archive, stores, clean, done)
                sums[part.name] = _write(out, part, values)
            old = archive.manifest
            pending = tuple(sorted({*old.pending_days, *done.days}))
            out.writestr(MANIFEST, manifest_bytes(replace(old, id=uuid4().hex, parts=sums, pending_days=pending)))
    return done


def _values(part: Part, archive: Archive, stores: Stores, clean: Clean, done: Rewritten) -> Iterator[Any]:
    if part.collection in MEMORY:
        now = StoreContents(stores).values(part)
        yield from (value for value in now if not isinstance(value, Erasure) or value.finished_at is not None)
        return
    zone = days_in(archive)
    for value in ArchiveContents(archive).values(part):
        leaving = isinstance(value, Kept) and value.excluded  # taken out before, and on its way
        cleaned = None if leaving else _cleaned(part, value, clean)
        if cleaned is not None:
            yield cleaned
        if isinstance(value, Kept) and cleaned is None:
            done.mentions += 1
            done.days.add(day_of(value.mention.published_at, zone))
        elif cleaned != value:
            done.records += 1


def _cleaned(part: Part, value: Any, clean: Clean) -> Any:
    return clean(part.collection or part.name, value)


def _write(out: zipfile.ZipFile, part: Part, values: Iterator[Any]) -> PartSum:
    written = Sum()
    with out.open(file_name(part), "w", force_zip64=True) as file:
        for value in values:
            line = part.line(value)
            written.add(line)
            file.write(line + b"\n")
    return PartSum(written.count, written.size, written.sha256)
