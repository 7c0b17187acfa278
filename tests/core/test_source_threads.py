"""Threads by keyword: one word at a time, searches without results given back, nothing skipped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from pasip_core.domain.mention import Engagement
from pasip_core.domain.quotas import Quota
from pasip_core.errors import SourceBadQuery, SourceQuota
from pasip_core.sources.ledger import LocalLedger
from pasip_core.sources.platforms import threads
from pasip_core.sources.platforms.threads import Threads
from tests.builders import make_keyword
from tests.core.mutating import QUIET, assert_sound, mutated_json
from tests.core.platform_kit import NOW, SECRET, opened
from tests.core.sources_kit import Ran, run
from tests.replicas import Page, Replica
from tests.replicas.graph import GraphSite, make_threads, refused

MINUTE = timedelta(minutes=1)
PEMILU = [make_keyword("pemilu")]


def posts(number: int, apart: timedelta = MINUTE) -> list[dict[str, Any]]:
    return make_threads([NOW - (n + 1) * apart for n in range(number)])


def site_of(found: list[dict[str, Any]], **more: Any) -> GraphSite:
    return GraphSite({"keyword_search": found}, times="timestamp", **more)


@contextmanager
def opened_source(site: Any, *, token: str = SECRET, **more: Any) -> Iterator[tuple[Threads, Replica]]:
    with opened("threads", site, threads_access_token=SecretStr(token), **more) as (bench, replica):
        (source,) = threads.sources(bench)
        yield source, replica


def searched(site: Any, cursor: Any = None, *, limit: int = 200, batches: int | None = None, **more: Any) -> Ran:
    with opened_source(site, **more) as (source, _):
        return run(source, PEMILU, cursor, limit, batches=batches)


def test_a_post_is_told_in_full_and_no_reaction_is_made_up():
    with opened_source(site_of(posts(1))) as (source, replica):
        (post,) = run(source, [make_keyword("harga", rule='"harga beras" NOT jagung')]).mentions
        asked = replica.asked[0].query
    assert (post.source, post.platform, post.content, post.author) == ("threads", "threads", "Pemilu 0", "warga")
    assert (post.url, post.native_id) == ("https://www.threads.net/@warga/post/0", "0")
    assert (post.published_at, post.engagement, post.author_followers) == (NOW - MINUTE, Engagement(), None)
    assert asked.items() >= {"q": "harga beras", "search_type": "RECENT", "limit": "100"}.items()


def test_the_next_run_asks_only_for_what_is_new():
    site = site_of(posts(150))
    first = searched(site)
    assert len(first.mentions) == 150
    with opened_source(site) as (source, replica):
        second = run(source, PEMILU, first.cursor)
        assert replica.asked[0].query["since"] == str(int((NOW - 11 * MINUTE).timestamp()))
    assert len(second.mentions) <= 11


@pytest.mark.parametrize(("limit", "batches"), [(30, None), (200, 1), (200, 2)])
def test_wherever_a_run_ends_the_following_ones_miss_nothing(limit: int, batches: int | None):
    site, cursor, met = site_of(posts(90), most=20), None, set()
    for n in range(8):
        ran = searched(site, cursor, limit=limit, batches=batches if n < 3 else None)
        assert len(ran.mentions) <= limit
        cursor, met = ran.cursor, met | {post.native_id for post in ran.mentions}
    assert len(met) == 90


def test_searches_without_results_do_not_count_and_a_used_up_quota_says_until_when():
    ledger, three = LocalLedger(), {"quotas": {"searches": Quota(3, "24h")}}
    for number, used in ((0, 0), (0, 0), (2, 1), (2, 2), (2, 3)):
        with opened_source(site_of(posts(number)), ledger=ledger, changes=three) as (source, _):
            run(source, PEMILU)
            assert source.searches.used() == used
    error = searched(site_of(posts(1)), ledger=ledger, changes=three).error
    assert isinstance(error, SourceQuota)
    assert error.retry_at == NOW + timedelta(days=1)


def test_a_query_that_is_not_accepted_costs_only_itself():
    def site(path: str) -> Any:
        return refused(100) if "q=ditolak" in path else site_of(posts(1))(path)

    rule = [make_keyword("dua", rule="ditolak OR pemilu")]
    with opened_source(site) as (source, _):
        ran = run(source, rule)
    assert (len(ran.mentions), ran.error, ran.note) == (1, None, "1 searches failed (bad_query).")
    with opened_source(lambda _: refused(100)) as (source, _):
        assert isinstance(run(source, rule).error, SourceBadQuery)


def test_without_a_token_it_says_what_it_lacks_and_without_keywords_it_asks_nothing():
    with opened_source(site_of([]), token="") as (source, replica):
        assert source.needs() == ("THREADS_ACCESS_TOKEN",)
        assert run(source).mentions == []
        assert replica.asked == []


def test_a_damaged_answer_does_no_harm():
    whole = {"data": posts(2), "paging": {"cursors": {"after": "C"}}}
    bodies: list[bytes] = []
    with opened_source(lambda _: Page(bodies[-1], "application/json")) as (source, _):
        object.__setattr__(source.searches, "quota", Quota(10**6, "24h"))

        @QUIET
        @given(data=st.data())
        def check(data: st.DataObject) -> None:
            bodies.append(data.draw(mutated_json(whole)))
            assert_sound(run(source, PEMILU).mentions)

        check()
