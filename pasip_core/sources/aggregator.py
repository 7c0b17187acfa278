"""What aggregators of news have in common: they name articles by address, which are then read where they lie.

A window of time counts as asked only when every article that it named is settled, so that a run which was killed,
limited or met a site that was away asks for the same window again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import NEWS
from pasip_core.errors import SourceError

from .base import Batch
from .entries import Entry
from .failures import REFUSALS, most_telling
from .feeds import anywhere
from .fields import mapping, moment
from .news import MOST_QUERIES, NewsRun, NewsSource
from .outlet import owner_of
from .state import NewsState
from .translate import Dialect, Query, queries_for
from .workbench import Workbench

OVERLAP = timedelta(hours=1)
"""Asked for again each time: aggregators learn of articles late."""
FIRST = timedelta(days=1)
LONGEST = timedelta(days=3)

Find = Callable[[Query, datetime, datetime], Iterator[Entry]]


class Finder(Protocol):
    """The side of an aggregator that is its own: which articles fit a query within a window of time."""

    def find(self, query: Query, since: datetime, until: datetime) -> Iterator[Entry]:
        """Articles with their addresses. Raises the ``SourceError`` tree."""


@dataclass(frozen=True)
class Aggregator:
    """An aggregator as a source. ``lacking`` names the settings it cannot run without."""

    name: str
    label: str
    url: str
    finder: Finder
    dialect: Dialect
    news: NewsSource
    clock: Callable[[], datetime]
    lacking: tuple[str, ...] = ()

    platform = NEWS

    def needs(self) -> tuple[str, ...]:
        """See :class:`Source`."""
        return self.lacking

    def fetch(self, keywords: Sequence[Keyword], cursor: Mapping[str, Any], limit: int) -> Iterator[Batch]:
        """See :class:`Source`. A query that fails costs only itself; where all do, the most telling error is raised."""
        now = self.clock()
        run = NewsRun(self.news, keywords, NewsState.from_cursor(cursor), now)
        before = {key: told for key, raw in mapping(cursor, "asked").items() if (told := moment(raw, now))}
        asked = self._ask(run, queries_for(keywords, self.dialect)[:MOST_QUERIES], before, now)
        held: Batch | None = None
        for batch in run.read(limit):
            if held:
                yield _marked(held, before)
            held = batch
        assert held is not None
        yield _marked(held, before if run.waiting() else before | asked)

    def _ask(
        self, run: NewsRun, queries: Sequence[Query], before: Mapping[str, datetime], now: datetime
    ) -> dict[str, datetime]:
        """Take up what every query finds; which of them were answered, and up to when."""
        asked: dict[str, datetime] = {}
        for query in queries:
            since = max(before.get(query.key, now - FIRST) - OVERLAP, now - LONGEST)
            try:
                run.note_entries(self.finder.find(query, since, now), priority=query.priority)
            except SourceError as error:
                run.errors.append(error)
                run.log.warning("{} ({})", error, error.kind)
                if isinstance(error, REFUSALS):
                    break
                continue
            run.entries_read += 1
            asked[query.key] = now
        if run.errors and not asked:
            raise most_telling(run.errors)
        return asked


def aggregator(
    bench: Workbench, name: str, finder: Finder, dialect: Dialect, lacking: tuple[str, ...] = ()
) -> Aggregator:
    """The source over ``finder``; articles of known outlets are read with their own selectors."""
    platform = bench.platforms[name]
    outlet = anywhere(name, platform.label, platform.base)
    news = NewsSource(outlet, bench.http, bench.site_of, clock=bench.clock, owner_of=owner_of(bench.outlets.values()))
    return Aggregator(name, platform.label, platform.base, finder, dialect, news, bench.clock, lacking)


def _marked(batch: Batch, asked: Mapping[str, datetime]) -> Batch:
    return replace(batch, cursor={**batch.cursor, "asked": {key: told.isoformat() for key, told in asked.items()}})
