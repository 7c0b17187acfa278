"""Facebook pages over the Graph API, and what the Graph API says of errors and limits to all who use it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from pasip_core.domain.mention import Engagement
from pasip_core.errors import (
    SourceGone,
    SourceQuota,
)
from pasip_core.sources.base import Source
from pasip_core.sources.platforms import facebook
from pasip_core.sources.platforms.graph import usage
from tests.core.mutating import QUIET, assert_sound, mutated_json
from tests.core.platform_kit import NOW, SECRET, make_feed, opened
from tests.core.sources_kit import Ran, run
from tests.replicas import Page, Replica
from tests.replicas.graph import GraphSite, make_posts, refused

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PAGE = {"id": "100", "name": "Halaman Uji", "username": "halamanuji", "followers_count": 900, "fan_count": 800}


def site_of(posts: list[dict[str, Any]], **more: Any) -> GraphSite:
    return GraphSite({"posts": posts}, {"halamanuji": PAGE}, **more)


@contextmanager
def opened_page(site: Any, *, token: str = SECRET, **more: Any) -> Iterator[tuple[Source, Replica]]:
    feeds = (make_feed("facebook", "halamanuji"),)
    with opened("facebook", site, feeds=feeds, facebook_access_token=SecretStr(token), **more) as (bench, replica):
        yield next(iter(facebook.sources(bench))), replica


def read(site: Any, cursor: Any = None, *, limit: int = 200, batches: int | None = None, **more: Any) -> Ran:
    with opened_page(site, **more) as (source, _):
        return run(source, (), cursor, limit, batches=batches)


def test_a_post_is_told_in_full():
    post = read(site_of(make_posts([NOW - MINUTE]))).mentions[0]
    assert (post.source, post.platform, post.content) == ("facebook", "facebook", "Pernyataan 0")
    assert (post.url, post.native_id) == ("https://www.facebook.com/100/posts/0", "100_0")
    assert (post.author, post.author_followers, post.published_at) == ("Halaman Uji", 900, NOW - MINUTE)
    assert post.engagement == Engagement(likes=55, shares=4, comments=7)
    assert post.raw_data == {"id": "100_0", "page_name": "halamanuji"}


def test_no_shares_are_none_at_all_and_posts_without_text_cost_only_themselves():
    posts = make_posts([NOW - MINUTE, NOW - 2 * MINUTE, NOW - 3 * MINUTE])
    del posts[0]["shares"], posts[0]["reactions"], posts[1]["message"]
    posts[2] = posts[2] | {"message": None, "story": "Halaman Uji mengganti foto"}
    ran = read(site_of(posts))
    assert [post.content for post in ran.mentions] == ["Pernyataan 0", "Halaman Uji mengganti foto"]
    assert ran.mentions[0].engagement == Engagement(likes=None, shares=0, comments=7)
    assert ran.note == "1 posts had no text, address or time."


def test_pages_are_followed_by_their_cursor_and_the_next_run_asks_since_the_last_one():
    site = site_of(make_posts([NOW - n * MINUTE for n in range(60)]))
    first = read(site)
    assert len(first.mentions) == 60
    with opened_page(site) as (source, replica):
        run(source, (), first.cursor)
        asked = [each.query for each in replica.asked]
    assert all("/halamanuji" not in path for path in replica.paths()), "the page's data is kept for a day"
    assert int(asked[0]["since"]) == int((NOW - DAY).timestamp())
    assert SECRET not in json.dumps(first.cursor)


def test_an_empty_page_with_a_next_one_is_not_the_end():
    posts = make_posts([NOW - MINUTE])
    empty = {"data": [], "paging": {"cursors": {"after": "C"}, "next": "https://x.test/?access_token=t"}}

    def site(path: str) -> Any:
        def posts_page(asked: Any) -> Page:
            return Page.of_json({"data": posts} if "after" in asked.query else empty)

        return Page.of_json(PAGE) if path.startswith("/halamanuji") else posts_page

    assert len(read(site).mentions) == 1


@pytest.mark.parametrize(("limit", "batches"), [(30, None), (200, 1), (200, 2)])
def test_wherever_a_run_ends_the_following_ones_miss_nothing(limit: int, batches: int | None):
    site = site_of(make_posts([NOW - n * timedelta(hours=2) for n in range(80)]), most=15)
    cursor, met = None, set()
    for n in range(10):
        ran = read(site, cursor, limit=limit, batches=batches if n < 3 else None)
        assert len(ran.mentions) <= limit
        cursor, met = ran.cursor, met | {post.native_id for post in ran.mentions}
    assert len(met) == 80


def test_a_limit_says_when_something_is_free_again_as_meta_tells():
    told = {"X-Business-Use-Case-Usage": '{"55": [{"type": "pages", "estimated_time_to_regain_access": 19}]}'}
    ran = read(site_of([], errors={"posts": refused(80001, headers=told)}))
    assert ran.error.retry_at == NOW + 19 * MINUTE
    assert read(site_of([], errors={"posts": refused(4)})).error.retry_at == NOW + timedelta(hours=1)


def test_calls_come_slower_above_three_quarters_of_the_limit_and_end_before_it():
    posts = make_posts([NOW - n * MINUTE for n in range(60)])
    with opened_page(site_of(posts, used=80, most=30), changes={"delay": 0.1}) as (source, replica):
        assert len(run(source).mentions) == 60
        assert min(replica.gaps()[1:]) >= 0.5
    ran = read(site_of(posts, used=96))
    assert isinstance(ran.error, SourceQuota)
    assert ran.error.retry_at == NOW + timedelta(hours=1)
    assert ran.mentions == []


@pytest.mark.parametrize(
    "told", ["", "x", "[]", "3", '{"a": 3}', '{"call_count": "x"}', '{"call_count": [1]}', "[" * 9_000]
)
def test_usage_that_cannot_be_read_stops_nobody(told: str):  # fmt: skip
    assert usage({"X-App-Usage": told, "X-Business-Use-Case-Usage": told}) == (0.0, None)


def test_a_page_that_is_not_there_and_a_token_that_is_not_set_are_said():
    with opened_page(GraphSite()) as (source, _):
        assert isinstance(run(source).error, SourceGone)
    with opened_page(GraphSite(), token="") as (source, _):
        assert (source.needs(), source.name) == (("FACEBOOK_ACCESS_TOKEN",), "facebook-halamanuji")
        assert source.url == "https://www.facebook.com/halamanuji"


def test_a_damaged_answer_does_no_harm():
    whole = {"data": make_posts([NOW - MINUTE, NOW - 2 * MINUTE]), "paging": {"cursors": {"after": "C"}, "next": "x"}}
    bodies = {"posts": b"", "halamanuji": b""}

    def site(path: str) -> Page:
        return Page(bodies["posts" if "/posts" in path else "halamanuji"], "application/json")

    with opened_page(site) as (source, _):

        @QUIET
        @given(data=st.data())
        def check(data: st.DataObject) -> None:
            bodies["halamanuji"] = data.draw(st.one_of(st.just(json.dumps(PAGE).encode()), mutated_json(PAGE)))
            bodies["posts"] = data.draw(mutated_json(whole))
            assert_sound(run(source).mentions)

        check()
