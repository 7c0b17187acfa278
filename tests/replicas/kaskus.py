"""Kaskus as we guess it to be: a search, and threads that are pages like any other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from .server import Page

WORDS = "Agan-agan, bagaimana pendapat kalian tentang pemilu tahun ini? Menurut ane prosesnya berjalan cukup tertib. "


def thread(number: int, at: datetime) -> str:
    """The page of one thread."""
    return f"""<html><head><meta property="og:title" content="Soal pemilu {number}">
 <meta property="og:type" content="article"><meta property="article:published_time" content="{at.isoformat()}">
 <meta name="author" content="agan{number}"></head><body><article><h1>Soal pemilu {number}</h1>
 <p>{WORDS * 3}</p><p>{WORDS * 2}</p></article></body></html>"""


class Forum:
    """A search and its threads, which are made of their numbers and times; ``instead`` stands in place of any."""

    def __init__(self, times: Mapping[int, datetime]) -> None:
        self.threads = {f"/thread/{n:024x}/soal-pemilu-{n}": thread(n, at) for n, at in times.items()}
        self.instead: Page | None = None

    def __call__(self, path: str) -> Page | None:
        parts = urlsplit(path)
        if parts.path != "/search":
            found = self.threads.get(parts.path)
            return self.instead or (Page(found.encode()) if found else None)
        if parse_qs(parts.query)["q"] != ["pemilu"]:
            return Page(b"<html><p>Hasil tidak ditemukan</p></html>")
        links = "".join(f'<a href="{path}?ref=cari">Soal pemilu</a>' for path in self.threads)
        return Page(f'<html><a href="/forum/5">Forum</a><a href="/profile/1">Profil</a>{links}</html>'.encode())
