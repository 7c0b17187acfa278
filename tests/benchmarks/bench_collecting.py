"""Collecting from many hosts at once must take about as long as the slowest of them alone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from pasip_core.settings import Settings
from pasip_core.sources.http import PoliteClient
from tests.replicas import Page, Replica

HOSTS, REQUESTS, DELAY = 6, 5, 1.0
BUDGET = 1.3


def collecting() -> dict[str, float]:
    """Seconds for the slowest of ``HOSTS`` hosts with the same delay alone, for all together, and the ratio."""
    with ExitStack() as stack:
        replicas = [stack.enter_context(Replica(lambda path: Page(b"<p>x</p>"))) for _ in range(HOSTS)]
        alone = max(_seconds([replica]) for replica in replicas)
        together = _seconds(replicas)
    return {"alone_s": alone, "together_s": together, "ratio": together / alone, "budget": BUDGET}


def _seconds(replicas: Sequence[Replica]) -> float:
    hosts = ",".join(replica.host for replica in replicas)
    settings = Settings(scraping_delay=DELAY, private_hosts_allowed=hosts, max_concurrent_requests=8)

    def work(replica: Replica) -> None:
        for number in range(REQUESTS):
            client.get(f"{replica.url}/{number}")

    began = time.perf_counter()
    with PoliteClient(settings) as client, ThreadPoolExecutor(len(replicas)) as pool:
        list(pool.map(work, replicas))
    return time.perf_counter() - began


BENCHMARKS = [collecting]
