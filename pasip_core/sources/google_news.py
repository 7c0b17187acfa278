"""Google News by keyword: leads that are looked up at the outlet itself.

Its links are script-driven redirects that only a private endpoint resolves, and that refuses bulk use. So an item
is a lead (title, outlet, time): the article is found through the outlet's own feeds and search by its title. What
cannot be found there is counted, and said in the run's note, but never stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from urllib.parse import quote_plus

from loguru import logger

from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import NEWS, RawMention
from pasip_core.domain.rules.fold import tokens
from pasip_core.errors import SourceError

from .announced import FEED_ACCEPT, read_announced, search_outlet
from .article import ArticleReader, plain
from .base import Batch
from .discovery import find_listings
from .entries import Entry, newest_first, read_listing
from .failures import REFUSALS, most_telling
from .http import PoliteClient
from .news import BATCH, MOST_QUERIES, queries_of
from .outlet import ListingSpec, Outlet, owner_of
from .state import NewsState
from .workbench import Workbench

MOST_SEARCHES = 20
"""Titles looked up through one outlet's search in one run."""
SITES_AT_ONCE = 8
"""Outlets named in one query; Google gives some hundred items for it, however many there are."""
FEWEST_WORDS = 4
"""A shorter title is no proof that two articles are the same."""


@dataclass(frozen=True, slots=True)
class Lead:
    """An article that Google News names without telling where it is. ``outlet`` is "" for one we do not know."""

    title: str
    outlet: str
    entry: Entry


def sources(bench: Workbench) -> Iterable[GoogleNewsSource]:
    """The one source there is."""
    platform = bench.platforms["google-news"]
    yield GoogleNewsSource(platform.base, bench.http, bench.outlets, bench.site_of, delay=platform.delay)


@dataclass(frozen=True)
class GoogleNewsSource:
    """Asks Google News for each keyword, and the outlets for what it names."""

    base: str
    http: PoliteClient
    outlets: Mapping[str, Outlet]
    site_of: Callable[[str], str]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    delay: float = 0.0
    """Seconds that Google wants between two requests; the outlets have their own pace."""

    name = "google-news"
    label = "Google News"
    platform = NEWS

    @property
    def url(self) -> str:
        """The front page."""
        return self.base

    def needs(self) -> tuple[str, ...]:
        """Nothing."""
        return ()

    def fetch(self, keywords: Sequence[Keyword], cursor: Mapping[str, Any], limit: int) -> Iterator[Batch]:
        """See :class:`Source`. The note says how many leads could not be resolved."""
        run = LeadRun(self, NewsState.from_cursor(cursor), self.clock())
        leads = run.ask(queries_of(keywords)[:MOST_QUERIES])
        yield from run.resolve(leads, limit)

    def feed_url(self, query: str, hosts: Sequence[str] = ()) -> str:
        """The feed of one query: the last three days, in Indonesian; of these sites alone where any are named."""
        asked = f'"{query}"' if " " in query else query
        if hosts:
            asked += f" ({' OR '.join(f'site:{host}' for host in hosts)})"
        return f"{self.base.rstrip('/')}/rss/search?q={quote_plus(asked + ' when:3d')}&hl=id&gl=ID&ceid=ID:id"


@dataclass
class LeadRun:
    """One run: leads in, articles out."""

    source: GoogleNewsSource
    state: NewsState
    now: datetime
    unresolved: int = 0
    unknown: int = 0
    resolved: int = 0
    errors: list[SourceError] = field(default_factory=list)
    _indexes: dict[str, dict[str, str]] = field(default_factory=dict)
    _searches: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.log = logger.bind(scraping=True, source=self.source.name)
        self._owner = owner_of(self.source.outlets.values())

    def ask(self, queries: Iterable[tuple[str, int]]) -> list[Lead]:
        """The leads of all queries, each once, newest first; where every query fails the error is raised."""
        leads: dict[str, Lead] = {}
        asked = 0
        for url in self._feeds([query for query, _ in queries]):
            asked += 1
            try:
                answer = self.source.http.get(url, accept=FEED_ACCEPT, delay=self.source.delay)
                entries = read_listing(answer, self.now).entries
            except SourceError as error:
                self._failed(error)
                if isinstance(error, REFUSALS):
                    break
                continue
            for entry in newest_first(entries):
                lead = self._lead(entry)
                leads.setdefault(f"{lead.outlet or entry.origin}\n{normalised(lead.title)}", lead)
        if asked and len(self.errors) == asked:
            raise most_telling(self.errors)
        return [lead for lead in leads.values() if not self.state.is_settled(lead.entry.url)]

    def _feeds(self, queries: Sequence[str]) -> Iterator[str]:
        """The feeds to ask: each query as it is, then among the outlets that are to be asked for by name."""
        yield from map(self.source.feed_url, queries)
        hosts = [outlet.site for outlet in self.source.outlets.values() if outlet.google_news]
        groups = [hosts[first : first + SITES_AT_ONCE] for first in range(0, len(hosts), SITES_AT_ONCE)]
        by_name = (self.source.feed_url(query, group) for query in queries for group in groups)
        yield from islice(by_name, MOST_QUERIES)

    def _lead(self, entry: Entry) -> Lead:
        """The title without the outlet that Google News puts behind it, and the outlet where we know it."""
        title = plain(entry.title)
        head, dash, _ = title.rpartition(" - ")
        known = self._owner(entry.origin) if entry.origin else None
        return Lead(head if dash and head else title, known.name if known else "", entry)

    def resolve(self, leads: Sequence[Lead], limit: int) -> Iterator[Batch]:
        """The articles behind the leads. A lead that is not found now may be in the outlet's feed next time."""
        mentions: list[RawMention] = []
        for lead in leads:
            if self.resolved >= limit:
                break
            mention = self._mention_of(lead)
            if mention is not None:
                self.resolved += 1
                mentions.append(mention)
            if len(mentions) >= BATCH:
                yield Batch(tuple(mentions), self.state.as_cursor(), len(leads), self.note())
                mentions = []
        yield Batch(tuple(mentions), self.state.as_cursor(), len(leads), self.note())

    def note(self) -> str:
        """How many leads stayed leads."""
        parts = []
        if self.unresolved or self.unknown:
            parts.append(
                f"{self.unresolved + self.unknown} leads could not be resolved "
                f"({self.unknown} from outlets that are not collected)."
            )
        if self.errors:
            parts.append(f"{len(self.errors)} requests failed ({most_telling(self.errors).kind}).")
        return " ".join(parts)

    def _mention_of(self, lead: Lead) -> RawMention | None:
        place = lead.entry.url
        outlet = self.source.outlets.get(lead.outlet)
        if outlet is None:
            self.unknown += 1
            return None
        try:
            url = self._look_up(outlet, lead)
            if not url:
                self.unresolved += 1
                self.state.fail(place)
                return None
            entry = replace(lead.entry, url=url, title=lead.title, summary="", content="")
            mention = ArticleReader(self.source.http, outlet, self.source.site_of).read(entry, self.now)
        except SourceError as error:
            self._failed(error)
            self.unresolved += 1
            if error.retry_at is None:
                self.state.fail(place)
            return None
        self.state.settle(place)
        return mention

    def _look_up(self, outlet: Outlet, lead: Lead) -> str:
        """The article's address by its title: in what the outlet announces, else through its search."""
        key = normalised(lead.title)
        if len(key.split()) < FEWEST_WORDS:
            return ""
        index = self._index(outlet)
        if (url := match(key, index)) or outlet.search is None:
            return url
        if self._searches.get(outlet.name, 0) >= MOST_SEARCHES:
            return ""
        self._searches[outlet.name] = self._searches.get(outlet.name, 0) + 1
        try:
            entries = list(search_outlet(self.source.http, outlet, self.now, " ".join(key.split()[:8])))
        except SourceError as error:
            self._failed(error)
            if isinstance(error, REFUSALS):
                self._searches[outlet.name] = MOST_SEARCHES
            return ""
        index.update(_titles(entries))
        return match(key, index)

    def _index(self, outlet: Outlet) -> dict[str, str]:
        """Normalised titles of what the outlet announces, read once a run."""
        if outlet.name not in self._indexes:
            index = self._indexes[outlet.name] = self._titles_of(outlet, outlet.listings)
            if outlet.discover and not index:
                try:
                    index |= self._titles_of(outlet, find_listings(self.source.http, outlet, self.state, self.now))
                except SourceError as error:
                    self._failed(error)
        return self._indexes[outlet.name]

    def _titles_of(self, outlet: Outlet, listings: Iterable[ListingSpec]) -> dict[str, str]:
        titles: dict[str, str] = {}
        for listing in listings:
            try:
                told = read_announced(self.source.http, outlet, listing, self.now)
            except SourceError as error:
                self._failed(error)
            else:
                titles |= _titles(entry for entry in told.entries if outlet.is_article(entry.url))
        return titles

    def _failed(self, error: SourceError) -> None:
        self.errors.append(error)
        self.log.warning("{} ({})", error, error.kind)


def normalised(title: str) -> str:
    """Words of a title without signs and case, so that typography does not matter."""
    return " ".join(tokens(re.sub(r"[#@]", " ", plain(title))))


def match(key: str, index: Mapping[str, str]) -> str:
    """The address under the same title, or under one that only goes on after ours was cut short; "" otherwise."""
    if key in index:
        return index[key]
    words = key.split()
    if len(words) < 2 * FEWEST_WORDS:
        return ""
    longer = [url for title, url in index.items() if title.startswith(f"{key} ")]
    return longer[0] if len(longer) == 1 else ""


def _titles(entries: Iterable[Entry]) -> dict[str, str]:
    return {key: entry.url for entry in entries if (key := normalised(entry.title))}
