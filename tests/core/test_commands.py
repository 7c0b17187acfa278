"""What people change: checked, written, audited, and followed by the workers."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from redis import Redis

from pasip_core.commands import collecting, corrections, imports, jobs, keywords
from pasip_core.dispatch import job_status, queue_overview
from pasip_core.domain.runs import CANCELLED, SourceInfo, SourceRun
from pasip_core.errors import InputError, JobStateError, QueueUnavailable, RuleError
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_mention


@pytest.fixture
def stores(queue_settings: Settings) -> Iterator[Stores]:
    opened = connect(queue_settings)
    yield opened
    opened.close()


def test_a_new_keyword_is_kept_audited_and_applied_to_what_is_stored(stores: Stores, queue_settings: Settings) -> None:
    change = keywords.add(stores, queue_settings, "  Anies  Baswedan ", aliases=["Anies", " "], priority=1)
    assert stores.keywords.get("anies-baswedan") == change.keyword
    assert (change.keyword.keyword, change.keyword.aliases, change.queued) == ("Anies Baswedan", ("Anies",), True)
    assert job_status("rematch", settings=queue_settings) is not None
    assert [entry.action for entry in stores.audit.list()] == ["keyword.add"]


def test_a_rename_keeps_the_id(stores: Stores, queue_settings: Settings) -> None:
    keywords.add(stores, queue_settings, "jokowi")
    changed = keywords.edit(stores, queue_settings, "jokowi", keyword="Joko Widodo").keyword
    assert (changed.id, changed.keyword) == ("jokowi", "Joko Widodo")
    assert keywords.find(stores, "joko widodo") == changed


@pytest.mark.parametrize(("label", "fields", "field"), [
    ("", {}, "keyword"), ("x" * 101, {}, "keyword"), ("JOKOWI", {}, "keyword"), ("a", {"priority": 6}, "priority"),
    ("b", {"color": "red"}, "color"), ("c", {"monitoring_start": datetime(2026, 11, 1)}, "monitoring_start"),
    ("d", {"monitoring_start": datetime(1989, 12, 31, tzinfo=UTC)}, "monitoring_start"),
    ("e", {"monitoring_start": datetime.max.replace(tzinfo=UTC)}, "monitoring_start"),
])  # fmt: skip
def test_what_cannot_be_used_names_its_field(
    stores: Stores, queue_settings: Settings, label: str, fields: dict[str, object], field: str
) -> None:
    keywords.add(stores, queue_settings, "jokowi")
    with pytest.raises(InputError) as refused:
        keywords.add(stores, queue_settings, label, **fields)
    assert refused.value.field == field
    assert [k.id for k in stores.keywords.list()] == ["jokowi"]


def test_a_bad_rule_points_at_its_mistake_and_nothing_is_written(stores: Stores, queue_settings: Settings) -> None:
    with pytest.raises(RuleError) as refused:
        keywords.add(stores, queue_settings, "anies", rule="(anies OR baswedan")
    assert refused.value.column >= 1
    assert stores.keywords.list() == []


def test_without_a_queue_the_change_still_holds(settings: Settings) -> None:
    opened = connect(settings)
    assert keywords.add(opened, settings, "jokowi").queued is False
    assert opened.keywords.get("jokowi") is not None
    opened.close()


def test_deleting_an_unknown_keyword_names_those_that_exist(stores: Stores, queue_settings: Settings) -> None:
    keywords.add(stores, queue_settings, "jokowi")
    with pytest.raises(InputError, match="known: jokowi"):
        keywords.delete(stores, queue_settings, "prabowo")
    assert keywords.delete(stores, queue_settings, "jokowi")
    assert stores.keywords.list() == []


def test_a_correction_is_audited_and_rolled_up(stores: Stores, queue_settings: Settings) -> None:
    mention = make_mention(sentiment="positive")
    stores.mentions.upsert([mention])
    after = corrections.correct(stores, queue_settings, mention.id, "negative")
    assert after.analysis is not None
    assert (after.analysis.sentiment, after.analysis.is_correction) == ("negative", True)
    assert stores.audit.list()[0].detail["before"] == "positive"
    assert job_status("rollup", settings=queue_settings) is not None


def test_scraping_asks_each_ready_source_once(stores: Stores, queue_settings: Settings) -> None:
    stores.sources.save(SourceInfo("detik", "detikcom", "news"))
    stores.sources.save(SourceInfo("x", "X (Twitter)", "twitter", needs=("TWITTER_BEARER_TOKEN",)))
    first = collecting.scrape_now(stores, queue_settings, ["detik", "x"])
    assert [(job.job_id, job.joined) for job in first] == [("collect-detik", False)]
    assert [job.joined for job in collecting.scrape_now(stores, queue_settings, ["detik"])] == [True]
    for wrong, says in (([], "choose at least one"), (["nobody"], "known: detik"), (["x"], "TWITTER_BEARER_TOKEN")):
        with pytest.raises(InputError, match=says):
            collecting.scrape_now(stores, queue_settings, wrong)


@pytest.mark.parametrize(
    "url", ["", "ftp://a.example/rss", "javascript:alert(1)", "https://u:p@a.example/", "http://[::1"]
)
def test_what_is_no_address_of_a_feed_is_refused(stores: Stores, url: str) -> None:
    with pytest.raises(InputError) as refused:
        collecting.add_feed(stores, url)
    assert refused.value.field == "url"
    assert stores.feeds.list() == []


def test_the_same_feed_is_watched_once_and_can_be_removed(stores: Stores) -> None:
    feed = collecting.add_feed(stores, "https://www.contoh.example/rss?utm_source=x", "Contoh")
    with pytest.raises(InputError, match="already"):
        collecting.add_feed(stores, "http://contoh.example/rss")
    assert stores.sources.get(feed.id) is not None
    collecting.remove_feed(stores, feed.id)
    assert (stores.feeds.list(), stores.sources.list()) == ([], [])
    with pytest.raises(InputError):
        collecting.remove_feed(stores, feed.id)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://contoh.example/a-b/rss", "https://contoh.example/a/b/rss"),
        (f"https://contoh.example/rss?q={'panjang-' * 10}satu", f"https://contoh.example/rss?q={'panjang-' * 10}dua"),
    ],
)
def test_feeds_whose_addresses_are_alike_are_two(stores: Stores, one: str, other: str) -> None:
    ids = {collecting.add_feed(stores, url).id for url in (one, other)}
    assert {feed.url for feed in stores.feeds.list()} == {one, other}
    assert len(ids) == 2
    assert max(map(len, ids)) <= 80
    with pytest.raises(InputError, match="already"):
        collecting.add_feed(stores, other)


def test_feeds_that_differ_only_in_their_secret_are_two_and_their_names_do_not_tell_it(stores: Stores) -> None:
    feeds = [collecting.add_feed(stores, f"https://contoh.example/rss?token={secret}") for secret in ("satu", "dua")]
    assert [feed.url for feed in feeds] == [f"https://contoh.example/rss?token={secret}" for secret in ("satu", "dua")]
    assert len({feed.id for feed in feeds}) == 2
    told = f"{[feed.id for feed in feeds]} {stores.sources.list()} {stores.audit.list()}"
    assert "satu" not in told
    assert "dua" not in told


def test_a_private_feed_does_not_get_the_name_of_one_that_was_watched_before(stores: Stores) -> None:
    alerts = [f"https://www.google.com/alerts/feeds/01234567890123456789/{n}8765432109876543210" for n in (1, 2)]
    ids = []
    for alert in alerts:
        ids.append(collecting.add_feed(stores, alert).id)
        collecting.remove_feed(stores, ids[-1])
    assert ids[0] != ids[1]
    again = collecting.add_feed(stores, alerts[0])
    assert again.id == ids[0], "what it brought before is still its own"
    assert re.fullmatch(r"feed-google-com-alerts-feeds-[0-9a-f]{4}", again.id)


def test_a_channel_is_watched_once_however_it_is_written(stores: Stores) -> None:
    feed = collecting.add_place(stores, "telegram", "https://t.me/s/KanalUji")
    assert (feed.id, feed.kind, feed.handle, feed.name) == ("telegram-kanaluji", "telegram", "kanaluji", "@kanaluji")
    assert stores.sources.get(feed.id) == SourceInfo(feed.id, "@kanaluji", "telegram", "https://t.me/s/kanaluji")
    with pytest.raises(InputError, match="already, as '@kanaluji'"):
        collecting.add_place(stores, "telegram", "@kanaluji")
    one, other = (collecting.add_place(stores, "instagram", name) for name in ("akun.uji", "akun_uji"))
    assert one.id != other.id
    with pytest.raises(InputError) as refused:
        collecting.add_place(stores, "reddit", "u/nama")
    assert refused.value.field == "address"
    assert len(stores.feeds.list()) == len(stores.audit.list()) == 3


def test_a_site_is_watched_by_what_was_found_on_it(stores: Stores) -> None:
    listings = ("https://contoh.example/feed", "https://contoh.example/news.xml")
    site = collecting.add_feed(stores, "https://contoh.example/", "Contoh", kind="site", listings=listings)
    assert (site.id, site.handle) == ("site-contoh-example", " ".join(listings))
    with pytest.raises(InputError, match="have it checked first"):
        collecting.add_feed(stores, "https://lain.example/", kind="site")
    with pytest.raises(InputError, match="already"):
        collecting.add_feed(stores, "http://www.contoh.example", kind="site", listings=listings)


def test_an_upload_keeps_only_the_harmless_part_of_its_name(queue_settings: Settings) -> None:
    path = imports.keep_upload(queue_settings, "../../etc/pass wd$.csv", io.BytesIO(b"a,b\n"))
    assert path.name == "pass_wd_.csv"
    assert path.is_relative_to(queue_settings.data_dir.resolve())
    assert path.read_bytes() == b"a,b\n"


def test_an_import_without_a_queue_says_so_and_is_not_left_hanging(settings: Settings, redis: Redis) -> None:
    opened = connect(settings)
    path = imports.keep_upload(settings, "a.csv", io.BytesIO(b"text\n"))
    with pytest.raises(QueueUnavailable):
        imports.start(opened, settings, path, mapping={})
    (run,) = opened.imports.list()
    assert run.finished_at is not None
    assert run.error
    opened.close()


def test_a_cancelled_import_is_not_left_running(stores: Stores, queue_settings: Settings) -> None:
    path = imports.keep_upload(queue_settings, "a.csv", io.BytesIO(b"text\n"))
    run, job = imports.start(stores, queue_settings, path, mapping={})
    jobs.cancel(stores, queue_settings, job.job_id)
    ended = stores.imports.get(run.id)
    assert ended is not None
    assert ended.finished_at is not None
    assert "Cancelled" in ended.error
    assert "cancel" in [entry.action for entry in stores.audit.list()]


def test_a_cancelled_collection_ends_its_own_run_and_no_other(stores: Stores, queue_settings: Settings) -> None:
    for name in ("detik", "tempo"):
        stores.sources.save(SourceInfo(name, name, "news"))
        stores.source_runs.save(SourceRun(f"run-{name}", name, NOW))
    detik, _ = collecting.scrape_now(stores, queue_settings, ["detik", "tempo"])
    jobs.cancel(stores, queue_settings, detik.job_id)
    kinds = {run.source: (run.error_kind, run.finished_at is None) for run in stores.source_runs.list()}
    assert kinds == {"detik": (CANCELLED, False), "tempo": ("", True)}
    with pytest.raises(JobStateError, match="over"):
        jobs.cancel(stores, queue_settings, detik.job_id)


def test_collections_that_wait_are_cancelled_at_once_and_nothing_else_is(
    stores: Stores, queue_settings: Settings
) -> None:
    names = [f"s{n}" for n in range(60)]
    for name in names:
        stores.sources.save(SourceInfo(name, name, "news"))
    collecting.scrape_now(stores, queue_settings, names)
    path = imports.keep_upload(queue_settings, "a.csv", io.BytesIO(b"text\n"))
    _, job = imports.start(stores, queue_settings, path, mapping={})
    assert jobs.cancel_waiting_collections(stores, queue_settings) == 60
    assert [status.id for status in queue_overview(settings=queue_settings).waiting] == [job.job_id]
    assert jobs.cancel_waiting_collections(stores, queue_settings) == 0
