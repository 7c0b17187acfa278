"""Copies in files under DATA_DIR: finding them whatever the format, and taking them out."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import tarfile
import zipfile
import zlib
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any, cast

Test = Callable[[str], bool]
RowTest = Callable[[Mapping[str, Any]], bool]

CHUNK, OVERLAP = 1 << 20, 1 << 12
BROKEN = (OSError, EOFError, zlib.error, zipfile.BadZipFile, tarfile.TarError, RuntimeError, NotImplementedError)
"""What reading raises where a file is damaged, locked with a password, or of a kind that is not known."""
JSON_LINES = (".jsonl", ".ndjson")
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


def forget_in_archive(path: Path, row_test: RowTest, test: Test) -> str:
    """Take rows out of an archive with files of JSON lines; a sentence on what was done, "" where nothing was there.

    An archive that holds something in another kind of file is deleted as a whole. Replaced in one step: killed at
    any line, the archive is either as it was or done. Raises one of ``BROKEN`` where it cannot be read.
    """
    rows, elsewhere = rows_and_rest(path, row_test, test)
    if elsewhere:
        path.unlink()
        return f"deleted {path.name}: the backup held what was to be erased; make a new one"
    if not rows:
        return ""
    unfinished = path.with_name(f".{path.name}.part")
    with unfinished.open("wb") as out:
        _rewrite(path)(path, out, row_test)
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(path)
    return f"rewrote {path.name}: {rows} rows taken out of the backup"


def rows_and_rest(path: Path, row_test: RowTest, test: Test) -> tuple[int, bool]:
    """How many rows of JSON lines pass their test, and whether a piece of any other file within passes the other."""
    rows, elsewhere = 0, False
    for name, stream in _members(path):
        if name.endswith(JSON_LINES):
            rows += sum(_passes(line, row_test) for line in stream)
        else:
            elsewhere = elsewhere or any(map(test, _pieces(stream)))
    return rows, elsewhere


def _rewrite_zip(path: Path, out: IO[bytes], row_test: RowTest) -> None:
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            with old.open(info) as stream, new.open(info.filename, "w", force_zip64=True) as copy:
                for line in stream:
                    if not (info.filename.endswith(JSON_LINES) and _passes(line, row_test)):
                        copy.write(line)


def _rewrite(path: Path) -> Callable[[Path, IO[bytes], RowTest], None]:
    if zipfile.is_zipfile(path):
        return _rewrite_zip
    return _rewrite_tar if tarfile.is_tarfile(path) else _rewrite_lines


def _rewrite_lines(path: Path, out: IO[bytes], row_test: RowTest) -> None:
    """A single file of JSON lines, packed or not."""
    packed = path.name.endswith(".gz")
    with (
        gzip.open(path) if packed else path.open("rb") as old,
        gzip.open(out, "wb") if packed else nullcontext(out) as new,
    ):
        for line in old:
            if not _passes(line, row_test):
                new.write(line)


def _rewrite_tar(path: Path, out: IO[bytes], row_test: RowTest) -> None:
    packed = path.name.endswith(("gz", "tgz"))
    with tarfile.open(path) as old, tarfile.open(fileobj=out, mode="w:gz" if packed else "w") as new:
        for member in old:
            stream = old.extractfile(member)
            if stream is None or not member.name.endswith(JSON_LINES):
                new.addfile(member, stream)
                continue
            kept = b"".join(line for line in stream if not _passes(line, row_test))
            member.size = len(kept)
            new.addfile(member, io.BytesIO(kept))


def _passes(line: bytes, row_test: RowTest) -> bool:
    try:
        row = json.loads(line)
    except ValueError:
        return False
    return isinstance(row, dict) and row_test(row)
