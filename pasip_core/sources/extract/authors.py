"""Bylines: the names of people, without what outlets write around them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

_LABEL = re.compile(
    r"^(?:(?:penulis|pewarta|reporter|oleh|laporan(?: wartawan)?|wartawan|jurnalis|kontributor|author|written by|"
    r"reported by|posted by|published by|words by|story by|text by|by|von|par|por|di)\s*[:/]\s*"
    r"|(?:oleh|written by|reported by|posted by|words by|story by|by)\s+)",
    re.I,
)
_NEXT_LABEL = re.compile(
    r"\s*\b(?:editor|redaktur|penyunting|uploader|copyright|fotografer|sumber)\s*:|\s+(?:copyright\b|©)", re.I
)
_NOT_A_NAME = re.compile(
    r"https?:|www\.|@\w|\w@|^[\W\d_]*$|\b(?:wib|wita)\b|^(?:admin|administrator|redaksi|editor|staff|penulis|author|"
    r"reporter|anonymous|unknown|null|none|undefined|tim redaksi|view all posts|newsroom|web ?master)$",
    re.I,
)
_OUTLET_WORD = re.compile(
    r"\.(?:com|co|id|net|org|tv|news)\b|^detik\w+$|^(?:tribun|kompas|liputan6|okezone|sindonews|republika|antara)\w*$|"
    r"\b(?:media network|indonesia news|newsroom|news agency|editorial team)\b",
    re.I,
)
_MAX_NAME = 80
_MAX_AUTHORS = 10


def clean_authors(candidates: Iterable[str], *, outlet_names: Iterable[str] = ()) -> str:
    """People's names joined by ", ", in their order, each once; "" where no candidate is a person's name."""
    outlets = {name.casefold().strip() for name in outlet_names if name}
    names: dict[str, str] = {}
    for candidate in candidates:
        for part in _split(candidate):
            name = _clean(part, outlets)
            if name:
                names.setdefault(name.casefold(), name)
    return ", ".join(list(names.values())[:_MAX_AUTHORS])


def _split(text: str) -> list[str]:
    text = " ".join(html.unescape(text)[:1000].replace("\u00a0", " ").split())
    text = _LABEL.sub("", _LABEL.sub("", text))
    text = _NEXT_LABEL.split(text, maxsplit=1)[0]
    if not re.search(r"[,;|]|\s(?:&|dan|and)\s", text):
        return [text]
    parts = re.split(r"\s*[,;|]\s*|\s+(?:&|dan|and)\s+", text)
    joined: list[str] = []
    for part in parts:
        # "Budi Santoso, S.H." and "Budi, Jr." are one person.
        if joined and re.fullmatch(r"(?:[A-Z][\w]{0,4}\.\s?)+[\w]{0,5}\.?|jr\.?|sr\.?|ph\.?d\.?|mba|mm", part, re.I):
            joined[-1] += f", {part}"
        else:
            joined.append(part)
    return joined


def _clean(text: str, outlets: set[str]) -> str:
    text = _LABEL.sub("", text.strip())
    pieces = [p.strip() for p in re.split(r"\s+[-–—•|/]\s*|\s*[•|]\s*", text) if p.strip()]
    kept = [p for p in pieces if not _is_outlet(p, outlets)]
    name = re.sub(r"\s*\([^)]*\)\s*$", "", kept[0] if kept else "").strip(" ,;:-–—\"'").lstrip(".")
    if not re.search(r"(?:\b\w|, \w+|[JS]r)\.$", name):  # the full stop of "S.H." is part of the name
        name = name.rstrip(". ")
    if not name or len(name) > _MAX_NAME or _NOT_A_NAME.search(name) or len(name.split()) > 8:
        return ""
    return name


def _is_outlet(text: str, outlets: set[str]) -> bool:
    return text.casefold() in outlets or bool(_OUTLET_WORD.search(text))
