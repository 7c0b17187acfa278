"""A news outlet as one declarative file: addresses, selectors, patterns; read and checked, never executed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pasip_core.errors import InputError

from .addresses import host_of
from .extract import ArticleRules

BUILT_IN = Path(__file__).parent / "outlets"
PLACEHOLDERS = frozenset({"query", "page", "from", "to", "us_date"})
"""What a listing or search address may hold in braces; ``us_date`` is today as MM/DD/YYYY."""


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write a whole address with http:// or https://")
    unknown = set(re.findall(r"\{(\w*)\}", url)) - PLACEHOLDERS
    if unknown:
        raise ValueError(f"{{{sorted(unknown)[0]}}} is no placeholder; use {', '.join(sorted(PLACEHOLDERS))}")
    return url


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
Pattern = Annotated[str, AfterValidator(_pattern)]
Selector = Annotated[str, AfterValidator(_selector)]
Confidence = Literal["A", "B", "C"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ListingSpec(_Part):
    """Where new articles are announced. ``confidence`` says how well the address is attested (A best)."""

    url: WebAddress
    kind: Literal["feed", "sitemap", "index"] = "feed"
    links: Selector = ""
    """For an ``index`` page: what selects the links to articles."""
    pages: int = Field(1, ge=1, le=20)
    confidence: Confidence = "C"


class SearchSpec(_Part):
    """A search page in plain HTML. ``empty`` are words that stand on it where nothing was found."""

    url: WebAddress
    links: Selector
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
    listings: tuple[ListingSpec, ...] = ()
    search: SearchSpec | None = None
    addresses: AddressSpec = AddressSpec()
    article: ArticleSpec = ArticleSpec()

    @cached_property
    def rules(self) -> ArticleRules:
        """What extraction needs."""
        return ArticleRules(**self.article.model_dump())

    def owns(self, url: str) -> bool:
        """Whether the address lies on one of the outlet's hosts."""
        parts = urlsplit(url)
        named = {(parts.hostname or "").lower(), host_of(url)}
        hosts = self.addresses.hosts or (self.site,)
        return "*" in hosts or any(name == host or name.endswith(f".{host}") for name in named for host in hosts)

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


def load_outlets(folder: Path | None = None) -> dict[str, Outlet]:
    """The built-in outlets; a file in ``folder`` replaces the one of the same ``name``, or adds to them.

    ``InputError`` names the file and the field that cannot be used.
    """
    outlets = _read_folder(BUILT_IN)
    if folder is not None:
        if not folder.is_dir():
            raise InputError(f"OUTLETS_DIR: {folder} is no folder.", field="OUTLETS_DIR", value=str(folder))
        outlets |= _read_folder(folder)
    return dict(sorted(outlets.items()))


def _read_folder(folder: Path) -> dict[str, Outlet]:
    outlets: dict[str, Outlet] = {}
    for path in sorted(folder.glob("*.toml")):
        outlet = read_outlet(path)
        if outlet.name in outlets:
            raise InputError(f"{path}: name: {outlet.name!r} stands in another file too.", field="name")
        outlets[outlet.name] = outlet
    return outlets


def read_outlet(path: Path) -> Outlet:
    """One outlet file."""
    try:
        values: Mapping[str, object] = tomllib.loads(path.read_text("utf-8"))
        outlet = Outlet.model_validate(values)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: cannot be read as TOML: {error}", field="OUTLETS_DIR", value=str(path)) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{path}: {field}: {first['input']!r:.200} cannot be used: {reason}.", field=field) from None
    _check_parts(outlet, path)
    return outlet


def _check_parts(outlet: Outlet, path: Path) -> None:
    """What concerns several fields at once."""
    if not outlet.listings and outlet.search is None:
        raise InputError(
            f"{path}: listings: name at least one feed, sitemap, index page or a search.", field="listings"
        )
    for number, listing in enumerate(outlet.listings):
        if listing.kind == "index" and not listing.links:
            field = f"listings.{number}.links"
            raise InputError(f"{path}: {field}: an index page needs the selector of its links.", field=field)
        if listing.pages > 1 and "{page}" not in listing.url:
            field = f"listings.{number}.url"
            raise InputError(f"{path}: {field}: more than one page needs {{page}} in the address.", field=field)
    if outlet.search and "{query}" not in outlet.search.url:
        raise InputError(f"{path}: search.url: the address of a search needs {{query}}.", field="search.url")
