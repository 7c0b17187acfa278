"""Articles spread over several pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from .document import parse_tree, read_text
from .model import Article, ArticleRules
from .select import select

MAX_PAGES = 20
"""Articles with more pages are galleries or mistakes; the rest is not read."""

_KNOWN_LINKS = (
    "a.detail__anchor-numb", ".detail__long-nav a", ".paging a", ".pagination a", ".paging__wrap a",
    ".article-pagination a", ".page-links a", ".post-page-numbers", ".multiple__page a",
)  # fmt: skip
_PAGE_NAME = re.compile(r"page|halaman|p|hal", re.I)


def one_page_url(url: str, rules: ArticleRules | None) -> str:
    """The address that shows the whole article on one page, where the outlet has such a variant, else ``url``."""
    if rules is None or not rules.one_page:
        return url
    parts = urlsplit(url)
    wanted = dict(parse_qsl(rules.one_page.lstrip("?"), keep_blank_values=True))
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k not in wanted]
    return urlunsplit(parts._replace(query=urlencode([*query, *wanted.items()]), fragment=""))


def next_pages(html: str | bytes, url: str, rules: ArticleRules | None = None) -> list[str]:
    """The addresses of the article's further pages, in order: same host and path only, at most ``MAX_PAGES``.

    The outlet's own links decide; without them ``rel=next`` and the usual page numbers.

    :raises InputError: the page is empty, or a selector of the rules cannot be read.
    :raises SourceParse: not HTML.
    """
    root = parse_tree(read_text(html))
    here = _page_number(url, url) or 1
    pages: dict[int, str] = {}
    for link in _links(root, rules):
        try:
            target = urljoin(url, link.strip())
            number = _page_number(target, url)
        except ValueError:
            continue
        if number is not None and here < number <= here + MAX_PAGES:
            pages.setdefault(number, urlunsplit(urlsplit(target)._replace(fragment="")))
    return [pages[number] for number in sorted(pages)]


def join_pages(pages: Iterable[Article]) -> Article:
    """One article of several pages: what the first says about itself, each paragraph once.

    A paragraph is taken for a repetition only where it stood on an earlier page.

    :raises ValueError: there is no page.
    """
    first, *rest = pages
    lines = first.content.splitlines()
    for page in rest:
        seen = {_key(line) for line in lines}
        lines += [line for line in page.content.splitlines() if _key(line) not in seen]
    return replace(first, content="\n".join(lines))


def _links(root: Any, rules: ArticleRules | None) -> list[str]:
    for selectors in ((rules.pages if rules else ()), _KNOWN_LINKS):
        found = [e.get("href") for s in selectors for e in select(root, s) if e.get("href")]
        if found:
            return found + _rel_next(root)
    return _rel_next(root)


def _rel_next(root: Any) -> list[str]:
    return [e.get("href") for e in root.iter("link", "a") if (e.get("rel") or "").lower() == "next" and e.get("href")]


def _page_number(target: str, url: str) -> int | None:
    """Which page of the article at ``url`` stands at ``target``; ``None`` where it is another address."""
    there, here = urlsplit(target), urlsplit(url)
    if there.scheme not in ("http", "https") or _host(there.hostname) != _host(here.hostname):
        return None
    if there.username or there.port != here.port:
        return None
    base, number = _split_path(there.path)
    if base != _split_path(here.path)[0]:
        return None
    for name, value in parse_qsl(there.query):
        if _PAGE_NAME.fullmatch(name) and value.isdecimal() and len(value) <= 3:
            return int(value)
    return number


def _split_path(path: str) -> tuple[str, int]:
    """``/judul/2`` and ``/judul`` are pages 2 and 1 of the same article."""
    found = re.fullmatch(r"(.*?)/(?:page/)?(\d{1,2})/?", path)
    return (found[1].rstrip("/"), int(found[2])) if found else (path.rstrip("/"), 1)


def _host(name: str | None) -> str:
    return re.sub(r"^(?:www|m|amp)\.", "", (name or "").lower())


def _key(line: str) -> str:
    return re.sub(r"\W+", "", line.casefold()) or line
