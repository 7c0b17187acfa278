"""Reading feeds and sitemaps: bytes in, entries out, whatever is wrong with the bytes."""

from __future__ import annotations

import calendar
import io
import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree

from pasip_core.errors import SourceBlocked, SourceParse

from .addresses import LONGEST_URL, shown_url
from .answers import is_challenge, unzip
from .dates import parse_date
from .exchange import Response

MAX_ENTRIES = 5_000
MAX_UNZIPPED = 20_000_000
MAX_TEXT = 100_000
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a feed, a sitemap or a search page: where an article is, and what is told of it there.

    ``summary`` and ``content`` may hold HTML. ``published_at`` is aware, ``None`` where nothing is told.
    ``origin`` is the outlet's address that an aggregator names. ``is_whole``: ``content`` is the article itself.
    """

    url: str
    title: str = ""
    summary: str = ""
    content: str = ""
    author: str = ""
    published_at: datetime | None = None
    id: str = ""
    origin: str = ""
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What one feed or sitemap holds; ``parts`` are further sitemaps that a sitemap index names.

    ``whole`` is false where the file ends before its end tag: there may be more.
    """

    title: str
    entries: tuple[Entry, ...]
    parts: tuple[str, ...] = ()
    whole: bool = True
    is_sitemap: bool = False


def read_listing(answer: Response, now: datetime) -> Listing:
    """A feed (RSS, Atom, RDF) or a sitemap, told apart by what it is, not by what the server calls it.

    ``SourceBlocked`` for a challenge page, ``SourceParse`` for anything else that is neither. A file that was cut
    off gives what came.
    """
    body = unzip(answer.body, MAX_UNZIPPED) if answer.body[:2] == b"\x1f\x8b" else answer.body
    head = body[:3_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    is_sitemap = re.search(rb"<(\w+:)?(urlset|sitemapindex)\b", head)
    listing = _read_sitemap(body, answer.url, now) if is_sitemap else _read_feed(body, answer, now)
    if listing is not None:
        return replace(listing, whole=_is_whole(body))
    shown = shown_url(answer.url)
    if is_challenge(answer.headers, body):
        raise SourceBlocked(f"{shown}: a challenge page came in place of the feed.", url=shown)
    if not body.strip():
        raise SourceParse(f"{shown}: an empty answer.", url=shown)
    raise SourceParse(f"{shown}: {answer.media_type or 'something'} that is no feed or sitemap.", url=shown)


def _is_whole(body: bytes) -> bool:
    """Whether the root's end tag, or the end of a JSON feed, stands near the end (comments may follow it)."""
    return _END.search(body[-3_000:].replace(b"\0", b"")) is not None


_END = re.compile(rb"</\s*(\w+:)?(rss|feed|rdf|urlset|sitemapindex)\s*>|\}\s*$", re.IGNORECASE)


def _read_feed(body: bytes, answer: Response, now: datetime) -> Listing | None:
    import feedparser

    headers = {"content-type": answer.headers.get("Content-Type", "")} if answer.headers.get("Content-Type") else {}
    # Bytes and text are tried as a file name or an address by this library; a stream is not.
    stream = io.BytesIO(body)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = feedparser.parse(
                stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False
            )
    except Exception as error:  # the library lets out whatever its handlers of odd markup raise
        raise SourceParse(f"{shown_url(answer.url)}: no readable feed.", url=shown_url(answer.url)) from error
    if not parsed.get("version") and not parsed.get("entries"):
        return None
    entries = (_entry_of(entry, answer.url, now) for entry in parsed["entries"][:MAX_ENTRIES])
    title = _text(parsed.get("feed", {}).get("title"))
    return Listing(title, tuple(entry for entry in entries if entry is not None))


def _entry_of(entry: Mapping[str, Any], base: str, now: datetime) -> Entry | None:
    link = _text(entry.get("link")) or (_text(entry.get("id")) if _text(entry.get("id")).startswith("http") else "")
    url = joined(base, link)
    if not url:
        return None
    contents = entry.get("content") or [{}]
    source = entry.get("source") or {}
    return Entry(
        url=url,
        title=_text(entry.get("title")),
        summary=_text(entry.get("summary")),
        content=_text(contents[0].get("value")) if isinstance(contents[0], Mapping) else "",
        author=_text(entry.get("author")),
        published_at=_date_of(entry, now),
        id=_text(entry.get("id")),
        origin=_text(source.get("href")) if isinstance(source, Mapping) else "",
    )


def _date_of(entry: Mapping[str, Any], now: datetime) -> datetime | None:
    """Our own reading first: feedparser takes WIB, and times without a zone, for UTC."""
    for name in ("published", "updated", "created"):
        if moment := plausible(parse_date(_text(entry.get(name)), now=now), now):
            return moment
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        if struct := entry.get(name):
            try:
                moment = datetime.fromtimestamp(calendar.timegm(struct), UTC)
            except (ValueError, OverflowError, OSError, TypeError):
                continue
            if plausible(moment, now):
                return moment
    return None


def plausible(moment: datetime | None, now: datetime) -> datetime | None:
    """A moment that an article can have been published at: not tomorrow, not in another century."""
    if moment is None or moment.tzinfo is None:
        return None
    try:
        return moment if EARLIEST <= moment <= now + timedelta(days=1) else None
    except OverflowError:
        return None


def _read_sitemap(body: bytes, url: str, now: datetime) -> Listing:
    """With entities, DTDs and the network switched off; a broken file gives what stands before the break."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, recover=True, huge_tree=False
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceParse(f"{shown_url(url)}: no readable sitemap.", url=shown_url(url)) from error
    if root is None:
        raise SourceParse(f"{shown_url(url)}: no readable sitemap.", url=shown_url(url))
    places, parts = [], []
    for node in root:
        try:
            kind, values = _local(node), _leaves(node)
        except UnicodeDecodeError:  # names and texts that libxml2 let through but cannot be characters
            continue
        place = joined(url, values.get("loc", ""))
        if place and kind == "sitemap":
            parts.append(place)
        elif place and kind == "url":
            places.append(_place(place, values, now))
    return Listing("", tuple(places[:MAX_ENTRIES]), tuple(parts[:MAX_ENTRIES]), is_sitemap=True)


def _place(url: str, values: Mapping[str, str], now: datetime) -> Entry:
    """``lastmod`` is when the page last changed: near enough for order, and replaced by the page's own date."""
    told = values.get("publication_date") or values.get("lastmod") or ""
    return Entry(url=url, title=values.get("title", ""), published_at=plausible(parse_date(told, now=now), now))


def _leaves(node: Any) -> dict[str, str]:
    """Texts of the leaves by local name; the first of a name counts."""
    texts: dict[str, str] = {}
    for leaf in node.iter():
        if isinstance(leaf.tag, str) and leaf.text and leaf.text.strip():
            texts.setdefault(_local(leaf), _text(leaf.text))
    return texts


def _local(node: Any) -> str:
    return str(node.tag).rpartition("}")[2].lower() if isinstance(node.tag, str) else ""


def joined(base: str, link: str) -> str:
    """``link`` as an absolute http(s) address, "" where it is none."""
    try:
        url = urljoin(base, link.strip()) if link.strip() else ""
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and len(url) <= LONGEST_URL
    except ValueError:
        return ""
    return url if usable else ""


def _text(value: object) -> str:
    text = value if isinstance(value, str) else ""
    return text[:MAX_TEXT].encode("utf-8", "replace").decode("utf-8").strip()


def newest_first(entries: Iterable[Entry]) -> list[Entry]:
    """Ordered by date; what has none comes last, in the order in which it stood."""
    return sorted(entries, key=lambda e: e.published_at.timestamp() if e.published_at else 0.0, reverse=True)
