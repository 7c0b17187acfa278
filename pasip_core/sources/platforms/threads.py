"""Threads: posts by keyword (https://developers.facebook.com/docs/threads/keyword-search).

Before Meta has approved ``threads_keyword_search``, only one's own posts are found. Searches without results do not
count; words that Meta holds to be offensive find nothing. Counts of reactions are told of one's own posts alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import RawMention
from pasip_core.errors import SourceBadQuery, SourceError, SourceParse

from ..api import Parameters
from ..back_by_time import Gap, Timeline, Timelines
from ..base import Batch, Source
from ..failures import most_telling
from ..fields import moment, text
from ..ledger import Meter
from ..translate import Dialect, Query, queries_for
from ..workbench import Workbench
from .described import Described
from .graph import Graph, Listed, open_graph

PLATFORM = "threads"
OVERLAP = timedelta(minutes=10)
AT_ONCE = 100
MOST_PAGES = 5
"""Of one query in one run."""
FIELDS = "id,text,permalink,timestamp,username,media_type,has_replies,is_reply"


def sources(bench: Workbench) -> Iterable[Source]:
    """The one source there is."""
    platform, token = bench.platforms[PLATFORM], bench.settings.threads_access_token.get_secret_value()
    yield Threads(
        PLATFORM,
        platform.label,
        PLATFORM,
        "https://www.threads.net",
        () if token else ("THREADS_ACCESS_TOKEN",),
        open_graph(bench, PLATFORM, token, ends_silently=True),
        platform.word("path", "keyword_search"),
        bench.meter(PLATFORM, "searches"),
        bench.clock,
    )


@dataclass(frozen=True)
class Threads(Described):
    """Searches for keywords, one word or phrase at a time: nothing is said of operators."""

    graph: Graph
    path: str
    searches: Meter
    clock: Callable[[], datetime]

    def fetch(self, keywords: Sequence[Keyword], cursor: Mapping[str, Any], limit: int) -> Iterator[Batch]:
        """See ``Source``. A query that Meta does not accept costs only itself."""
        now = self.clock()
        lines, errors, left = Timelines(cursor, now), list[SourceError](), limit
        queries = lines.overdue(queries_for(keywords, Dialect(either="", without="", groups=False, sigils="")))
        asked = queries[: max(1, self.searches.share())]
        for query in asked:
            try:
                for posts in self._search(query, lines.of(query.key), now, left):
                    left -= len(posts)
                    yield Batch(
                        tuple(posts), {"queries": lines.as_json()}, note=_note(errors, len(queries), len(asked))
                    )
            except (SourceBadQuery, SourceParse) as error:
                errors.append(error)
        if errors and len(errors) == len(asked):
            raise most_telling(errors)
        yield Batch((), {"queries": lines.as_json()}, note=_note(errors, len(queries), len(asked)))

    def _search(self, query: Query, line: Timeline, now: datetime, left: int) -> Iterator[list[RawMention]]:
        """What is new for one query, then what earlier runs left over, at most ``left``."""
        for gap in line.open(now):
            window, after, met = _window(gap), "", set[str]()
            for _ in range(MOST_PAGES):
                if left <= 0:
                    return
                page = self._page({**window, "q": query.text.replace('"', ""), "limit": min(AT_ONCE, left)}, after)
                posts = [post for item in page.items if (post := _post(item, now))]
                ids = {text(item.get("id")) for item in page.items}
                last = not page.after or ids <= met
                line.saw(gap, [post.published_at for post in posts], last=last)
                fresh = [post for post in posts if post.native_id not in met]
                left -= len(fresh)
                yield fresh
                if last:
                    break
                met, after = met | ids, page.after

    def _page(self, asked: Parameters, after: str) -> Listed:
        """One search; it is given back where it found nothing."""
        use = self.searches.reserve()
        page = self.graph.page(self.path, asked, after)
        if not page.items:
            self.searches.settle(use, 0)
        return page


def _window(gap: Gap) -> Parameters:
    return {
        "search_type": "RECENT",
        "search_mode": "KEYWORD",
        "fields": FIELDS,
        "since": int((gap.after - OVERLAP).timestamp()),
        "until": int(gap.before.timestamp()) + 1 if gap.before else None,
    }


def _note(errors: Sequence[SourceError], queries: int, asked: int) -> str:
    waiting = f"{queries - asked} of {queries} searches wait for the next run." if queries > asked else ""
    failed = f"{len(errors)} searches failed ({errors[-1].kind})." if errors else ""
    return f"{waiting} {failed}".strip()


def _post(item: Mapping[str, Any], now: datetime) -> RawMention | None:
    """``None`` for what is not whole, such as a picture without words."""
    content, url = text(item.get("text")), text(item.get("permalink"))
    published_at = moment(item.get("timestamp"), now)
    if not content or published_at is None or not url.startswith(("https://", "http://")):
        return None
    author, id = text(item.get("username")), text(item.get("id"))
    return RawMention(PLATFORM, PLATFORM, content, published_at, url=url, author=author, native_id=id)
