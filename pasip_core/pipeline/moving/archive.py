"""The file of a backup: a ZIP archive with one file of JSON lines a part, and a manifest written last.

No name in the archive is ever used as a path: parts are looked for under the names that this program knows.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO

from pydantic import TypeAdapter, ValidationError

from pasip_core.errors import BackupFileError

from .contents import Sum
from .parts import Part, all_parts

FORMAT, VERSION = "pasip-backup", 1
MANIFEST = "manifest.json"
LONGEST_LINE, LONGEST_MANIFEST = 64 << 20, 4 << 20
"""Bytes; what a line unpacks to is held in memory."""


@dataclass(frozen=True)
class PartSum:
    """What a part must unpack to: so many lines, so many bytes."""

    count: int
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What is in a backup. ``id`` tells it from any other; ``pending_days`` await rollup."""

    id: str
    created_at: datetime
    program: str
    timezone: str
    parts: Mapping[str, PartSum]
    pending_days: tuple[date, ...] = ()
    format: str = FORMAT
    version: int = VERSION


_MANIFEST = TypeAdapter(Manifest)


def file_name(part: Part) -> str:
    """The name of a part within the archive."""
    return f"{part.name}.jsonl"


def manifest_bytes(manifest: Manifest) -> bytes:
    """The manifest as it stands in the archive."""
    return _MANIFEST.dump_json(manifest, indent=2)


class Archive:
    """A backup that is read. ``BackupFileError`` where it is none, incomplete, or of a later format."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.exists() and not path.is_file():  # opening a pipe would wait for whoever writes to it
            raise BackupFileError(
                f"{path}: cannot be read, it is no file; name what `backup` wrote", field="file", value=path
            )
        try:
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise BackupFileError(f"{path}: cannot be read ({error.strerror})", field="file", value=path) from None
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise BackupFileError(f"{path}: is no complete backup ({error})", field="file", value=path) from None
        self.manifest = self._read_manifest()

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def _read_manifest(self) -> Manifest:
        with self.opened(MANIFEST, MANIFEST) as file:
            text = file.read(LONGEST_MANIFEST + 1)
        try:
            given = json.loads(text) if len(text) <= LONGEST_MANIFEST else None
            if not isinstance(given, dict) or given.get("format") != FORMAT:
                raise ValueError("it does not describe a backup of this program")
            if isinstance(given.get("version"), int) and given["version"] > VERSION:
                raise BackupFileError(
                    f"{self.path}: has format version {given['version']}, and this program reads up to {VERSION}; "
                    "update the program",
                    field="file",
                )
            return _MANIFEST.validate_python(given)
        except ValidationError as error:
            raise self.damaged(MANIFEST, str(error.errors()[0]["msg"])) from None
        except (ValueError, RecursionError) as error:
            raise self.damaged(MANIFEST, str(error)) from None

    def lines(self, part: Part) -> Iterator[bytes]:
        """The lines of a part, without their ends; a part that the manifest does not list has none.

        Whoever reads to the end knows that they are what the manifest promises.
        """
        told = self.manifest.parts.get(part.name)
        if told is None:
            return
        read = Sum()
        with self.opened(file_name(part), part.name) as file:
            while line := file.readline(LONGEST_LINE + 1):
                read.add(line[:-1])
                if len(line) > LONGEST_LINE or line[-1:] != b"\n" or read.count > told.count or read.size > told.size:
                    raise self.damaged(part.name, f"line {read.count} is cut off, too long, or one too many")
                yield line[:-1]
        if (read.count, read.size) != (told.count, told.size):
            raise self.damaged(part.name, f"it ends after {read.count} of {told.count} lines")
        if read.sha256 != told.sha256:
            raise self.damaged(part.name, "its checksum is another")

    def strangers(self) -> bool:
        """Whether there is any file in it that is no part, or a part twice."""
        known = [MANIFEST, *(file_name(part) for part in all_parts() if part.name in self.manifest.parts)]
        return sorted(self._zip.namelist()) != sorted(known)

    @contextmanager
    def opened(self, name: str, part: str) -> Iterator[IO[bytes]]:
        """A file in the archive; whatever is wrong with it is said to be a damage of ``part``."""
        try:
            info = self._zip.getinfo(name)
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise self.damaged(part, "it is packed in another way")
            with self._zip.open(info) as packed, io.BufferedReader(packed) as file:  # type: ignore[type-var]
                yield file
        except KeyError:
            raise self.damaged(part, "it is missing") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
            raise self.damaged(part, str(error)) from None

    def damaged(self, part: str, reason: str) -> BackupFileError:
        """The error to raise."""
        return BackupFileError(f"{self.path}: {part} is damaged: {reason}; use another backup", field="file")
