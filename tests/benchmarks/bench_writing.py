"""What pages wait for while four processes write as the workers do."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from statistics import median, quantiles

from pasip_core.domain.period import Period
from pasip_core.stores.ports import Stores
from tests.benchmarks.stores import filled, large, path_of
from tests.contracts.helpers import TODAY
from tests.scale.questions import page_questions
from tests.scale.writers import writers

WEEK = Period(TODAY - timedelta(days=6), TODAY)
ROUNDS = 3
SETTLING_SECONDS = 2.0


def reading_while_writing() -> dict[str, float]:
    """Every question of the pages about a week, quiet and busy in turn, so that a busy neighbour harms both alike."""
    stores = filled(large())
    log = path_of(large()).with_name("pasip.db-wal")
    asked = [ask for name, ask in page_questions(stores, WEEK) if not name.startswith("export")]
    _times(asked)
    quiet: list[float] = []
    busy: list[float] = []
    written, begun, longest_log = 0, 0.0, 0
    with writers(path_of(large()).parent) as working:
        for _ in range(ROUNDS):
            time.sleep(SETTLING_SECONDS)
            quiet += _times(asked)
            working.go()
            time.sleep(SETTLING_SECONDS)
            before, started = _written(stores), time.perf_counter()
            busy += _times(asked)
            written, begun = written + _written(stores) - before, begun + time.perf_counter() - started
            longest_log = max(longest_log, log.stat().st_size)
            working.pause()
    return {
        "ratio": _p95(busy) / _p95(quiet),
        "quiet_p50_ms": median(quiet), "quiet_p95_ms": _p95(quiet), "quiet_slowest_ms": max(quiet),
        "busy_p50_ms": median(busy), "busy_p95_ms": _p95(busy), "busy_slowest_ms": max(busy),
        "mentions_written_per_s": written / begun, "longest_log_mb": longest_log / 1e6,
    }  # fmt: skip


def _written(stores: Stores) -> int:
    """Analyses of the writers so far."""
    with stores._database.reading() as connection:  # type: ignore[attr-defined]
        return int(connection.execute("SELECT max(number) FROM sentiment_analysis").fetchone()[0])


def _times(asked: Sequence[Callable[[], object]]) -> list[float]:
    """Milliseconds of each."""
    times = []
    for ask in asked:
        begun = time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - begun))
    return times


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20)[-1]


BENCHMARKS = [reading_while_writing]
