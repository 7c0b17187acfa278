"""Bluesky as its lexicons describe it: logging in, searching, profiles, single posts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .server import Answer, Asked, Page

PASSWORD = "abcd-efgh-ijkl-mnop"


def bluesky_post(number: int, at: datetime, words: str = "pemilu", **changes: Any) -> dict[str, Any]:
    """A post by one of two people, with every count told."""
    did = f"did:plc:orang{number % 2}"
    written = at.isoformat().replace("+00:00", "Z")
    post = {
        "uri": f"at://{did}/app.bsky.feed.post/3lk{number}",
        "cid": "bafy",
        "author": {"did": did, "handle": f"uji{number % 2}.bsky.social", "displayName": "Uji"},
        "record": {"$type": "app.bsky.feed.post", "text": f"{words} {number}", "createdAt": written, "langs": ["id"]},
        "replyCount": 1, "repostCount": 2, "likeCount": 4, "quoteCount": 3,
        "indexedAt": (at + timedelta(seconds=2)).isoformat().replace("+00:00", "Z"),
    }  # fmt: skip
    return {**post, **changes}


@dataclass
class Bluesky:
    """A server with posts. ``accepted`` is the only access token it takes; ``logins`` and ``renewals`` are counted."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    accepted: str = ""
    logins: int = 0
    renewals: int = 0
    renews: bool = True
    page: int = 100
    instead: dict[str, Page] = field(default_factory=dict)

    def __call__(self, path: str) -> Answer:
        return self._answer

    def _answer(self, asked: Asked) -> Page | None:
        method = urlsplit(asked.path).path.removeprefix("/xrpc/")
        if method in self.instead:
            return self.instead[method]
        if method == "com.atproto.server.createSession":
            return self._login(json.loads(asked.body))
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if method == "com.atproto.server.refreshSession":
            return self._refresh(token, asked)
        if token != self.accepted:
            return Page.of_json({"error": "ExpiredToken", "message": f"Token {token} has expired"}, 400)
        if method == "app.bsky.actor.getProfiles":
            actors = parse_qs(urlsplit(asked.path).query)["actors"]
            return Page.of_json({"profiles": [{"did": did, "followersCount": 50 + int(did[-1])} for did in actors]})
        if method == "app.bsky.feed.getPosts":
            uris = parse_qs(urlsplit(asked.path).query)["uris"]
            if len(uris) > 25:
                return Page.of_json({"error": "InvalidRequest", "message": "uris must not have more than 25"}, 400)
            return Page.of_json({"posts": [post for post in self.posts if post["uri"] in uris]})
        return self._search(asked.query)

    def _login(self, sent: dict[str, str]) -> Page:
        if sent != {"identifier": "akun.bsky.social", "password": PASSWORD}:
            return Page.of_json({"error": "AuthenticationRequired", "message": f"Invalid {sent}"}, 401)
        self.logins += 1
        return self._session()

    def _refresh(self, token: str, asked: Asked) -> Page:
        if asked.body:
            return Page.of_json({"error": "InvalidRequest", "message": "A request body was provided"}, 400)
        if not self.renews or not token.startswith("refresh"):
            return Page.of_json({"error": "ExpiredToken"}, 400)
        self.renewals += 1
        return self._session()

    def _session(self) -> Page:
        number = self.logins + self.renewals
        self.accepted = f"access.{number}"
        return Page.of_json({"accessJwt": self.accepted, "refreshJwt": f"refresh.{number}", "did": "did:plc:saya"})

    def _search(self, query: dict[str, str]) -> Page:
        since, until = query["since"], query.get("until", "9999")
        found = [
            post
            for post in sorted(self.posts, key=lambda post: post["record"]["createdAt"], reverse=True)
            if query["q"].strip('"') in post["record"]["text"] and since <= post["record"]["createdAt"] < until
        ]
        shown = found[: min(self.page, int(query["limit"]))]
        more = {"cursor": str(len(shown))} if len(found) > len(shown) else {}
        return Page.of_json({"posts": shown, **more})
