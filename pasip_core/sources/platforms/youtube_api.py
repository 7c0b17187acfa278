"""The YouTube Data API v3: its calls, what they cost, its errors, and what its items say.

Facts: https://developers.google.com/youtube/v3/determine_quota_cost (searches have a bucket of their own, every
other list call is one unit, also where it is refused; the day is one of Los Angeles) and
https://developers.google.com/youtube/v3/docs/errors. Numbers come as strings, and are absent where they are hidden.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pasip_core.domain.mention import EMPTY, Engagement, RawMention
from pasip_core.errors import (
    SourceAuth,
    SourceBadQuery,
    SourceError,
    SourceForbidden,
    SourceGone,
    SourceParse,
    SourceQuota,
    SourceUnavailable,
)

from ..addresses import shown_url
from ..api import Api, Parameters, error_json
from ..exchange import Response
from ..fields import count, items, mapping, moment, text
from ..ledger import Meter
from ..workbench import Workbench

PLATFORM = "youtube"
AT_ONCE = 50
"""Most ids, videos or channels of one call."""
THREADS_AT_ONCE = 100
VIDEO_ID = re.compile(r"[\w-]{5,64}", re.ASCII)


class CommentsClosed(SourceForbidden):
    """The comments of a video are switched off, which is normal."""


_KINDS: Mapping[str, type[SourceError]] = {
    "quotaExceeded": SourceQuota, "dailyLimitExceeded": SourceQuota,
    "rateLimitExceeded": SourceQuota, "userRateLimitExceeded": SourceQuota,
    "API_KEY_INVALID": SourceAuth, "keyInvalid": SourceAuth, "keyExpired": SourceAuth, "authError": SourceAuth,
    "commentsDisabled": CommentsClosed,
    "forbidden": SourceForbidden, "accessNotConfigured": SourceForbidden, "ipRefererBlocked": SourceForbidden,
    "channelClosed": SourceGone, "channelSuspended": SourceGone, "channelNotFound": SourceGone,
    "playlistNotFound": SourceGone, "videoNotFound": SourceGone,
    "backendError": SourceUnavailable, "internalError": SourceUnavailable, "processingFailure": SourceUnavailable,
    "badRequest": SourceBadQuery, "invalidPageToken": SourceBadQuery,
}  # fmt: skip
_UNTIL_RENEWED = {"quotaExceeded", "dailyLimitExceeded"}


@dataclass(frozen=True)
class Video:
    """A video as a mention; ``comments`` is how many it has, ``None`` where that is not told."""

    id: str
    mention: RawMention
    comments: int | None


@dataclass(frozen=True)
class Channel:
    """A channel: its playlist of uploads, and its subscribers where they are not hidden."""

    id: str
    title: str
    uploads: str
    subscribers: int | None


@dataclass(frozen=True)
class YouTube:
    """The calls. A search also takes ``search_units``, for projects in which searches still cost units."""

    api: Api
    searches: Meter
    units: Meter
    search_units: int
    clock: Callable[[], datetime]

    def search(
        self, query: str, after: datetime, before: datetime | None, token: str, most: int
    ) -> tuple[list[str], str]:
        """Ids of videos published from ``after`` on, newest first, at most ``most``; what asks for the next page."""
        self.reserve_search()
        data = self._list("search", {
            "part": "snippet", "type": "video", "q": query, "order": "date", "maxResults": most,
            "publishedAfter": _rfc(after), "publishedBefore": _rfc(before) if before else None,
            "regionCode": "ID", "relevanceLanguage": "id", "pageToken": token or None,
        })  # fmt: skip
        return _ids(mapping(item.get("id")).get("videoId") for item in items(data["items"])), _next(data)

    def reserve_search(self) -> None:
        """Take what one search costs. ``SourceQuota`` where so much is not left."""
        use = self.units.reserve(self.search_units) if self.search_units else None
        try:
            self.searches.reserve()
        except SourceQuota:
            if use:
                self.units.settle(use, 0)
            raise

    def videos(self, ids: Sequence[str]) -> list[Video]:
        """The videos that are still there, with their figures; two units for fifty."""
        known = [item for part in _parts(ids) for item in items(self._ask("videos", part)["items"])]
        channels = _ids(mapping(item.get("snippet")).get("channelId") for item in known)
        followers = {channel.id: channel.subscribers for channel in self.channels(channels)}
        return [video for item in known if (video := _video(item, followers, self.clock()))]

    def figures(self, ids: Sequence[str]) -> list[RawMention | None]:
        """At most fifty videos, as far as they are still there, without followers; one unit."""
        found = (_video(item, EMPTY, self.clock()) for item in items(self._ask("videos", ids)["items"]))
        return [video.mention if video else None for video in found]

    def channels(self, ids: Sequence[str]) -> list[Channel]:
        """Channels by id; one unit for fifty."""
        return [_channel(item) for part in _parts(ids) for item in items(self._ask("channels", part)["items"])]

    def channel(self, handle: str) -> Channel:
        """The channel of an id (``UC…``) or a handle (``@name``). ``SourceGone`` where there is none."""
        by = "id" if re.fullmatch(r"UC[\w-]{22}", handle) else "forHandle"
        found = items(self._ask("channels", parameters={by: handle})["items"])
        channel = _channel(found[0]) if found else None
        if channel is None or not channel.uploads:
            raise SourceGone(f"YouTube: there is no channel {handle[:100]!r}.")
        return channel

    def uploads(self, playlist: str, token: str, most: int) -> tuple[list[tuple[datetime, str]], str]:
        """Times and ids of uploads, about newest first; what asks for the next page. One unit."""
        self.units.reserve()
        asked: Parameters = {
            "part": "contentDetails", "playlistId": playlist, "maxResults": most, "pageToken": token or None,
        }  # fmt: skip
        data = self._list("playlistItems", asked)
        told = [mapping(item.get("contentDetails")) for item in items(data["items"])]
        dated = [(moment(each.get("videoPublishedAt"), self.clock()), text(each.get("videoId"))) for each in told]
        return [(time, id) for time, id in dated if time and VIDEO_ID.fullmatch(id)], _next(data)

    def threads(self, video: str, token: str, most: int) -> tuple[list[RawMention], str]:
        """Comments with the replies that come along, newest threads first; what asks for the next page. One unit.

        ``CommentsClosed`` where they are switched off.
        """
        self.units.reserve()
        data = self._list("commentThreads", {
            "part": "snippet,replies", "videoId": video, "order": "time", "textFormat": "plainText",
            "maxResults": most, "pageToken": token or None,
        })  # fmt: skip
        found = [comment for item in items(data["items"]) for comment in _comments(item, video, self.clock())]
        return found, _next(data)

    def _ask(self, what: str, ids: Sequence[str] = (), parameters: Parameters = EMPTY) -> Mapping[str, Any]:
        parts = {"videos": "snippet,statistics", "channels": "snippet,statistics,contentDetails"}
        most = AT_ONCE if what == "channels" else None  # videos by id take none
        self.units.reserve()
        return self._list(what, {"part": parts[what], "maxResults": most, "id": ",".join(ids) or None, **parameters})

    def _list(self, path: str, parameters: Parameters) -> Mapping[str, Any]:
        """An answer whose ``items`` is a list; YouTube leaves an empty one out of channels."""
        data = mapping(self.api.get(path, parameters).data)
        if not isinstance(data.get("items", []), list) or not data:
            raise SourceParse(f"YouTube: the answer to {path} holds no list.")
        return {"items": [], **data}


def open_youtube(bench: Workbench) -> YouTube:
    """The API with its key, which goes along as a parameter and is never shown."""
    known, key = bench.platforms[PLATFORM], bench.settings.youtube_api_key.get_secret_value()
    searches, units = bench.meter(PLATFORM, "searches"), bench.meter(PLATFORM, "units")
    api = Api(bench.http, known.base, known.delay, parameters={"key": key}, explain=_explain(units))
    return YouTube(api, searches, units, known.option("search_units", 0), bench.clock)


def _explain(units: Meter) -> Callable[[Response], SourceError | None]:
    def explain(answer: Response) -> SourceError | None:
        error = mapping(error_json(answer).get("error"))
        reasons = [text(each.get("reason")) for key in ("details", "errors") for each in items(error.get(key))]
        reason = next((reason for reason in reasons if reason in _KINDS), "")
        if not reason:
            return None
        shown = shown_url(answer.url)
        kind = _KINDS[reason]
        found = kind(f"{shown}: YouTube answers {answer.status} ({reason}).", url=shown)
        if reason in _UNTIL_RENEWED:
            found.retry_at = units.renewed()
        return found

    return explain


def _video(item: Mapping[str, Any], followers: Mapping[str, int | None], now: datetime) -> Video | None:
    """``None`` for what is not whole. The text is that of ``videos.list``: in searches it is cut and escaped."""
    told, figures, id = mapping(item.get("snippet")), mapping(item.get("statistics")), text(item.get("id"))
    title, published_at = text(told.get("title")), moment(told.get("publishedAt"), now)
    content = f"{title}\n\n{text(told.get('description'))}".strip()
    if not VIDEO_ID.fullmatch(id) or not content or published_at is None:
        return None
    comments = count(figures.get("commentCount"))
    mention = RawMention(
        PLATFORM,
        PLATFORM,
        content,
        published_at,
        url=f"https://www.youtube.com/watch?v={id}",
        title=title,
        author=text(told.get("channelTitle")),
        author_followers=followers.get(text(told.get("channelId"))),
        engagement=Engagement(likes=count(figures.get("likeCount")), comments=comments),
        native_id=id,
        raw_data={} if (views := count(figures.get("viewCount"))) is None else {"views": views},
    )
    return Video(id, mention, comments)


def _channel(item: Mapping[str, Any]) -> Channel:
    figures = mapping(item.get("statistics"))
    hidden = figures.get("hiddenSubscriberCount") in (True, "true")
    return Channel(
        text(item.get("id")),
        text(mapping(item.get("snippet")).get("title")),
        text(mapping(item, "contentDetails", "relatedPlaylists").get("uploads")),
        None if hidden else count(figures.get("subscriberCount")),
    )


def _comments(item: Mapping[str, Any], video: str, now: datetime) -> list[RawMention]:
    thread = mapping(item.get("snippet"))
    top = _comment(mapping(thread.get("topLevelComment")), video, now, count(thread.get("totalReplyCount")))
    replies = [_comment(each, video, now, None) for each in items(mapping(item.get("replies")).get("comments"))]
    return [comment for comment in (top, *replies) if comment]


def _comment(item: Mapping[str, Any], video: str, now: datetime, replies: int | None) -> RawMention | None:
    told, id = mapping(item.get("snippet")), text(item.get("id"))
    content = text(told.get("textOriginal"), told.get("textDisplay"))
    published_at = moment(told.get("publishedAt"), now)
    if not content or published_at is None or not re.fullmatch(r"[\w.-]{1,100}", id):
        return None
    return RawMention(
        PLATFORM,
        PLATFORM,
        content,
        published_at,
        url=f"https://www.youtube.com/watch?v={video}&lc={id}",
        author=text(told.get("authorDisplayName")),
        engagement=Engagement(likes=count(told.get("likeCount")), comments=replies),
        native_id=id,
    )


def _ids(values: Iterable[object]) -> list[str]:
    """Each id once; what cannot be one is passed over."""
    return list(dict.fromkeys(id for value in values if VIDEO_ID.fullmatch(id := text(value))))


def _parts(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]


def _next(data: Mapping[str, Any]) -> str:
    return text(data.get("nextPageToken"))[:500]


def _rfc(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"
