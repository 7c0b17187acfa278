"""What is known of a news outlet: its addresses, selectors and patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from .addresses import host_of
from .extract import ArticleRules

PLACEHOLDERS = frozenset({"query", "slug", "page", "from", "to", "us_date"})
"""What a listing or search address may hold in braces; ``slug`` is the query as tags are written
(``makan-bergizi-gratis``), ``us_date`` is today as MM/DD/YYYY."""


def _template(text: str) -> str:
    unknown = set(re.findall(r"\{(\w*)\}", text)) - PLACEHOLDERS
    if unknown:
        raise ValueError(f"{{{sorted(unknown)[0]}}} is no placeholder; use {', '.join(sorted(PLACEHOLDERS))}")
    return text


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write a whole address with http:// or https://")
    return _template(url)


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


def _selector(text: str) -> str:
    from soupsieve import SelectorSyntaxError, compile

    try:
        compile(re.sub(r"@[\w:-]+$", "", text))
    except SelectorSyntaxError as error:
        raise ValueError("not a CSS selector") from error
    return text


WebAddress = Annotated[str, AfterValidator(_web_address)]
Template = Annotated[str, AfterValidator(_template)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Selector = Annotated[str, AfterValidator(_selector)]
Confidence = Literal["A", "B", "C"]
"""How well an address is attested: A in code that is run daily, B seen in several places, C once, or a guess."""
Region = Literal["national", "sumatra", "java", "kalimantan", "sulawesi", "bali-nusa-tenggara", "maluku", "papua"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ListingSpec(_Part):
    """Where new articles are announced. ``confidence`` says how well the address is attested (A best)."""

    url: WebAddress
    kind: Literal["feed", "sitemap", "index", "wordpress"] = "feed"
    links: Selector = ""
    """For an ``index`` page: what selects the links to articles."""
    pages: int = Field(1, ge=1, le=20)
    confidence: Confidence = "C"


class SearchSpec(_Part):
    """How the outlet is searched: by a page (``html``), by JSON, or as a WordPress site.

    ``form`` makes it a form that is sent (POST). ``empty`` are words that stand on a page where nothing was found.
    """

    url: WebAddress
    kind: Literal["html", "json", "wordpress"] = "html"
    form: Mapping[str, Template] = {}
    links: Selector = ""
    decode: str = ""
    """The parameter of a link that holds the article's address, where links lead through a counter."""
    script: Selector = ""
    """Where JSON stands within a page; without it, the whole answer is JSON."""
    items: str = Field("", pattern=r"^[\w.]*$")
    """The way to the list of results within JSON: ``props.pageProps.articles``."""
    address: str = ""
    """The article's address, whose parts are values of a result: ``/{category.slug}/{id}/{slug}``."""
    title: str = Field("title", pattern=r"^[\w.]+$")
    pages: int = Field(1, ge=1, le=20)
    empty: tuple[str, ...] = ()
    confidence: Confidence = "C"


class AddressSpec(_Part):
    """Which addresses are articles; patterns are searched in path and query.

    ``hosts`` cover their sub-domains, ``*`` is any host.
    """

    hosts: tuple[str, ...] = ()
    skip_hosts: tuple[str, ...] = ()
    take: tuple[Pattern, ...] = ()
    skip: tuple[Pattern, ...] = ()


class ArticleSpec(_Part):
    """How an article page is read: see :class:`ArticleRules`."""

    title: tuple[Selector, ...] = ()
    author: tuple[Selector, ...] = ()
    date: tuple[Selector, ...] = ()
    body: tuple[Selector, ...] = ()
    remove: tuple[Selector, ...] = ()
    junk: tuple[Pattern, ...] = ()
    pages: tuple[Selector, ...] = ()
    one_page: Annotated[str, Field(pattern=r"^([\w.-]+=[\w.-]+)?$")] = ""
    names: tuple[str, ...] = ()


class Outlet(_Part):
    """One outlet. ``name`` is the source's id, ``site`` the name under which its mentions count."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    label: str = Field(min_length=1, max_length=80)
    site: str = Field(min_length=1, max_length=100)
    home: WebAddress
    region: Region = "national"
    confidence: Confidence = "C"
    """How sure ``home`` is; each listing and search says it of its own address."""
    discover: bool = False
    """Look for a feed or sitemap where no listing is named, or none of them stands any more."""
    google_news: bool = False
    """Have Google News asked for this outlet by name: its own pages tell too little."""
    listings: tuple[ListingSpec, ...] = ()
    search: SearchSpec | None = None
    addresses: AddressSpec = AddressSpec()
    article: ArticleSpec = ArticleSpec()

    @cached_property
    def rules(self) -> ArticleRules:
        """What extraction needs."""
        return ArticleRules(**self.article.model_dump())

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that are the outlet's, sub-domains included; ``*`` is any."""
        return self.addresses.hosts or (self.site,)

    def without(self, addresses: Collection[str]) -> Outlet:
        """The same outlet, but none of these listings and searches is asked."""
        left = tuple(listing for listing in self.listings if listing.url not in addresses)
        search = None if self.search and self.search.url in addresses else self.search
        return self.model_copy(update={"listings": left, "search": search})

    def owns(self, url: str) -> bool:
        """Whether the address lies on one of the outlet's hosts."""
        parts = urlsplit(url)
        named = {(parts.hostname or "").lower(), host_of(url)}
        return "*" in self.hosts or any(
            name == host or name.endswith(f".{host}") for name in named for host in self.hosts
        )

    def is_article(self, url: str) -> bool:
        """Whether the address looks like an article of this outlet."""
        try:
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.hostname or not self.owns(url):
                return False
        except ValueError:
            return False
        place = parts.path + (f"?{parts.query}" if parts.query else "")
        if (parts.hostname or "") in self.addresses.skip_hosts or parts.path in ("", "/"):
            return False
        if any(re.search(pattern, place) for pattern in self.addresses.skip):
            return False
        return not self.addresses.take or any(re.search(pattern, place) for pattern in self.addresses.take)


def owner_of(outlets: Iterable[Outlet]) -> Callable[[str], Outlet | None]:
    """A function that tells whose an address is: of several outlets the one with the closest host.

    A regional portal (``jabar.tribunnews.com``) so comes before the site whose sub-domain it is.
    """
    by_host: dict[str, Outlet] = {}
    for outlet in outlets:
        for host in outlet.hosts:
            by_host.setdefault(host, outlet)

    def owner(url: str) -> Outlet | None:
        for name in (host_of(url), (urlsplit(url).hostname or "").lower()):
            while name:
                if name in by_host:
                    return by_host[name]
                name = name.partition(".")[2]
        return None

    return owner
