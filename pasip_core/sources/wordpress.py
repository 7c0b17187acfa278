"""Articles through the public interface that WordPress sites have: ``/wp-json/wp/v2/posts``.

Documented at https://developer.wordpress.org/rest-api/reference/posts/. It gives whole articles, so that their pages
need not be asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from pasip_core.errors import SourceBadQuery, SourceParse

from .addresses import shown_url
from .entries import Entry, joined, plausible
from .exchange import Response
from .fields import count, items, mapping, moment, text, unescaped
from .http import PoliteClient

PER_PAGE = 20
WINDOW = timedelta(days=7)


def read_posts(http: PoliteClient, url: str, pages: int, now: datetime, query: str = "") -> Iterator[Entry]:
    """Posts of the last week, those that hold ``query`` where it is given, the newest first.

    ``SourceParse`` where the answer is no list of posts. The number of pages is told by a header, which some sites
    hide; a page past the end is refused as a bad request (``rest_post_invalid_page_number``).
    """
    known: set[str] = set()
    for page in range(1, pages + 1):
        try:
            answer = http.get(_address(url, now, query, page), accept="application/json")
        except SourceBadQuery:
            if page == 1:
                raise
            return
        posts = _posts(answer)
        fresh = [entry for post in posts if (entry := _entry(post, url, now)) and entry.url not in known]
        known.update(entry.url for entry in fresh)
        yield from fresh
        last = count(answer.headers.get("X-WP-TotalPages"))
        if not fresh or len(posts) < PER_PAGE or (last is not None and page >= last):
            return


def _address(url: str, now: datetime, query: str, page: int) -> str:
    """``after`` is cut to the day, so that what lies between (caches) sees the same address for a while."""
    asked = {"search": query} if query else {}
    window = f"{now - WINDOW:%Y-%m-%d}T00:00:00"
    return f"{url}?{urlencode(asked | {'after': window, 'per_page': PER_PAGE, 'page': page, '_embed': 1})}"


def _posts(answer: Response) -> list[Mapping[str, Any]]:
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, list):
        shown = shown_url(answer.url)
        raise SourceParse(f"{shown}: no list of WordPress posts.", url=shown)
    return items(told)


def _entry(post: Mapping[str, Any], base: str, now: datetime) -> Entry | None:
    """``None`` for what has no address. ``date_gmt`` is UTC; of ``date`` the zone is not told."""
    url = joined(base, text(post.get("link")))
    if not url:
        return None
    content = mapping(post, "content")
    body = "" if content.get("protected") is True else text(content.get("rendered"))
    published_at = plausible(moment(post.get("date_gmt"), now), now)
    return Entry(
        url=url,
        title=unescaped(mapping(post, "title").get("rendered")),
        summary=text(mapping(post, "excerpt").get("rendered")),
        content=body,
        author=next((text(a.get("name")) for a in items(mapping(post, "_embedded").get("author"))), ""),
        published_at=published_at,
        id=text(post.get("id")),
        is_whole=bool(body) and published_at is not None,
    )
