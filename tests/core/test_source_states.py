"""What is told of a source: its state, until when, and what is left of its budgets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pasip_core.domain.quotas import Budget, Use
from pasip_core.domain.rhythm import WINDOW, Rhythm
from pasip_core.domain.runs import SourceInfo, SourceRun
from pasip_core.pipeline.catalogue import open_sources, publish_sources
from pasip_core.queries.sources import (
    BLOCKED,
    BROKEN,
    NEEDS_KEY,
    NEW,
    OVER_QUOTA,
    READY,
    REFUSED,
    RETIRED,
    RUNNING,
    SILENT,
    rhythm_strip,
    source_cards,
)
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores

NOW = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
LATER, EARLIER = NOW + timedelta(hours=1), NOW - timedelta(minutes=5)
SEARCHES = Budget("youtube.searches", 2, "day", "searches")


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    opened = connect(settings)
    yield opened
    opened.close()


def ran(error_kind: str = "", *, retry_at: datetime | None = None, finished: bool = True) -> SourceRun:
    ended = EARLIER if finished else None
    return SourceRun("r1", "s", NOW - timedelta(hours=1), ended, error_kind=error_kind, retry_at=retry_at)


@pytest.mark.parametrize(("info", "run", "state", "until"), [
    ({"retired": "It was shut down.", "needs": ("KEY",)}, None, RETIRED, None),
    ({"needs": ("KEY",)}, ran("blocked"), NEEDS_KEY, None),
    ({}, None, NEW, None),
    ({}, ran(finished=False), RUNNING, None),
    ({}, ran(), READY, None),
    ({}, ran("cancelled"), READY, None),
    ({}, ran("auth"), REFUSED, None),
    ({}, ran("blocked", retry_at=LATER), BLOCKED, LATER),
    ({}, ran("blocked", retry_at=EARLIER), BLOCKED, None),
    ({}, ran("quota", retry_at=LATER), OVER_QUOTA, LATER),
    ({}, ran("quota", retry_at=EARLIER), READY, None),
    ({}, ran("parse"), BROKEN, None),
    ({}, ran("upstream", retry_at=LATER), BROKEN, LATER),
])  # fmt: skip
def test_the_state_of_a_source(
    stores: Stores, info: dict[str, object], run: SourceRun | None, state: str, until: datetime | None
) -> None:
    stores.sources.save(SourceInfo("s", "S", "news", **info))
    if run:
        stores.source_runs.save(run)
    (card,) = source_cards(stores, NOW)
    assert (card.state, card.until) == (state, until)


def test_a_source_that_runs_well_and_should_have_spoken_is_silent(stores: Stores) -> None:
    stores.sources.save(SourceInfo("s", "S", "news"))
    stores.source_runs.save(ran())
    stores.rhythms.save(Rhythm("s", NOW, NOW - WINDOW, first_heard=NOW - WINDOW, silent_since=EARLIER))
    (card,) = source_cards(stores, NOW)
    assert (card.state, card.in_trouble) == (SILENT, True)
    stores.source_runs.save(ran("blocked"))
    assert source_cards(stores, NOW)[0].state == BLOCKED


def test_the_strip_holds_every_hour_once_in_stretches_of_one_kind(stores: Stores) -> None:
    begins = NOW - WINDOW
    first = 28 * 24 - 168
    counts = (0, 0, 3, 1, *[0] * 164)
    rhythm = Rhythm("s", NOW, begins, counts, (first + 4, first + 5), (2.5, 3.1), 9.0, first_heard=begins)
    stores.sources.save(SourceInfo("s", "S", "news"))
    stores.sources.save(SourceInfo("baru", "Baru", "news"))
    stores.rhythms.save(rhythm)
    strip = rhythm_strip(source_cards(stores, NOW), ZoneInfo("Asia/Jakarta"))
    assert list(strip["hour_state"]) == ["quiet", "heard", "blind", "quiet"]
    assert list((strip["ends"] - strip["begins"]).dt.total_seconds() / 3600) == [2, 2, 2, 162]
    assert (list(strip["heard"]), list(strip["missed"])) == ([0, 4, 0, 0], [0, 0, 5.6, 0])
    assert strip["begins"][0].isoformat() == "2026-11-18T12:00:00"


def test_a_spent_budget_is_told_with_the_time_of_its_renewal(stores: Stores) -> None:
    stores.sources.save(SourceInfo("youtube", "YouTube", "youtube", budgets=(SEARCHES,)))
    stores.quota_uses.save(Use("u0", SEARCHES.name, NOW - timedelta(days=1), 9))
    stores.quota_uses.save(Use("u1", SEARCHES.name, NOW - timedelta(hours=2), 0.5))
    (card,) = source_cards(stores, NOW)
    assert (card.state, card.budgets[0].used, card.budgets[0].left) == (NEW, 0.5, 1.5)
    stores.quota_uses.save(Use("u2", SEARCHES.name, NOW - timedelta(hours=1), 1.5))
    (card,) = source_cards(stores, NOW)
    assert (card.state, card.until, card.budgets[0].left) == (OVER_QUOTA, datetime(2026, 11, 26, tzinfo=UTC), 0)


def test_troubles_come_first_and_what_is_retired_last(stores: Stores) -> None:
    for name, run in (("baik", ran()), ("diblokir", ran("blocked")), ("rusak", ran("parse"))):
        stores.sources.save(SourceInfo(name, name, "news"))
        stores.source_runs.save(
            SourceRun(f"r-{name}", name, run.started_at, run.finished_at, error_kind=run.error_kind)
        )
    stores.sources.save(SourceInfo("kunci", "Kunci", "twitter", needs=("KEY",)))
    stores.sources.save(SourceInfo("lama", "Lama", "instagram", retired="It was shut down."))
    cards = source_cards(stores, NOW)
    assert [card.source.id for card in cards] == ["diblokir", "rusak", "kunci", "baik", "lama"]
    assert [card.in_trouble for card in cards] == [True, True, False, False, False]


def test_what_the_file_of_platforms_says_is_published(stores: Stores, settings: Settings, tmp_path) -> None:
    changes = tmp_path / "platforms.toml"
    changes.write_text(
        '[google-news]\nkey_page = "https://kunci.example/"\noptions = { retired = "It was shut down." }\n'
        'quotas = { dollars = { limit = 25, window = "month" } }\n'
    )
    changed = settings.model_copy(update={"platforms_file": changes})
    with open_sources(changed, stores) as sources:
        publish_sources(stores, sources, changed)
    told = stores.sources.get("google-news")
    assert told is not None
    assert (told.key_page, told.retired, told.may_run) == ("https://kunci.example/", "It was shut down.", False)
    assert told.budgets == (Budget("google-news.dollars", 25, "month", "USD"),)
    assert (ordinary := stores.sources.get("detik")) is not None
    assert (ordinary.key_page, ordinary.budgets, ordinary.may_run) == ("", (), True)
