"""GDELT DOC 2.0: which articles of the last days name a keyword. No key; one request in five seconds.

Errors come as text or HTML with status 200, control characters stand inside the JSON, an answer holds at most 250
articles and there are no further pages: a fuller window is halved
(https://blog.gdeltproject.org/gdelt-doc-2-0-api-debuts/).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pasip_core.domain.mention import EMPTY
from pasip_core.errors import SourceBadQuery, SourceParse

from .addresses import shown_url
from .aggregator import Aggregator, aggregator
from .api import Api, read_json
from .entries import Entry
from .exchange import Response
from .fields import items, mapping, moment, text
from .translate import Dialect, Query
from .workbench import Workbench

MOST_RECORDS = 250
SHORTEST = timedelta(minutes=30)
"""Windows are not halved further: the crawl itself moves in steps of 15 minutes."""


def sources(bench: Workbench) -> Iterable[Aggregator]:
    """The one source there is."""
    platform = bench.platforms["gdelt"]
    api = Api(bench.http, platform.base, platform.delay, read=_read)
    dialect = Dialect(suffix=" sourcelang:indonesian", nests=False, sigils="", longest=platform.option("longest", 400))
    yield aggregator(bench, "gdelt", Gdelt(api), dialect)


@dataclass(frozen=True)
class Gdelt:
    """Asks for the articles of a window."""

    api: Api

    def find(self, query: Query, since: datetime, until: datetime) -> Iterator[Entry]:
        """See ``Finder``. The time of an entry is when GDELT saw the article, in steps of 15 minutes."""
        answer = self.api.get(
            "doc/doc",
            {
                "query": query.text,
                "mode": "artlist",
                "format": "json",
                "sort": "datedesc",
                "maxrecords": MOST_RECORDS,
                "startdatetime": f"{since:%Y%m%d%H%M%S}",
                "enddatetime": f"{until:%Y%m%d%H%M%S}",
            },
        )
        found = items(mapping(answer.data).get("articles"))
        if len(found) >= MOST_RECORDS and until - since > 2 * SHORTEST:
            middle = since + (until - since) / 2
            yield from self.find(query, middle, until)
            yield from self.find(query, since, middle)
            return
        for article in found:
            if url := text(article.get("url")):
                yield Entry(
                    url, _joined(text(article.get("title"))), published_at=moment(article.get("seendate"), until)
                )


def _read(answer: Response) -> Any:
    """The JSON; what GDELT says in its place is told as it stands. ``{}``, and nothing at all, mean no articles."""
    body = answer.body.strip()
    if not body:
        return EMPTY
    if body[:1] not in b"{[":
        shown = shown_url(answer.url)
        told = re.sub(rb"<[^>]*>", b" ", body[:2_000]).decode("utf-8", "replace")
        told = " ".join("".join(c if c.isprintable() else " " for c in told).split())[:200]
        if answer.media_type in ("text/html", "text/plain") and len(body) < 2_000:
            raise SourceBadQuery(f"{shown}: GDELT answers: {told}", url=shown, status=answer.status)
        raise SourceParse(f"{shown}: a page came where data was due.", url=shown, status=answer.status)
    return read_json(answer)


def _joined(title: str) -> str:
    """GDELT sets spaces around signs: "Naik , kata Menteri"."""
    return re.sub(r"\s+([,.:;!?%)])", r"\1", title)
