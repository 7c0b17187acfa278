"""Copies in files under DATA_DIR: finding them whatever the format, and taking them out."""

from __future__ import annotations

import gzip
import os
import re
import tarfile
import zipfile
import zlib
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

Test = Callable[[str], bool]

CHUNK, OVERLAP = 1 << 20, 1 << 12
BROKEN = (OSError, EOFError, zlib.error, zipfile.BadZipFile, tarfile.TarError, RuntimeError, NotImplementedError)
"""What reading raises where a file is damaged, locked with a password, or of a kind that is not known."""
BLANK = b"#"
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def holds(path: Path, test: Test) -> bool:
    """Whether a piece of the file passes the test; files within a ZIP, XLSX, TAR or GZIP file are looked into.

    Raises one of ``BROKEN`` where it cannot be read.
    """
    return any(any(map(test, _pieces(stream))) for _, stream in _members(path))


def _members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Name and contents of the file, or of each file within it."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                with archive.open(name) as stream:
                    yield name, stream
    elif tarfile.is_tarfile(path):
        with tarfile.open(path) as bundle:
            for member in bundle:
                if unpacked := bundle.extractfile(member):
                    yield member.name, unpacked
    else:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with _opened(path, packed) as plain:
            yield path.name.removesuffix(".gz"), plain


def _opened(path: Path, packed: bool) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path)) if packed else path.open("rb")


def _pieces(stream: IO[bytes]) -> Iterator[str]:
    """The text in pieces that overlap, so that nothing sought is cut in two."""
    raw = stream.read(CHUNK)
    decode = getincrementaldecoder(_encoding(raw))(errors="replace").decode
    before = ""
    while raw:
        text = before + decode(raw)
        yield _unescaped(text)
        before, raw = text[-OVERLAP:], stream.read(CHUNK)


def _encoding(start: bytes) -> str:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    every_other = start[:2_000]
    if every_other.count(0) > len(every_other) / 4:
        return "utf-16-le" if every_other[1::2].count(0) > every_other[::2].count(0) else "utf-16-be"
    return "utf-8"


def _unescaped(text: str) -> str:
    """With the letters that JSON escapes stand for."""
    if "\\u" not in text:
        return text
    plain = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def blank_lines(path: Path, test: Test) -> int:
    """Overwrite each line that passes the test in place; how many.

    In place, since other processes append to the same log meanwhile.
    """
    blanked = 0
    with path.open("r+b") as file:
        while line := file.readline():
            if test(line.decode("utf-8", "replace")):
                after = file.tell()
                file.seek(after - len(line))
                file.write(BLANK * len(line.rstrip(b"\n")))
                file.seek(after)
                blanked += 1
        file.flush()
        os.fsync(file.fileno())
    return blanked
