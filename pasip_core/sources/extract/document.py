"""From bytes of unknown encoding to a tree that is safe to walk.

The parser asks no network, resolves no entities beyond HTML's own and gives up depth rather than memory.
"""

from __future__ import annotations

import codecs
import re
from typing import Any

from lxml import etree, html

from ...errors import InputError, SourceParse

MAX_CHARS = 12_000_000
"""What lies beyond is not read: no article is that long."""

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_META = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,80}encoding=["']([\w.-]+)""", re.I
)
# What browsers read in place of the declared name (WHATWG Encoding Standard).
_READ_AS = {
    "iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932",
    "sjis": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "iso-8859-9": "cp1254", "tis-620": "cp874",
    "x-gbk": "gb18030", "windows-874": "cp874", "iso-8859-11": "cp874", "big5": "big5hkscs",
}  # fmt: skip
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TAG = re.compile(r"<(?:!doctype\s+html|/?[a-z][a-z0-9]{0,15}(?:[\s/][^<]*)?>)", re.I)
_FEED = re.compile(r"\s*(?:<\?xml[^>]*\?>)?\s*(?:<!--.*?-->\s*)*<(?:rss|feed|urlset|sitemapindex|rdf:RDF)\b", re.S)
_TOWER = re.compile(
    r"(?:<(?:div|span|section|center|font|b|i|u|em|strong|big|small|blockquote|ul|li|a)\b[^<>]*>\s*){60,}", re.I
)


def read_text(page: str | bytes, encoding: str = "") -> str:
    """The page as text without control characters; ``encoding`` is what the HTTP header said.

    :raises InputError: nothing in it.
    :raises SourceParse: not HTML (a feed, JSON, a picture, plain text).
    """
    text = decode(page, encoding) if isinstance(page, bytes) else page
    text = without_controls(text[:MAX_CHARS])
    if not text.strip():
        raise InputError("html is empty: give the source of an article page.", field="html")
    if text.lstrip()[:1] in "{[" or text.startswith("%PDF") or _FEED.match(text[:5000]) or not _TAG.search(text):
        raise SourceParse("The page is not HTML: no article can be read from it.")
    return text


def without_controls(text: str) -> str:
    """``text`` without control characters and lone surrogates, which no store takes."""
    return _CONTROLS.sub("", text)


def decode(data: bytes, encoding: str = "") -> str:
    """Text of any bytes: the byte order mark decides, then valid UTF-8, then what header and page declare."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    declared = _declared(data, encoding)
    if not any(name.startswith(("iso-2022", "utf-16", "hz")) for name in declared):
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as problem:
            # A page cut off within a character, or with one bad byte, is still UTF-8.
            if _almost_utf8(data, problem, declared):
                return data.decode("utf-8", "replace")
    if (wide := _wide_without_mark(data)) is not None:
        return data.decode(wide, "replace")
    for name in declared:
        try:
            return data.decode(name, "replace")
        except (LookupError, UnicodeError, ValueError):
            continue
    return data.decode("cp1252", "replace")


def _declared(data: bytes, encoding: str) -> list[str]:
    found = _META.search(data[:4096])
    in_page = (found[1] or found[2]).decode("ascii", "replace") if found else ""
    names = []
    for name in (encoding.strip().lower(), in_page.strip().lower()):
        name = _READ_AS.get(name, name)
        try:
            if name and codecs.lookup(name).name not in names:
                names.append(codecs.lookup(name).name)
        except (LookupError, ValueError):
            continue
    return names


def _almost_utf8(data: bytes, problem: UnicodeDecodeError, declared: list[str]) -> bool:
    if problem.start >= len(data) - 4:
        return True
    bad = data.decode("utf-8", "replace").count("\ufffd")
    foreign = sum(byte >= 0x80 for byte in data)
    return bad * 4 < foreign or (declared[:1] == ["utf-8"] and bad * 2 < foreign)


def _wide_without_mark(data: bytes) -> str | None:
    sample = data[:400]
    if len(sample) < 8 or sample.count(0) < len(sample) * 0.3:
        return None
    return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"


def parse_tree(text: str) -> Any:
    """The root ``<html>`` element of ``text``; comments and processing instructions are gone.

    :raises SourceParse: nothing that a tree can be made of.
    """
    # Beyond 2,048 levels libxml2 drops what follows; towers of tags around nothing are flattened first.
    flat = _TOWER.sub("<div>", text) if text.count("<") > 1000 else text
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(flat.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError) as problem:
        raise SourceParse("The page is not HTML: no article can be read from it.") from problem
    if root is None:
        raise SourceParse("The page is not HTML: no article can be read from it.")
    return root
