"""The engine behind every news source: what is announced, what of it is new, and the articles themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from loguru import logger

from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import NEWS, RawMention, canonical_url
from pasip_core.domain.rules import Matcher, parse_rule, positive_terms
from pasip_core.errors import RuleError, SourceBlocked, SourceError, SourceQuota

from .announced import read_announced, search_outlet
from .article import ArticleReader, plain
from .base import Batch
from .discovery import find_listings, forget_listings
from .entries import Entry
from .exchange import Validators
from .failures import PASSING, REFUSALS, most_telling
from .http import PoliteClient
from .outlet import ListingSpec, Outlet
from .state import MOST_TRIES, NewsState

BATCH = 10
MOST_QUERIES = 30
"""Searches in one run; with a delay of two seconds they take a minute."""
LONG_ENOUGH = 1_000
"""A feed that carries so many characters of an article carries the whole article."""

LOWEST = 99
NOWHERE = "No feed or sitemap was found at the site; it is looked for again in a week."
ALL_OFF = "The last check of the sources switched every address of this outlet off."


@dataclass
class Found:
    """An announced article, the listings that announce it, and the best priority of the keywords it is about."""

    entry: Entry
    listings: set[str] = field(default_factory=set)
    priority: int = LOWEST


@dataclass(frozen=True)
class NewsSource:
    """An outlet, or a feed that a person added. ``full_feed``: a feed's own text may stand for the page."""

    outlet: Outlet
    http: PoliteClient
    site_of: Callable[[str], str]
    full_feed: bool = False
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    owner_of: Callable[[str], Outlet | None] = lambda url: None
    """Whose an address is: articles that lie at a known outlet are read with its own selectors."""

    @property
    def name(self) -> str:
        """The stable id."""
        return self.outlet.name

    @property
    def label(self) -> str:
        """What people call it."""
        return self.outlet.label

    @property
    def platform(self) -> str:
        """Always news."""
        return NEWS

    @property
    def url(self) -> str:
        """The front page."""
        return self.outlet.home

    def needs(self) -> tuple[str, ...]:
        """Nothing: news sources need no credentials."""
        return ()

    def fetch(self, keywords: Sequence[Keyword], cursor: Mapping[str, Any], limit: int) -> Iterator[Batch]:
        """See :class:`Source`: feeds, sitemaps, index pages and searches first, then the new articles one by one.

        Articles about a keyword come first, by priority, then the newest. One broken listing, search or page
        costs only itself; where all listings and searches fail, the most telling error is raised, and where every
        page was refused, that refusal is raised after what the feeds told was yielded.
        """
        run = NewsRun(self, keywords, NewsState.from_cursor(cursor), self.clock())
        run.look_around()
        yield from run.read(limit)


@dataclass
class NewsRun:
    """One run of one news source."""

    source: NewsSource
    keywords: Sequence[Keyword]
    state: NewsState
    now: datetime
    found: dict[str, Found] = field(default_factory=dict)
    fresh: dict[str, Validators] = field(default_factory=dict)
    errors: list[SourceError] = field(default_factory=list)
    entries_read: int = 0
    cut_off: int = 0
    page_errors: list[SourceError] = field(default_factory=list)
    pages_read: int = 0
    remark: str = ""

    def __post_init__(self) -> None:
        self.log = logger.bind(scraping=True, source=self.source.name)

    def look_around(self) -> None:
        """Find everything that is announced. Raises the most telling error where nothing could be read."""
        outlet = self.source.outlet
        if not (outlet.listings or outlet.search or outlet.discover):
            self.remark = ALL_OFF
        for listing in outlet.listings:
            self._attempt(lambda listing=listing: self._read_listing(listing))  # type: ignore[misc]
        if outlet.discover and not self.entries_read and not any(isinstance(e, PASSING) for e in self.errors):
            self._discover()
        self._search_all()
        if self.errors and not self.entries_read and not self.remark:  # an error would forget what was looked for
            raise most_telling(self.errors)

    def waiting(self) -> list[Found]:
        """What was found and is not settled, in the order in which to read it."""
        self._rank()
        waiting = [found for found in self.found.values() if not self.state.is_settled(found.entry.url)]
        waiting.sort(key=lambda f: (f.priority, -_moment(f.entry)))
        return waiting

    def _search_all(self) -> None:
        """Search for each keyword. A search that refuses is left alone: its host may serve the articles too."""
        if self.source.outlet.search is None:
            return
        failed_in_a_row = 0
        for query, priority in queries_of(self.keywords)[:MOST_QUERIES]:
            error = self._attempt(lambda query=query, priority=priority: self._search(query, priority))  # type: ignore[misc]
            failed_in_a_row = failed_in_a_row + 1 if error else 0
            if isinstance(error, REFUSALS) or failed_in_a_row >= MOST_TRIES:
                return

    def _attempt(self, read: Callable[[], None]) -> SourceError | None:
        try:
            read()
        except SourceError as error:
            self._failed(error)
            return error
        self.entries_read += 1
        return None

    def _failed(self, error: SourceError) -> None:
        self.errors.append(error)
        self.log.warning("{} ({})", error, error.kind)

    def _read_listing(self, listing: ListingSpec) -> None:
        known = self.state.validators.get(listing.url)
        told = read_announced(self.source.http, self.source.outlet, listing, self.now, known)
        self.cut_off += told.cut_off
        for failure in told.errors:
            self._failed(failure)
        self.note_entries(told.entries, listing.url)
        if told.validators:
            self.fresh[listing.url] = told.validators
        else:  # a "not modified" would hide what is missing, or that the parts of an index have changed
            self.state.validators.pop(listing.url, None)

    def _discover(self) -> None:
        """Read what stands in for listings that are not known, or no longer stand."""
        try:
            for _ in range(2):  # what is remembered may be gone: then it is looked for once more
                found = find_listings(self.source.http, self.source.outlet, self.state, self.now)
                failed = [self._attempt(lambda spec=spec: self._read_listing(spec)) for spec in found]  # type: ignore[misc]
                if not all(error and not isinstance(error, PASSING) for error in failed):
                    return
                if not found:
                    self.remark = NOWHERE
                    return
                forget_listings(self.source.outlet, self.state)
        except SourceError as error:
            self._failed(error)

    def _search(self, query: str, priority: int) -> None:
        self.note_entries(search_outlet(self.source.http, self.source.outlet, self.now, query), priority=priority)

    def note_entries(self, entries: Iterable[Entry], listing: str = "", priority: int = LOWEST) -> None:
        """Take up announced articles; those of other sites are passed over."""
        for entry in entries:
            if not self.source.outlet.is_article(entry.url):
                continue
            self.state.met(entry.url)
            found = self.found.setdefault(canonical_url(entry.url), Found(entry))
            found.priority = min(found.priority, priority)
            if listing:
                found.listings.add(listing)
            if _richness(entry) > _richness(found.entry):
                found.entry = entry

    def _rank(self) -> None:
        """Priorities by what titles and summaries say."""
        matcher = Matcher(self.keywords)
        priorities = {keyword.id: keyword.priority for keyword in self.keywords}
        for found in self.found.values():
            text = f"{plain(found.entry.title)}\n{plain(found.entry.summary)}"
            hits = matcher.match(text, published_at=found.entry.published_at or self.now)
            found.priority = min([found.priority, *(priorities[hit] for hit in hits)])

    def read(self, limit: int) -> Iterator[Batch]:
        """The articles in small batches; the last batch carries the validators that are safe to keep."""
        waiting = self.waiting()
        chosen = waiting[: max(0, limit)]
        mentions: list[RawMention] = []
        for found in chosen:
            mention = self._mention_of(found.entry)
            if mention is not None:
                mentions.append(mention)
            if len(mentions) >= BATCH:
                yield Batch(tuple(mentions), self.state.as_cursor(), len(chosen), self.note())
                mentions = []
        self._keep_validators()
        note = self.note() + (" More is waiting for the next run." if len(waiting) > len(chosen) else "")
        yield Batch(tuple(mentions), self.state.as_cursor(), len(chosen), note.strip())
        self._raise_if_refused()

    def _reader_of(self, url: str) -> ArticleReader:
        outlet = self.source.owner_of(url) or self.source.outlet
        return ArticleReader(self.source.http, outlet, self.source.site_of)

    def _mention_of(self, entry: Entry) -> RawMention | None:
        reader = self._reader_of(entry.url)
        if entry.is_whole or (self.source.full_feed and len(plain(entry.content)) >= LONG_ENOUGH):
            mention = reader.from_entry(entry)
            if mention is not None:
                self.state.settle(entry.url)
                return mention
        try:
            mention = reader.read(entry, self.now)
        except SourceError as error:
            return self._instead(entry, reader.from_entry(entry), error)
        self.pages_read += 1
        self.state.settle(entry.url)
        return mention

    def _instead(self, entry: Entry, mention: RawMention | None, error: SourceError) -> RawMention | None:
        """What the feed tells of an article whose page failed; the page is tried again where that can help."""
        self.page_errors.append(error)
        self.log.warning("{} ({})", error, error.kind)
        passing = isinstance(error, PASSING)
        if not passing and mention is not None:
            self.state.settle(entry.url)
        elif error.retry_at is None:  # a host that wants to be left alone says nothing about this article
            self.state.fail(entry.url, for_good=not passing)
            if mention is not None and self.state.is_settled(entry.url):
                self.state.settle(entry.url)
        return mention

    def _keep_validators(self) -> None:
        """Of listings all of whose articles are settled; a "not modified" would hide the rest next time."""
        open_ends = {
            listing
            for found in self.found.values()
            if not self.state.is_settled(found.entry.url)
            for listing in found.listings
        }
        for url, validators in self.fresh.items():
            if url in open_ends:
                self.state.validators.pop(url, None)
            else:
                self.state.validators[url] = validators

    def note(self) -> str:
        """What a person should know of this run; "" where all went well."""
        parts = []
        if self.errors:
            total = len(self.errors) + self.entries_read
            parts.append(f"{len(self.errors)} of {total} feeds and searches failed ({_kinds(self.errors)}).")
        if self.remark:
            parts.append(self.remark)
        if self.cut_off:
            parts.append(f"{self.cut_off} feeds came cut off and are read again next time.")
        if self.page_errors:
            parts.append(f"{len(self.page_errors)} article pages could not be read ({_kinds(self.page_errors)}).")
        return " ".join(parts)

    def _raise_if_refused(self) -> None:
        if self.page_errors and not self.pages_read:
            error = most_telling(self.page_errors)
            if isinstance(error, SourceBlocked | SourceQuota):
                raise error


def queries_of(keywords: Sequence[Keyword]) -> list[tuple[str, int]]:
    """What to ask a plain search for, with the priority of the keyword that asks; important keywords first."""
    asked: dict[str, int] = {}
    for keyword in sorted(keywords, key=lambda k: (k.priority, k.id)):
        try:
            terms = positive_terms(parse_rule(keyword.effective_rule()))
        except RuleError:
            terms = (keyword.keyword, *keyword.aliases)
        for term in terms:
            if term.strip():
                asked.setdefault(term.strip(), keyword.priority)
    return list(asked.items())


def _moment(entry: Entry) -> float:
    return entry.published_at.timestamp() if entry.published_at else 0.0


def _richness(entry: Entry) -> tuple[bool, int]:
    return entry.published_at is not None, len(entry.content) + len(entry.summary) + len(entry.title)


def _kinds(errors: Sequence[SourceError]) -> str:
    return ", ".join(f"{kind} {number}" for kind, number in Counter(e.kind for e in errors).most_common())
