"""NewsAPI.org ``/v2/everything``: needs a key; does not know Indonesian, so it is asked for known outlets' domains.

The free plan gives articles a day late, 100 requests a day and the first 100 results of a query, and is meant for
development only (https://newsapi.org/pricing).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pasip_core.errors import (
    SourceAuth,
    SourceBadQuery,
    SourceError,
    SourceForbidden,
    SourceParse,
    SourceQuota,
    SourceUnavailable,
)

from .addresses import shown_url
from .aggregator import Aggregator, aggregator
from .api import Api, error_json
from .entries import Entry
from .exchange import Response
from .fields import items, mapping, moment, text
from .ledger import Meter
from .translate import Dialect, Query
from .workbench import Workbench

PAGE = 100
MOST_DOMAINS = 2_000
"""Characters: the whole address has to stay below what servers take."""

_KINDS: Mapping[str, type[SourceError]] = {
    "apiKeyDisabled": SourceAuth, "apiKeyInvalid": SourceAuth, "apiKeyMissing": SourceAuth,
    "apiKeyExhausted": SourceQuota, "rateLimited": SourceQuota,
    "upgradeRequired": SourceForbidden, "corsNotAllowed": SourceForbidden,
    "parameterInvalid": SourceBadQuery, "parametersMissing": SourceBadQuery, "sourcesTooMany": SourceBadQuery,
    "sourceDoesNotExist": SourceBadQuery, "unexpectedError": SourceUnavailable,
}  # fmt: skip


class _NoMore(SourceBadQuery):
    """The plan gives no further pages: the normal end."""


def sources(bench: Workbench) -> Iterable[Aggregator]:
    """The one source there is."""
    platform, key = bench.platforms["newsapi"], bench.settings.news_api_key.get_secret_value()
    api = Api(bench.http, platform.base, platform.delay, {"X-Api-Key": key}, explain=_explain(bench.clock))
    domains = _domains(outlet.site for outlet in bench.outlets.values())
    finder = NewsApi(api, bench.meter("newsapi", "requests"), domains, platform.option("most_results", PAGE))
    dialect = Dialect(both=" AND ", without="NOT {}", sigils="", longest=platform.option("longest", 500))
    yield aggregator(bench, "newsapi", finder, dialect, () if key else ("NEWS_API_KEY",))


def _domains(sites: Iterable[str]) -> str:
    told = ""
    for site in dict.fromkeys(sites):
        if len(told) + len(site) < MOST_DOMAINS:
            told = f"{told},{site}" if told else site
    return told


@dataclass(frozen=True)
class NewsApi:
    """Asks for the articles of a window, newest first."""

    api: Api
    meter: Meter
    domains: str
    most_results: int

    def find(self, query: Query, since: datetime, until: datetime) -> Iterator[Entry]:
        """See ``Finder``."""
        since = since - timedelta(days=1)  # the free plan tells of articles a day late
        for page in range(1, max(1, self.most_results // PAGE) + 1):
            found = self._page(query, since, until, page)
            for article in found:
                if (url := text(article.get("url"))) and text(article.get("title")) != "[Removed]":
                    yield _entry(article, url, until)
            if len(found) < PAGE:
                return

    def _page(self, query: Query, since: datetime, until: datetime, page: int) -> list[Mapping[str, object]]:
        use = self.meter.reserve()
        try:
            answer = self.api.get(
                "everything",
                {
                    "q": query.text,
                    "domains": self.domains,
                    "from": f"{since:%Y-%m-%dT%H:%M:%SZ}",
                    "to": f"{until:%Y-%m-%dT%H:%M:%SZ}",
                    "sortBy": "publishedAt",
                    "pageSize": PAGE,
                    "page": page,
                },
            )
        except _NoMore:
            return []
        except SourceAuth:
            self.meter.settle(use, 0)
            raise
        if mapping(answer.data).get("status") == "error":
            raise SourceUnavailable(f"NewsAPI answers: {text(mapping(answer.data).get('code'))[:60]}.", status=200)
        if not isinstance(mapping(answer.data).get("articles"), list):
            raise SourceParse("NewsAPI: the answer holds no list of articles.")
        return items(mapping(answer.data).get("articles"))


def _entry(article: Mapping[str, object], url: str, now: datetime) -> Entry:
    author = text(article.get("author"))
    return Entry(
        url,
        text(article.get("title")),
        summary=text(article.get("description")),
        author="" if "@" in author or "/" in author else author,  # addresses stand there, too
        published_at=moment(article.get("publishedAt"), now),
    )


def _explain(clock: Callable[[], datetime]) -> Callable[[Response], SourceError | None]:
    def explain(answer: Response) -> SourceError | None:
        code = text(error_json(answer).get("code"))
        if code == "maximumResultsReached":
            return _NoMore("No further results on this plan.")
        kind = _KINDS.get(code)
        if kind is None:
            return None
        shown = shown_url(answer.url)
        error = kind(f"{shown}: NewsAPI answers {answer.status} ({code}).", url=shown)
        if isinstance(error, SourceQuota):
            error.retry_at = datetime.combine(
                clock().astimezone(UTC).date() + timedelta(days=1), datetime.min.time(), UTC
            )
        return error

    return explain
