"""Title, author, time and address of an article page: structured data first, visible text after it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from ...domain.mention import TRACKING_PARAMETERS
from ..dates import parse_date
from .authors import clean_authors
from .jsonld import first_text, persons
from .model import ArticleRules
from .select import all_values, first_value

_AUTHOR_METAS = (
    "dtk:author", "content_author", "jpnncom_news_author", "author", "parsely-author", "sailthru.author", "byl",
    "dc.creator", "dcterms.creator", "cxenseparse:author", "article:author", "og:article:author", "twitter:data1",
)  # fmt: skip
_DATE_METAS = (
    "dtk:publishdate", "publishdate", "article:published_time", "og:article:published_time", "jpnncom_news_pubdate",
    "content_publishedate", "content_publisheddate", "datepublished", "og:published_time", "parsely-pub-date",
    "sailthru.date", "pubdate", "publish-date", "publish_date", "published-date", "published_date",
    "article_date_original", "cxenseparse:recs:publishtime", "dc.date.issued", "dcterms.date", "dc.date",
    "dc.date.created", "date", "dtk:publishdateunix",
)  # fmt: skip
_AUTHOR_PLACES = (
    "[itemprop=author] [itemprop=name]", "[itemprop=author]", "[rel=author]", ".detail__author",
    ".credit-title-name", ".author-name", ".byline", ".author", ".journalist a", "#penulis",
    ".post-author", ".p-author",
)  # fmt: skip
_DATE_PLACES = (
    "[itemprop=datePublished]@content", "[itemprop=datePublished]@datetime", "article time[datetime]@datetime",
    "time[pubdate]@datetime", "time[datetime]@datetime", "[itemprop=datePublished]", "time",
    ".detail__date", ".read__time", ".published", ".entry-date", ".post-date", ".date", ".article-date",
    ".datetime", ".timestamp",
)  # fmt: skip
_VISIBLE_AUTHOR = re.compile(
    r"^\s*(?i:penulis|pewarta|reporter|laporan wartawan|oleh|by)\s*:?\s+"
    r"[A-Z][\w.'’-]*(?:[\s,&]+(?:dan |and )?[A-Z][\w.'’-]*){0,7}$"
)
_OUTLET_TAIL = re.compile(r"^\S+\.(?:com|co|id|net|org|co\.id)$|^detik\w+$", re.I)
_VISIBLE_DATE = re.compile(r"\d{1,2}[\s/.-]+(?:\d{1,2}|[A-Za-z]{3,9})[\s/.,-]+\d{4}.{0,20}\d{1,2}[.:]\d{2}")
_URL_DATE = re.compile(r"/(20\d{2})[/-]?(\d{2})[/-]?(\d{2})(?!\d{3}/)")
_SUFFIX = re.compile(r"\s+[|\-–—·•:»]\s+([^|\-–—·•»]{2,40})$")


def read_metas(root: Any) -> dict[str, str]:
    """Every ``<meta>`` by its lower-case name, property or itemprop; the first of each name."""
    metas: dict[str, str] = {}
    for meta in root.iter("meta"):
        content = meta.get("content")
        if content and content.strip():
            for key in ("name", "property", "itemprop", "http-equiv"):
                if name := meta.get(key):
                    metas.setdefault(name.strip().lower(), content.strip())
    return metas


def find_url(root: Any, metas: Mapping[str, str], url: str) -> str:
    """The page's canonical address where it names one of the same site, else ``url`` without tracking."""
    links = [e.get("href") for e in root.iter("link") if (e.get("rel") or "").lower() == "canonical"]
    for link in (*links, metas.get("og:url")):
        try:
            found = urljoin(url, (link or "").strip())
            if link and _same_site(found, url) and urlsplit(found).path.strip("/"):
                return _tidy(found)
        except ValueError:
            continue
    try:
        return _tidy(url)
    except ValueError:
        return url


def find_title(root: Any, metas: Mapping[str, str], data: Mapping[str, Any], rules: ArticleRules) -> str:
    """The headline without the outlet's name."""
    sites = [*rules.names, metas.get("og:site_name", ""), first_text(data.get("publisher"))]
    candidates: tuple[Callable[[], str], ...] = (
        lambda: first_text(data.get("headline")),
        lambda: metas.get("og:title", ""),
        lambda: first_value(root, rules.title),
        lambda: first_value(root, ("h1",)),
        lambda: metas.get("twitter:title", ""),
        lambda: first_value(root, ("title",)),
    )
    heads = {_key(t) for t in all_values(root, "h1")[:5]}
    for candidate in candidates:
        title = " ".join(html.unescape(candidate()[:1000]).split())
        if title and _key(title) not in {_key(s) for s in sites}:
            return _without_suffix(title, sites, heads)[:500]
    return ""


def find_author(root: Any, metas: Mapping[str, str], data: Mapping[str, Any], rules: ArticleRules) -> str:
    """Names of people joined by ", "; an organisation only where structured data names nobody else."""
    sites = [*rules.names, metas.get("og:site_name", ""), first_text(data.get("publisher"))]
    people, organisations = persons(data.get("author") or data.get("creator"))
    for candidates in _author_candidates(root, metas, people, rules):
        if names := clean_authors(candidates, outlet_names=sites):
            return names
    return clean_authors(organisations)


def _author_candidates(
    root: Any, metas: Mapping[str, str], people: list[str], rules: ArticleRules
) -> Iterator[Iterable[str]]:
    yield people
    for name in _AUTHOR_METAS:
        if name in metas:
            yield [metas[name]]
    for selector in (*rules.author, *_AUTHOR_PLACES):
        yield (v for v in all_values(root, selector)[:5] if len(v) <= 200)
    yield (line for line in _short_texts(root) if _VISIBLE_AUTHOR.match(line))


def find_published(
    root: Any, metas: Mapping[str, str], data: Mapping[str, Any], rules: ArticleRules, url: str, now: datetime | None
) -> datetime | None:
    """When the article was published; a date in the address counts only where nothing else is found."""
    for text in _date_candidates(root, metas, data, rules):
        if text and (found := parse_date(text, now=now)):
            return found
    if found_in_url := _URL_DATE.search(urlsplit(url).path if "//" in url else url):
        return parse_date("-".join(found_in_url.groups()), now=now)
    return None


def _date_candidates(
    root: Any, metas: Mapping[str, str], data: Mapping[str, Any], rules: ArticleRules
) -> Iterator[str]:
    yield first_text(data.get("datePublished"))
    yield from (metas[name] for name in _DATE_METAS if name in metas)
    yield from (first_value(root, (selector,)) for selector in (*rules.date, *_DATE_PLACES))
    yield from (line for line in _short_texts(root) if _VISIBLE_DATE.search(line))


def _short_texts(root: Any) -> Iterator[str]:
    """Visible texts of at most 100 characters, the first 3,000 of them."""
    count = 0
    for element in root.iter("div", "span", "p", "small", "li", "a", "strong", "b", "em", "td", "h5", "h6"):
        text = element.text
        if text and 8 <= len(text.strip()) <= 100:
            yield " ".join(text.split())
            count += 1
            if count >= 3000:
                return


def _without_suffix(title: str, sites: Iterable[str], heads: set[str]) -> str:
    """``Judul - Kompas.com`` is ``Judul``: the tail goes if it names the outlet or the heading lacks it."""
    known = {_key(s) for s in sites if s}
    for _ in range(2):
        found = _SUFFIX.search(title)
        if not found or _key(title) in heads:
            break
        tail, rest = found[1], title[: found.start()]
        if _key(tail) in known or _key(rest) in heads or _OUTLET_TAIL.search(tail):
            title = rest
        else:
            break
    return title.strip()


def _key(text: str) -> str:
    return re.sub(r"\W+", "", text.casefold())


def _same_site(a: str, b: str) -> bool:
    one, other = (re.sub(r"^(?:www|m|amp)\.", "", (urlsplit(u).hostname or "").lower()) for u in (a, b))
    return bool(one) and urlsplit(a).scheme in ("http", "https") and one == other


def _tidy(url: str) -> str:
    parts = urlsplit(url.strip())
    query = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name.lower() not in TRACKING_PARAMETERS and not name.lower().startswith("utm_")
    ]
    path = re.sub(r"/amp/?$", "", parts.path)
    return urlunsplit((parts.scheme, parts.netloc, path, urlencode(query), ""))
