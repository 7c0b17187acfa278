"""Mastodon: hashtags on the servers that are named, and search where there is one; each post once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pasip_core.domain.mention import Engagement, mention_id
from pasip_core.errors import (
    SettingError,
)
from pasip_core.sources.platforms import mastodon
from pasip_core.sources.platforms.mastodon import MastodonSource, hashtags, servers
from pasip_core.sources.translate import queries_for
from tests.builders import NOW, make_keyword
from tests.core.bench_kit import bench_for
from tests.core.mutating import QUIET, assert_sound, mutated_json
from tests.core.sources_kit import run
from tests.replicas import Page, Replica
from tests.replicas.mastodon import Mastodon, status

TAG = "/api/v1/timelines/tag/"
SEARCH = "/api/v2/search"
PEMILU = [make_keyword("pemilu")]


@pytest.fixture
def server() -> Mastodon:
    return Mastodon([status(n, NOW - timedelta(hours=10 - n)) for n in range(1, 7)])


@pytest.fixture
def replica(server: Mastodon) -> Iterator[Replica]:
    with Replica(server) as started:
        yield started


def source_at(replica: Replica) -> MastodonSource:
    return next(iter(mastodon.sources(bench_for("mastodon", replica, mastodon_servers=replica.url))))


def test_a_post_gives_all_that_the_server_tells_of_it(replica: Replica) -> None:
    mention = run(source_at(replica), PEMILU).mentions[0]
    assert (mention.source, mention.platform) == ("mastodon", "mastodon")
    assert mention.content == "Halo 6\nbaris #pemilu\n\nPenutup"
    assert mention.url == "https://contoh.social/@siti/6"
    assert (mention.author, mention.author_followers) == ("siti@contoh.social", 50)
    assert mention.engagement == Engagement(likes=3, shares=2, comments=1)
    assert mention.published_at == NOW - timedelta(hours=4)
    assert mention.native_id == "https://contoh.social/users/siti/statuses/6"
    assert mention.raw_data == {
        "server": replica.host, "id": "113000000000000006", "languages": ["id"], "tags": ["pemilu"],
    }  # fmt: skip


def test_a_warning_counts_as_words_and_boosts_private_posts_and_pictures_do_not_count(
    replica: Replica, server: Mastodon
) -> None:
    account = {"acct": "budi@lain.id"}
    server.statuses = [
        status(1, NOW, spoiler_text="Soal pemilu", content="<p>isi</p>", account=account),
        status(2, NOW, reblog={"id": "1"}),
        status(3, NOW, visibility="private"),
        status(4, NOW, content=""),
    ]
    (mention,) = run(source_at(replica), PEMILU).mentions
    assert (mention.content, mention.author) == ("Soal pemilu\n\nisi", "budi@lain.id")
    assert mention.author_followers is None


def test_a_post_that_two_servers_show_is_the_same_one(replica: Replica, server: Mastodon) -> None:
    with Replica(server) as other:
        hosts = f"{replica.host},{other.host}"
        bench = bench_for("mastodon", replica, mastodon_servers=hosts, private_hosts_allowed=hosts)
        first, second = mastodon.sources(bench)
        assert (first.url, second.url) == (f"https://{replica.host}", f"https://{other.host}")
    one = run(source_at(replica), PEMILU).mentions[0]
    assert first.name != second.name
    assert all(name.replace("-", "").isalnum() for name in (first.name, second.name))
    server.statuses = [status(6, NOW - timedelta(hours=4), id="500", reblogs_count=9)]
    (same,) = run(source_at(replica), PEMILU).mentions
    assert mention_id(same) == mention_id(one)


@pytest.mark.parametrize(
    ("rule", "tags"),
    [
        ('"harga beras" OR #Beras OR bulog', ["#hargaberas", "#beras", "#bulog"]),
        ("prabowo menang NOT sepak", ["#prabowo", "#menang"]),
        ("2029 OR pemilu2029", ["#pemilu2029"]),
    ],
)
def test_hashtags_are_made_of_rules(rule: str, tags: list[str]) -> None:
    asked = queries_for([make_keyword("x", rule=rule)], mastodon.DIALECT)
    assert [query.text for query in hashtags(asked)] == tags


def test_a_second_run_gives_what_is_new_and_what_arrived_late(replica: Replica, server: Mastodon) -> None:
    source = source_at(replica)
    first = run(source, PEMILU)
    assert len(first.mentions) == 6
    server.statuses.append(status(8, NOW - timedelta(minutes=5)))
    late = NOW - timedelta(hours=4, minutes=10)
    server.statuses.append(status(7, late, id=f"113{5:015}9"))
    second = run(source, PEMILU, json.loads(json.dumps(first.cursor)))
    assert {m.url.rpartition("/")[2] for m in second.mentions} == {"8", "7", "6"}


@pytest.mark.parametrize(("limit", "batches"), [(2, None), (4, None), (200, 1)])
def test_runs_that_are_cut_short_leave_no_gap(
    limit: int, batches: int | None, replica: Replica, server: Mastodon
) -> None:
    server.page = 3
    cursor, seen = {}, set()
    for _ in range(8):
        ran = run(source_at(replica), PEMILU, cursor, limit, batches=batches)
        assert len(ran.mentions) <= limit
        cursor, seen = ran.cursor, seen | {m.url for m in ran.mentions}
    assert len(seen) == 6


def test_posts_from_before_the_window_end_the_first_run(replica: Replica, server: Mastodon) -> None:
    server.page = 2
    server.statuses = [status(n, NOW - timedelta(days=9 - 2 * n)) for n in range(5)]
    assert len(run(source_at(replica), PEMILU).mentions) == 4
    assert len([path for path in replica.paths() if path.startswith(TAG)]) == 3


def test_where_a_server_searches_posts_without_the_hashtag_are_found(replica: Replica, server: Mastodon) -> None:
    server.searches = True
    server.statuses.append(status(9, NOW, tag="lain", content="<p>tentang pemilu saja</p>"))
    ran = run(source_at(replica), PEMILU)
    assert len(ran.mentions) == 7
    assert ran.mentions[-1].content == "tentang pemilu saja"


def test_a_server_that_does_not_search_is_not_asked_on_and_on(replica: Replica, server: Mastodon) -> None:
    keywords = [make_keyword(word) for word in ("satu", "dua", "tiga", "empat", "lima")]
    assert run(source_at(replica), keywords).error is None
    assert len([path for path in replica.paths() if path.startswith(SEARCH)]) == 3
    replica.asked.clear()
    server.instead[SEARCH] = Page.of_json({"error": "This method requires an authenticated user"}, 401)
    assert run(source_at(replica), keywords).error is None
    assert len([path for path in replica.paths() if path.startswith(SEARCH)]) == 1


def test_a_tag_that_nobody_used_is_no_error(replica: Replica, server: Mastodon) -> None:
    server.instead[TAG] = Page.of_json({"error": "Record not found"}, 404)
    ran = run(source_at(replica), PEMILU)
    assert (ran.error, ran.mentions, ran.note) == (None, [], "")


def test_an_unreadable_post_costs_only_itself(replica: Replica, server: Mastodon) -> None:
    server.page = 3
    server.statuses[0]["created_at"] = server.statuses[3]["created_at"] = "kemarin"
    ran = run(source_at(replica), PEMILU)
    assert [m.url[-1] for m in ran.mentions] == ["6", "5", "3", "2"]
    assert "posts could not be read." in ran.note


def test_servers_are_named_in_a_setting(replica: Replica) -> None:
    assert servers("mastodon.social, Contoh.ID/,https://mastodon.social") == [
        "https://mastodon.social", "https://contoh.id",
    ]  # fmt: skip
    with pytest.raises(SettingError, match="MASTODON_SERVERS: 'contoh id' cannot be used"):
        servers("mastodon.social,contoh id")
    (none,) = mastodon.sources(bench_for("mastodon", replica))
    assert (none.name, none.needs()) == ("mastodon", ("MASTODON_SERVERS",))


def test_however_an_answer_is_damaged_mentions_are_sound(replica: Replica, server: Mastodon) -> None:
    source = source_at(replica)
    whole = [status(n, NOW - timedelta(hours=n)) for n in range(2)]
    originals = {TAG: whole, SEARCH: {"accounts": [], "statuses": whole}}

    @settings(QUIET, max_examples=30)
    @given(st.sampled_from(sorted(originals)).flatmap(lambda p: st.tuples(st.just(p), mutated_json(originals[p]))))
    def check(case: tuple[str, bytes]) -> None:
        server.instead = {case[0]: Page(case[1], "application/json")}
        ran = run(source, PEMILU)
        assert_sound(ran.mentions)
        assert len(ran.batches) <= 25

    check()
