"""The store, small beside large: what pages ask, and what collecting costs."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles

from pasip_core.domain.filters import Filters
from pasip_core.domain.period import Period
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Order, Stores
from tests.benchmarks.corpus import COMMON, DAYS, KEYWORDS, RARE, mentions
from tests.benchmarks.stores import SMALL, beside, filled, large
from tests.contracts.helpers import TODAY
from tests.scale.questions import page_questions

MONTH = Period(TODAY - timedelta(days=29), TODAY)
YEAR = Period(TODAY - timedelta(days=DAYS - 1), TODAY)
BATCH = 500


def totals() -> dict[str, float]:
    """The same questions about the same months, asked of both stores in turn."""
    both = filled(beside()), filled(large())
    found: dict[str, float] = {}
    for days in (30, 90, 365):
        period = Period(TODAY - timedelta(days=days - 1), TODAY)
        small, big = _in_turn([lambda s=s, p=period: _totals(s, p) for s in both])  # type: ignore[misc]
        found |= {f"ratio_{days}_days": big / small, f"large_ms_{days}_days": big * 1000}
    found["ratio"] = max(value for name, value in found.items() if name.startswith("ratio"))
    return found


def _totals(stores: Stores, period: Period) -> None:
    sums = stores.metrics.sums
    sums(period, ("sentiment",))
    sums(period.previous(), ("sentiment",))
    sums(period, ("day", "sentiment"))
    sums(period, ("platform", "sentiment"))
    sums(period, ("day", "sentiment"), keywords=KEYWORDS[:1])
    sums(period, ("keyword", "sentiment"), keywords=KEYWORDS[:5])
    sums(period, ("keyword", "day"), keywords=KEYWORDS[:5])
    sums(period, ("sentiment",), keywords=KEYWORDS[:1], platforms=("news",))


def unions() -> dict[str, float]:
    """A total over several keywords: the slowest of what pages ask."""
    stores, found = filled(large()), {}
    for name, period in (("30_days", MONTH), ("365_days", YEAR)):
        asked: dict[str, Callable[[], object]] = {
            f"sentiment_{name}": lambda p=period: stores.metrics.union(p, ("sentiment",), keywords=KEYWORDS[2:7]),
            f"trend_{name}": lambda p=period: stores.metrics.union(p, ("day", "sentiment"), keywords=KEYWORDS[2:7]),
            f"sources_{name}": lambda p=period: stores.metrics.union(
                p, ("platform", "source", "sentiment"), keywords=KEYWORDS[2:7]
            ),
            f"all_sources_{name}": lambda p=period: stores.metrics.union(p, ("platform", "source", "sentiment")),
        }
        found |= {f"{question}_ms": _best(ask) * 1000 for question, ask in asked.items()}
    found["slowest_30_days_ms"] = max(ms for question, ms in found.items() if "30_days" in question)
    return found


def pages() -> dict[str, float]:
    """Every combination of filters and orders that a page can ask for, over a year and over a month."""
    stores = filled(large())
    times = {name: _best(lambda f=f, o=o: stores.mentions.page(f, order=o), 2) for name, f, o in _asked()}
    slowest = sorted(times.items(), key=lambda item: -item[1])[:8]
    return {
        "p95_ms": quantiles(times.values(), n=20)[-1] * 1000,
        **{f"slow: {name}": seconds * 1000 for name, seconds in slowest},
    }


def _asked() -> Iterator[tuple[str, Filters, Order]]:
    keyword_sides: list[tuple[str, ...]] = [(), KEYWORDS[:1], KEYWORDS[-1:], KEYWORDS[2:7]]
    for period in (MONTH, YEAR):
        for keywords in keyword_sides:
            for platforms, sources in (((), ()), (("forum",), ()), ((), ("outlet-3.example",))):
                for sentiments in ((), ("negative",), ("pending",)):
                    for order in ("newest", "oldest", "engagement"):
                        filters = Filters(period, keywords, platforms, sources, sentiments)
                        name = (
                            f"{period.length}d {len(keywords)}k {keywords[:1]} {platforms}{sources}{sentiments} {order}"
                        )
                        yield name, filters, order  # type: ignore[misc]


def questions() -> dict[str, float]:
    """Everything that pages ask, each once as on a first visit, about a week, a month and a year."""
    stores, found = filled(large()), {}
    for days in (7, 30, 365):
        period = Period(TODAY - timedelta(days=days - 1), TODAY)
        asked = [(name, ask) for name, ask in page_questions(stores, period) if not name.startswith("export")]
        times = {name: _seconds(ask) * 1000 for name, ask in asked}
        found |= {
            f"p50_{days}_days_ms": median(times.values()),
            f"p95_{days}_days_ms": quantiles(times.values(), n=20)[-1],
        }
        slowest = sorted(times.items(), key=lambda item: -item[1])[:8]
        found |= {f"slow, {days} days: {name}": milliseconds for name, milliseconds in slowest}
    return found


def text_search() -> dict[str, float]:
    """The first page and the bounded count of words common, middling, rare and absent."""
    stores, found = filled(large()), {}
    texts = {"common": COMMON, "two common": f"{COMMON} warga", "middling": "gubernur korupsi", "rare": RARE,
             "phrase": '"di dan"', "absent": "xyzzyx", "common and rare": f"{COMMON} {RARE}"}  # fmt: skip
    for name, text in texts.items():
        for side, keywords in (("", ()), (" + rare keyword", KEYWORDS[-1:])):
            filters = Filters(YEAR, keywords, text=text)
            found[f"{name}{side}_ms"] = _best(lambda f=filters: stores.mentions.page(f), 2) * 1000
            found[f"count {name}{side}_ms"] = _best(lambda f=filters: stores.mentions.count(f), 2) * 1000
    found["slowest_ms"] = max(found.values())
    return found


def collecting_cost() -> dict[str, float]:
    """Upserts of new mentions against bare inserts of the same rows into a table with the same indexes."""
    sample = list(mentions(SMALL, seed=21))
    rounds = [(_upsert(sample), _bare_insert(sample)) for _ in range(3)]
    ours, bare = min(a for a, _ in rounds), min(b for _, b in rounds)
    return {"upsert_rows_per_s": SMALL / ours, "insert_rows_per_s": SMALL / bare, "ratio": ours / bare}


def _upsert(sample: list) -> float:  # type: ignore[type-arg]
    with tempfile.TemporaryDirectory() as folder:
        stores = connect(Settings(_env_file=None, data_dir=Path(folder)))
        plain = [_unanalysed(mention) for mention in sample]
        begun = time.perf_counter()
        stores.mentions.upsert(plain)
        return time.perf_counter() - begun


def _unanalysed(mention):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(mention, analysis=None, stances={})


def _bare_insert(sample: list) -> float:  # type: ignore[type-arg]
    from pasip_core.stores.sqlite.rows import first_row, insert_values
    from pasip_core.stores.sqlite.writing import INSERT

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        connect(Settings(_env_file=None, data_dir=path)).close()
        ordered = sorted(sample, key=lambda mention: mention.published_at)
        rows = [insert_values(first_row(m.published_at) + n % 1024, m, 1) for n, m in enumerate(ordered)]
        rows.sort()
        connection = sqlite3.connect(path / "pasip.db", isolation_level=None)
        connection.execute("PRAGMA synchronous = NORMAL")
        begun = time.perf_counter()
        for start in range(0, len(rows), BATCH):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(INSERT, rows[start : start + BATCH])
            connection.execute("COMMIT")
        seconds = time.perf_counter() - begun
        connection.close()
        return seconds


def _best(work: Callable[[], object], times: int = 5) -> float:
    return min(_seconds(work) for _ in range(times))


def _in_turn(works: list[Callable[[], object]], times: int = 15) -> list[float]:
    """The best time of each, measured side by side."""
    rounds = [[_seconds(work) for work in works] for _ in range(times)]
    return [min(column) for column in zip(*rounds, strict=True)]


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


BENCHMARKS = [totals, unions, pages, questions, text_search, collecting_cost]
