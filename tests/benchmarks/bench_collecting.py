"""Collecting whole articles from many hosts: time against the slowest host alone, memory, and newspaper4k bare.

The sites are served by a process of their own, so that they do not share the collector's processor time.
"""

from __future__ import annotations

import multiprocessing
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from loguru import logger

from pasip_core.cli.work import side_by_side
from pasip_core.pipeline.progress import silent
from pasip_core.settings import Settings
from pasip_core.sources.http import open_client
from pasip_core.sources.news import NewsSource
from pasip_core.sources.outlet import Outlet
from pasip_core.sources.registry import sites
from pasip_core.stores.connect import connect
from tests.replicas import Page, Replica, Site, article_html, make_stories, path_of

HOSTS, ARTICLES, DELAY, LATENCY = 40, 25, 1.0, 0.1
MANY = 10_000


def collecting() -> dict[str, float]:
    """Seconds for the slowest of ``HOSTS`` hosts alone (of three tried), for all together, and the ratio."""
    with served(HOSTS, ARTICLES, LATENCY) as bases:
        alone = max(_collected([base], DELAY)[0] for base in bases[:3])
        together, stored = _collected(bases, DELAY)
    assert stored == HOSTS * ARTICLES, stored
    return {"alone_s": alone, "together_s": together, "articles": stored, "ratio": together / alone}


def many_articles() -> dict[str, float]:
    """Articles a second without politeness, ours (stored) and newspaper4k bare; and how memory grows on the way."""
    with served(8, MANY // 8, 0.0) as bases:
        few, few_mb = _in_a_process(bases, MANY // 80)
        many, many_mb = _in_a_process(bases, MANY // 8)
        bare = _newspaper(bases[0], 100)
    return {
        "ours_articles_s": MANY / many,
        "newspaper4k_articles_s": bare,
        f"memory after {MANY // 10:,} MB": few_mb,
        f"memory after {MANY:,} MB": many_mb,
        "memory_ratio": many_mb / few_mb,
        f"seconds for {MANY // 10:,}": few,
    }


@contextmanager
def served(hosts: int, articles: int, latency: float) -> Iterator[list[str]]:
    """Base addresses of so many sites, each with so many articles."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(there, hosts, articles, latency))
    process.start()
    try:
        yield here.recv()
    finally:
        here.send("end")
        process.join()


def _serve(pipe: Connection, hosts: int, articles: int, latency: float) -> None:
    with ExitStack() as stack:
        bases = []
        for number in range(hosts):
            site = Site("feed", make_stories(number + 1, articles, datetime.now(UTC)), announced=articles)
            pages: dict[str, Page | None] = {}

            def late(path: str, site: Site = site, pages: dict[str, Page | None] = pages) -> Page | None:
                time.sleep(latency)
                return pages[path] if path in pages else site(path)

            replica = stack.enter_context(Replica(late))
            site.base = replica.url
            told = {path_of("feed", story): story for story in site.stories}  # the replica itself looks at each
            pages |= {path: Page(article_html("feed", s, site.base + path).encode()) for path, s in told.items()}
            bases.append(replica.url)
        pipe.send(bases)
        pipe.recv()


def _collected(bases: Sequence[str], delay: float, limit: int = ARTICLES) -> tuple[float, int]:
    """Seconds, and how many mentions were stored."""
    hosts = ",".join(base.partition("//")[2] for base in bases)
    with TemporaryDirectory(prefix="pasip-bench-") as folder:
        settings = Settings(_env_file=None, data_dir=Path(folder), scraping_delay=delay, private_hosts_allowed=hosts)
        stores = connect(settings)
        stores.migrate()
        begun = time.perf_counter()
        with open_client(settings) as http:
            every = [NewsSource(_outlet(number, base), http, sites([])) for number, base in enumerate(bases)]
            runs = side_by_side(every, stores, [], limit, silent, settings)
        seconds = time.perf_counter() - begun
        stores.close()
    return seconds, sum(run.new for run in runs)


def _outlet(number: int, base: str) -> Outlet:
    return Outlet.model_validate(
        {
            "name": f"host-{number}",
            "label": f"Host {number}",
            "site": base.partition("//")[2],
            "home": base,
            "listings": [{"url": f"{base}/feed"}],
            "addresses": {"hosts": [base.partition("//")[2]], "take": ["^/artikel/"]},
        }
    )


def _in_a_process(bases: Sequence[str], each: int) -> tuple[float, float]:
    """Seconds, and the most memory in MB, of a process that collects so many articles from each host."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_measure, args=(there, bases, each))
    process.start()
    seconds, megabytes = here.recv()
    process.join()
    return float(seconds), float(megabytes)


def _measure(pipe: Connection, bases: Sequence[str], each: int) -> None:
    logger.disable("pasip_core")
    seconds, stored = _collected(bases, 0.0, each)
    assert stored == each * len(bases), stored
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    pipe.send((seconds, int(peak.split()[1]) / 1000))


def _newspaper(base: str, count: int) -> float:
    """Articles a second of newspaper4k by itself: download and parse, one after the other."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import newspaper
    site = Site("feed", make_stories(1, count, datetime.now(UTC)), base)
    begun = time.perf_counter()
    for story in site.stories:
        article = newspaper.Article(site.address(story), language="id", fetch_images=False)
        article.download()
        article.parse()
    return count / (time.perf_counter() - begun)
