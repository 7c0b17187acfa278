"""Lines that stand between the paragraphs of an article and are not part of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

_SHORT = 120
"""Longer paragraphs that begin with an everyday verb ("Simak", "Lihat", "Follow") are real sentences."""

_ALWAYS = re.compile(
    r"^\W*(?:baca juga|baca\s?(?:selengkapnya|lainnya|artikel lainnya)?|baca pula|lihat juga|simak juga)\s*:"
    r"|^\W*baca juga\b"
    r"|^\W*\[?\s*gambas\s*:"
    r"|^\W*(?:advertisement|advertisements|advertising|iklan|adv|sponsored)\W*$"
    r"|^\W*scroll (?:to|down to|ke bawah|untuk)\b"
    r"|^\W*pilihan editor\b"
    r"|^\W*baca berita dengan sedikit iklan"
    r"|^\W*dilarang keras\b.*\b(?:mengambil|mengutip|menyalin|crawling)"
    r"|^\W*\(?\s*(?:copyright|hak cipta)\b.{0,120}$"
    r"|^\W*\(\w{2,6}\s?[/\-]\s?\w{2,6}(?:\s?[/\-]\s?\w{2,6})?\)\W*$"
    r"|^\W*(?:story continues|article continues|continue reading)\b.{0,60}$"
    r"|^\W*(?:share (?:this|on)|bagikan)\b.{0,50}$"
    r"|^\W*(?:lihat foto|halaman (?:selanjutnya|berikutnya)|selanjutnya|tags?|tag terkait|topik terkait)\W*$",
    re.I,
)
_WHEN_SHORT = re.compile(
    r"^\W*(?:simak|lihat|tonton|saksikan)\s+(?:juga\s+|pula\s+)?(?:video|foto|selengkapnya|berita)\b"
    r"|^\W*(?:simak|lihat|tonton|saksikan|cek)\s+(?:juga|pula)\b"
    r"|^\W*(?:video|foto|simak video)\s*:"
    r"|whats ?app channel|saluran whats ?app|channel telegram|google news"
    r"|^\W*telusuri berita\b.*\blainnya"
    r"|^\W*(?:follow|ikuti)\b.*\b(?:instagram|twitter|facebook|tiktok|youtube|channel|kami|us|on x|whatsapp|akun)\b"
    r"|^\W*(?:pewarta|penulis|editor|reporter|uploader|sumber|redaktur|laporan wartawan)\s*:"
    r"|^\W*(?:read (?:more|also|next)|see also|also read|related(?: (?:articles?|stories|posts?|content))?|recommended|"
    r"more from|don't miss|watch|watch now|listen)\s*:"
    r"|^\W*(?:sign up (?:for|to)|subscribe (?:to|now)|get our newsletter|click here to|download (?:our|the) app)\b"
    r"|^\W*(?:image|photo|picture|photograph|foto|gambar)\s*(?:credit|courtesy|source|caption|by)?\s*:"
    r"|^\W*getty images\b|\ball rights reserved\b"
    r"|^\W*(?:langganan|berlangganan)\s+tempo"
    r"|^\W*(?:comments?|leave a (?:comment|reply)|post a comment|komentar)\s*(?:\(\d+\))?\W*$",
    re.I,
)
_HEADING_TAIL = re.compile(
    r"^\W*(?:related(?: (?:articles?|stories|posts?|content|news|topics))?|you (?:may|might) also (?:like|enjoy)|"
    r"recommended(?: for you)?|more (?:stories|from .{1,40})|read more|read next|"
    r"most (?:read|popular)|trending(?: now)?|"
    r"latest news|berita (?:terkait|terkini|lainnya|populer)|artikel terkait|terpopuler|tags?|comments?|share this.*)"
    r"\W*$",
    re.I,
)


def drop_junk(lines: Sequence[str], *, extra: Iterable[str] = (), title: str = "") -> list[str]:
    """The paragraphs of an article without link boxes, adverts, video lines, bylines and initials.

    ``extra`` are the outlet's own expressions. The title repeated as the first line goes too, and a closing
    heading over related links with nothing but short lines below it.
    """
    own = _compiled(tuple(extra))
    kept = [strip_tail(line) for line in lines if not is_junk(line) and not (own and own.search(line))]
    kept = [line for line in kept if line]
    while kept and title and _same(kept[0], title):
        kept = kept[1:]
    return _cut_tail(kept)


def is_junk(line: str) -> bool:
    """Whether the whole paragraph is furniture of the page."""
    return (len(line) <= 300 and bool(_ALWAYS.search(line))) or (len(line) <= _SHORT and bool(_WHEN_SHORT.search(line)))


def strip_tail(line: str) -> str:
    """The line without the initials ``(abc/def)`` and the video marks that detik puts at its end."""
    line = re.sub(r"\s*\[Gambas:[^\]]{0,80}\]\s*", " ", line, flags=re.I).strip()
    return re.sub(r"(?<=[.\"”!?])\s*\([a-z]{2,5}/[a-z]{2,5}\)$", "", line)


def _cut_tail(lines: list[str]) -> list[str]:
    for index in range(len(lines) - 1, max(-1, len(lines) - 12), -1):
        if _HEADING_TAIL.match(lines[index]):
            below = lines[index + 1 :]
            if index and all(len(line) < _SHORT and not line.endswith((".", "!", "?", '"', "”")) for line in below):
                return lines[:index]
    return lines


@lru_cache(maxsize=500)
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{p})" for p in patterns), re.I) if patterns else None


def _same(a: str, b: str) -> bool:
    return re.sub(r"\W+", "", a.casefold()) == re.sub(r"\W+", "", b.casefold())
