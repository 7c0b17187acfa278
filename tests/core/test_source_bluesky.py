"""Bluesky: the latest posts for each word, with a session that is kept, and never shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loguru import logger

from pasip_core.domain.mention import Engagement
from pasip_core.errors import (
    SourceAuth,
    SourceBadQuery,
)
from pasip_core.sources.platforms import bluesky
from pasip_core.sources.platforms.bluesky import BlueskySource
from tests.builders import NOW, make_keyword
from tests.core.bench_kit import bench_for
from tests.core.mutating import QUIET, assert_sound, mutated_json
from tests.core.sources_kit import run
from tests.replicas import Page, Replica
from tests.replicas.bluesky import PASSWORD, Bluesky, bluesky_post

SEARCH = "app.bsky.feed.searchPosts"
PEMILU = [make_keyword("pemilu")]


@pytest.fixture
def server() -> Bluesky:
    return Bluesky([bluesky_post(n, NOW - timedelta(hours=1, minutes=n)) for n in range(6)])


@pytest.fixture
def replica(server: Bluesky) -> Iterator[Replica]:
    with Replica(server) as started:
        yield started


def source_at(replica: Replica, password: str = PASSWORD, **changes: Any) -> BlueskySource:
    told = {"bluesky_identifier": "akun.bsky.social", "bluesky_app_password": password}
    return next(iter(bluesky.sources(bench_for("bluesky", replica, **told | changes))))


def searches(replica: Replica) -> list[dict[str, str]]:
    return [asked.query for asked in replica.asked if SEARCH in asked.path]


def test_a_post_gives_all_that_the_search_tells_and_the_followers_of_its_author(replica: Replica) -> None:
    mention = run(source_at(replica), PEMILU).mentions[1]
    assert (mention.source, mention.platform, mention.content) == ("bluesky", "bluesky", "pemilu 1")
    assert mention.url == "https://bsky.app/profile/uji1.bsky.social/post/3lk1"
    assert (mention.author, mention.author_followers) == ("uji1.bsky.social", 51)
    assert mention.engagement == Engagement(likes=4, shares=5, comments=1)
    assert mention.native_id == "at://did:plc:orang1/app.bsky.feed.post/3lk1"
    assert mention.published_at == NOW - timedelta(hours=1, minutes=1)
    assert mention.raw_data == {"did": "did:plc:orang1", "languages": ["id"]}
    profiles = [asked.path for asked in replica.asked if "getProfiles" in asked.path]
    assert profiles == ["/xrpc/app.bsky.actor.getProfiles?actors=did%3Aplc%3Aorang0&actors=did%3Aplc%3Aorang1"]


@pytest.mark.parametrize(("created", "minutes"), [("2026-11-25T00:00:00Z", 5), ("gestern", 5), (None, 5)])
def test_a_time_that_the_author_made_up_gives_way_to_that_of_the_network(
    created: Any, minutes: int, replica: Replica, server: Bluesky
) -> None:
    post = bluesky_post(1, NOW - timedelta(minutes=minutes), indexedAt=(NOW - timedelta(minutes=minutes)).isoformat())
    post["record"]["createdAt"] = created
    server.instead[SEARCH] = Page.of_json({"posts": [post]})
    assert [m.published_at for m in run(source_at(replica), PEMILU).mentions] == [NOW - timedelta(minutes=minutes)]


def test_words_are_asked_for_one_by_one_and_a_post_that_two_of_them_find_comes_once(
    replica: Replica, server: Bluesky
) -> None:
    server.posts = [bluesky_post(1, NOW - timedelta(hours=1), "pemilu dan pilkada")]
    ran = run(
        source_at(replica), [make_keyword("pemilu"), make_keyword("x", rule='pilkada OR "pemilu dan" OR #coblos')]
    )
    assert len(ran.mentions) == 1
    assert [asked["q"] for asked in searches(replica)] == ["pemilu", "pilkada", '"pemilu dan"', "#coblos"]
    assert {(asked["sort"], asked["since"]) for asked in searches(replica)} == {("latest", "2026-11-16T03:15:00.000Z")}


def test_a_second_run_asks_only_for_what_is_new_and_late_arrivals(replica: Replica, server: Bluesky) -> None:
    source = source_at(replica)
    first = run(source, PEMILU)
    server.posts.append(bluesky_post(7, NOW - timedelta(minutes=5)))
    server.posts.append(bluesky_post(8, NOW - timedelta(hours=1, minutes=0, seconds=30)))
    replica.asked.clear()
    second = run(source, PEMILU, first.cursor)
    assert {m.content for m in second.mentions} >= {"pemilu 7", "pemilu 8"}
    (asked,) = searches(replica)
    assert asked["since"] == "2026-11-23T02:00:00.000Z"
    assert server.logins == 1


@pytest.mark.parametrize(("limit", "batches"), [(2, None), (4, None), (200, 1)])
def test_runs_that_are_cut_short_leave_no_gap(
    limit: int, batches: int | None, replica: Replica, server: Bluesky
) -> None:
    server.posts = [bluesky_post(n, NOW - timedelta(hours=n + 1)) for n in range(9)]
    cursor, seen = {}, set()
    for _ in range(6):
        ran = run(source_at(replica), PEMILU, cursor, limit, batches=batches)
        assert len(ran.mentions) <= limit
        cursor, seen = json.loads(json.dumps(ran.cursor)), seen | {m.content for m in ran.mentions}
    assert seen == {f"pemilu {n}" for n in range(9)}


def test_a_session_that_has_run_out_is_renewed_and_one_that_cannot_be_begins_anew(
    replica: Replica, server: Bluesky
) -> None:
    source = source_at(replica)
    run(source, PEMILU)
    server.accepted = "another"
    assert len(run(source, PEMILU).mentions) == 6
    assert (server.logins, server.renewals) == (1, 1)
    server.accepted, server.renews = "another", False
    assert len(run(source, PEMILU).mentions) == 6
    assert (server.logins, server.renewals) == (2, 1)


def test_a_wrong_password_is_told_without_repeating_it(replica: Replica, caplog: pytest.LogCaptureFixture) -> None:
    lines: list[str] = []
    sink = logger.add(lines.append, level="TRACE")
    ran = run(source_at(replica, "salah-salah-salah"), PEMILU)
    logger.remove(sink)
    assert isinstance(ran.error, SourceAuth)
    assert "BLUESKY_APP_PASSWORD" in str(ran.error)
    assert "salah" not in f"{ran.error} {ran.error!r} {lines} {caplog.text}"


def test_tokens_stand_in_no_cursor_note_error_or_representation(replica: Replica, server: Bluesky) -> None:
    source = source_at(replica)
    ran = run(source, PEMILU)
    server.instead[SEARCH] = Page.of_json({"error": "InvalidRequest", "message": f"bad token {server.accepted}"}, 400)
    failed = run(source, PEMILU)
    told = f"{ran.batches!r} {failed.error!s} {failed.batches!r} {source!r}"
    assert isinstance(failed.error, SourceBadQuery)
    assert not any(secret in told for secret in (server.accepted, "refresh.", PASSWORD))


def test_a_query_that_fails_costs_only_itself(replica: Replica, server: Bluesky) -> None:
    good = server._search
    bad = Page.of_json({"error": "InvalidRequest"}, 400)
    server._search = lambda query: bad if query["q"] == "rusak" else good(query)
    ran = run(source_at(replica), [make_keyword("pemilu"), make_keyword("rusak", priority=1)])
    assert len(ran.mentions) == 6
    assert ran.error is None
    assert "1 of 2 searches failed" in ran.note


def test_without_followers_posts_count_all_the_same(replica: Replica, server: Bluesky) -> None:
    server.instead["app.bsky.actor.getProfiles"] = Page(b"oops", status=400)
    mentions = run(source_at(replica), PEMILU).mentions
    assert [m.author_followers for m in mentions] == [None] * 6


def test_an_unreadable_post_costs_only_itself_and_one_without_words_is_no_loss(
    replica: Replica, server: Bluesky
) -> None:
    wordless = bluesky_post(2, NOW - timedelta(hours=2), record={"createdAt": "2026-11-23T01:00:00Z"})
    good = bluesky_post(3, NOW - timedelta(hours=3))
    server.instead[SEARCH] = Page.of_json({"posts": [{"uri": "at://x"}, "?", wordless, good]})
    ran = run(source_at(replica), PEMILU)
    assert [m.content for m in ran.mentions] == ["pemilu 3"]
    assert ran.note == "2 posts could not be read."


def test_without_an_account_it_says_what_it_lacks(replica: Replica) -> None:
    assert source_at(replica).needs() == ()
    source = source_at(replica, "", bluesky_identifier="")
    assert source.needs() == ("BLUESKY_IDENTIFIER", "BLUESKY_APP_PASSWORD")


def test_however_an_answer_is_damaged_mentions_are_sound(replica: Replica, server: Bluesky) -> None:
    source = source_at(replica)
    whole = {"posts": [bluesky_post(n, NOW - timedelta(hours=n + 1)) for n in range(2)], "cursor": "2"}
    profiles = {"profiles": [{"did": "did:plc:orang0", "followersCount": 5}]}
    session = {"accessJwt": "access.1", "refreshJwt": "refresh.1"}
    originals = {SEARCH: whole, "app.bsky.actor.getProfiles": profiles, "com.atproto.server.refreshSession": session}
    run(source, PEMILU)

    @settings(QUIET, max_examples=30)
    @given(st.sampled_from(sorted(originals)).flatmap(lambda m: st.tuples(st.just(m), mutated_json(originals[m]))))
    def check(case: tuple[str, bytes]) -> None:
        server.instead = {case[0]: Page(case[1], "application/json")}
        server.accepted = "another" if "refresh" in case[0] else server.accepted
        ran = run(source, PEMILU)
        assert_sound(ran.mentions)
        assert len(ran.batches) <= 12

    check()
