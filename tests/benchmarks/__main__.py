"""``python -m tests.benchmarks [--mentions N] [--only WORD]``: the budgets of the design, measured on this machine.

A budget is a line in ``BUDGETS``: what, which function measures it, which of its values counts, and the limit.
A value that has no limit is printed below its budget. Nothing here fails a test: machines differ.
"""

from __future__ import annotations

import argparse
import importlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from loguru import logger


@dataclass(frozen=True)
class Budget:
    """``measure`` is ``module:function`` in this package; it gives a mapping, or one number."""

    what: str
    measure: str
    value: str
    limit: float
    unit: str = ""
    at_least: bool = False

    def kept(self, measured: float) -> bool:
        """Whether the measured value keeps the budget."""
        return measured >= self.limit if self.at_least else measured <= self.limit


BUDGETS = [
    Budget("totals, trends, comparison: against 10,000, or a million", "bench_stores:totals", "ratio", 1.5, "x"),
    Budget("a union of keywords over 30 days", "bench_stores:unions", "slowest_30_days_ms", 150, "ms"),
    Budget("a page of mentions, p95 over all filters and orders", "bench_stores:pages", "p95_ms", 300, "ms"),
    Budget("every question of the pages about 30 days, p95", "bench_stores:questions", "p95_30_days_ms", 300, "ms"),
    Budget("every question of the pages about a year, p95", "bench_stores:questions", "p95_365_days_ms", 300, "ms"),
    Budget("text search, slowest first page or bounded count", "bench_stores:text_search", "slowest_ms", 500, "ms"),
    Budget("upsert against bare INSERT", "bench_stores:collecting_cost", "ratio", 2.0, "x"),
    Budget(
        "pages beside four writers, p95 against a quiet store", "bench_writing:reading_while_writing", "ratio", 2, "x"
    ),
    Budget("keyword matching, 500 rules against 5", "bench_rules:keyword_matching", "ratio", 2.0, "x"),
    Budget("collecting from 40 hosts against the slowest one", "bench_collecting:collecting", "ratio", 1.3, "x"),
    Budget(
        "memory of collecting 10,000 articles against 1,000", "bench_collecting:many_articles", "memory_ratio", 1.3, "x"
    ),
    Budget("finding topics among 20,000 mentions, memory", "bench_topics:topics", "first_run_mb", 2000, "MB"),
    Budget("import of streamlit_app", "running:import_seconds", "", 3.0, "s"),
    Budget("app start to first page", "running:first_page_seconds", "", 3.0, "s"),
    Budget("one page rerun, all queries remembered, processor time", "bench_pages:reruns", "slowest_ms", 50, "ms"),
    Budget("memory of make up, idle, without nlp", "running:idle_megabytes", "total without nlp", 700, "MB"),
    Budget("export of 100,000 mentions to CSV, memory", "bench_export:export_memory", "csv_mb", 300, "MB"),
    Budget("export of 100,000 mentions to XLSX, memory", "bench_export:export_memory", "xlsx_mb", 300, "MB"),
]
MORE = [
    "bench_disk:disk_and_memory",
    "bench_nlp:bundled_sentiment",
    "bench_nlp:transformer_sentiment",
    "bench_extract:extraction",
    "bench_moving:moving",
]
"""Measured without one budget of their own."""


@cache
def _measured(name: str) -> Mapping[str, float]:
    module, _, function = name.partition(":")
    measure: Callable[[], float | Mapping[str, float]] = getattr(
        importlib.import_module(f"tests.benchmarks.{module}"), function
    )
    begun = time.perf_counter()
    found = measure()
    values = dict(found) if isinstance(found, Mapping) else {"": float(found)}
    return values | {"measured in (s)": time.perf_counter() - begun}


def main() -> None:
    """Print a line a budget: what, limit, measured, ok or MISS."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "--mentions",
        type=int,
        default=1_000_000,
        help="size of the large store; from 2,000,000 on it is compared with one of a million",
    )
    parser.add_argument("--only", default="", help="only measurements whose name holds this")
    asked = parser.parse_args()
    logger.disable("pasip_core")
    os.environ["BENCH_MENTIONS"] = str(asked.mentions)
    shown: set[str] = set()
    for budget in BUDGETS:
        if asked.only in budget.measure:
            values = _measured(budget.measure)
            measured = values[budget.value]
            verdict = "ok" if budget.kept(measured) else "MISS"
            print(
                f"{budget.what:58} budget {budget.limit:g} {budget.unit}  measured {measured:.2f}  {verdict}",
                flush=True,
            )
            _show_rest(budget.measure, values, shown)
    for name in MORE:
        if asked.only in name:
            print(name.partition(":")[2])
            _show_rest(name, _measured(name), shown)


def _show_rest(name: str, values: Mapping[str, float], shown: set[str]) -> None:
    if name not in shown:
        shown.add(name)
        for key, value in values.items():
            print(f"    {key or 'value'}: {value:.2f}", flush=True)


if __name__ == "__main__":
    main()
