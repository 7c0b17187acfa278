"""Taking a person out of a backup that was made before they asked for it."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from pasip_core.domain.period import day_of
from pasip_core.domain.privacy import Erased, Erasure, Salt, ended
from pasip_core.errors import InputError
from pasip_core.stores.ports import Kept, Stores

from ..progress import Clock, utc_now
from .archive import MANIFEST, Archive, manifest_bytes
from .backup import replacing, write_parts
from .contents import united
from .parts import MENTIONS, Part, all_parts
from .restore import ArchiveContents, check_parts, days_in

Clean = Callable[[str, Any], Any]
"""The value of a collection (``mentions`` hold ``Kept``) without the person; ``None`` where nothing is to stay."""


class Request(Protocol):
    """What is asked for, and by what the person is refused from then on, in hashes with a salt."""

    @property
    def erasure(self) -> Erasure: ...
    def refused(self, salt: Salt) -> Iterator[Erased]: ...


@dataclass
class Held:
    """What a backup, told by its id, holds of the person: mentions of each platform, on which days, and records."""

    id: str
    by_platform: Counter[str] = field(default_factory=Counter)
    days: set[date] = field(default_factory=set)
    records: int = 0

    @property
    def anything(self) -> bool:
        """Whether it would have to be written anew."""
        return bool(self.by_platform or self.records)


def held(path: Path, clean: Clean) -> Held:
    """What is in the backup. ``BackupFileError`` where it is none, damaged, or holds what this version cannot keep."""
    with closing(Archive(path)) as archive:
        check_parts(archive)
        if archive.strangers():
            raise archive.damaged(MANIFEST, "there are other files beside it")
        contents, zone, found = ArchiveContents(archive), days_in(archive), Held(archive.manifest.id)
        # Mentions first: from them ``clean`` learns addresses that stand in records, too.
        for part in sorted(all_parts(), key=lambda part: part.name != MENTIONS):
            for value in contents.values(part):
                cleaned = clean(part.collection or part.name, value)
                gone = cleaned is None and isinstance(value, Kept)
                if gone or _leaving(value):
                    found.days.add(day_of(value.mention.published_at, zone))
                if gone:
                    found.by_platform[value.mention.platform] += 1
                elif cleaned != value:
                    found.records += 1
    return found


def _leaving(value: Any) -> bool:
    """Whether a mention only waits for its removal: the store has let go of it with the person."""
    return isinstance(value, Kept) and value.excluded


def take_out(
    path: Path, found: Held, stores: Stores, clean: Clean, request: Request, *, clock: Clock = utc_now
) -> None:
    """Write the backup anew without what was ``found``, in one step: killed anywhere, it is the old one or the new one.

    It restores like any other, its numbers recomputed for the days of what is gone, and knows who was erased.
    ``BackupFileError`` where it is damaged, ``InputError`` where somebody else writes it: it then stays as it was.
    """
    with replacing(path) as file, closing(Archive(path)) as archive:
        if archive.manifest.id != found.id:
            raise InputError(f"{path}: another erasure has just written it; erase again", field="file")
        contents = ArchiveContents(archive)
        rest = _Rest(contents, clean, _memory(contents, stores, request, found, clock))
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
            parts, pending = write_parts(out, rest), tuple(sorted(contents.pending() | found.days))
            manifest = replace(archive.manifest, id=uuid4().hex, parts=parts, pending_days=pending)
            out.writestr(MANIFEST, manifest_bytes(manifest))


def _memory(
    contents: ArchiveContents, stores: Stores, request: Request, found: Held, clock: Clock
) -> dict[str, Sequence[Any]]:
    """Records that it gets, by collection. A backup of another installation keeps its salt, and hashes of its own."""
    theirs = next(part for part in all_parts() if part.collection == "salts")
    ours = stores.salts.list()
    salts = list(contents.values(theirs)) or ours
    known, asked = (stores.erased.list(), stores.erasures.list()) if salts == ours else ([], [])
    done = replace(
        request.erasure,
        sealed="",
        finished_at=clock(),
        removed=found.by_platform.total(),
        by_platform=dict(sorted(found.by_platform.items())),
        redacted=found.records,
        proven=True,
    )
    refused = [erased for salt in salts for erased in request.refused(salt)]
    return {"salts": salts, "erased": [*known, *refused], "erasures": [*asked, *ended(done, asked)]}


@dataclass(frozen=True)
class _Rest:
    """See ``Contents``: those of a backup without the person, and with the records it gets."""

    contents: ArchiveContents
    clean: Clean
    added: Mapping[str, Sequence[Any]]

    @property
    def origin(self) -> str:
        """See ``Contents``."""
        return self.contents.origin

    def values(self, part: Part, after: str = "") -> Iterator[Any]:
        """See ``Contents``."""
        name = part.collection or part.name
        cleaned = (self.clean(name, value) for value in self.contents.values(part, after))
        rest = (value for value in cleaned if value is not None and not _leaving(value))
        return united(part, rest, self.added[name], after) if name in self.added else rest

    def count(self, part: Part) -> int | None:
        """See ``Contents``."""
        return self.contents.count(part)

    def pending(self) -> set[date]:
        """See ``Contents``."""
        return self.contents.pending()
