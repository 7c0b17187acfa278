"""X's API v2 as its documentation tells it: search by pages, lookup by id, and parameters that are checked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .server import Answer, Asked, Page

FIRST_ID = 1_990_000_000_000_000_000
TOKEN = "token-rahasia-uji"


@dataclass
class X:
    """Finds the posts that hold one of the words of a query, newest first; ``next_token`` tells the place.

    ``noun`` is ``tweet`` or ``post``, the vocabulary it speaks. ``before`` may answer in its place. Ids below
    ``out_of_reach`` are refused as a place to go on, and so are tokens unless they are ``tokens_known``.
    """

    now: datetime
    noun: str = "tweet"
    posts: list[dict[str, Any]] = field(default_factory=list)
    users: list[dict[str, Any]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    before: Callable[[Asked], Page | None] = lambda asked: None
    tokens_known: bool = True
    out_of_reach: int = 0

    def say(self, text: str, *, minutes_ago: float = 60, author: str = "501", **changes: Any) -> str:
        """One more post; its id."""
        shares = "retweet_count" if self.noun == "tweet" else "repost_count"
        at = self.now - timedelta(minutes=minutes_ago)
        id = str(FIRST_ID + int(at.timestamp() * 1000) * 4096 + len(self.posts))
        metrics = {"reply_count": 2, "like_count": 10, "quote_count": 1, "impression_count": 420, shares: 3}
        post = {
            "id": id, "text": text, "author_id": author, "created_at": f"{at:%Y-%m-%dT%H:%M:%S.000Z}", "lang": "in",
            "conversation_id": id, "public_metrics": metrics,
        }  # fmt: skip
        self.posts.append(post | changes)
        return id

    def join(self, id: str, username: str, followers: int = 120) -> None:
        """One more account."""
        self.users.append({"id": id, "username": username, "public_metrics": {"followers_count": followers}})

    def __call__(self, path: str) -> Answer | None:
        return self._answer if path.startswith("/2/tweets") else None

    def _answer(self, asked: Asked) -> Page:
        if (page := self.before(asked)) is not None:
            return page
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return problem(401, "about:blank", title="Unauthorized", detail="Unauthorized")
        if f"{self.noun}.fields" not in asked.query:
            return refused(f"{self.noun}.fields")
        page = self._search(asked) if "/search/" in asked.path else self._lookup(asked)
        return page if isinstance(page, Page) else Page.of_json(page, 200, **self.headers)

    def _search(self, asked: Asked) -> Page | dict[str, Any]:
        given, archive = asked.query, "/all" in asked.path
        size, newest = int(given.get("max_results", 10)), sorted(self.posts, key=lambda p: int(p["id"]), reverse=True)
        if not 10 <= size <= (500 if archive else 100):
            return refused("max_results")
        if len(given["query"]) > (1024 if archive else 512) or not given["query"].endswith(" lang:in"):
            return refused("query")
        since, until = int(given.get("since_id", 0)), int(given.get("until_id", 10**19))
        for name, id in (("since_id", since), ("until_id", until)):
            if name in given and id < self.out_of_reach:
                return refused(name)
        place = given.get("next_token", "p0")
        if not self.tokens_known and place != "p0":
            return refused("next_token")
        start = datetime.fromisoformat(given.get("start_time", "2006-03-21T00:00:00Z"))
        words = set(re.findall(r"\w+", given["query"].lower())) - {"lang", "in", "or"}
        found = [post for post in newest
                 if since < int(post["id"]) < until and words & set(re.findall(r"\w+", post["text"].lower()))
                 and datetime.fromisoformat(post["created_at"]) >= start]  # fmt: skip
        first = int(place[1:])
        shown = found[first : first + size]
        meta: dict[str, Any] = {"result_count": len(shown)}
        if not shown:
            return {"meta": meta}
        meta |= {"newest_id": shown[0]["id"], "oldest_id": shown[-1]["id"]}
        if first + size < len(found):
            meta["next_token"] = f"p{first + size}"
        authors = {post["author_id"] for post in shown}
        return {"data": shown, "includes": {"users": [u for u in self.users if u["id"] in authors]}, "meta": meta}

    def _lookup(self, asked: Asked) -> Page | dict[str, Any]:
        ids = asked.query["ids"].split(",")
        if len(ids) > 100:
            return refused("ids")
        known = {post["id"]: post for post in self.posts}
        gone = [{"resource_id": id, "title": "Not Found Error", "type": "…/resource-not-found"}
                for id in ids if id not in known]  # fmt: skip
        answer: dict[str, Any] = {"data": [known[id] for id in ids if id in known]}
        return {name: value for name, value in (answer | {"errors": gone}).items() if value}


def problem(status: int, kind: str, **more: Any) -> Page:
    """``application/problem+json``."""
    tail = kind if ":" in kind else f"https://api.x.com/2/problems/{kind}"
    headers = more.pop("headers", {})
    return Page.of_json({"type": tail, **more}, status, **headers)


def refused(parameter: str) -> Page:
    """What a parameter gets that cannot be used."""
    errors = [{"parameters": {parameter: ["…"]}, "message": f"'{parameter}' is not valid"}]
    return problem(400, "invalid-request", title="Invalid Request", detail="One or more parameters", errors=errors)
