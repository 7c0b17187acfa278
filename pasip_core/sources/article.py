"""From an entry to a mention: the article's own page, or what the feed tells where the page cannot be had."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

from loguru import logger
from lxml import etree, html

from pasip_core.domain.mention import NEWS, RawMention, canonical_url
from pasip_core.errors import InputError, SourceBadQuery, SourceError, SourceForbidden, SourceGone, SourceParse

from .addresses import shown_url
from .entries import Entry, plausible
from .exchange import Response
from .extract import Article, extract, join_pages, next_pages, one_page_url
from .extract.junk import drop_junk
from .extract.render import join_datelines, paragraphs
from .http import PoliteClient
from .outlet import Outlet

ACCEPT = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"
MOST_PAGES = 10
READABLE = frozenset({"", "text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml"})


@dataclass(frozen=True)
class ArticleReader:
    """Reads articles of one outlet, or of any site where ``outlet`` knows nothing about their pages."""

    http: PoliteClient
    outlet: Outlet
    site_of: Callable[[str], str]

    def read(self, entry: Entry, now: datetime) -> RawMention:
        """The mention, with the article's whole text. Raises ``SourceError`` where the page gives none."""
        article = self._whole(entry.url)
        content = article.content.strip()
        published_at = plausible(article.published_at, now) or entry.published_at
        if not content or published_at is None:
            missing = "text" if not content else "date of publication"
            raise SourceParse(f"{shown_url(entry.url)}: no {missing} found on the page.", url=shown_url(entry.url))
        url = self._address(article.url, entry.url)
        return RawMention(
            source=self.site_of(url),
            platform=NEWS,
            content=content,
            published_at=published_at,
            url=url,
            title=article.title or plain(entry.title),
            author=article.author or plain(entry.author),
            raw_data={"taken_from": "page", "found_at": entry.url},
        )

    def from_entry(self, entry: Entry) -> RawMention | None:
        """What the feed itself tells; ``None`` where it gives no date or no words."""
        title = plain(entry.title)
        content = self._body(entry, title) or max(plain(entry.content), plain(entry.summary), key=len) or title
        if entry.published_at is None or not content:
            return None
        url = tidy(entry.url)
        return RawMention(
            source=self.site_of(url),
            platform=NEWS,
            content=content,
            published_at=entry.published_at,
            url=url,
            title=title,
            author=plain(entry.author),
            raw_data={"taken_from": "api" if entry.is_whole else "feed", "found_at": entry.url},
        )

    def _body(self, entry: Entry, title: str) -> str:
        """The paragraphs of an article that came whole; "" for any other."""
        if not entry.is_whole:
            return ""
        rules = self.outlet.rules
        try:
            lines = paragraphs(html.fromstring(f"<div>{entry.content}</div>"), rules.remove)
        except (etree.LxmlError, ValueError, AssertionError):
            return ""
        return "\n".join(drop_junk(join_datelines(lines), extra=rules.junk, title=title))

    def _whole(self, url: str) -> Article:
        """The article, on one page where the outlet offers that, else page by page."""
        one_page = one_page_url(url, self.outlet.rules)
        if one_page != url:
            try:
                return self._joined(self._page(one_page))
            except (SourceGone, SourceBadQuery, SourceForbidden):
                pass  # the variant may be gone, or forbidden by robots.txt, while the article is not
        return self._joined(self._page(url))

    def _page(self, url: str) -> Response:
        answer = self.http.get(url, accept=ACCEPT)
        shown = shown_url(url)
        if answer.media_type not in READABLE:
            raise SourceParse(f"{shown}: {answer.media_type[:60]} in place of a page.", url=shown)
        if urlsplit(answer.url).path in ("", "/") and urlsplit(url).path not in ("", "/"):
            raise SourceGone(f"{shown}: the site leads to its front page instead.", url=shown)
        return answer

    def _joined(self, first: Response) -> Article:
        """The article of this page and of those it names as its further ones."""
        parts, asked, waiting = [self._extract(first)], {first.url}, self._further(first)
        while waiting and len(parts) < MOST_PAGES:
            url = waiting.pop(0)
            if url in asked:
                continue
            asked.add(url)
            page = self._page(url)
            parts.append(self._extract(page))
            waiting += [further for further in self._further(page) if further not in asked]
        return join_pages(parts)

    def _further(self, answer: Response) -> list[str]:
        with _readable(answer):
            return next_pages(_markup(answer), answer.url, self.outlet.rules)

    def _extract(self, answer: Response) -> Article:
        with _readable(answer):
            return extract(_markup(answer), answer.url, self.outlet.rules)

    def _address(self, told: str, asked: str) -> str:
        """The page's own canonical address, unless it is none of an article (some name their front page)."""
        try:
            if told and self.outlet.is_article(told):
                return tidy(told)
        except ValueError:
            pass
        return tidy(asked)


@contextmanager
def _readable(answer: Response) -> Iterator[None]:
    """A page that cannot be read costs only itself, whatever the parsers under the extraction trip over."""
    shown = shown_url(answer.url)
    try:
        yield
    except SourceError:
        raise
    except InputError as error:
        raise SourceParse(f"{shown}: {error}", url=shown) from error
    except Exception as error:
        logger.bind(scraping=True).opt(exception=True).error("{}: extraction failed", shown)
        raise SourceParse(f"{shown}: the page cannot be read ({type(error).__name__}).", url=shown) from error


def tidy(url: str) -> str:
    """``url`` without tracking, paging and AMP variants, on the host that serves it."""
    parts, canonical = urlsplit(url.strip()), urlsplit(canonical_url(url))
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2].lower(), canonical.path, canonical.query, ""))


def plain(text: str) -> str:
    """The words of a piece of HTML, or of plain text, on one line."""
    if "<" in text or "&" in text:
        try:
            tree = html.fromstring(f"<div>{text}</div>")
            etree.strip_elements(tree, "script", "style", with_tail=False)
            text = str(tree.text_content())
        except (etree.LxmlError, ValueError, AssertionError):
            text = re.sub(r"<[^>]*>", " ", text)
    return " ".join(text.split())


def _markup(answer: Response) -> str | bytes:
    """Text where the server names a charset, which outranks what the page says of itself; else the bytes."""
    match = re.search(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", answer.headers.get("Content-Type", ""), re.IGNORECASE)
    if match:
        try:
            return answer.body.decode(match[1], "strict")
        except (LookupError, UnicodeError):
            pass
    return answer.body
