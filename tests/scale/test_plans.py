"""Every statement that pages make SQLite execute has a plan whose cost follows what is asked for."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from types import FrameType, ModuleType

import pytest

from pasip_core.queries import (
    blindness,
    compare,
    health,
    influencers,
    mentions,
    network,
    overview,
    people,
    rule_trial,
    sources,
    topics,
)
from pasip_core.queries import stories as copies
from pasip_core.stores.ports import Stores
from tests.scale.plans import complaint, explained
from tests.scale.questions import page_questions
from tests.scale.sample import MONTH, sample_stores
from tests.scale.watching import plan

MODULES = (
    blindness, compare, health, influencers, mentions, network, overview, people, rule_trial, sources, topics, copies,
)  # fmt: skip


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    opened = sample_stores(tmp_path_factory.mktemp("scale"))
    yield opened
    opened.close()


def test_no_statement_of_a_page_reads_what_it_does_not_need(stores: Stores) -> None:
    statements = explained(stores, MONTH)
    assert [wrong for one in statements for wrong in one.complaints] == []
    assert len(statements) > 50


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM scraped_data",
        "SELECT count(*) FROM scraped_data m WHERE m.platform = 'news'",
        "SELECT n FROM scraped_data WHERE n < 5 ORDER BY n DESC",
        "SELECT count(*) FROM stances s WHERE s.keyword = 'tokoh-01'",
        "SELECT rowid FROM mention_text t WHERE mention_text MATCH 'yang' AND t.rowid > 5",
        "SELECT sum(positive_volume) FROM day_cells WHERE keyword = '*' AND platform = '*' AND day > 5",
        "SELECT DISTINCT day FROM day_cells",
        "SELECT count(*) FROM mention_names",
        "SELECT count(*) FROM mention_names x WHERE x.name = 8",
        "SELECT max(number) FROM names WHERE kind = 'PERSON'",
        "SELECT n FROM scraped_data INDEXED BY to_analyse WHERE sentiment IS NULL AND excluded = 0 ORDER BY n",
        "SELECT body FROM records WHERE collection = 'source_runs'",
    ],
)
def test_a_statement_that_grows_with_the_store_is_found(stores: Stores, sql: str) -> None:
    assert any(complaint(line, sql) for line in plan(stores, sql))


def test_every_query_of_the_pages_is_asked(stores: Stores) -> None:
    questions = [*page_questions(stores, MONTH)]
    called: set[object] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            called.add(frame.f_code)

    sys.setprofile(note)
    try:
        for _, ask in questions:
            ask()
    finally:
        sys.setprofile(None)
    assert [f"{f.__module__}.{f.__name__}" for f in _queries(*MODULES) if f.__code__ not in called] == []


def _queries(*modules: ModuleType) -> Iterator[object]:
    """Public functions that ask the stores something."""
    for module in modules:
        for name, found in inspect.getmembers(module, inspect.isfunction):
            if not name.startswith("_") and "stores" in inspect.signature(found).parameters:
                yield found
