"""The comments of videos that are about a keyword: which videos to look at again, and what is new there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pasip_core.domain.mention import RawMention
from pasip_core.domain.rules import Matcher
from pasip_core.errors import SourceGone

from ..fields import count, mapping, moment
from .youtube_api import AT_ONCE, THREADS_AT_ONCE, CommentsClosed, Video, YouTube

FOLLOWED = timedelta(days=7)
"""So long after it was published a video's comments are read."""
MOST_VIDEOS = 10
"""Whose comments one run reads: those with most new ones."""
MOST_PAGES = 2


@dataclass
class Followed:
    """A video: when it was published, how many comments it had, the newest that was read; 0 before the first look."""

    published_at: datetime
    comments: int = 0
    newest: datetime | None = None

    def as_json(self) -> list[Any]:
        """Plain values for a cursor."""
        return [self.published_at.isoformat(), self.comments, self.newest.isoformat() if self.newest else None]


class Watch:
    """The videos that are followed: at most fifty, the latest, as a cursor holds them under ``videos``."""

    def __init__(self, cursor: Mapping[str, Any], matcher: Matcher, now: datetime) -> None:
        self._matcher, self._now = matcher, now
        self._known: dict[str, Followed] = {}
        for id, kept in mapping(cursor.get("videos")).items():
            told = kept if isinstance(kept, list | tuple) and len(kept) == 3 else (None, None, None)
            published_at = moment(told[0], now)
            if published_at and published_at > now - FOLLOWED:
                self._known[str(id)] = Followed(published_at, count(told[1]) or 0, moment(told[2], now))
        self._latest: dict[str, int] = {}

    def as_json(self) -> dict[str, Any]:
        """Those published last."""
        latest = sorted(self._known.items(), key=lambda pair: pair[1].published_at, reverse=True)[:AT_ONCE]
        return {id: followed.as_json() for id, followed in latest}

    def notice(self, videos: Iterable[Video]) -> None:
        """Follow those that are recent, about a keyword, and have comments at all."""
        for video in videos:
            published_at = video.mention.published_at
            if published_at <= self._now - FOLLOWED or video.comments is None:
                self._known.pop(video.id, None)
                continue
            if video.id in self._known or self._matcher.match(video.mention.content, published_at=published_at):
                self._known.setdefault(video.id, Followed(published_at))
                self._latest[video.id] = video.comments

    def unseen(self) -> list[str]:
        """The videos followed whose figures this run does not know yet."""
        return [id for id in self._known if id not in self._latest][:AT_ONCE]

    def grown(self, videos: Iterable[Video]) -> list[Video]:
        """Those with other figures than before."""
        return [v for v in videos if v.id in self._known and v.comments != self._known[v.id].comments]

    def read(self, youtube: YouTube, left: Callable[[], int]) -> Iterator[list[RawMention]]:
        """What is new under the videos with most new comments. What is yielded last of a video counts it as read.

        Comments are a sample: the newest two hundred of a video at each look.
        """
        ranked = sorted(self._latest, key=lambda id: self._latest[id] - self._known[id].comments, reverse=True)
        for id in [id for id in ranked if self._latest[id] > self._known[id].comments][:MOST_VIDEOS]:
            if left() <= 0:
                return
            try:
                yield from self._of(id, youtube, left)
            except (CommentsClosed, SourceGone):
                del self._known[id]

    def _of(self, id: str, youtube: YouTube, left: Callable[[], int]) -> Iterator[list[RawMention]]:
        followed, token, newest = self._known[id], "", self._known[id].newest
        for page in range(1, MOST_PAGES + 1):
            found, following = youtube.threads(id, token, THREADS_AT_ONCE)
            fresh = [c for c in found if followed.newest is None or c.published_at > followed.newest][: left()]
            newest = max([c.published_at for c in fresh] + ([newest] if newest else []), default=None)
            ends = not following or following == token or page == MOST_PAGES or len(fresh) < len(found)
            if ends:
                self._known[id] = Followed(followed.published_at, self._latest[id], newest)
            yield fresh
            if ends:
                return
            token = following
