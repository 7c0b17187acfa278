"""The watch over the pace of every test sees what it has to see."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest

from pasip_core.sources.limiter import LocalLimiter
from tests.core.sources_kit import client_for, pages
from tests.guard.pace import LATE, Turn, faults, too_many, watched
from tests.replicas import Replica
from tests.replicas.server import SERVED, Asked

SITE = pages(page="<p>halo</p>")


@pytest.fixture
def replica() -> Iterator[Replica]:
    """One that the watch over all tests does not judge: what goes on here is meant to be wrong."""
    with Replica(SITE) as started:
        SERVED.discard(started)
        yield started
        SERVED.discard(started)


def judged(replica: Replica, turns: list[Turn]) -> list[str]:
    SERVED.add(replica)
    found = faults(turns, 0.0)
    SERVED.discard(replica)
    return found


def turn_at(moment: float, delay: float, limiter: object, host: str = "a.test") -> Turn:
    return Turn(limiter, host, moment, moment, delay)


def test_a_polite_client_is_found_to_be_one(replica: Replica) -> None:
    with watched() as turns, client_for(replica, delay=0.02) as client:
        for _ in range(3):
            client.get(f"{replica.url}/page")
    assert len(turns) == len(replica.arrivals) == 4
    assert judged(replica, turns) == []


def test_a_request_past_the_limiter_is_noticed(replica: Replica) -> None:
    with watched() as turns, client_for(replica) as client:
        client.get(f"{replica.url}/page")
        urlopen(Request(f"{replica.url}/page", headers={"User-Agent": "PasipAI/0.1"})).read()
    assert judged(replica, turns) == [f"{replica.host}/page: asked without a turn"]


def test_a_turn_that_comes_too_soon_is_noticed() -> None:
    one, other = LocalLimiter(), LocalLimiter()
    assert faults([turn_at(1.0, 0.5, one), turn_at(1.5, 0.5, one)], 0.0) == []
    assert faults([turn_at(1.0, 0.5, one), turn_at(1.2, 0.5, other)], 0.0) == []
    (told,) = faults([turn_at(1.0, 0.5, one), turn_at(1.4, 0.5, one)], 0.0)
    assert told == "a.test: a turn 0.400 s after one with a delay of 0.500 s"


def test_a_crawl_delay_that_is_not_kept_to_is_noticed(replica: Replica) -> None:
    replica.robots = "User-agent: *\nCrawl-delay: 30\n"
    replica.begin(Asked("/page", time.monotonic(), {"user-agent": "PasipAI/0.1"}))
    (told,) = judged(replica, [turn_at(replica.arrivals[0].at, 2.0, LocalLimiter(), replica.host)])
    assert told.endswith("under 2.000 s, where robots.txt asks for 30.0")


def test_processes_that_ask_too_much_between_them_are_noticed(replica: Replica) -> None:
    ours = {"user-agent": "PasipAI/0.1"}
    for number in range(40):
        replica.begin(Asked("/page", 100.0 + 0.05 * number + LATE / 2 * (number % 2), ours))
    assert too_many(replica, 0.05) == []
    assert too_many(replica, 0.1) != []
