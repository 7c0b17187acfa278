"""Aggregators that name the articles of other sites by their addresses: GDELT and NewsAPI."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .server import Answer, Asked, Page
from .sites import Site
from .stories import Story


@dataclass
class _Aggregator:
    sites: list[Site] = field(default_factory=list)
    extra: list[dict[str, Any]] = field(default_factory=list)
    """Put before what was found, as it stands."""

    def _found(self, query: str, since: datetime, until: datetime) -> Iterator[tuple[Site, Story]]:
        words = [word.lower() for word in re.findall(r"[\w-]+", re.sub(r"\w+:\w+|-\w+|\b(OR|AND|NOT)\b", " ", query))]
        for site in self.sites:
            for story in site.stories:
                if since <= story.published_at <= until and any(word in story.title.lower() for word in words):
                    yield site, story


@dataclass
class Gdelt(_Aggregator):
    """At most ``most`` articles an answer, newest first."""

    most: int = 250

    def __call__(self, path: str) -> Answer | None:
        return self._answer if path.startswith("/api/v2/doc/doc") else None

    def _answer(self, asked: Asked) -> Page:
        given = asked.query
        window = [datetime.strptime(given[name], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
                  for name in ("startdatetime", "enddatetime")]  # fmt: skip
        if len(re.sub(r"\w+:\w+|\W", "", given["query"])) < 3:
            return Page(b"Your query was too short or too common.", "text/html; charset=utf-8")
        told = [
            {"url": site.address(story), "url_mobile": "", "title": story.title.replace(",", " ,"),
             "seendate": f"{story.published_at.astimezone(UTC):%Y%m%dT%H%M%SZ}", "domain": site.outlet,
             "language": "Indonesian", "sourcecountry": "Indonesia"}
            for site, story in sorted(self._found(given["query"], *window), key=lambda each: each[1].published_at)[::-1]
        ]  # fmt: skip
        return Page.of_json({"articles": [*self.extra, *told][: self.most]} if told or self.extra else {})


@dataclass
class NewsApi(_Aggregator):
    """Wants the key ``k`` in its header."""

    def __call__(self, path: str) -> Answer | None:
        return self._answer if path.startswith("/v2/everything") else None

    def _answer(self, asked: Asked) -> Page:
        given = asked.query
        if asked.headers.get("x-api-key") != "k":
            return self.refused("apiKeyInvalid", 401)
        since, until = (datetime.fromisoformat(given[name]) for name in ("from", "to"))
        told = [
            {"source": {"id": None, "name": site.outlet}, "author": "redaksi@uji.test", "title": story.title,
             "description": story.summary, "url": site.address(story), "urlToImage": None,
             "publishedAt": f"{story.published_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", "content": "Isi … [+99 chars]"}
            for site, story in self._found(given["q"], since, until)
        ]  # fmt: skip
        size, page = int(given["pageSize"]), int(given["page"])
        every = [*self.extra, *told]
        shown = every[size * (page - 1) : size * page]
        return Page.of_json({"status": "ok", "totalResults": len(every), "articles": shown})

    @staticmethod
    def refused(code: str, status: int) -> Page:
        return Page.of_json({"status": "error", "code": code, "message": "kunci k ditolak"}, status)
