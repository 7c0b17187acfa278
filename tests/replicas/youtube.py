"""The YouTube Data API over videos that a test makes up: searches, videos, channels, uploads, comments."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from .server import Answer, Asked, Page


@dataclass
class Clip:
    """A video with its comments: (id, text, time)."""

    id: str
    title: str
    at: datetime
    channel: str = "UC" + "k" * 22
    comments: list[tuple[str, str, datetime]] = field(default_factory=list)
    closed: bool = False
    likes: int = 40


@dataclass
class YouTubeSite:
    """Wants ``key=rahasia``; ``errors`` maps a path's end to what stands in place of its answer."""

    clips: list[Clip] = field(default_factory=list)
    errors: dict[str, Page] = field(default_factory=dict)
    most: int = 50
    """Items on a page, whatever is asked for."""
    subscribers: dict[str, Any] = field(default_factory=lambda: {"subscriberCount": "1200"})

    @staticmethod
    def refused(reason: str, status: int = 403, **more: Any) -> Page:
        error = {"code": status, "message": "no", "errors": [{"domain": "youtube", "reason": reason}]} | more
        return Page.of_json({"error": error}, status)

    def __call__(self, path: str) -> Answer | None:
        what = urlsplit(path).path.rpartition("/")[2]
        return self.errors.get(what) or getattr(self, f"_{what}", None)

    def _search(self, asked: Asked) -> Page:
        given = asked.query
        words = re.findall(r"\w+", re.sub(r"-\w+", " ", given["q"]))
        after = datetime.fromisoformat(given["publishedAfter"])
        before = datetime.fromisoformat(given.get("publishedBefore", "2099-01-01T00:00:00Z"))
        found = [c for c in self.clips if after <= c.at < before and any(w in c.title.lower() for w in words)]
        found.sort(key=lambda clip: clip.at, reverse=True)
        told = [{"id": {"kind": "youtube#video", "videoId": c.id}, "snippet": {"title": "A &amp; B"}} for c in found]
        return self._page(told, given)

    def _videos(self, asked: Asked) -> Page:
        ids = asked.query["id"].split(",")
        if len(ids) > 50:
            return self.refused("badRequest", 400)
        return Page.of_json({"items": [self._told(clip) for clip in self.clips if clip.id in ids]})

    def _told(self, clip: Clip) -> dict[str, Any]:
        figures = {"viewCount": "1500", "likeCount": str(clip.likes), "favoriteCount": "0"}
        return {
            "id": clip.id,
            "snippet": {"title": clip.title, "description": "Isi & uraian", "channelId": clip.channel,
                        "channelTitle": "Kanal Uji", "publishedAt": f"{clip.at:%Y-%m-%dT%H:%M:%SZ}"},
            "statistics": figures | ({} if clip.closed else {"commentCount": str(len(clip.comments))}),
        }  # fmt: skip

    def _channels(self, asked: Asked) -> Page:
        given = asked.query
        known = {clip.channel for clip in self.clips}
        wanted = known if given.get("forHandle") == "@kanaluji" else known & set(given.get("id", "").split(","))
        if not wanted:
            return Page.of_json({"kind": "youtube#channelListResponse", "pageInfo": {"totalResults": 0}})
        return Page.of_json({"items": [
            {"id": id, "snippet": {"title": "Kanal Uji"}, "statistics": self.subscribers,
             "contentDetails": {"relatedPlaylists": {"uploads": f"UU{id[2:]}"}}} for id in sorted(wanted)
        ]})  # fmt: skip

    def _playlistItems(self, asked: Asked) -> Page:  # named like the path
        newest_first = sorted(self.clips, key=lambda clip: clip.at, reverse=True)
        told = [{"contentDetails": {"videoId": c.id, "videoPublishedAt": f"{c.at:%Y-%m-%dT%H:%M:%SZ}"}}
                for c in newest_first]  # fmt: skip
        return self._page(told, asked.query)

    def _commentThreads(self, asked: Asked) -> Page:
        clip = next(clip for clip in self.clips if clip.id == asked.query["videoId"])
        if clip.closed:
            return self.refused("commentsDisabled")
        newest_first = sorted(clip.comments, key=lambda comment: comment[2], reverse=True)
        return self._page([self._thread(*comment) for comment in newest_first], asked.query)

    def _thread(self, id: str, said: str, at: datetime) -> dict[str, Any]:
        def comment(id: str, said: str, at: datetime) -> dict[str, Any]:
            return {"id": id, "snippet": {"textOriginal": said, "authorDisplayName": "@pengguna", "likeCount": 2,
                    "publishedAt": f"{at:%Y-%m-%dT%H:%M:%SZ}"}}  # fmt: skip

        reply = comment(f"{id}.balasan", "Balasan", at + timedelta(seconds=1))
        return {"id": id, "snippet": {"totalReplyCount": 1, "topLevelComment": comment(id, said, at)},
                "replies": {"comments": [reply]}}  # fmt: skip

    def _page(self, told: list[dict[str, Any]], given: dict[str, str]) -> Page:
        start, most = int(given.get("pageToken", "0")), min(self.most, int(given["maxResults"]))
        more = {"nextPageToken": str(start + most)} if start + most < len(told) else {}
        return Page.of_json({"items": told[start : start + most]} | more)
