"""Index and search pages: which articles they link to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import parse_qs, quote, quote_plus, urlsplit
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup

from pasip_core.domain.mention import canonical_url
from pasip_core.errors import SourceParse

from .addresses import shown_url
from .entries import Entry, joined
from .exchange import Response
from .found_json import results
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
        answer = _ask(http, spec, now, query, number)
        links, recognised = entries_on(answer, outlet, spec)
        if number == 1 and not recognised:
            shown = shown_url(answer.url)
            raise SourceParse(f"{shown}: none of the expected links is on this page.", url=shown)
        fresh = [entry for entry in links if canonical_url(entry.url) not in known]
        if not fresh:
            return
        known.update(canonical_url(entry.url) for entry in fresh)
        yield from fresh


def entries_on(answer: Response, outlet: Outlet, spec: ListingSpec | SearchSpec) -> tuple[list[Entry], bool]:
    """The articles that a page names, and whether it is one that we know how to read."""
    if isinstance(spec, SearchSpec) and spec.kind == "json":
        return results(answer, outlet, spec)
    return _links(answer, outlet, spec)


def _ask(http: PoliteClient, spec: ListingSpec | SearchSpec, now: datetime, query: str, page: int) -> Response:
    values = _values(now, query, page)
    path, mark, asked = spec.url.partition("?")
    place = _filled(path, {name: quote(value, safe="") for name, value in values.items()})
    place += mark + _filled(asked, {name: quote_plus(value) for name, value in values.items()})
    form = spec.form if isinstance(spec, SearchSpec) else {}
    if not form:
        return http.get(place, accept=ACCEPT)
    return http.submit(place, {name: _filled(value, values) for name, value in form.items()}, accept=ACCEPT)


def _values(now: datetime, query: str, page: int) -> dict[str, str]:
    day = now.astimezone(WIB)
    return {
        "query": query,
        "slug": "-".join(re.findall(r"\w+", query.lower())),
        "page": str(page),
        "from": f"{day - SEARCH_WINDOW:%Y-%m-%d}",
        "to": f"{day:%Y-%m-%d}",
        "us_date": f"{day:%m/%d/%Y}",
    }


def _filled(template: str, values: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: values[match[1]], template)


def _links(answer: Response, outlet: Outlet, spec: ListingSpec | SearchSpec) -> tuple[list[Entry], bool]:
    soup = BeautifulSoup(answer.body, "lxml")
    anchors = soup.select(spec.links)[:MAX_LINKS]
    counter = spec.decode if isinstance(spec, SearchSpec) else ""
    best: dict[str, Entry] = {}
    for anchor in anchors:
        url = _decoded(joined(answer.url, str(anchor.get("href") or "")), counter)
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


def _decoded(url: str, parameter: str) -> str:
    """The address within ``url`` where it leads through a counter, else ``url`` itself."""
    if not url or not parameter:
        return url
    try:
        inner = parse_qs(urlsplit(url).query).get(parameter, [""])[0]
    except ValueError:
        return ""
    return joined(url, inner) if inner else url
