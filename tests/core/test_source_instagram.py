"""Instagram: thirty hashtags in seven days and no more, and the media of professional accounts."""

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

from pasip_core.domain.mention import Engagement, mention_id
from pasip_core.domain.quotas import Quota
from pasip_core.errors import (
    SourceBadQuery,
    SourceGone,
    SourceQuota,
)
from pasip_core.sources.base import Source
from pasip_core.sources.ledger import LocalLedger
from pasip_core.sources.platform_file import load_platforms
from pasip_core.sources.platforms import instagram
from pasip_core.sources.platforms.graph import segment
from pasip_core.sources.platforms.instagram import hashtags
from tests.builders import make_keyword
from tests.core.mutating import QUIET, assert_sound, mutated_json
from tests.core.platform_kit import NOW, SECRET, make_feed, opened
from tests.core.sources_kit import Ran, run
from tests.replicas import Page, Replica
from tests.replicas.graph import InstagramSite, make_media, refused

MINUTE = timedelta(minutes=1)
PEMILU = [make_keyword("pemilu")]


def media(number: int, apart: timedelta = MINUTE) -> list[dict[str, Any]]:
    return make_media([NOW - (n + 1) * apart for n in range(number)])


@contextmanager
def opened_source(site: Any, handle: str = "", **more: Any) -> Iterator[tuple[Source, Replica]]:
    """The hashtags, or with ``handle`` the source of that account."""
    feeds = (make_feed("instagram", handle),) if handle else ()
    settings = {"instagram_access_token": SecretStr(SECRET), "instagram_user_id": "77"} | more
    with opened("instagram", site, feeds=feeds, **settings) as (bench, replica):
        yield list(instagram.sources(bench))[-1], replica


def searched(site: Any, cursor: Any = None, *, limit: int = 200, handle: str = "", **more: Any) -> Ran:
    with opened_source(site, handle, **more) as (source, _):
        return run(source, PEMILU, cursor, limit)


def test_a_medium_is_told_in_full_and_has_no_author_under_a_hashtag():
    found = media(1)
    (medium,) = searched(InstagramSite(found)).mentions
    assert (medium.source, medium.platform, medium.content) == ("instagram", "instagram", "Contoh #pemilu 0")
    assert (medium.author, medium.author_followers, medium.published_at) == ("", None, NOW - MINUTE)
    assert medium.engagement == Engagement(likes=12, shares=None, comments=1)
    (seen_again,) = searched(InstagramSite([found[0] | {"id": "999"}]), handle="akun.uji").mentions
    assert (seen_again.author, seen_again.author_followers) == ("akun.uji", 5000)
    assert mention_id(medium) == mention_id(seen_again)


def test_hidden_likes_are_not_zero_and_media_without_a_caption_are_passed_over():
    found = media(2)
    del found[0]["like_count"], found[1]["caption"]
    (medium,) = searched(InstagramSite(found)).mentions
    assert medium.engagement == Engagement(comments=1)


def test_pages_with_the_same_cursor_are_read_until_they_hold_nothing_new():
    site = InstagramSite(media(120))
    with opened_source(site) as (source, replica):
        first = run(source, PEMILU)
        assert len(first.mentions) == 120
        asked = len(replica.asked)
        second = run(source, PEMILU, first.cursor)
        assert [path.partition("?")[0] for path in replica.paths()[asked:]] == ["/178400/recent_media"]
    assert len(second.mentions) == 50, "their reactions are told again"
    assert SECRET not in json.dumps(first.cursor)


def test_a_run_that_was_cut_short_is_made_up_for():
    site = InstagramSite(media(120))
    first = searched(site, limit=60)
    second = searched(site, first.cursor)
    assert (len(first.mentions), len(second.mentions)) == (60, 120)


def test_no_more_hashtags_than_allowed_are_asked_for_in_seven_days_even_after_a_restart():
    assert load_platforms()["instagram"].quotas["hashtags"] == Quota(30, "7d")
    rule = [make_keyword("banyak", rule=" OR ".join(f"tagar{n}" for n in range(7)))]
    ledger, asked, five = LocalLedger(), set[str](), {"quotas": {"hashtags": Quota(5, "7d")}}
    for hours in (0, 24):
        later = {"ledger": ledger, "now": NOW + timedelta(hours=hours), "changes": five}
        with opened_source(InstagramSite(media(1)), **later) as (source, replica):
            ran = run(source, rule)
            asked |= {each.query["q"] for each in replica.asked if "q" in each.query}
    assert asked == {f"tagar{n}" for n in range(5)}
    assert ran.note == "2 hashtags wait: 5 in 7d are used up."
    with opened_source(InstagramSite(media(1)), ledger=ledger, changes=five) as (source, replica):
        refused_run = run(source, [make_keyword("lain")])
        assert replica.asked == []
    assert isinstance(refused_run.error, SourceQuota)
    assert refused_run.error.retry_at == NOW + timedelta(days=7)


def test_keywords_become_hashtags_the_important_first():
    keywords = [
        make_keyword("Harga Beras", priority=3), make_keyword("x", rule="korupsi minyak NOT jagung", priority=5),
        make_keyword("y", rule="#Pemilu2029 OR 2029", priority=1),
    ]  # fmt: skip
    assert hashtags(keywords) == ["pemilu2029", "hargaberas", "korupsi"]


def test_a_hashtag_that_fails_costs_only_itself():
    site = InstagramSite(media(1))
    site.gone = {"tiada": refused(24), "peka": refused(2, status=400), "lebih": refused(18, status=403),
                 "kosong": Page.of_json({"data": []})}  # fmt: skip
    rule = [make_keyword("banyak", rule="tiada OR peka OR lebih OR kosong OR pemilu")]
    with opened_source(site) as (source, _):
        ran = run(source, rule)
    assert (len(ran.mentions), ran.error) == (1, None)
    assert ran.note.startswith("4 hashtags failed")
    site.gone["pemilu"] = refused(24)
    assert isinstance(searched(site).error, SourceGone)


def test_the_media_of_an_account_are_read_to_the_last_ones_known():
    site = InstagramSite(media(60, timedelta(hours=2)))
    first = searched(site, handle="akun.uji")
    assert len(first.mentions) == 60
    with opened_source(site, "akun.uji") as (source, replica):
        second = run(source, (), first.cursor)
        assert len(replica.asked) == 2
    assert len(second.mentions) == 13, "those of the last day are told again"


@pytest.mark.parametrize("limit", [20, 40])
def test_the_media_of_an_account_are_read_whole_wherever_runs_end(limit: int):
    site, cursor, met = InstagramSite(media(60, timedelta(hours=2))), None, set()
    for _ in range(10):
        ran = searched(site, cursor, handle="akun.uji", limit=limit)
        assert len(ran.mentions) <= limit
        cursor, met = ran.cursor, met | {m.native_id for m in ran.mentions}
    assert len(met) == 60


def test_names_that_cannot_be_accounts_are_not_asked_for_and_what_lacks_is_named():
    assert isinstance(searched(InstagramSite([]), handle="a){id}").error, SourceBadQuery)
    assert isinstance(searched(lambda _: Page.of_json({"id": "77"}), handle="akun.uji").error, SourceGone)
    with opened_source(InstagramSite([]), instagram_user_id="") as (source, _):
        assert source.needs() == ("INSTAGRAM_USER_ID",)


def test_half_a_character_in_an_id_does_no_harm():
    assert segment("17\ud800") == "17%3F"


def test_a_damaged_answer_does_no_harm():
    discovered = {"username": "akun.uji", "followers_count": 5,
                  "media": {"data": media(2), "paging": {"cursors": {"after": "9"}}}}  # fmt: skip
    whole = {
        "ig_hashtag_search": {"data": [{"id": "178400"}]},
        "recent_media": {"data": media(2), "paging": {"cursors": {"after": "C"}}},
        "77": {"business_discovery": discovered, "id": "77"},
    }
    damaged: dict[str, bytes] = {}

    def site(path: str) -> Page:
        call = path.partition("?")[0].rpartition("/")[2]
        return Page(damaged.get(call, json.dumps(whole.get(call)).encode()), "application/json")

    with opened_source(site) as (tags, _), opened_source(site, "akun.uji") as (one, _):

        @QUIET
        @given(data=st.data())
        def check(data: st.DataObject) -> None:
            call = data.draw(st.sampled_from(sorted(whole)))
            damaged.clear()
            damaged[call] = data.draw(mutated_json(whole[call]))
            assert_sound(run(one if call == "77" else tags, PEMILU).mentions)

        check()
