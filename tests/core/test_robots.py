"""robots.txt decides what is asked."""

from __future__ import annotations

import pytest

from pasip_core.errors import SourceForbidden, SourceUnavailable
from pasip_core.sources.robots import RobotsCache
from tests.core.sources_kit import client_for, pages
from tests.guard import pace
from tests.replicas import Replica

SITE = pages(**{"read/1": "<p>x</p>", "search": "<p>x</p>", "private/x": "<p>x</p>"})


def test_a_forbidden_address_is_not_asked():
    with Replica(SITE, robots="User-agent: *\nDisallow: /private") as replica, client_for(replica) as client:
        with pytest.raises(SourceForbidden, match=r"robots\.txt"):
            client.get(f"{replica.url}/private/x")
        client.get(f"{replica.url}/read/1")
    assert replica.paths() == ["/read/1"]


@pytest.mark.parametrize(
    ("robots", "allowed"),
    [
        ("User-agent: *\nDisallow: /\nAllow: /read/", True),
        ("User-agent: *\nDisallow: /*ea", False),
        ("User-agent: *\nDisallow: /?", True),
        ("User-agent: *\nDisallow: /read/1$", False),
        ("User-agent: *\nDisallow: /read/$", True),
        ("User-agent: *\nDisallow: /re\nAllow: /*/1", True),
        ("User-agent: *\nDisallow: /read/\nAllow: /*/1", False),
        ("User-agent: *\nDisallow: /read/1\nAllow: /read/1", True),
        ("\ufeffUser-agent: *\nDisallow: /read", False),
        ("User-agent: PasipAI\nDisallow: /read\n\nUser-agent: *\nDisallow:", False),
        ("User-agent: Lain\nDisallow: /\n\nUser-agent: *\nAllow: /", True),
        ("User-agent: Lain\nUser-agent: pasipai\nDisallow: /read", False),
        ("User-agent: *\nDisallow: /x\n\nUser-agent: *\nDisallow: /read", False),
        ("<html><body>bukan robots</body></html>", True),
        ("", True),
    ],
)
def test_rules_are_read_as_the_standard_says(robots: str, allowed: bool):
    with Replica(SITE, robots=robots) as replica, client_for(replica) as client:
        if allowed:
            assert client.get(f"{replica.url}/read/1").status == 200
        else:
            with pytest.raises(SourceForbidden):
                client.get(f"{replica.url}/read/1")


@pytest.mark.parametrize("state", ["gone", "forbidden", "challenge"])
def test_a_site_that_refuses_its_robots_file_allows_all(state: str):
    with Replica(SITE) as replica, client_for(replica) as client:
        replica.set_state(state, "/robots.txt")
        assert client.get(f"{replica.url}/read/1").status == 200


@pytest.mark.parametrize("state", ["error", "stalled", "dropped"])
def test_a_site_whose_robots_file_fails_is_left_alone(state: str):
    with Replica(SITE) as replica, client_for(replica) as client:
        replica.set_state(state, "/robots.txt")
        for _ in range(2):
            with pytest.raises(SourceUnavailable, match=r"robots\.txt"):
                client.get(f"{replica.url}/read/1")
    assert replica.paths() == []


def test_a_site_without_one_allows_all():
    with Replica(SITE, robots=None) as replica, client_for(replica) as client:
        assert client.get(f"{replica.url}/read/1").status == 200


@pytest.mark.parametrize(
    ("robots", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 0.03", 0.03),
        ("User-agent: PasipAI\nCrawl-delay: 0.04\n\nUser-agent: *\nCrawl-delay: 30", 0.04),
        ("User-agent: *\nCrawl-delay: 0.001", 0.01),
        ("User-agent: *\nCrawl-delay: bald", 0.01),
        ("User-agent: *\nCrawl-delay: -5", 0.01),
    ],
)
def test_the_longer_of_our_delay_and_the_one_that_a_site_asks_for_is_in_force(robots: str, delay: float):
    with Replica(SITE, robots=robots) as replica, pace.watched() as turns, client_for(replica, delay=0.01) as client:
        client.get(f"{replica.url}/read/1")
    assert delay <= turns[-1].delay <= delay * 1.25


def test_it_is_asked_for_once():
    with Replica(SITE) as replica, client_for(replica) as client:
        for _ in range(3):
            client.get(f"{replica.url}/read/1")
    assert replica.counts()["/robots.txt"] == 1


def test_it_is_asked_for_again_after_a_day_and_after_a_failure_within_the_hour():
    now, asked = [0.0], []

    def read(url: str) -> bytes | None:
        asked.append(url)
        if len(asked) == 1:
            raise SourceUnavailable("down")
        return b"User-agent: *\nCrawl-delay: 600"

    cache = RobotsCache(read, "PasipAI/1.0 (+https://x.test)", now=lambda: now[0])
    with pytest.raises(SourceUnavailable):
        cache.of("https://a.test")
    now[0] = 3599
    assert cache.of("https://a.test").delay == 60
    now[0] += 23 * 3600
    cache.of("https://a.test")
    assert len(asked) == 2
    now[0] += 3601
    cache.of("https://a.test")
    assert len(asked) == 3
