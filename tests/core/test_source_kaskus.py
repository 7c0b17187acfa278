"""Kaskus: off unless asked for; threads that its search finds, each once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given, settings

from pasip_core.errors import InputError
from pasip_core.sources.platforms import kaskus
from tests.builders import NOW, make_keyword
from tests.core.bench_kit import bench_for
from tests.core.mutating import QUIET, assert_sound, damaged
from tests.core.sources_kit import run
from tests.replicas import Page, Replica
from tests.replicas.kaskus import Forum, thread

PEMILU = [make_keyword("pemilu")]


@pytest.fixture
def forum() -> Forum:
    return Forum({n: NOW - timedelta(hours=n) for n in range(1, 4)})


@pytest.fixture
def replica(forum: Forum) -> Iterator[Replica]:
    with Replica(forum) as started:
        yield started


def source_at(replica: Replica, **options: str) -> kaskus.KaskusSource:
    (source,) = kaskus.sources(bench_for("kaskus", replica, options=options, kaskus=True))
    return source


def test_it_is_off_unless_the_setting_asks_for_it(replica: Replica) -> None:
    assert list(kaskus.sources(bench_for("kaskus", replica))) == []


def test_threads_that_the_search_finds_are_read_once(replica: Replica, forum: Forum) -> None:
    source = source_at(replica)
    first = run(source, PEMILU)
    newest = min(first.mentions, key=lambda m: m.url)
    assert [(m.platform, m.source) for m in first.mentions] == [("kaskus", "kaskus")] * 3
    assert (newest.title, newest.author) == ("Soal pemilu 1", "agan1")
    assert newest.url == f"{replica.url}/thread/{1:024x}/soal-pemilu-1"
    assert newest.published_at == NOW - timedelta(hours=1)
    assert newest.content.startswith("Agan-agan, bagaimana pendapat kalian")
    assert newest.engagement.total is None
    assert replica.paths()[0] == "/search?q=pemilu&sort=new"
    forum.threads[f"/thread/{9:024x}/soal-pemilu-9"] = thread(9, NOW - timedelta(hours=9))
    assert [m.title for m in run(source, PEMILU, first.cursor).mentions] == ["Soal pemilu 9"]


def test_nothing_found_is_no_error_and_one_bad_thread_costs_only_itself(replica: Replica, forum: Forum) -> None:
    assert run(source_at(replica), [make_keyword("banjir")]).error is None
    forum.threads["/thread/abc/kosong"] = "<html></html>"
    ran = run(source_at(replica), PEMILU)
    assert len(ran.mentions) == 3
    assert "1 article pages could not be read" in ran.note


def test_the_address_of_the_search_can_be_changed_and_a_bad_one_is_refused(replica: Replica) -> None:
    source = source_at(replica, search="/search?q={query}&type=thread")
    assert len(run(source, PEMILU).mentions) == 3
    assert replica.paths()[0] == "/search?q=pemilu&type=thread"
    with pytest.raises(InputError, match=r"kaskus.options.search: .*kata.* cannot be used"):
        source_at(replica, search="/search?q={kata}")


def test_however_a_page_is_damaged_mentions_are_sound(replica: Replica, forum: Forum) -> None:
    source = source_at(replica)
    forum.threads = dict(list(forum.threads.items())[:1])

    @settings(QUIET, max_examples=25)
    @given(damaged(thread(1, NOW - timedelta(hours=1)).encode()))
    def check(page: bytes) -> None:
        forum.instead = Page(page)
        assert_sound(run(source, PEMILU).mentions)

    check()
