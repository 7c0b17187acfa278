"""Reading back to what is known, page by page from the newest end, over as many runs as that takes, without a gap.

For what can only be paged through: lists (a channel's uploads) and searches that lead from post to post. Where a
platform can be asked for what lies between two times, ``back_by_time`` reads each stretch by itself.

A run that is killed or limited on its way must not take what is above it for all there is: what it leaves is a rest.
The next runs read what is new, then the rest, and once there is none, from the top what has come late meanwhile.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pasip_core.domain.mention import RawMention
from pasip_core.errors import SourceBadQuery

FIRST_LOOK = timedelta(days=7)
"""How far back is read what was never read."""
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
    """Posts from the newest to the oldest, and whether there are older ones.

    Without ``strict``, only the page knows what asks for the next one (``token``), and old posts may stand among new.
    """

    posts: Sequence[Post]
    more: bool
    token: str = ""
    strict: bool = True

    @classmethod
    def by_token(cls, dated: Sequence[tuple[datetime, RawMention | None]], token: str) -> PostPage:
        """Mentions with their times. The page is given whole: ask for no more than there is room for."""
        return cls([Post(time.timestamp(), "", mention) for time, mention in dated], bool(token), token, strict=False)

    @property
    def following(self) -> str:
        """What asks for the next page; "" where there is none."""
        return self.token or (self.posts[-1].after if self.posts and self.more else "")

    def first(self, fresh: Sequence[Post], room: int) -> Sequence[Post]:
        """As many of its ``fresh`` posts as hold ``room`` mentions."""
        taken: list[Post] = []
        for post in fresh:
            if post.mention is not None and room <= 0 and self.strict:
                break
            room -= post.mention is not None
            taken.append(post)
        return taken

    def is_last(self, fresh: Sequence[Post], at: str, lowest: float) -> bool:
        """Whether nothing ``fresh`` comes after it, or it repeats itself: asked for by ``at``, after ``lowest``."""
        if self.following in ("", at):
            return True
        if not self.strict:
            return bool(self.posts) and not fresh
        return not fresh or self.posts[-1] is not fresh[-1] or min(_marks(fresh)) > lowest


Read = Callable[[str, int], PostPage]
"""Asks for posts older than ``after`` ("": the newest), at most so many."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Everything up to the mark ``known`` was seen, save for a rest from ``at`` down to ``floor``.

    ``checked`` was the newest when late posts were last looked for; it stays behind ``known`` while there is a rest.
    """

    known: float = 0.0
    checked: float = 0.0
    at: str = ""
    floor: float = 0.0

    @classmethod
    def from_json(cls, values: object, never: float = 0.0) -> Walk:
        """What ``as_json`` gave; whatever cannot be read counts as never read, as if ``never`` were known."""
        told = values if isinstance(values, Mapping) else {}
        known, at = _mark(told.get("known")), told.get("at")
        if not known:
            return cls(never, never)
        return cls(
            known, _mark(told.get("checked")) or known, at if isinstance(at, str) else "", _mark(told.get("floor"))
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values for a cursor."""
        checked = {"checked": self.checked} if self.checked != self.known else {}
        return {"known": self.known} | checked | ({"at": self.at, "floor": self.floor} if self.at else {})

    def lowest(self, overlap: float) -> float:
        """The mark down to which the next run reads: to the end of the rest, else late posts included."""
        if self.at:
            return self.floor
        return self.checked - overlap if overlap else _above(self.known)

    def back(
        self, read: Read, *, room: int, overlap: float = 0.0, oldest: float = 0.0, pages: int = MOST_PAGES
    ) -> Iterator[tuple[list[RawMention], Walk]]:
        """Mentions page by page, each with the walk as it stands once they are written; at most ``room`` mentions.

        Ends at what is known, at the mark ``oldest``, and where pages repeat themselves. Posts up to ``overlap``
        below what is known are given again: where marks are times, late ones may slip in there. Tokens age: a rest
        that the platform does not know any more is given up, and only that.
        """
        turns, walk, known = iter(range(pages)), self, self.known
        for start, floor, left in self._stretches(overlap):
            at, lowest = start, math.inf
            for _ in turns:
                if room <= 0:
                    return
                page = _page(read, at, room, may_be_lost=at == start)
                fresh = [post for post in page.posts if post.mark >= max(floor, oldest)]
                taken = page.first(fresh, room)
                whole = len(taken) == len(fresh)
                ended = whole and page.is_last(fresh, at, lowest)
                at = page.following if whole else taken[-1].after
                known, lowest = max([known, *_marks(taken)]), min(_marks(taken), default=lowest)
                mixed = whole and len(fresh) < len(page.posts)
                if ended or not (left.at and mixed):  # what is not new on a mixed page may be of the rest
                    walk = replace(left, known=known, checked=left.checked or known, at=left.at if ended else at)
                mentions = [post.mention for post in taken if post.mention is not None]
                room -= len(mentions)
                if mentions or not left.at:  # else a run that is killed after one page would never come to its rest
                    yield mentions, walk
                if ended:
                    break

    def _stretches(self, overlap: float) -> list[tuple[str, float, Walk]]:
        """Where each begins, the mark down to which it goes, and what the walk is then, save for ``known``."""
        if not self.at:
            floor = self.lowest(overlap)
            return [("", floor, Walk(floor=floor))]
        checked = self.checked if overlap else 0.0
        return [("", _above(self.known), self), (self.at, self.floor, replace(self, at="", checked=checked))]


def _above(mark: float) -> float:
    return math.nextafter(mark, math.inf)


def _marks(posts: Sequence[Post]) -> list[float]:
    return [post.mark for post in posts]


def _page(read: Read, at: str, room: int, *, may_be_lost: bool) -> PostPage:
    try:
        return read(at, room)
    except SourceBadQuery:
        if not (at and may_be_lost):
            raise
        return PostPage((), more=False)


def _mark(value: object) -> float:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return max(0.0, float(value)) if usable else 0.0  # type: ignore[arg-type]


@dataclass
class Walks:
    """The walks of one source, one for each of its queries; those used longest ago are forgotten first."""

    by_key: dict[str, Walk] = field(default_factory=dict)

    @classmethod
    def from_cursor(cls, cursor: Mapping[str, Any]) -> Walks:
        """Whatever cannot be read counts as never read."""
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
