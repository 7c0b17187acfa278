"""Public Telegram channels: every post once, in the order of their ids, whatever is wrong with one of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings

from pasip_core.domain.mention import Engagement, mention_id
from pasip_core.errors import SourceBadQuery, SourceForbidden
from pasip_core.sources.base import Source
from pasip_core.sources.platforms import telegram
from tests.builders import NOW
from tests.core.bench_kit import bench_for, make_feed
from tests.core.mutating import QUIET, assert_sound, damaged
from tests.core.sources_kit import run
from tests.replicas import Page, Replica
from tests.replicas.telegram import TelegramChannel, page_of, post

RICH = """<div class="tgme_widget_message_forwarded_from">Forwarded from <a
 class="tgme_widget_message_forwarded_from_name" href="https://t.me/asal">Kanal Asal</a></div>
 <div class="tgme_widget_message_reactions js-message_reactions">
 <span class="tgme_reaction tgme_reaction_paid"><i class="icon"></i>3</span>
 <span class="tgme_reaction"><i class="emoji"><b>1️⃣</b></i>1.1K</span>
 <span class="tgme_reaction"><tg-emoji emoji-id="5"></tg-emoji>7</span></div>"""
REPLY = """<a class="tgme_widget_message_reply" href="https://t.me/kanaluji/1"><div
 class="tgme_widget_message_text js-message_reply_text">Ucapan orang lain</div></a>"""
PREVIEW = """<a class="tgme_widget_message_link_preview" href="https://contoh.id/a">
 <div class="link_preview_title">Judul berita</div><div class="link_preview_description">Isi</div></a>"""


def source_at(replica: Replica, handle: str = "kanaluji") -> Source:
    return next(iter(telegram.sources(bench_for("telegram", replica, [make_feed("telegram", handle)]))))


def test_a_post_gives_all_that_the_page_tells_of_it() -> None:
    text = "Baris satu<br/>Baris dua <a href='https://contoh.id/a'>tautan</a>"
    channel = TelegramChannel({11: post(11, text, inside=RICH)})
    with Replica(channel) as replica:
        (mention,) = run(source_at(replica)).mentions
    assert (mention.platform, mention.source, mention.native_id) == ("telegram", "t.me/kanaluji", "kanaluji/11")
    assert mention.content == "Baris satu\nBaris dua tautan"
    assert mention.url == "https://t.me/kanaluji/11"
    assert (mention.author, mention.author_followers) == ("@kanaluji", 12_300)
    assert mention.engagement == Engagement(likes=3 + 1_100 + 7, shares=None, comments=None)
    assert mention.published_at == datetime(2026, 11, 23, 2, 11, tzinfo=UTC)
    assert mention.raw_data == {"channel": "Kanal Uji", "views": 1_200, "forwarded_from": "Kanal Asal"}


def test_what_a_post_quotes_or_links_to_is_not_taken_for_its_own_words() -> None:
    posts = {
        1: post(1, kind="service_message", text="Channel created"),
        2: post(2, "Jawaban", inside=REPLY),
        3: post(3, inside=REPLY),
        4: post(4, inside=PREVIEW),
        5: post(5, inside='<a class="tgme_widget_message_photo_wrap"></a>'),
    }
    with Replica(TelegramChannel(posts)) as replica:
        ran = run(source_at(replica))
    assert {m.url[-1]: m.content for m in ran.mentions} == {"2": "Jawaban", "4": "Judul berita"}
    assert ran.mentions[0].engagement.likes is None
    assert ran.note == ""
    assert ran.mentions[0].raw_data["link"] == "https://contoh.id/a"


def test_an_unreadable_post_costs_only_itself_and_is_counted() -> None:
    broken = re.sub(r"(?s)<div class=\"tgme_widget_message_footer.*", "</div></div>", post(2, "tanpa waktu"))
    odd = post(3, "waktu aneh", at="2026-99-99T00:00:00Z")
    channel = TelegramChannel({1: post(1, "satu"), 2: broken, 3: odd, 4: post(4, "empat")})
    with Replica(channel) as replica:
        ran = run(source_at(replica))
    assert [m.content for m in ran.mentions] == ["empat", "satu"]
    assert ran.note == "2 posts could not be read."


def test_all_pages_are_read_once_and_later_only_what_is_new() -> None:
    channel = TelegramChannel.of({n: f"pos {n}" for n in range(1, 13)})
    with Replica(channel) as replica:
        source = source_at(replica)
        first = run(source)
        assert [m.content for m in first.mentions] == [f"pos {n}" for n in range(12, 0, -1)]
        assert replica.paths() == ["/s/kanaluji", "/s/kanaluji?before=8", "/s/kanaluji?before=3"]
        assert run(source, (), first.cursor).mentions == []
        channel.posts |= {13: post(13, "baru")}
        replica.asked.clear()
        assert [m.content for m in run(source, (), first.cursor).mentions] == ["baru"]
        assert replica.paths() == ["/s/kanaluji"]


@pytest.mark.parametrize(("limit", "batches"), [(3, None), (5, None), (200, 1), (7, 1)])
def test_runs_that_are_cut_short_leave_no_gap(limit: int, batches: int | None) -> None:
    channel = TelegramChannel.of({n: f"pos {n}" for n in range(1, 18)})
    with Replica(channel) as replica:
        source = source_at(replica)
        cursor, seen = {}, []
        for round_ in range(12):
            ran = run(source, (), cursor, limit, batches=batches)
            assert len(ran.mentions) <= limit
            cursor, seen = ran.cursor, [*seen, *ran.mentions]
            if round_ == 0:
                channel.posts |= {n: post(n, f"pos {n}") for n in (18, 19)}
    assert sorted(int(m.url.rpartition("/")[2]) for m in seen) == list(range(1, 20))
    assert cursor == {"walk": {"known": 19.0}}


def test_posts_from_before_the_window_end_the_first_run() -> None:
    old = (NOW - timedelta(days=9)).isoformat()
    channel = TelegramChannel({n: post(n, "lama", at=old) for n in range(1, 9)} | {9: post(9, "baru")})
    with Replica(channel) as replica:
        ran = run(source_at(replica))
        assert [m.content for m in ran.mentions] == ["baru"]
        assert replica.paths() == ["/s/kanaluji"]


@pytest.mark.parametrize("handle", ["kanaluji", "@kanaluji", "https://t.me/s/kanaluji", "t.me/kanaluji/"])
def test_a_channel_may_be_named_in_any_common_way(handle: str) -> None:
    with Replica(TelegramChannel.of({1: "halo"})) as replica:
        source = source_at(replica, handle)
        assert [m.url for m in run(source).mentions] == ["https://t.me/kanaluji/1"]
        assert source.url == f"{replica.url}/s/kanaluji"


def test_a_channel_without_a_public_list_is_said_to_be_not_public() -> None:
    with Replica(TelegramChannel()) as replica:
        error = run(source_at(replica, "rahasia")).error
    assert isinstance(error, SourceForbidden)
    assert "@rahasia is not public" in str(error)


def test_an_empty_channel_is_no_error() -> None:
    with Replica(TelegramChannel()) as replica:
        ran = run(source_at(replica))
    assert (ran.error, ran.mentions) == (None, [])


def test_a_name_that_is_none_is_refused_before_anything_is_asked() -> None:
    with Replica(TelegramChannel()) as replica:
        error = run(source_at(replica, "../../etc")).error
        assert replica.asked == []
    assert isinstance(error, SourceBadQuery)


def test_each_channel_is_a_source_and_ids_do_not_depend_on_the_case_of_its_name() -> None:
    with Replica(TelegramChannel.of({1: "halo"})) as replica:
        feeds = [make_feed("telegram", "kanaluji"), make_feed("telegram", "lain"), make_feed("feed", "x")]
        made = list(telegram.sources(bench_for("telegram", replica, feeds)))
        (mention,) = run(made[0]).mentions
    assert [source.name for source in made] == ["telegram-kanaluji", "telegram-lain"]
    with Replica(TelegramChannel.of({1: "halo"})) as replica:
        replica.site.name = "KanalUji"
        (same,) = run(source_at(replica, "KanalUji")).mentions
    assert mention_id(same) == mention_id(mention)


WHOLE = page_of([post(n, f"pos {n}<br>dua", inside=RICH) for n in (1, 2)], more=1)


def test_however_the_page_is_damaged_mentions_are_sound() -> None:
    body = [b""]
    with Replica(lambda path: Page(body[0])) as replica:
        source = source_at(replica)

        @settings(QUIET, max_examples=30)
        @given(damaged(WHOLE))
        def check(page: bytes) -> None:
            body[0] = page
            ran = run(source)
            assert_sound(ran.mentions)
            assert len(ran.batches) <= 10

        check()
