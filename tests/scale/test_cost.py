"""What a question costs follows the mentions it means, not those around them.

Counted in steps of SQLite's machine: the same on every run, and on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

from pasip_core.domain.filters import Filters
from pasip_core.domain.mention import Mention
from pasip_core.domain.period import JAKARTA, day_of
from pasip_core.domain.runs import SourceInfo, SourceRun
from pasip_core.queries.health import source_states
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Matched, Order, Stores, Understood
from pasip_core.stores.runs import open_runs
from tests.benchmarks.corpus import COMMON, KEYWORDS, mentions
from tests.builders import NOW
from tests.contracts.helpers import TODAY, roll_up, understand
from tests.scale.questions import ORDERS, page_questions
from tests.scale.sample import MENTIONS, MONTH, sample_stores
from tests.scale.watching import steps

LATELY = TODAY - timedelta(days=59)
"""The month asked for, and the month before, with which it is compared."""
TIMES = 6
DEEPER_TREES, A_FEW = 1.1, 150
"""Seven times the mentions make some trees a level deeper."""


@pytest.fixture(scope="module")
def lately(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """The mentions of the last two months alone."""
    opened = sample_stores(tmp_path_factory.mktemp("lately"), said_lately())
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def ever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """The same, behind a year in which the same was said again and again."""
    before = (earlier(mention, times) for times in range(1, TIMES + 1) for mention in said_lately() if mention.analysis)
    opened = sample_stores(tmp_path_factory.mktemp("ever"), [*before, *said_lately()])
    yield opened
    opened.close()


def said_lately() -> list[Mention]:
    return [mention for mention in mentions(MENTIONS) if day_of(mention.published_at, JAKARTA) >= LATELY]


def earlier(mention: Mention, times: int) -> Mention:
    """Another mention of the same words, so many times two months before."""
    id = f"{int(mention.id, 16) ^ times:024x}"
    moment = mention.published_at - timedelta(days=60 * times)
    return replace(mention, id=id, published_at=moment, analysis=replace(mention.analysis, data_id=id))


def dearer(few: int, many: int) -> bool:
    """Whether the second one costs more than its deeper trees explain."""
    return many > DEEPER_TREES * few + A_FEW


def test_older_mentions_make_no_question_dearer(lately: Stores, ever: Stores) -> None:
    asked = zip(page_questions(lately, MONTH), page_questions(ever, MONTH), strict=True)
    costs = {name: (steps(lately, of_few), steps(ever, of_all)) for (name, of_few), (_, of_all) in asked}
    assert {name: cost for name, cost in costs.items() if dearer(*cost)} == {}
    assert max(few for few, _ in costs.values()) > 10_000, "a question that looks at mentions is counted"


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    "filters",
    [Filters(MONTH), Filters(MONTH, KEYWORDS[:1]), Filters(MONTH, KEYWORDS[:3]), Filters(MONTH, text=COMMON)],
    ids=["no filter", "one keyword", "several keywords", "text"],
)
def test_the_last_page_costs_no_more_than_the_second(ever: Stores, filters: Filters, order: Order) -> None:
    def page(after: str | None) -> str | None:
        return ever.mentions.page(filters, after=after, limit=10, order=order).next

    second = cursor = page(None)
    for _ in range(4):
        cursor = page(cursor) or cursor
    assert not dearer(steps(ever, lambda: page(second)), steps(ever, lambda: page(cursor)))


def test_older_mentions_make_no_work_dearer(lately: Stores, ever: Stores) -> None:
    costs = {
        name: (steps(lately, of_few), steps(ever, of_all))
        for (name, of_few), (_, of_all) in zip(work(lately), work(ever), strict=True)
    }
    assert {name: cost for name, cost in costs.items() if dearer(*cost)} == {}


def test_older_runs_make_no_collection_dearer(tmp_path: Path) -> None:
    stores = connect(Settings(_env_file=None, data_dir=tmp_path))
    stores.sources.save(SourceInfo("a", "A", "news"))
    moments = [NOW - timedelta(hours=n) for n in range(600)]
    costs = []
    for part in (moments[:50], moments[50:]):
        for moment in part:
            stores.source_runs.save(SourceRun(f"a-{moment:%s}", "a", moment, moment))
        stores.source_runs.save(SourceRun("a-open", "a", NOW))
        costs.append((steps(stores, lambda: open_runs(stores, "a")), steps(stores, lambda: source_states(stores))))
        assert [run.id for run in open_runs(stores, "a")] == ["a-open"]
    (few_open, few_states), (many_open, many_states) = costs
    assert not dearer(few_open, many_open)
    assert not dearer(few_states, many_states)
    stores.close()


def work(stores: Stores) -> Iterator[tuple[str, Callable[[], object]]]:
    """What workers do to a few new mentions, in their order."""
    fresh = [_today(mention) for mention in islice(mentions(30, seed=5), 30)]
    matched = [Matched(m.id, m.content_hash, KEYWORDS[3:5], "other") for m in fresh]
    said: list[Understood] = [understand(m) for m in fresh]
    yield "upsert", lambda: stores.mentions.upsert(fresh)
    yield "upsert again", lambda: stores.mentions.upsert(fresh)
    yield "not analysed", lambda: stores.mentions.unanalysed(20)
    yield "analyses", lambda: stores.mentions.save_analyses(said)
    yield "keywords", lambda: stores.mentions.save_matches(matched)
    yield "outdated", lambda: stores.mentions.outdated("other", 20)
    yield "correction", lambda: stores.mentions.correct(fresh[0].id, "positive", at=NOW)
    yield "rollup", lambda: roll_up(stores)
    yield "exclude", lambda: stores.mentions.exclude([m.id for m in fresh])
    yield "rollup of what is excluded", lambda: roll_up(stores)
    yield "remove", lambda: stores.mentions.remove_excluded(100)


def _today(mention: Mention) -> Mention:
    return replace(mention, published_at=NOW, analysis=None, stances={})
