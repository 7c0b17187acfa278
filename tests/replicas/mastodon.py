"""A Mastodon server as its documentation describes it: timelines of hashtags, search, single statuses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from .server import Answer, Asked, Page


def status(
    number: int, at: datetime, tag: str = "pemilu", host: str = "contoh.social", **changes: Any
) -> dict[str, Any]:
    """A status under one tag; later ones have higher numbers."""
    link = f'<a href="https://{host}/tags/{tag}" class="mention hashtag">#<span>{tag}</span></a>'
    told = {
        "id": f"113{number:015}",
        "created_at": at.isoformat().replace("+00:00", "Z"),
        "language": "id",
        "visibility": "public",
        "uri": f"https://{host}/users/siti/statuses/{number}",
        "url": f"https://{host}/@siti/{number}",
        "content": f"<p>Halo {number}<br>baris {link}</p><p>Penutup</p>",
        "spoiler_text": "",
        "replies_count": 1, "reblogs_count": 2, "favourites_count": 3, "reblog": None,
        "account": {"id": "9", "username": "siti", "acct": "siti", "followers_count": 50},
        "tags": [{"name": tag, "url": f"https://{host}/tags/{tag}"}],
    }  # fmt: skip
    return {**told, **changes}


@dataclass
class Mastodon:
    """A server with statuses by tag. ``searches`` says whether it has a full-text index for visitors."""

    statuses: list[dict[str, Any]] = field(default_factory=list)
    searches: bool = False
    page: int = 40
    instead: dict[str, Page] = field(default_factory=dict)

    def __call__(self, path: str) -> Answer:
        return self._answer

    def _answer(self, asked: Asked) -> Page | None:
        path = urlsplit(asked.path).path
        for start, page in self.instead.items():
            if path.startswith(start):
                return page
        if path == "/api/v2/search":
            words = asked.query["q"].strip('"')
            found = [s for s in self.statuses if words in s["content"]] if self.searches else []
            return Page.of_json({"accounts": [], "hashtags": [], "statuses": self._paged(found, asked.query)})
        if path.startswith("/api/v1/timelines/tag/"):
            tag = unquote(path.rpartition("/")[2])
            found = [s for s in self.statuses if any(t.get("name") == tag for t in s["tags"])]
            return Page.of_json(self._paged(found, asked.query))
        if path.startswith("/api/v1/statuses/"):
            known = [s for s in self.statuses if s["id"] == path.rpartition("/")[2]]
            return Page.of_json(known[0]) if known else Page.of_json({"error": "Record not found"}, 404)
        return None

    def _paged(self, found: list[dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
        older = [s for s in found if s["id"] < query.get("max_id", "9")]
        return sorted(older, key=lambda s: s["id"], reverse=True)[: min(self.page, int(query["limit"]))]
