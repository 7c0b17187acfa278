"""YouTube: searches spread over the day, uploads of channels, comments below videos that are about a keyword."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from pasip_core.domain.mention import Engagement
from pasip_core.domain.quotas import Quota
from pasip_core.errors import (
    SourceGone,
    SourceQuota,
)
from pasip_core.sources.base import Source
from pasip_core.sources.ledger import LocalLedger
from pasip_core.sources.platforms import youtube
from tests.builders import make_keyword
from tests.core.mutating import QUIET, assert_sound, mutated_json
from tests.core.platform_kit import NOW, SECRET, make_feed, opened
from tests.core.sources_kit import Ran, run
from tests.replicas import Page, Replica
from tests.replicas.server import Asked
from tests.replicas.youtube import Clip, YouTubeSite

DEBAT = [make_keyword("debat")]
MINUTE = timedelta(minutes=1)
UNITS = {"searches": Quota(1_000, "day America/Los_Angeles"), "units": Quota(10_000, "day America/Los_Angeles")}


def clips(number: int, **changes: Any) -> list[Clip]:
    """Videos a minute apart, the newest a minute old."""
    return [Clip(f"video-{n:05}", f"Debat & analisis {n}", NOW - (n + 1) * MINUTE, **changes) for n in range(number)]


@contextmanager
def opened_source(site: Any, handle: str = "", *, key: str = SECRET, **more: Any) -> Iterator[tuple[Source, Replica]]:
    """The search, or with ``handle`` the source of that channel."""
    feeds = (make_feed("youtube", handle),) if handle else ()
    more.setdefault("changes", {"quotas": UNITS})
    with opened("youtube", site, feeds=feeds, youtube_api_key=SecretStr(key), **more) as (bench, replica):
        yield list(youtube.sources(bench))[-1], replica


def searched(site: Any, cursor: Any = None, *, limit: int = 200, batches: int | None = None, **more: Any) -> Ran:
    with opened_source(site, **more) as (source, _):
        return run(source, DEBAT, cursor, limit, batches=batches)


def videos(ran: Ran) -> set[str]:
    return {m.native_id for m in ran.mentions if m.native_id.startswith("video-")}


def test_a_video_and_its_comments_are_told_in_full():
    site = YouTubeSite(clips(1, comments=[("K1", "Setuju", NOW - MINUTE / 2)]))
    with opened_source(site) as (source, replica):
        video, comment, reply = run(source, DEBAT).mentions
        asked = replica.asked[0].query
    assert (video.source, video.platform, video.title) == ("youtube", "youtube", "Debat & analisis 0")
    assert video.content == "Debat & analisis 0\n\nIsi & uraian"
    assert video.url == "https://www.youtube.com/watch?v=video-00000"
    assert (video.author, video.author_followers) == ("Kanal Uji", 1200)
    assert video.engagement == Engagement(likes=40, shares=None, comments=1)
    assert (video.published_at, dict(video.raw_data)) == (NOW - MINUTE, {"views": 1500})
    assert (comment.content, comment.author, comment.native_id) == ("Setuju", "@pengguna", "K1")
    assert comment.url == "https://www.youtube.com/watch?v=video-00000&lc=K1"
    assert comment.engagement == Engagement(likes=2, shares=None, comments=1)
    assert (reply.content, reply.engagement.comments) == ("Balasan", None)
    wanted = {"q": "debat", "type": "video", "order": "date", "regionCode": "ID", "relevanceLanguage": "id"}
    assert asked.items() >= wanted.items()


@pytest.mark.parametrize("told", [{"hiddenSubscriberCount": True, "subscriberCount": "0"}, {}])
def test_hidden_figures_are_not_zero(told: dict[str, Any]):
    mention = searched(YouTubeSite(clips(1, closed=True), subscribers=told)).mentions[0]
    assert mention.author_followers is None
    assert mention.engagement.comments is None


def test_pages_are_read_to_the_end_and_the_next_run_asks_only_for_what_is_new():
    site = YouTubeSite(clips(120))
    first = searched(site)
    assert len(videos(first)) == 120
    site.clips.append(Clip("video-baru1", "Debat baru", NOW))
    with opened_source(site) as (source, replica):
        second = run(source, DEBAT, first.cursor)
        since = datetime.fromisoformat(replica.asked[0].query["publishedAfter"])
    assert since == NOW - MINUTE - youtube.OVERLAP
    assert "video-baru1" in videos(second)
    assert len(videos(second)) <= 12


def test_without_hits_or_keywords_there_is_nothing_and_no_error():
    assert searched(YouTubeSite()).mentions == []
    with opened_source(YouTubeSite()) as (source, replica):
        assert run(source).mentions == []
        assert replica.asked == []


@pytest.mark.parametrize(("limit", "batches"), [(30, None), (200, 1), (200, 2)])
def test_wherever_a_run_ends_the_following_ones_miss_nothing(limit: int, batches: int | None):
    site, cursor, met = YouTubeSite(clips(90), most=20), None, set()
    for n in range(40):
        ran = searched(site, cursor, limit=limit, batches=batches if n < 3 else None)
        assert len(ran.mentions) <= limit
        cursor, met = ran.cursor, met | videos(ran)
        if len(met) == 90:
            break
    assert len(met) == 90


def test_searches_are_spread_over_the_day_and_the_rest_is_said_to_wait():
    site, ledger = YouTubeSite(clips(1)), LocalLedger()
    rules = [make_keyword(f"debat{n}", rule=f"debat{n} NOT x{n}") for n in range(5)]
    quotas = UNITS | {"searches": Quota(100, "day America/Los_Angeles")}
    cursor, asked = None, []
    for minutes in (0, 30, 60):
        more = {"ledger": ledger, "now": NOW + minutes * MINUTE, "changes": {"quotas": quotas}}
        with opened_source(site, **more) as (source, replica):
            ran = run(source, rules, cursor)
            cursor = ran.cursor
            asked += [each.query["q"] for each in replica.asked if "/search" in each.path]
        assert "of 5 searches wait" in ran.note
    assert len(asked) == 6
    assert len(set(asked)) == 5


def test_when_the_searches_are_used_up_comments_are_still_read_and_then_it_says_until_when():
    site = YouTubeSite(clips(1))
    first = searched(site)
    site.clips[0].comments.append(("K9", "Baru", NOW))
    nothing = {"quotas": UNITS | {"searches": Quota(0, "day America/Los_Angeles")}}
    second = searched(site, first.cursor, changes=nothing)
    assert second.error is None
    assert "Baru" in [m.content for m in second.mentions]
    error = searched(site, changes=nothing).error
    assert isinstance(error, SourceQuota)
    assert error.retry_at == datetime(2026, 11, 26, 8, tzinfo=UTC)


def test_where_searches_still_cost_units_those_are_counted_as_well():
    ledger, changes = LocalLedger(), {"quotas": UNITS, "options": {"search_units": 100}}
    with opened("youtube", YouTubeSite(clips(1)), ledger=ledger, changes=changes) as (bench, _):
        run(next(iter(youtube.sources(bench))), DEBAT)
        assert bench.meter("youtube", "units").used() == 102
        assert bench.meter("youtube", "searches").used() == 1


def test_only_new_comments_are_read_again_and_closed_ones_are_left_alone():
    site = YouTubeSite([*clips(1, comments=[("K1", "Satu", NOW - 3 * MINUTE)])])
    first = searched(site)
    site.clips += [Clip("video-tutup", "Debat tertutup", NOW, closed=True)]
    site.clips[0].comments.append(("K2", "Dua", NOW - MINUTE / 2))
    second = searched(site, first.cursor)
    assert [m.content for m in second.mentions if m.content in {"Satu", "Dua"}] == ["Dua"]
    with opened_source(site) as (source, replica):
        run(source, DEBAT, second.cursor)
        assert [path for path in replica.paths() if "/commentThreads" in path] == []


def test_comments_that_are_closed_after_all_are_normal():
    site = YouTubeSite(clips(2, comments=[("K1", "Satu", NOW)]))
    site.errors["commentThreads"] = YouTubeSite.refused("commentsDisabled")
    ran = searched(site)
    assert ran.error is None
    assert ran.cursor["videos"] == {}


def test_a_channel_is_read_from_its_uploads_without_a_search():
    site = YouTubeSite([*clips(3), Clip("video-lama1", "Resep", NOW - timedelta(days=60))])
    with opened_source(site, "kanaluji") as (source, replica):
        first = run(source, DEBAT)
        assert (source.name, source.url) == ("youtube-kanaluji", "https://www.youtube.com/@kanaluji")
        assert replica.asked[0].query["forHandle"] == "@kanaluji"
        assert not [path for path in replica.paths() if "/search" in path]
    assert videos(first) == {"video-00000", "video-00001", "video-00002"}
    assert {m.source for m in first.mentions} == {"youtube"}
    site.clips.append(Clip("video-baru1", "Tanpa kata kunci", NOW))
    with opened_source(site, "UC" + "k" * 22) as (source, _):
        assert "video-baru1" in videos(run(source, DEBAT, first.cursor))
    with opened_source(site, "@tiada") as (source, _):
        assert isinstance(run(source, DEBAT).error, SourceGone)


@pytest.mark.parametrize(("limit", "batches"), [(25, None), (200, 1), (200, 2)])
def test_a_channel_with_many_uploads_is_read_whole_wherever_runs_end(limit: int, batches: int | None):
    site, cursor, met = YouTubeSite(clips(60), most=20), None, set()
    for n in range(8):
        site.clips.append(Clip(f"video-sela{n}", "Sela", NOW + n * timedelta(seconds=1)))
        with opened_source(site, "UC" + "k" * 22) as (source, _):
            ran = run(source, DEBAT, cursor, limit, batches=batches if n < 3 else None)
        cursor, met = ran.cursor, met | videos(ran)
    assert {clip.id for clip in site.clips} <= met


def test_without_a_key_it_says_what_it_lacks():
    with opened_source(YouTubeSite(), key="") as (source, _):
        assert source.needs() == ("YOUTUBE_API_KEY",)


WHOLE = YouTubeSite(clips(2, comments=[("K1", "Setuju", NOW - MINUTE)]))


CALLS = {
    "search": "q=debat&publishedAfter=2026-11-01T00:00:00Z&maxResults=50",
    "videos": "id=video-00000,video-00001",
    "channels": f"id=UC{'k' * 22}",
    "commentThreads": "videoId=video-00000&maxResults=50",
    "playlistItems": "playlistId=UU&maxResults=50",
}


def test_a_damaged_answer_does_no_harm():
    damaged: dict[str, bytes] = {}

    def answer(path: str) -> Any:
        body = damaged.get(urlsplit(path).path.strip("/"))
        return WHOLE(path) if body is None else Page(body, "application/json")

    feed = make_feed("youtube", "UC" + "k" * 22)
    many = {"quotas": {name: Quota(10**6, "24h") for name in UNITS}}
    with opened("youtube", answer, feeds=(feed,), changes=many) as (bench, _):

        @QUIET
        @given(data=st.data())
        def check(data: st.DataObject) -> None:
            call = data.draw(st.sampled_from(sorted(CALLS)))
            honest = WHOLE(f"/{call}")(Asked(f"/{call}?{CALLS[call]}", 0.0, {}))
            damaged.clear()
            damaged[call] = data.draw(mutated_json(json.loads(honest.body)))
            search, channel = youtube.sources(bench)
            assert_sound(run(channel if call == "playlistItems" else search, DEBAT).mentions)

        check()
