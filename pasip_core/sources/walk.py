"""From the newest back to what is known, over as many runs as that takes, without leaving a gap.

Platforms show the newest first. A run that is killed or limited on its way back must not take what is above it for
all there is; so the way is remembered: what was known before it, its top, and where it goes on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pasip_core.domain.mention import RawMention

WINDOW = timedelta(days=7)
"""How far back a first run goes."""
MOST_PAGES = 10
"""Pages of one walk in one run."""
MOST_WALKS = 1_000


@dataclass(frozen=True, slots=True)
class Post:
    """One post of a page. ``mark`` orders posts (a number, a time), ``after`` is where to ask for what is older.

    ``mention`` is ``None`` where the post cannot be read or is none.
    """

    mark: float
    after: str
    mention: RawMention | None


@dataclass(frozen=True, slots=True)
class PostPage:
    """Posts from the newest to the oldest, and whether there are older ones."""

    posts: Sequence[Post]
    more: bool


Read = Callable[[str, int], PostPage]
"""Asks for posts older than ``after`` ("": the newest), at most so many."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Everything up to the mark ``known`` was seen, and of a walk under way what lies from ``at`` up to ``top``."""

    known: float = 0.0
    top: float = 0.0
    at: str = ""

    @classmethod
    def from_json(cls, values: object) -> Walk:
        """What ``as_json`` gave; whatever cannot be read counts as never seen."""
        if not isinstance(values, Mapping):
            return cls()
        at = values.get("at")
        return cls(_mark(values.get("known")), _mark(values.get("top")), at if isinstance(at, str) else "")

    def as_json(self) -> dict[str, Any]:
        """Plain values for a cursor."""
        return {"known": self.known} | ({"top": self.top, "at": self.at} if self.at else {})

    def back(
        self, read: Read, *, oldest: datetime, room: int, overlap: float = 0.0, pages: int = MOST_PAGES
    ) -> Iterator[tuple[list[RawMention], Walk]]:
        """Mentions page by page, each with the walk as it stands once they are written; at most ``room`` mentions.

        Goes on where the last run stopped, then once more from the top. Ends at what is known, at posts older than
        ``oldest``, and where pages repeat themselves. Posts up to ``overlap`` below what is known are given again:
        where marks are times, late ones may slip in there.
        """
        walk, resumed, lowest = self, bool(self.at), math.inf
        for _ in range(pages):
            page = read(walk.at, room)
            fresh = [post for post in page.posts if post.mark > walk.known - overlap and not _is_old(post, oldest)]
            taken = _first(fresh, room)
            mentions = [post.mention for post in taken if post.mention]
            floor = min((post.mark for post in taken), default=lowest)
            whole = len(taken) == len(fresh)
            ended = whole and (not page.more or not fresh or page.posts[-1] is not fresh[-1])
            stuck = bool(taken) and (taken[-1].after == walk.at or floor > lowest)
            walk = walk._past(taken, ended=ended or stuck)
            room -= len(mentions)
            yield mentions, walk
            if room <= 0 or (not walk.at and not resumed):
                return
            lowest = floor if walk.at else math.inf
            resumed = resumed and bool(walk.at)

    def _past(self, taken: Sequence[Post], *, ended: bool) -> Walk:
        top = max([self.known, self.top, *(post.mark for post in taken)])
        return Walk(top) if ended else Walk(self.known, top, taken[-1].after)


def _is_old(post: Post, oldest: datetime) -> bool:
    return post.mention is not None and post.mention.published_at < oldest


def _first(posts: Sequence[Post], room: int) -> list[Post]:
    """As many as hold ``room`` mentions."""
    taken: list[Post] = []
    for post in posts:
        if post.mention is not None and room <= 0:
            break
        room -= post.mention is not None
        taken.append(post)
    return taken


def _mark(value: object) -> float:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return max(0.0, float(value)) if usable else 0.0  # type: ignore[arg-type]


@dataclass
class Walks:
    """The walks of one source, one for each of its queries; those used longest ago are forgotten first."""

    by_key: dict[str, Walk] = field(default_factory=dict)

    @classmethod
    def from_cursor(cls, cursor: Mapping[str, Any]) -> Walks:
        """Whatever cannot be read counts as never seen."""
        told = cursor.get("walks")
        pairs = told.items() if isinstance(told, Mapping) else ()
        return cls({str(key): Walk.from_json(values) for key, values in pairs})

    def as_cursor(self) -> dict[str, Any]:
        """Plain JSON values, bounded."""
        return {"walks": {key: walk.as_json() for key, walk in list(self.by_key.items())[-MOST_WALKS:]}}

    def of(self, key: str) -> Walk:
        """The walk of one query."""
        return self.by_key.get(key, Walk())

    def put(self, key: str, walk: Walk) -> None:
        """Where it stands now."""
        self.by_key.pop(key, None)
        self.by_key[key] = walk
