"""Quotas: what was used is reserved first, shared, and free again in its time."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pasip_core.domain.quotas import Quota
from pasip_core.errors import InputError, SourceQuota
from pasip_core.pipeline.quota_book import KEPT, QuotaBook
from pasip_core.pipeline.retention import cleanup
from pasip_core.settings import Settings
from pasip_core.sources.ledger import Ledger, LocalLedger, Meter
from pasip_core.sources.platform_file import load_platforms
from pasip_core.stores.connect import connect

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(params=["local", "kept"])
def ledger(request: pytest.FixtureRequest, settings: Settings):
    """Each kind of ledger."""
    if request.param == "local":
        yield LocalLedger()
        return
    stores = connect(settings)
    stores.migrate()
    yield QuotaBook(stores)
    stores.close()


def meter(ledger: Ledger, limit: float, window: str, at: datetime = NOON) -> Meter:
    return Meter("youtube.searches", Quota(limit, window), ledger, lambda: at)


def test_what_is_used_up_is_refused_until_the_zone_has_a_new_day(ledger: Ledger):
    today = meter(ledger, 2, "day America/Los_Angeles")
    today.reserve()
    today.reserve()
    with pytest.raises(SourceQuota) as refused:
        today.reserve()
    assert refused.value.retry_at == datetime(2026, 11, 26, 8, tzinfo=UTC)
    assert (today.used(), today.left()) == (2, 0)
    assert meter(ledger, 2, "day America/Los_Angeles", datetime(2026, 11, 26, 8, tzinfo=UTC)).left() == 2


def test_a_month_begins_anew_on_its_first_day(ledger: Ledger):
    december = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    year_end = meter(ledger, 5, "month", december)
    year_end.reserve(5)
    assert year_end.renewed() == datetime(2027, 1, 1, tzinfo=UTC)


def test_in_a_rolling_window_a_thing_counts_once_and_is_free_when_it_has_aged(ledger: Ledger):
    meter(ledger, 2, "7d", NOON - timedelta(days=6)).reserve(what="pemilu")
    tags = meter(ledger, 2, "7d")
    tags.reserve(what="banjir")
    tags.reserve(what="pemilu")
    with pytest.raises(SourceQuota) as refused:
        tags.reserve(what="inflasi")
    assert refused.value.retry_at == NOON + timedelta(days=1)
    assert meter(ledger, 2, "7d", NOON + timedelta(days=1, seconds=1)).reserve(what="inflasi").what == "inflasi"


def test_what_was_reserved_is_settled_at_what_it_took(ledger: Ledger):
    dollars = meter(ledger, 1.0, "month")
    dollars.settle(dollars.reserve(0.9), 0.2)
    assert dollars.left() == pytest.approx(0.8)
    dollars.settle(dollars.reserve(0.8), 0)
    assert dollars.left() == pytest.approx(0.8)


def test_many_at_once_never_take_more_than_there_is(ledger: Ledger):
    shared = meter(ledger, 5, "24h")
    served: list[str] = []

    def take() -> None:
        with suppress(SourceQuota):
            served.append(shared.reserve().id)

    threads = [threading.Thread(target=take) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(served) == shared.used() <= 5


def test_uses_that_no_window_counts_any_more_are_forgotten(settings: Settings):
    stores = connect(settings)
    stores.migrate()
    book = QuotaBook(stores)
    for days in (1, 60):
        meter(book, 9, "24h", NOON - timedelta(days=days)).reserve()
    assert cleanup(stores, settings, owner="test", clock=lambda: NOON).uses == 1
    assert [use.at for use in book.uses("youtube.searches", NOON - KEPT - KEPT)] == [NOON - timedelta(days=1)]
    stores.close()


@pytest.mark.parametrize("window", ["", "week", "7", "day Asia/Nowhere", "month ../etc"])
def test_a_window_that_cannot_be_read_is_refused(window: str):
    with pytest.raises(ValueError, match=r"window|time zone"):
        Quota(1, window)


def test_an_operator_changes_single_values_of_a_platform(tmp_path: Path):
    file = tmp_path / "p.toml"
    file.write_text("[youtube.quotas.searches]\nlimit = 500\n[twitter.prices]\npost = 0.01\n")
    changed, ours = load_platforms(file), load_platforms()
    assert changed["youtube"].quotas["searches"] == Quota(500, "day America/Los_Angeles")
    assert changed["youtube"].quotas["units"] == ours["youtube"].quotas["units"]
    assert changed["twitter"].prices == {"post": 0.01, "user": ours["twitter"].prices["user"]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[facebok]\nbase = 'x'", "facebok: no such platform"),
        ("[youtube]\nbase = 'ftp://x'", "youtube.base: 'ftp://x' cannot be used"),
        ("[youtube.quotas.searches]\nwindow = 'week'", "youtube.quotas"),
        ("[youtube.quotas.searches]\nper = 'week'", "youtube.quotas"),
        ("[youtube]\nspeed = 1", "youtube.speed"),
        ("youtube = 3", "youtube"),
        ("[youtube", "cannot be read as TOML"),
        ("[youtube.quotas.searches]\nlimit = nan", "youtube.quotas.*a limit is a number from 0 on"),
        ("[youtube.quotas.searches]\nlimit = -1", "youtube.quotas.*a limit is a number from 0 on"),
        ("[twitter.prices]\npost = nan", "twitter.prices.post: nan cannot be used"),
        ("[twitter.prices]\npost = -0.005", "twitter.prices.post: -0.005 cannot be used"),
        ("[youtube.options]\nsearch_units = nan", "youtube.options.search_units.*nan cannot be used"),
    ],
)
def test_a_value_of_a_platform_that_cannot_be_used_is_named(tmp_path: Path, text: str, told: str):
    file = tmp_path / "p.toml"
    file.write_text(text)
    with pytest.raises(InputError, match=told):
        load_platforms(file)
