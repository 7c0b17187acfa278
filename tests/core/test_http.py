"""The polite client against real servers."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from loguru import logger

from pasip_core.errors import (
    SettingError,
    SourceAuth,
    SourceBadQuery,
    SourceBlocked,
    SourceError,
    SourceForbidden,
    SourceGone,
    SourcePaidOut,
    SourceParse,
    SourceQuota,
    SourceUnavailable,
)
from pasip_core.sources.addresses import AddressPolicy, shown_url
from pasip_core.sources.answers import MOST_MEMBERS, error_for, is_challenge, retry_moment, unzip
from pasip_core.sources.http import Limits, Request, Validators, open_client
from pasip_core.sources.limiter import LocalLimiter, RedisLimiter
from tests.core.sources_kit import QUICK, client_for, pages, settings_for
from tests.guard import pace
from tests.replicas import Page, Replica

XML = '<?xml version="1.0"?><rss version="2.0"><channel><title>x</title></channel></rss>'


def test_an_answer_comes_with_validators_and_the_next_request_is_conditional():
    with Replica(pages(feed=XML)) as replica, client_for(replica) as client:
        first = client.get(f"{replica.url}/feed")
        again = client.get(f"{replica.url}/feed", conditional=first.validators)
    assert first.body == XML.encode()
    assert first.validators.etag.startswith('W/"')
    assert again.not_modified
    assert again.validators.etag == first.validators.etag
    assert replica.asked[-1].headers["if-none-match"] == first.validators.etag


def test_the_same_bytes_without_a_validator_count_as_not_modified():
    with Replica(pages(page="<p>halo</p>")) as replica, client_for(replica) as client:
        first = client.get(f"{replica.url}/page")
        again = client.get(f"{replica.url}/page", conditional=Validators.from_json(first.validators.as_json()))
    assert again.not_modified
    assert again.status == 200


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ("error", SourceUnavailable), ("gone", SourceGone), ("forbidden", SourceForbidden),
        ("challenge", SourceBlocked), ("challenge_with_200", SourceBlocked), ("login", SourceBlocked),
        ("endless_redirect", SourceUnavailable), ("to_private", SourceBadQuery), ("slow", SourceUnavailable),
        ("stalled", SourceUnavailable), ("huge", SourceParse), ("gzip_bomb", SourceParse),
        ("gzip_cut", SourceUnavailable), ("wrong_length", SourceUnavailable), ("dropped", SourceUnavailable),
        ("rate_limited_for_long", SourceQuota), ("rate_limited_until", SourceQuota),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_told_by_the_error_tree_and_in_time(state: str, error: type[SourceError]):
    with Replica(pages(feed=XML * 3)) as replica, client_for(replica) as client:
        replica.set_state(state)
        began = time.monotonic()
        with pytest.raises(error):
            client.get(f"{replica.url}/feed?token=rahasia")
        assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, SourceBadQuery), (401, SourceAuth), (402, SourcePaidOut), (403, SourceForbidden), (404, SourceGone),
     (410, SourceGone), (422, SourceBadQuery), (429, SourceQuota), (451, SourceForbidden), (500, SourceUnavailable),
     (503, SourceUnavailable)],
)  # fmt: skip
def test_each_status_has_its_error(status: int, error: type[SourceError]):
    found = error_for(status, {}, b"", "http://a")
    assert type(found) is error
    assert found.status == status


@pytest.mark.parametrize("state", ["error_once", "rate_limited", "gzip"])
def test_a_passing_trouble_passes(state: str):
    with Replica(pages(feed=XML)) as replica, client_for(replica) as client:
        replica.set_state(state)
        assert client.get(f"{replica.url}/feed").body == XML.encode()


def test_only_errors_that_can_pass_are_tried_again():
    with Replica(lambda path: Page(b"", status=int(path.rpartition("/")[2]))) as replica, client_for(replica) as client:
        for status in (400, 401, 402, 404):
            with pytest.raises(SourceError):
                client.get(f"{replica.url}/{status}")
        with pytest.raises(SourceUnavailable):
            client.get(f"{replica.url}/503")
    assert replica.counts()["/404"] == replica.counts()["/401"] == replica.counts()["/400"] == 1
    assert replica.counts()["/503"] == QUICK.attempts


def test_a_retry_after_of_one_second_is_waited_for():
    with Replica(pages(feed=XML)) as replica, client_for(replica) as client:
        replica.set_state("rate_limited")
        client.get(f"{replica.url}/feed")
    assert replica.gaps()[-1] >= 1


def test_a_long_retry_after_stops_the_host_and_says_when_to_come_back():
    with Replica(pages(feed=XML, other=XML)) as replica, client_for(replica) as client:
        replica.set_state("rate_limited_until", "/feed")
        for path in ("feed", "other"):
            with pytest.raises(SourceQuota) as caught:
                client.get(f"{replica.url}/{path}")
            wait = caught.value.retry_at - datetime.now(UTC)
            assert timedelta(minutes=18) < wait < timedelta(minutes=21)
    assert replica.paths() == ["/feed"]


def test_a_refusal_that_does_not_say_for_how_long_has_a_time_all_the_same():
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    with Replica(lambda path: Page(b"", status=429)) as replica, client_for(replica, clock=lambda: now) as client:
        with pytest.raises(SourceQuota) as caught:
            client.ask(Request(f"{replica.url}/api"), lambda answer: None)
        assert caught.value.retry_at == now + timedelta(minutes=15)
        with pytest.raises(SourceQuota):
            client.ask(Request(f"{replica.url}/api"), lambda answer: None)  # the host is not stopped on a guess
    assert replica.counts()["/api"] == 2 * QUICK.attempts


def test_three_refusals_in_a_row_stop_the_host_for_an_hour():
    with Replica(pages(good=XML)) as replica, client_for(replica) as client:
        replica.set_state("forbidden", "/bad")
        for number in range(2):
            with pytest.raises(SourceForbidden):
                client.get(f"{replica.url}/bad{number}")
        client.get(f"{replica.url}/good")  # an answer in between starts the count anew
        for number in range(3):
            with pytest.raises(SourceForbidden):
                client.get(f"{replica.url}/bad{number}")
        with pytest.raises(SourceBlocked) as caught:
            client.get(f"{replica.url}/good")
    assert timedelta(minutes=59) < caught.value.retry_at - datetime.now(UTC) < timedelta(minutes=61)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/",
     "http://localhost/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://10.0.0.1/",
     "http://192.168.1.1/", "http://172.16.0.1/", "http://169.254.169.254/latest/", "http://100.64.0.1/",
     "http://224.0.0.1/", "http://240.0.0.1/", "http://0.0.0.0/", "http://[fe80::1]/", "http://[fc00::1]/",
     "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[::127.0.0.1]/", "http://[::]/"],
)  # fmt: skip
def test_private_addresses_are_not_asked_however_they_are_written(url: str):
    with client_for() as client, pytest.raises(SourceBadQuery):
        client.get(url)


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/", "file:///etc/passwd", "http://user:geheim@example.com/", "http://example.com:6379/",
     "http://example.com:22/", "gopher://x/", "", "http://", "http://exa mple.com/", "http://a\r\nX: y/",
     "http://example.com:99999/", "http://[::1", "//example.com/x", "http://" + "a" * 5000],
)  # fmt: skip
def test_addresses_that_are_no_plain_web_addresses_are_refused(url: str):
    with client_for() as client, pytest.raises(SourceBadQuery) as caught:
        client.get(url)
    assert "geheim" not in str(caught.value)


def test_the_address_that_was_checked_is_the_one_that_is_connected_to():
    """DNS that answers with a public address first and a private one later finds no gap to slip through."""
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    with Replica(pages()) as replica, client_for(resolver=rebinding) as client, pytest.raises(SourceBadQuery):
        client.get("http://jahat.test/")
    assert asked == ["jahat.test"]
    assert replica.asked == []


def test_a_name_that_is_not_found_is_told_without_the_foreign_words():
    def unknown(host: str, port: int) -> list[tuple[object, ...]]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with client_for(resolver=unknown, sleep=lambda _: None) as client, pytest.raises(SourceUnavailable) as told:
        client.get("http://kabar.example/feed?kunci=1")
    assert "kabar.example: this name is not found; is this machine on the internet?" in str(told.value)
    assert "kunci" not in str(told.value)


def test_a_redirect_to_a_name_that_dns_leads_to_a_private_address_is_refused_at_the_connection():
    def private(host: str, port: int) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    with Replica(pages()) as inner:
        leading = Replica(lambda path: Page(b"", location=f"http://dalam.test:8080/{inner.port}"))
        with leading as outer, client_for(outer, resolver=private) as client, pytest.raises(SourceBadQuery):
            client.get(f"{outer.url}/x")
    assert outer.paths() == ["/x"]
    assert inner.asked == []


def test_a_private_host_is_allowed_by_name_and_port_only():
    policy = AddressPolicy.from_setting("127.0.0.1:8123, localhost")
    assert policy.permits("127.0.0.1", 8123, "127.0.0.1")
    assert policy.permits("localhost", 80, "127.0.0.1")
    assert not policy.permits("127.0.0.1", 8124, "127.0.0.1")
    assert not policy.permits("lain.test", 8123, "127.0.0.1")
    assert policy.permits("lain.test", 80, "93.184.215.14")


def test_a_wrong_list_of_private_hosts_is_told():
    with pytest.raises(SettingError, match=r"PRIVATE_HOSTS_ALLOWED.*'http://x/y'"):
        AddressPolicy.from_setting("localhost, http://x/y")


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch):
    with Replica(pages(feed=XML)) as replica, client_for(replica) as client:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        assert client.get(f"{replica.url}/feed").status == 200


def test_cookies_are_not_kept():
    with Replica(pages(feed=XML)) as replica, client_for(replica) as client:
        client.get(f"{replica.url}/feed")
        client.get(f"{replica.url}/feed")
    assert all("cookie" not in asked.headers for asked in replica.asked)


# That no request comes before its time is seen after every test, to the millisecond (``guard.pace``): what is looked at
# here is which delay was in force, and that turns exclude each other.


def test_a_platform_may_want_more_patience_than_the_setting():
    replica = Replica(pages(page="<p>x</p>"))
    with replica, pace.watched() as turns, client_for(replica, delay=0.02) as client:
        for _ in range(3):
            client.get(f"{replica.url}/page", delay=0.1)
    assert min(turn.delay for turn in turns[1:]) >= 0.1


def test_requests_to_one_host_come_one_at_a_time_and_spaced_over_threads():
    with Replica(pages(feed=XML)) as replica, client_for(replica, delay=0.3) as client, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: client.get(f"{replica.url}/feed"), range(6)))
    assert len(replica.asked) == 7
    assert replica.most_at_once == 1


def test_delays_hold_over_clients_that_share_a_redis(redis):
    with Replica(pages(feed=XML)) as replica:
        settings = settings_for(replica, delay=0.15)

        def work(_: int) -> None:
            with open_client(settings, redis) as client:
                for _ in range(2):
                    client.get(f"{replica.url}/feed")

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(work, range(3)))
    assert len(replica.asked) == 9
    assert replica.most_at_once == 1


def test_a_stop_holds_for_every_client_that_shares_a_redis(redis):
    with Replica(pages(feed=XML)) as replica:
        replica.set_state("rate_limited_for_long", "/feed")
        settings = settings_for(replica)
        for _ in range(2):
            with open_client(settings, redis) as client, pytest.raises(SourceQuota):
                client.get(f"{replica.url}/feed")
    assert replica.paths() == ["/feed"]


def test_no_more_requests_than_allowed_are_under_way_over_all_hosts():
    busy, most, lock = 0, 0, threading.Lock()

    def site(path: str) -> Page:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        time.sleep(0.1)
        with lock:
            busy -= 1
        return Page(b"<p>x</p>")

    replicas = [Replica(site) for _ in range(5)]
    for replica in replicas:
        replica.__enter__()
    with client_for(*replicas, limiter=LocalLimiter(at_once=2)) as client, ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda r: client.get(f"{r.url}/x"), replicas))
    for replica in replicas:
        replica.__exit__()
    assert most == 2


@pytest.mark.parametrize("shared", [False, True])
def test_a_turn_that_was_never_given_back_ends_by_itself(shared: bool, request: pytest.FixtureRequest):
    limiter = RedisLimiter(request.getfixturevalue("redis")) if shared else LocalLimiter()
    token, _ = limiter.try_enter("a.test", 0, 0.3)
    assert token
    assert limiter.try_enter("a.test", 0, 0.3)[0] == ""
    deadline = time.monotonic() + 5
    while not limiter.try_enter("a.test", 0, 0.3)[0]:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_redis_that_is_away_is_a_source_error():
    from redis import Redis

    with Replica(pages(feed=XML)) as replica:
        limiter = RedisLimiter(Redis(port=1))
        with client_for(replica, limiter=limiter) as client, pytest.raises(SourceUnavailable, match="Redis"):
            client.get(f"{replica.url}/feed")


def test_keys_in_addresses_reach_neither_errors_nor_logs():
    lines: list[str] = []
    handler = logger.add(lines.append, level="DEBUG")
    try:
        with Replica(pages()) as replica, client_for(replica) as client:
            replica.set_state("error")
            with pytest.raises(SourceUnavailable) as caught:
                client.get(f"{replica.url}/x?api_key=rahasia")
        with client_for(replica) as client, pytest.raises(SourceError) as refused:
            client.get(f"{replica.url}/x?api_key=rahasia")
    finally:
        logger.remove(handler)
    assert "rahasia" not in f"{caught.value} {caught.value.url} {refused.value} {refused.value.url} {lines}"
    assert shown_url("https://u:p@a.test/x?k=v#f") == "https://a.test/x?…"


def test_retry_after_is_read_as_seconds_or_date_and_capped():
    now, cap = datetime(2026, 11, 23, 3, 0, tzinfo=UTC), timedelta(hours=1)
    assert retry_moment({"Retry-After": "90"}, now, cap) == now + timedelta(seconds=90)
    later = format_datetime(now + timedelta(minutes=5), usegmt=True)
    assert retry_moment({"Retry-After": later}, now, cap) == now + timedelta(minutes=5)
    assert retry_moment({"Retry-After": "999999"}, now, cap) == now + cap
    for nonsense in ("-5", "soon", "", "Mon, 23 Nov 2020 03:00:00 GMT", "99999999999999999999"):
        assert retry_moment({"Retry-After": nonsense}, now, cap) is None


def test_a_long_article_that_speaks_of_captchas_is_no_challenge():
    text = b"<html><body>" + b"<p>Situs itu memakai ddos-guard dan g-recaptcha.</p>" * 2000 + b"</body></html>"
    assert not is_challenge({"Content-Type": "text/html"}, text)
    noscript = b"<html><noscript>Please enable JavaScript</noscript>" + b"<p>Berita panjang sekali.</p>" * 100
    assert not is_challenge({"Content-Type": "text/html"}, noscript)


def test_a_script_that_is_never_closed_is_no_text_of_a_page():
    wall = b"<html>Please enable JavaScript and cookies <script>" + b"window.proof = 'of being human'; " * 100
    assert is_challenge({"Content-Type": "text/html"}, wall)


def test_a_file_packed_in_more_parts_than_any_honest_one_is_refused():
    part = gzip.compress(b"a")
    assert unzip(part * MOST_MEMBERS, 5_000) == b"a" * MOST_MEMBERS
    for hostile in (part, gzip.compress(b"")):
        with pytest.raises(SourceParse, match="more than 1,000 parts"):
            unzip(hostile * (MOST_MEMBERS + 1), 5_000)


def test_each_hop_of_a_redirect_is_checked_against_robots():
    with Replica(pages(), robots="User-agent: *\nDisallow: /dilarang\n") as target:
        leads_there = Replica(lambda path: Page(b"", location=f"{target.url}/dilarang"))
        with leads_there as first, client_for(first, target) as client, pytest.raises(SourceForbidden):
            client.get(f"{first.url}/x")
    assert first.paths() == ["/x"]
    assert target.paths() == []


def test_limits_are_as_documented():
    limits = Limits()
    assert (limits.connect, limits.read, limits.max_bytes, limits.stop) == (5, 20, 5_000_000, 3600)
