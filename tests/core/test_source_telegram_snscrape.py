"""Telegram through snscrape, where it is wanted: the same mentions, by the polite client, in spite of its faults."""

from __future__ import annotations

import logging

import pytest
import requests
from hypothesis import given, settings

from pasip_core.domain.mention import mention_id
from pasip_core.errors import SourceBadQuery, SourceBlocked, SourceError, SourceForbidden, SourceParse, SourceQuota
from pasip_core.sources.base import Source
from pasip_core.sources.platforms import telegram
from pasip_core.sources.platforms.telegram_snscrape import PoliteAdapter, is_usable
from tests.core.bench_kit import bench_for, make_feed
from tests.core.mutating import QUIET, assert_sound, damaged
from tests.core.sources_kit import run
from tests.replicas import Page, Replica
from tests.replicas.telegram import TelegramChannel, page_of, post

pytestmark = pytest.mark.skipif(not is_usable(), reason="snscrape cannot be imported by this Python")

REPLY = """<a class="tgme_widget_message_reply" href="https://t.me/kanaluji/1"><div
 class="tgme_widget_message_text js-message_reply_text">Ucapan orang lain</div></a>"""


def source_at(replica: Replica, handle: str = "kanaluji", *, snscrape: bool = True) -> Source:
    bench = bench_for("telegram", replica, [make_feed("telegram", handle)], snscrape_telegram=snscrape)
    return next(iter(telegram.sources(bench)))


def test_posts_are_the_same_ones_that_our_own_parser_finds() -> None:
    channel = TelegramChannel.of({n: f"Baris {n}<br/>dua" for n in range(1, 13)})
    channel.posts[3] = post(3, "Jawaban", inside=REPLY)
    with Replica(channel) as replica:
        theirs, ours = run(source_at(replica)), run(source_at(replica, snscrape=False))
    assert [mention_id(m) for m in theirs.mentions] == [mention_id(m) for m in ours.mentions]
    assert [(m.content, m.url, m.published_at) for m in theirs.mentions] == [
        (m.content, m.url, m.published_at) for m in ours.mentions
    ]
    assert theirs.cursor == ours.cursor == {"walk": {"known": 12.0}}
    assert theirs.mentions[0].engagement.likes is None


def test_one_odd_post_costs_only_itself_and_a_picture_is_no_loss() -> None:
    headless = '<div class="tgme_widget_message" data-post="kanaluji/2"></div>'
    channel = TelegramChannel({1: post(1, "satu"), 2: headless, 3: post(3), 4: post(4, "empat")})
    channel.posts[5] = post(5, "Channel created", kind="service_message")
    with Replica(channel) as replica:
        ran = run(source_at(replica))
    assert [m.content for m in ran.mentions] == ["empat", "satu"]
    assert ran.note == "1 posts could not be read."


@pytest.mark.parametrize("limit", [1, 3, 7])
def test_a_limit_holds_and_leaves_no_gap(limit: int) -> None:
    with Replica(TelegramChannel.of({n: f"pos {n}" for n in range(1, 9)})) as replica:
        cursor, seen = {}, []
        for _ in range(9):
            ran = run(source_at(replica), (), cursor, limit)
            assert len(ran.mentions) <= limit
            cursor, seen = ran.cursor, [*seen, *ran.mentions]
    assert sorted(m.content for m in seen) == [f"pos {n}" for n in range(1, 9)]


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ("challenge", SourceBlocked), ("rate_limited_for_long", SourceQuota), ("empty", SourceParse),
        ("to_private", SourceError),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_one_of_our_errors_and_no_noise(
    state: str, error: type[SourceError], caplog: pytest.LogCaptureFixture
) -> None:
    with Replica(TelegramChannel.of({1: "halo"})) as replica, caplog.at_level(logging.DEBUG):
        replica.set_state(state, "/s/")
        assert isinstance(run(source_at(replica)).error, error)
    assert [record for record in caplog.records if record.name.startswith("snscrape")] == []


def test_a_channel_without_a_public_list_is_said_to_be_not_public() -> None:
    with Replica(TelegramChannel()) as replica:
        error = run(source_at(replica, "rahasia")).error
    assert isinstance(error, SourceForbidden)
    assert "@rahasia is not public" in str(error)


def test_a_page_that_names_another_host_or_itself_as_its_next_one_is_not_followed() -> None:
    with Replica(lambda path: Page(b"rahasia")) as other:
        body = page_of([post(2, "dua")], more=1).replace(b'href="?before=1"', f'href="{other.url}/x"'.encode())
        with Replica(lambda path: Page(body)) as replica:
            ran = run(source_at(replica))
            assert replica.paths() == ["/s/kanaluji", "/s/kanaluji?before=2"]
            adapter = PoliteAdapter(bench_for("telegram", replica), "kanaluji")
            with pytest.raises(SourceBadQuery):
                adapter.send(requests.Request("GET", f"{other.url}/s/kanaluji").prepare())
        assert other.asked == []
    assert {m.content for m in ran.mentions} == {"dua"}


def test_robots_txt_holds_for_it_too() -> None:
    with Replica(TelegramChannel.of({1: "halo"}), robots="User-agent: *\nDisallow: /s/\n") as replica:
        assert isinstance(run(source_at(replica)).error, SourceForbidden)
        assert replica.paths() == []


def test_however_the_page_is_damaged_mentions_are_sound() -> None:
    body = [b""]
    with Replica(lambda path: Page(body[0])) as replica:
        source = source_at(replica)

        @settings(QUIET, max_examples=25)
        @given(damaged(page_of([post(n, f"pos {n}<br>dua") for n in (1, 2)], more=1)))
        def check(page: bytes) -> None:
            body[0] = page
            ran = run(source)
            assert_sound(ran.mentions)
            assert len(ran.batches) <= 10

        check()
