"""Reddit: logging in as an app, listings and single posts as JSON, and listings as Atom feeds."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

from .server import Answer, Asked, Page

SECRET = "rahasia-sekali"


def submission(number: int, at: datetime, **changes: Any) -> dict[str, Any]:
    """A post with every count told."""
    told = {
        "id": f"x{number}", "name": f"t3_x{number}", "title": f"Judul {number}", "selftext": f"Isi pemilu {number}",
        "author": "pengguna", "subreddit": "indonesia", "permalink": f"/r/indonesia/comments/x{number}/judul/",
        "url": "https://contoh.id/berita", "created_utc": at.timestamp(), "score": 12, "ups": 12, "num_comments": 3,
        "num_crossposts": 1,
    }  # fmt: skip
    return {"kind": "t3", "data": {**told, **changes}}


def entry(told: dict[str, Any]) -> str:
    """The same as a feed has it."""
    at = datetime.fromtimestamp(told["created_utc"], UTC).isoformat()
    words = f'<!-- SC_OFF --><div class="md"><p>{told["selftext"]}</p></div><!-- SC_ON --> submitted by <a>/u/x</a>'
    return f"""<entry><author><name>/u/{told["author"]}</name></author><category term="indonesia"/>
 <content type="html">{escape(words)}</content><id>{told["name"]}</id>
 <link href="https://www.reddit.com{told["permalink"]}"/><updated>{at}</updated><published>{at}</published>
 <title>{escape(told["title"])}</title></entry>"""


@dataclass
class Reddit:
    """Reddit with posts, newest last. ``accepted`` is the only token it takes; ``logins`` are counted."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    accepted: str = ""
    logins: int = 0
    page: int = 100
    instead: dict[str, Page] = field(default_factory=dict)

    def __call__(self, path: str) -> Answer:
        return self._answer

    def _answer(self, asked: Asked) -> Page | None:
        path = urlsplit(asked.path).path
        for start, page in self.instead.items():
            if path.startswith(start):
                return page
        if path == "/api/v1/access_token":
            return self._log_in(asked)
        if path.endswith(".rss"):
            entries = "".join(entry(post["data"]) for post in self._listed(asked.query))
            feed = f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>r</title>{entries}</feed>'
            return Page(feed.encode(), "application/atom+xml")
        if asked.headers.get("authorization") != f"bearer {self.accepted}":
            return Page.of_json({"message": "Unauthorized", "error": 401}, 401)
        if path == "/api/info":
            names = asked.query["id"].split(",")[:100]
            found = [post for post in self.posts if post["data"]["name"] in names]
            return Page.of_json({"kind": "Listing", "data": {"after": None, "before": None, "children": found}})
        shown = self._listed(asked.query)
        more = shown and shown[-1] is not self.posts[0]
        after = shown[-1]["data"]["name"] if more else None
        return Page.of_json({"kind": "Listing", "data": {"after": after, "before": None, "children": shown}})

    def _log_in(self, asked: Asked) -> Page:
        basic = base64.b64encode(f"app:{SECRET}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {basic}":
            return Page.of_json({"message": "Unauthorized", "error": 401}, 401)
        assert asked.query["grant_type"] == "client_credentials"
        self.logins += 1
        self.accepted = f"token.{self.logins}"
        return Page.of_json({"access_token": self.accepted, "token_type": "bearer", "expires_in": 86400})

    def _listed(self, query: dict[str, str]) -> list[dict[str, Any]]:
        newest = self.posts[::-1]
        names = [post["data"]["name"] for post in newest]
        start = names.index(query["after"]) + 1 if query.get("after") in names else 0
        return newest[start : start + min(self.page, int(query["limit"]))]
