"""An outlet that announces its articles, and is searched, in every way that outlets know."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from .server import Answer, Asked, Page
from .sites import Site
from .stories import Story, path_of

PER_PAGE = 20


def stories_about(word: str, number: int, now: datetime) -> list[Story]:
    """Stories with the word in their titles, a few minutes apart, the newest first."""
    return [
        Story(n, f"KPU jelaskan jadwal {word} dan tahapan bagian {n}", word, now - timedelta(minutes=10 + 5 * n))
        for n in range(1, number + 1)
    ]


class Town(Site):
    """Beside what every site has: a search that is a form (``/muat``), one in JSON (``/cari.json``), tags
    (``/tag/…``), an index by date (``/indeks/…``), and the interface of WordPress."""

    def __init__(self, stories: list[Story], base: str) -> None:
        super().__init__("uji", stories, base)

    def __call__(self, path: str) -> Answer | None:
        place = urlsplit(path).path
        ways: dict[str, Callable[[Asked], Page]] = {
            "/muat": self._page_of_links, "/tag/": self._page_of_links, "/indeks/": self._page_of_links,
            "/cari.json": self._json, "/wp-json/": self._posts,
        }  # fmt: skip
        return next((answer for start, answer in ways.items() if place.startswith(start)), None) or super().__call__(
            path
        )

    def _page_of_links(self, asked: Asked) -> Page:
        return self._links(self.stories if asked.query.get("page", "1") == "1" else [])

    def _json(self, asked: Asked) -> Page:
        told = [{"url": path_of(self.outlet, s), "title": s.title, "id": s.number} for s in self.stories]
        return Page.of_json({"hits": told if asked.query.get("page", "1") == "1" else [], "total": len(told)})

    def _posts(self, asked: Asked) -> Page:
        page = int(asked.query["page"])
        shown = self.stories[(page - 1) * PER_PAGE : page * PER_PAGE]
        if page > 1 and not shown:
            return Page.of_json({"code": "rest_post_invalid_page_number"}, 400)
        return Page.of_json(
            [self._post(story) for story in shown], X_WP_TotalPages=str(-(-len(self.stories) // PER_PAGE))
        )

    def _post(self, story: Story) -> dict[str, Any]:
        whole = "".join(f"<p>{line}</p>" for line in story.paragraphs())
        return {
            "id": story.number, "date_gmt": f"{story.published_at:%Y-%m-%dT%H:%M:%S}", "link": self.address(story),
            "title": {"rendered": story.title}, "content": {"rendered": whole, "protected": False},
            "excerpt": {"rendered": story.summary}, "_embedded": {"author": [{"name": story.author}]},
        }  # fmt: skip
