"""One run of a platform's search: several queries, each on its own way back to what it knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from loguru import logger

from pasip_core.domain.mention import RawMention
from pasip_core.errors import SourceAuth, SourceError, SourcePaidOut, SourceParse

from .back_by_page import FIRST_LOOK, Post, Read, Walks
from .base import Batch
from .failures import REFUSALS, most_telling
from .news import MOST_QUERIES
from .translate import Query

OVERLAP = timedelta(minutes=15)
"""Posts may appear in a search so long after they were written; so much is asked for again."""
SEVERAL = 3
"""Fewer unreadable posts may well be single broken ones."""
FINAL = (*REFUSALS, SourceAuth, SourcePaidOut)
"""What the next query would be answered too."""


@dataclass
class SearchRun:
    """Queries in, batches out. A query that fails costs only itself, unless the platform refuses altogether.

    ``unread`` is counted up by those who read posts, and told in the note; ``in_vain`` are queries that were
    answered without a single post by a platform that may not answer such queries at all.
    """

    source: str
    queries: Sequence[Query]
    walks: Walks
    now: datetime
    limit: int
    unread: int = 0
    in_vain: set[str] = field(default_factory=set)
    errors: list[SourceError] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def batches(self, read_for: Callable[[Query, datetime], Read]) -> Iterator[Batch]:
        """``read_for`` gives what reads the pages of a query, from a moment on.

        Raises the refusal that ended the run, or the most telling error where every query failed or was in vain.
        """
        chosen, room = self._chosen(), self.limit
        for number, query in enumerate(chosen):
            if room <= 0:
                break
            share = -(-room // (len(chosen) - number))
            try:
                for batch in self._one(query, read_for, share):
                    room -= len(batch.mentions)
                    yield batch
            except FINAL:
                raise
            except SourceError as error:
                self.errors.append(error)
                logger.bind(scraping=True, source=self.source).warning("{} ({})", error, error.kind)
        if self.errors and len(self.errors) + len(self.in_vain) >= len(chosen):
            raise most_telling(self.errors)
        if chosen:
            yield Batch((), self.walks.as_cursor(), note=self.note)

    @property
    def note(self) -> str:
        """What a person should know of the run."""
        failed = f"{len(self.errors)} of {len(self.queries)} searches failed: {self.errors[0]}" if self.errors else ""
        return " ".join(filter(None, [f"{self.unread} posts could not be read." if self.unread else "", failed]))

    def _chosen(self) -> Sequence[Query]:
        """Those asked longest ago where they are too many for one run."""
        if len(self.queries) <= MOST_QUERIES:
            return self.queries
        asked = {key: number for number, key in enumerate(self.walks.by_key)}
        return sorted(self.queries, key=lambda query: asked.get(query.key, -1))[:MOST_QUERIES]

    def _one(self, query: Query, read_for: Callable[[Query, datetime], Read], room: int) -> Iterator[Batch]:
        walk, overlap = self.walks.of(query.key), OVERLAP.total_seconds()
        oldest, now = (self.now - FIRST_LOOK).timestamp(), self.now.timestamp()
        since = datetime.fromtimestamp(max(oldest, min(walk.lowest(overlap), now - overlap)), self.now.tzinfo)
        for mentions, reached in walk.back(read_for(query, since), room=room, overlap=overlap, oldest=oldest):
            self.walks.put(query.key, reached)
            fresh = [mention for mention in mentions if self._is_first(mention)]
            yield Batch(tuple(fresh), self.walks.as_cursor(), note=self.note)

    def _is_first(self, mention: RawMention) -> bool:
        """Whether no earlier query of this run brought it."""
        known = mention.native_id in self._seen
        self._seen.add(mention.native_id)
        return not known


def read_posts(told: object, read: Callable[[Mapping[str, object]], Post | None], shown: str) -> tuple[list[Post], int]:
    """The posts of a list, and how many of its items could not be read (``read`` gives ``None`` for them).

    ``SourceParse`` where there is no list, or one of several posts without a single readable one: the format has
    changed.
    """
    if not isinstance(told, list):
        raise SourceParse(f"{shown}: the answer has no list of posts.", url=shown)
    posts = [post for item in told if isinstance(item, Mapping) and (post := read(item))]
    if len(told) >= SEVERAL and not posts:
        raise SourceParse(f"{shown}: none of {len(told)} posts can be read; the format has changed.", url=shown)
    return posts, len(told) - len(posts)
