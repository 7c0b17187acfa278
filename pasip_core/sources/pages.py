"""Index and search pages in plain HTML: which articles they link to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import quote_plus
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup

from pasip_core.domain.mention import canonical_url
from pasip_core.errors import SourceParse

from .addresses import shown_url
from .entries import Entry, joined
from .exchange import Response
from .http import PoliteClient
from .outlet import ListingSpec, Outlet, SearchSpec

ACCEPT = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"
SEARCH_WINDOW = timedelta(days=7)
WIB = ZoneInfo("Asia/Jakarta")
MAX_LINKS = 500


def read_pages(
    http: PoliteClient, outlet: Outlet, spec: ListingSpec | SearchSpec, now: datetime, query: str = ""
) -> Iterator[Entry]:
    """Articles linked from an index or search page and the pages after it, until a page brings nothing new.

    ``SourceParse`` where the first page holds neither links nor a word that says there is nothing: its markup
    has changed, or it is a shell that a script would fill.
    """
    known: set[str] = set()
    for number in range(1, spec.pages + 1):
        answer = http.get(_address(spec.url, now, query, number), accept=ACCEPT)
        links, recognised = _links(answer, outlet, spec)
        if number == 1 and not recognised:
            shown = shown_url(answer.url)
            raise SourceParse(f"{shown}: none of the expected links is on this page.", url=shown)
        fresh = [entry for entry in links if canonical_url(entry.url) not in known]
        if not fresh:
            return
        known.update(canonical_url(entry.url) for entry in fresh)
        yield from fresh


def _address(template: str, now: datetime, query: str, page: int) -> str:
    day = now.astimezone(WIB)
    values = {
        "query": quote_plus(query),
        "page": str(page),
        "from": f"{day - SEARCH_WINDOW:%Y-%m-%d}",
        "to": f"{day:%Y-%m-%d}",
        "us_date": quote_plus(f"{day:%m/%d/%Y}"),
    }
    return re.sub(r"\{(\w+)\}", lambda match: values[match[1]], template)


def _links(answer: Response, outlet: Outlet, spec: ListingSpec | SearchSpec) -> tuple[list[Entry], bool]:
    """Links to articles, and whether the page is one that we know how to read."""
    soup = BeautifulSoup(answer.body, "lxml")
    anchors = soup.select(spec.links)[:MAX_LINKS]
    best: dict[str, Entry] = {}
    for anchor in anchors:
        url = joined(answer.url, str(anchor.get("href") or ""))
        if not url or not outlet.is_article(url):
            continue
        title = " ".join(anchor.get_text(" ").split()) or str(anchor.get("title") or "").strip()
        # A picture and a headline often link to the same article: the one with words is kept.
        if len(title) > len(best[url].title) if url in best else True:
            best[url] = Entry(url=url, title=title[:500])
    if anchors:
        return list(best.values()), True
    text = soup.get_text(" ").casefold()
    return [], any(word.casefold() in text for word in getattr(spec, "empty", ()))
