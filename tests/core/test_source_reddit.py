"""Reddit: by its API with an app, by its feeds without; searches and subreddits, each post once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pasip_core.domain.mention import Engagement, mention_id
from pasip_core.errors import (
    SourceAuth,
    SourceBadQuery,
)
from pasip_core.sources.platforms import reddit
from pasip_core.sources.platforms.reddit import RedditSource
from tests.builders import NOW, make_keyword
from tests.core.bench_kit import bench_for, make_feed
from tests.core.mutating import QUIET, assert_sound, damaged, mutated_json
from tests.core.sources_kit import run
from tests.replicas import Page, Replica
from tests.replicas.reddit import SECRET, Reddit, submission

APP = {"reddit_client_id": "app", "reddit_client_secret": SECRET}
FEEDS: dict[str, str] = {}
BOTH = pytest.mark.parametrize("how", [APP, FEEDS], ids=["api", "feeds"])
PEMILU = [make_keyword("pemilu")]


@pytest.fixture
def server() -> Reddit:
    return Reddit([submission(n, NOW - timedelta(hours=10 - n)) for n in range(1, 7)])


@pytest.fixture
def replica(server: Reddit) -> Iterator[Replica]:
    with Replica(server) as started:
        yield started


def source_at(replica: Replica, how: dict[str, str], subreddit: str = "", **options: Any) -> RedditSource:
    feeds = [make_feed("reddit", subreddit)] if subreddit else []
    return list(reddit.sources(bench_for("reddit", replica, feeds, options=options, **how)))[-1]


def test_a_post_gives_all_that_the_api_tells_of_it(replica: Replica) -> None:
    mention = run(source_at(replica, APP), PEMILU).mentions[0]
    assert (mention.source, mention.platform, mention.native_id) == ("reddit", "reddit", "t3_x6")
    assert (mention.title, mention.content, mention.author) == ("Judul 6", "Isi pemilu 6", "pengguna")
    assert mention.url == "https://www.reddit.com/r/indonesia/comments/x6/judul/"
    assert mention.engagement == Engagement(likes=12, shares=1, comments=3)
    assert mention.author_followers is None
    assert mention.published_at == NOW - timedelta(hours=4)
    assert mention.raw_data == {"subreddit": "indonesia", "link": "https://contoh.id/berita"}


def test_a_feed_gives_the_same_post_without_counts(replica: Replica) -> None:
    by_feed = run(source_at(replica, FEEDS), PEMILU).mentions[0]
    by_api = run(source_at(replica, APP), PEMILU).mentions[0]
    assert mention_id(by_feed) == mention_id(by_api)
    assert by_feed.engagement == Engagement(None, None, None)
    same = ("title", "content", "author", "url", "published_at")
    assert [getattr(by_feed, name) for name in same] == [getattr(by_api, name) for name in same]


def test_what_was_deleted_or_removed_is_not_taken_for_words(replica: Replica, server: Reddit) -> None:
    server.posts = [
        submission(1, NOW, selftext="[removed]", author="[deleted]"),
        submission(2, NOW, selftext="", score=-4),
    ]
    by_link, removed = run(source_at(replica, APP), PEMILU).mentions
    assert (removed.content, removed.author) == ("Judul 1", "")
    assert (by_link.content, by_link.engagement.likes) == ("Judul 2", None)


@pytest.mark.parametrize(
    ("how", "options", "path"),
    [
        (APP, {}, "/r/indonesia/search?"),
        (APP, {"search_in": ""}, "/search?"),
        (APP, {"search_in": "indonesia+jakarta"}, "/r/indonesia+jakarta/search?"),
        (FEEDS, {}, "/r/indonesia/search.rss?"),
        (FEEDS, {"search_in": ""}, "/search.rss?"),
    ],
)
def test_rules_are_searched_where_the_file_of_platforms_says(
    how: dict[str, str], options: dict[str, str], path: str, replica: Replica
) -> None:
    run(source_at(replica, how, **options), [make_keyword("x", rule="(prabowo OR gibran) NOT sepak")])
    asked = replica.asked[-1]
    assert asked.path.startswith(path)
    assert asked.query["q"] == "(prabowo OR gibran) NOT sepak"
    assert (asked.query["sort"], asked.query["t"]) == ("new", "week")
    assert asked.query.get("restrict_sr") == ("1" if "/r/" in path else None)


@BOTH
@pytest.mark.parametrize("name", ["indonesia", "r/indonesia", "https://www.reddit.com/r/indonesia/"])
def test_a_subreddit_is_read_whole(how: dict[str, str], name: str, replica: Replica) -> None:
    source = source_at(replica, how, name)
    assert source.url == f"{replica.url}/r/indonesia/"
    assert len(run(source).mentions) == 6
    assert replica.paths()[-1].startswith("/r/indonesia/new?" if how else "/r/indonesia/new/.rss?")


@BOTH
def test_a_second_run_gives_only_what_is_new(how: dict[str, str], replica: Replica, server: Reddit) -> None:
    source = source_at(replica, how)
    first = run(source, PEMILU)
    server.posts.append(submission(7, NOW - timedelta(minutes=5)))
    second = run(source, PEMILU, first.cursor)
    # The newest is given again: others of its last quarter of an hour may have come late.
    assert [m.native_id for m in second.mentions] == ["t3_x7", "t3_x6"]


@pytest.mark.parametrize(("limit", "batches"), [(2, None), (4, None), (200, 1)])
def test_runs_that_are_cut_short_leave_no_gap(
    limit: int, batches: int | None, replica: Replica, server: Reddit
) -> None:
    server.page = 4
    cursor, seen = {}, set()
    for _ in range(4):
        ran = run(source_at(replica, APP), PEMILU, cursor, limit, batches=batches)
        assert len(ran.mentions) <= limit
        cursor, seen = ran.cursor, seen | {m.native_id for m in ran.mentions}
    assert len(seen) == 6


def test_what_a_feed_that_came_cut_off_lacks_is_asked_for_by_the_next_page(replica: Replica) -> None:
    whole = replica.site
    first = []

    def site(path: str) -> Any:
        def answer(asked: Any) -> Page | None:
            page = whole(path)(asked)
            if ".rss" not in path or first:
                return page
            first.append(path)
            return Page(page.body[: len(page.body) // 2], page.media_type)

        return answer

    replica.site = site
    assert {m.native_id for m in run(source_at(replica, FEEDS), PEMILU).mentions} == {f"t3_x{n}" for n in range(1, 7)}
    assert len([path for path in replica.paths() if ".rss" in path]) == 2


def test_a_token_that_has_run_out_is_renewed_once(replica: Replica, server: Reddit) -> None:
    source = source_at(replica, APP)
    run(source, PEMILU)
    server.accepted = "another"
    assert len(run(source, PEMILU).mentions) == 6
    assert server.logins == 2
    server.instead["/r/"] = Page.of_json({"message": "Unauthorized", "error": 401}, 401)
    assert isinstance(run(source, PEMILU).error, SourceAuth)
    assert server.logins == 3


def test_secrets_stand_in_no_cursor_note_error_or_representation(replica: Replica, server: Reddit) -> None:
    source = source_at(replica, APP)
    ran = run(source, PEMILU)
    server.instead["/r/"] = Page.of_json({"message": f"{server.accepted} {SECRET}", "error": 403}, 403)
    failed = run(source, PEMILU)
    wrong = run(source_at(replica, {**APP, "reddit_client_secret": "salah-salah"}), PEMILU)
    told = f"{ran.batches!r} {failed.error!r} {wrong.error!r} {source!r}"
    assert isinstance(wrong.error, SourceAuth)
    assert not any(secret in told for secret in (server.accepted, SECRET, "salah-salah"))


def test_what_is_no_post_or_cannot_be_read_costs_only_itself(replica: Replica, server: Reddit) -> None:
    server.posts[1]["data"]["created_utc"] = None
    server.posts[2] = {"kind": "t5", "data": {"name": "t5_x", "title": "r/lain"}}
    ran = run(source_at(replica, APP), PEMILU)
    assert len(ran.mentions) == 4
    assert ran.note == "2 posts could not be read."


def test_names_and_needs(replica: Replica) -> None:
    feeds = [make_feed("reddit", "../etc", id="buruk")]
    search, bad = reddit.sources(bench_for("reddit", replica, feeds, reddit_client_id="app"))
    assert (search.name, bad.name, search.needs()) == ("reddit", "buruk", ("REDDIT_CLIENT_SECRET",))
    assert source_at(replica, APP).needs() == source_at(replica, FEEDS).needs() == ()
    assert isinstance(run(bad).error, SourceBadQuery)
    assert replica.asked == []


LISTING = {"data": {"after": "t3_x1", "children": [submission(n, NOW) for n in (2, 1)]}}


def test_however_an_answer_is_damaged_mentions_are_sound(replica: Replica, server: Reddit) -> None:
    by_api, by_feed = source_at(replica, APP), source_at(replica, FEEDS)
    run(by_feed, PEMILU)
    with Replica(server) as other:
        client = bench_for("reddit", other).http
        feed = client.get(f"{other.url}/r/indonesia/new/.rss?limit=3").body

    @settings(QUIET, max_examples=30)
    @given(st.one_of(st.tuples(st.just(by_api), mutated_json(LISTING)), st.tuples(st.just(by_feed), damaged(feed))))
    def check(case: tuple[RedditSource, bytes]) -> None:
        source, body = case
        server.instead = {"/r/": Page(body, "application/json" if source is by_api else "application/atom+xml")}
        ran = run(source, PEMILU)
        assert_sound(ran.mentions)
        assert len(ran.batches) <= 12

    check()
