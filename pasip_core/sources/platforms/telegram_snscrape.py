"""Reading a Telegram channel through snscrape, for those who want it; our own parser tells more of each post.

snscrape 0.7.0.20230622 cannot be imported by Python 3.12 and later, brings its own session, and gives up on a page
for one odd post. So its requests go through our client, and each post is handed to it alone.
"""

from __future__ import annotations

import logging
import re
import sys
import warnings
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import requests
from bs4 import BeautifulSoup
from requests.adapters import BaseAdapter

from pasip_core.domain.mention import RawMention
from pasip_core.errors import SourceBadQuery, SourceParse, SourceUnavailable
from pasip_core.sources.addresses import shown_url
from pasip_core.sources.back_by_page import Post, PostPage
from pasip_core.sources.fields import moment, text
from pasip_core.sources.workbench import Workbench

from .telegram_page import POST, SITE, Channel, mention_of, posts_and_head

MOST_POSTS = 100
"""On one page; Telegram shows about 20."""
_BREAK = re.compile(rb"<br\s*/?>", re.IGNORECASE)
_UNREADABLE = (AttributeError, KeyError, IndexError, TypeError, ValueError, AssertionError)


def is_usable() -> bool:
    """Whether this Python can import snscrape."""
    return sys.version_info[:2] < (3, 12)


def snscraped_page(bench: Workbench, name: str, after: str, room: int) -> tuple[PostPage, int]:
    """Like ``read_page``, without reactions, views and subscribers, which snscrape does not tell."""
    from snscrape.base import ScraperException

    scraper = _scraper(bench, name + (f"?before={after}" if after else ""), name)
    now, posts = bench.clock(), []
    try:
        for found in islice(scraper.get_items(), min(MOST_POSTS, room)):
            post = _post(found, name, now)
            scraper.unread += post is None
            posts += [post] if post else []
    except ScraperException as error:
        raise SourceUnavailable(f"t.me/s/{name}: snscrape got no answer.", url=f"{SITE}/s/{name}") from error
    except _UNREADABLE as error:
        raise SourceParse(f"t.me/s/{name}: snscrape cannot read this page.", url=f"{SITE}/s/{name}") from error
    posts.sort(key=lambda post: -post.mark)
    return PostPage(posts, more=bool(posts) and posts[-1].mark > 1), scraper.unread


def _scraper(bench: Workbench, place: str, name: str) -> Any:
    """A scraper of one page, whose session asks nobody but our client."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one about the import machinery, at each import
        from snscrape.modules.telegram import TelegramChannelScraper

    logging.getLogger("snscrape").setLevel(logging.CRITICAL + 1)  # it calls a page that is away fatal

    class PostByPost(TelegramChannelScraper):  # type: ignore[misc]  # has no types
        unread = 0

        def _soup_to_items(self, soup: BeautifulSoup, page: str, onlyUsername: bool = False) -> Iterator[Any]:  # noqa: N803
            for post in reversed(soup.select(POST)):
                if "service_message" in (post.get("class") or []):
                    continue
                for quoted in post.select(".tgme_widget_message_reply"):  # it would be taken for the post's own text
                    quoted.extract()
                alone = BeautifulSoup("", "lxml")
                alone.append(post.extract())
                try:
                    yield from super()._soup_to_items(alone, page, onlyUsername)
                except _UNREADABLE:
                    self.unread += 1

    scraper = PostByPost(place, retries=0)
    for scheme in ("https://", "http://"):
        scraper._session.mount(scheme, PoliteAdapter(bench, name))
    return scraper


class PoliteAdapter(BaseAdapter):  # type: ignore[misc]  # requests has no types here
    """Answers a session's requests for Telegram by the polite client; any other request is refused.

    So robots.txt, pace, limits and the ban on private addresses hold. Raises the ``SourceError`` tree.
    """

    def __init__(self, bench: Workbench, name: str) -> None:
        super().__init__()
        self._bench, self._name = bench, name

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        """The page, with its line breaks as such: snscrape would glue the lines together."""
        parts, platform = urlsplit(request.url or ""), self._bench.platforms["telegram"]
        if (parts.scheme, parts.netloc) != ("https", "t.me"):
            shown = shown_url(request.url or "")
            raise SourceBadQuery(f"{shown}: not an address of Telegram.", url=shown)
        address = platform.base.rstrip("/") + parts.path + (f"?{parts.query}" if parts.query else "")
        answer = self._bench.http.get(address, delay=platform.delay)
        posts_and_head(answer, self._name)
        page = requests.Response()
        page.status_code, page.encoding, page.url, page.request = 200, "utf-8", request.url, request
        # Without the link to older posts: a page that names itself there would be read for ever.
        page._content = _BREAK.sub(b"\n", answer.body).replace(b"tme_messages_more", b"")
        return page

    def close(self) -> None:
        """Nothing is held."""


def _post(found: Any, name: str, now: datetime) -> Post | None:
    """What snscrape made of a post; without a mention for a picture alone, ``None`` where it cannot be read."""
    number = re.search(r"/(\d{1,10})$", text(found.url))
    published_at = moment(found.date.isoformat(), now)
    if not number or published_at is None:
        return None
    lines = [" ".join(line.split()) for line in text(found.content).split("\n")]
    content = "\n".join(lines).strip() or text(getattr(found.linkPreview, "title", None))
    mention: RawMention | None = None
    if content:
        mention = mention_of(Channel(name, "", None), int(number[1]), content, published_at)
    return Post(int(number[1]), number[1], mention)
