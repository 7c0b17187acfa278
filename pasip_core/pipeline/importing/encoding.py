"""In which encoding a text file is written."""

from __future__ import annotations

import codecs
from pathlib import Path

from charset_normalizer import from_bytes

from pasip_core.errors import ImportFileError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 20
_SAMPLE = 1 << 16
_WAY_OUT = "Save it as UTF-8 (in Excel: CSV UTF-8) and import that."

DAMAGED_UTF8_SHARE = 0.02
"""So few broken characters among those beyond ASCII still speak for UTF-8; their rows are rejected one by one."""


def detect_encoding(path: Path) -> str:
    """The name of the encoding, after a look at the whole file; ``ImportFileError`` where it is no text.

    UTF-8, UTF-16 and UTF-32 by mark or content, else Windows-1252, else what charset-normalizer finds.
    """
    with path.open("rb") as stream:
        head = stream.read(_SAMPLE)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return _checked(path, name)
    if b"\0" in head:
        return _checked(path, _utf16_without_mark(path, head))
    if _broken_share(path) <= DAMAGED_UTF8_SHARE:
        return "utf-8"
    if _decodes(path, "cp1252"):
        return "cp1252"
    best = from_bytes(head).best()
    return _checked(path, best.encoding if best else "cp1252")


def check_encoding(path: Path, name: str) -> str:
    """``name`` as given by a person, if there is such an encoding and the file is written in it."""
    try:
        codecs.lookup(name)
    except LookupError:
        raise ImportFileError(f"encoding: {name!r} is not known. Use utf-8, utf-16 or cp1252.", value=name) from None
    return _checked(path, name)


def _checked(path: Path, name: str) -> str:
    if not _decodes(path, name):
        raise ImportFileError(
            f"{path.name} cannot be read as {name}: it holds bytes that this encoding does not have. {_WAY_OUT}",
            field="file",
            value=name,
        )
    return name


def _decodes(path: Path, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                if "\0" in decoder.decode(chunk):
                    return False
            decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _broken_share(path: Path) -> float:
    """Broken characters among those that are not ASCII, read as UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    broken = beyond = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            text = decoder.decode(chunk)
            if not text.isascii():
                beyond += len(text) - len(text.encode("ascii", "ignore"))
                broken += len(text) - len(text.encode("utf-8", "ignore").decode())
        rest = decoder.decode(b"", final=True)
    return (broken + len(rest)) / max(1, beyond + len(rest))


def _utf16_without_mark(path: Path, head: bytes) -> str:
    """Little or big endian, told by where the zero bytes of Latin text stand."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) < len(head) // 8 or min(even, odd) > max(even, odd) // 4:
        raise ImportFileError(
            f"{path.name} is a binary file, not a table. Give a CSV, TSV, XLSX or JSONL file.", field="file"
        )
    return "utf-16-le" if odd > even else "utf-16-be"
