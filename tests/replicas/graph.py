"""Meta's Graph API over posts that a test makes up: a page's posts, single ones, Instagram media, Threads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from .server import Answer, Asked, Page

USED = '{{"call_count": {used}, "total_time": 3, "total_cputime": 1}}'


def refused(code: int, message: str = "no", status: int = 400, *, headers: dict[str, str] | None = None,
            **more: Any) -> Page:  # fmt: skip
    """An error as Meta writes it."""
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1"} | more
    page = Page.of_json({"error": error}, status)
    return Page(page.body, page.media_type, status, headers=headers or {})


NOT_THERE = refused(803, "Some of the aliases you requested do not exist", 404)


@dataclass
class GraphSite:
    """Lists by the end of their path; ``errors`` stands in place of an answer, ``used`` in the usage header.

    ``times`` says under which name an item tells its time, by which ``since`` and ``until`` choose.
    """

    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: dict[str, Page] = field(default_factory=dict)
    times: str = "created_time"
    used: int = 0
    most: int = 100
    same_cursor: bool = False
    """Whether every page carries the same cursor, as hashtags do, and none says which is the last."""

    def __post_init__(self) -> None:
        self._read: dict[str, int] = {}

    def __call__(self, path: str) -> Answer | None:
        what = urlsplit(path).path.strip("/")
        for known in (what, what.rpartition("/")[2]):
            if known in self.errors:
                return self.errors[known]
            if known in self.objects:
                return self._headed(self.objects[known])
            if known in self.lists:
                return lambda asked, known=known: self._list(known, asked)
        return self._single if what == "" else NOT_THERE

    def _single(self, asked: Asked) -> Page:
        """The objects of ``ids`` by their ids, from whatever list holds them; none where one is missing."""
        known = {item["id"]: item for listed in self.lists.values() for item in listed}
        ids = asked.query["ids"].split(",")
        if len(ids) > 50:
            return refused(100, "Too many IDs")
        return self._headed({id: known[id] for id in ids}) if known.keys() >= set(ids) else NOT_THERE

    def _list(self, name: str, asked: Asked) -> Page:
        given = asked.query
        found = [item for item in self.lists[name] if self._within(item, given)]
        start = int(given["after"].removeprefix("C") or 0) if "after" in given and not self.same_cursor else 0
        if self.same_cursor:
            start = self._read.get(name, 0) if "after" in given else 0
        most = min(self.most, int(given.get("limit", 25)))
        self._read[name] = start + most
        paging: dict[str, Any] = {"cursors": {"after": "C" if self.same_cursor else f"C{start + most}"}}
        if start + most < len(found) and not self.same_cursor:
            paging["next"] = f"https://graph.facebook.com/next?access_token={given.get('access_token')}"
        return self._headed({"data": found[start : start + most], "paging": paging})

    def _within(self, item: dict[str, Any], given: dict[str, str]) -> bool:
        if "since" not in given:
            return True
        at = datetime.fromisoformat(item[self.times]).timestamp()
        return int(given["since"]) <= at <= int(given.get("until", "9999999999"))

    def _headed(self, data: object) -> Page:
        return Page.of_json(data, X_App_Usage=USED.format(used=self.used))


def stamp(moment: datetime) -> str:
    """A time as Meta writes it, without a colon in the zone."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+0000"


def make_posts(times: Sequence[datetime], **more: Any) -> list[dict[str, Any]]:
    """Posts of the page 100, one a moment."""
    return [
        {"id": f"100_{n}", "message": f"Pernyataan {n}", "created_time": stamp(at),
         "permalink_url": f"https://www.facebook.com/100/posts/{n}", "from": {"id": "100", "name": "Halaman Uji"},
         "shares": {"count": 4}, "reactions": {"data": [], "summary": {"total_count": 55}},
         "comments": {"data": [], "summary": {"order": "ranked", "total_count": 7}}} | more
        for n, at in enumerate(times)
    ]  # fmt: skip


def make_media(times: Sequence[datetime]) -> list[dict[str, Any]]:
    """Instagram's media under #pemilu, one a moment."""
    return [
        {"id": f"1790{n:04}", "caption": f"Contoh #pemilu {n}", "media_type": "IMAGE",
         "permalink": f"https://www.instagram.com/p/Xy_{n:04}/", "timestamp": stamp(at),
         "like_count": 12, "comments_count": 1}
        for n, at in enumerate(times)
    ]  # fmt: skip


def make_threads(times: Sequence[datetime]) -> list[dict[str, Any]]:
    """Posts on Threads, one a moment."""
    return [
        {"id": f"{n}", "text": f"Pemilu {n}", "permalink": f"https://www.threads.net/@warga/post/{n}",
         "timestamp": stamp(at), "username": "warga", "media_type": "TEXT_POST"}
        for n, at in enumerate(times)
    ]  # fmt: skip


class InstagramSite(GraphSite):
    """Hashtags (those in ``gone`` are unknown), all with the same media, and the account ``akun.uji``."""

    def __init__(self, found: list[dict[str, Any]], **more: Any) -> None:
        super().__init__({"recent_media": found}, same_cursor=True, **more)
        self.gone: dict[str, Page] = {}

    def __call__(self, path: str) -> Answer | None:
        if "/ig_hashtag_search" in path:
            return lambda asked: self.gone.get(asked.query["q"]) or Page.of_json({"data": [{"id": "178400"}]})
        return self._discovered if path.startswith("/77?") else super().__call__(path)

    def _discovered(self, asked: Asked) -> Page:
        fields = asked.query["fields"]
        assert "username(akun.uji)" in fields
        start = int(m[1]) if (m := re.search(r"after\((\d+)\)", fields)) else 0
        limit = re.search(r"limit\((\d+)\)", fields)
        assert limit
        most = min(self.most, int(limit[1]))
        found = self.lists["recent_media"]
        paging = {"cursors": {"after": str(start + most)}} if start + most < len(found) else {}
        told = {"username": "akun.uji", "followers_count": 5000, "media_count": len(found),
                "media": {"data": found[start : start + most], "paging": paging}}  # fmt: skip
        return Page.of_json({"business_discovery": told, "id": "77"})
