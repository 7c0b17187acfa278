"""Series that are also in InfluxDB: interruptions, late processes and what does not fit, over the local stand-in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pasip_core.domain.metrics import Total
from pasip_core.errors import LeaseLost, StoreFull, StoreUnavailable
from pasip_core.pipeline.rollup import LEASE, LEASE_SECONDS, rebuild
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.influx.points import DAYS, HOURS
from pasip_core.stores.influx.series import LINES_AT_ONCE
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_mention
from tests.contracts.helpers import EVER, TODAY, WEEK, roll_up
from tests.replicas.influx import ORG, TOKEN, InfluxReplica

ROLL_UP = """
import sys
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from tests.contracts.helpers import roll_up
roll_up(connect(Settings(_env_file=None)))
"""
Open = Callable[..., Stores]


@pytest.fixture
def replica() -> Iterator[InfluxReplica]:
    with InfluxReplica() as running:
        yield running


@pytest.fixture
def variables(replica: InfluxReplica, tmp_path: Path) -> dict[str, str]:
    """The settings, as they stand in the environment."""
    return {
        "DATA_DIR": str(tmp_path / "data"), "INFLUXDB_URL": replica.url, "INFLUXDB_TOKEN": TOKEN, "INFLUXDB_ORG": ORG,
        "INFLUXDB_BUCKET": "pasip",
    }  # fmt: skip


@pytest.fixture
def open_stores(variables: dict[str, str]) -> Iterator[Open]:
    """Opens the same installation, as another process would; ``changes`` are settings."""
    opened: list[Stores] = []

    def open_one(**changes: object) -> Stores:
        given = {name.lower(): value for name, value in variables.items()}
        opened.append(connect(Settings(_env_file=None, **given | changes)))  # type: ignore[arg-type]
        return opened[-1]

    yield open_one
    for stores in opened:
        stores.close()


@pytest.fixture
def stores(open_stores: Open) -> Stores:
    made = open_stores()
    made.migrate()
    return made


def volume(stores: Stores, **keywords: object) -> int:
    """All mentions of the week, by InfluxDB."""
    return sum(total.volume for total in stores.metrics.sums(WEEK, (), **keywords))  # type: ignore[arg-type]


def by_everything(stores: Stores) -> list[tuple[str, Total]]:
    """What the series say of the week, day by day and hour by hour."""
    asked = [stores.metrics.sums(WEEK, (time, "platform", "sentiment")) for time in ("day", "hour")]  # type: ignore[arg-type]
    return sorted((repr(sorted(t.by.items(), key=str)), replace(t, by={})) for totals in asked for t in totals)


def embedded(open_stores: Open) -> Stores:
    """The document store of the installation alone, which has every number, too."""
    return open_stores(influxdb_url="")


def test_opening_and_collecting_need_no_influxdb(replica: InfluxReplica, open_stores: Open) -> None:
    replica.state = "cut"
    stores = open_stores()
    assert stores.mentions.upsert([make_mention()]).inserted == 1
    assert stores.mentions.count_unanalysed() == 1
    assert replica.asked == []


@pytest.mark.parametrize("state", ["cut", "busy", "full"])
def test_an_influxdb_that_is_away_leaves_the_day_for_the_next_rollup(
    replica: InfluxReplica, stores: Stores, open_stores: Open, state: str
) -> None:
    stores.mentions.upsert([make_mention("satu", author="a")])
    roll_up(stores)
    stores.mentions.upsert([make_mention("dua", author="b")])
    replica.state = state
    with pytest.raises(StoreFull if state == "full" else StoreUnavailable, match="InfluxDB"):
        roll_up(stores)
    assert stores.mentions.touched_days(5) == [TODAY]
    replica.state = "normal"
    assert volume(stores) == 1, "the old copy"
    assert roll_up(stores) == 1
    assert volume(stores) == 2
    assert stores.mentions.touched_days(5) == []
    assert by_everything(stores) == by_everything(embedded(open_stores))


@pytest.mark.parametrize("taken_over", [False, True])
def test_a_process_killed_while_it_copies_is_made_up_for(
    replica: InfluxReplica, stores: Stores, open_stores: Open, variables: dict[str, str], taken_over: bool
) -> None:
    """Before or after the points of the first request were taken over; mentions have moved to other cells, too."""
    places = ["twitter"] * 4 + ["news"] * 5
    stores.mentions.upsert(
        [make_mention("kabar", id=f"{n:024x}", keywords=("anies",), platform=place) for n, place in enumerate(places)]
    )
    roll_up(stores)
    stores.mentions.exclude([f"{n:024x}" for n, place in enumerate(places) if place == "news"])
    stores.mentions.upsert([make_mention("baru", platform="youtube", published_at=NOW - timedelta(hours=1))])
    arrived, go_on = threading.Event(), threading.Event()

    def stall() -> None:
        replica.before_write = lambda: None
        arrived.set()
        go_on.wait(30)
        if not taken_over:
            raise BrokenPipeError

    replica.before_write = stall
    process = subprocess.Popen([sys.executable, "-c", ROLL_UP], env={**os.environ, **variables})
    assert arrived.wait(60)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    go_on.set()
    assert stores.mentions.touched_days(5) == [TODAY]
    assert roll_up(stores) == 1
    assert volume(stores) == 5
    assert volume(stores, keywords=("anies",)) == 4
    assert by_everything(stores) == by_everything(embedded(open_stores))


def test_who_read_the_old_copy_under_the_new_version_does_not_keep_it(replica: InfluxReplica, stores: Stores) -> None:
    stores.mentions.upsert([make_mention()])
    read = []
    replica.before_write = lambda: read.append(stores.metrics.versions(WEEK))
    roll_up(stores)
    assert len(read) == 1
    assert stores.metrics.versions(WEEK) != read[0]


def test_a_late_process_leaves_the_numbers_of_its_successor(
    replica: InfluxReplica, stores: Stores, open_stores: Open
) -> None:
    """It slept behind its look at the lease: its points, and an hour that is no more, land on newer ones."""
    old, other = make_mention("lama", id="1" * 24), make_mention("lain", id="2" * 24, published_at=NOW)
    stores.mentions.upsert([old, replace(other, published_at=NOW - timedelta(hours=2))])
    late = stores.leases.acquire(LEASE, "late", LEASE_SECONDS)
    touched, numbers = stores.mentions.touched(TODAY), stores.mentions.numbers(TODAY)
    successor = open_stores()

    def overtake() -> None:
        replica.before_write = lambda: None
        stores.leases.release(late)
        successor.mentions.exclude([other.id])
        successor.mentions.upsert([make_mention("tiga", id="3" * 24), make_mention("empat", id="4" * 24)])
        assert roll_up(successor) == 1
        assert volume(successor) == 3
        seen.append(successor.metrics.versions(WEEK))

    seen: list[str] = []
    replica.before_write = overtake
    with pytest.raises(LeaseLost):
        stores.metrics.write(numbers, late)
    with pytest.raises(LeaseLost):
        stores.mentions.settle(touched, late)
    assert volume(stores) == 3
    assert by_everything(stores) == by_everything(embedded(open_stores))
    assert stores.metrics.versions(WEEK) != seen[0], "what was cached meanwhile is not kept"


def test_a_day_is_written_in_batches(replica: InfluxReplica, stores: Stores) -> None:
    mentions = [
        make_mention(f"kabar {n}", platform=f"p{n}", keywords=("a", "b"), author=f"a{n}")
        for n in range(LINES_AT_ONCE // 4)
    ]
    stores.mentions.upsert(mentions)
    roll_up(stores)
    writes = [path for _, path, _ in replica.asked if path == "/api/v2/write"]
    assert len(writes) == 2, "3 keywords, days and hours"
    assert volume(stores) == len(mentions)
    assert {measurement for (measurement, _), _ in replica.buckets["pasip"].points} == {DAYS, HOURS}


@pytest.mark.parametrize("year", [1, 1677, 1678, 2261, 2262, 9998])
def test_days_beyond_the_times_of_influxdb_stay_in_the_document_store(
    replica: InfluxReplica, stores: Stores, year: int
) -> None:
    mention = make_mention(published_at=NOW.replace(year=year))
    stores.mentions.upsert([mention])
    roll_up(stores)
    day = mention.published_at.date()
    assert [t.volume for t in stores.metrics.sums(replace(WEEK, first=day, last=day), ("platform",))] == [1]
    assert replica.buckets["pasip"].points == {}


def test_a_union_is_answered_while_influxdb_is_away(replica: InfluxReplica, stores: Stores) -> None:
    stores.mentions.upsert([make_mention(keywords=("a", "b"))])
    roll_up(stores)
    replica.state = "cut"
    assert stores.metrics.union(WEEK, (), keywords=("a", "b"))[0].volume == 1
    with pytest.raises(StoreUnavailable, match="InfluxDB"):
        stores.metrics.sums(WEEK, ())


def test_numbers_that_were_there_before_influxdb_are_copied_once(replica: InfluxReplica, open_stores: Open) -> None:
    alone = embedded(open_stores)
    alone.mentions.upsert([make_mention(f"{n}", published_at=NOW - timedelta(days=n)) for n in range(4)])
    alone.mentions.upsert([make_mention("purba", published_at=NOW.replace(year=1))])
    roll_up(alone)
    joined = open_stores()
    joined.migrate()
    assert by_everything(joined) == by_everything(alone)
    assert len(joined.metrics.sums(EVER, ("day",))) == 4
    replica.asked.clear()
    joined.migrate()
    assert "/api/v2/write" not in {path for _, path, _ in replica.asked}


def test_a_day_that_was_copied_in_part_is_copied_when_set_up_again(replica: InfluxReplica, open_stores: Open) -> None:
    alone = embedded(open_stores)
    alone.mentions.upsert(
        [make_mention(f"{n}", platform=f"p{n}", keywords=("a", "b")) for n in range(LINES_AT_ONCE // 4)]
    )
    roll_up(alone)
    joined = open_stores()

    def fail_next() -> None:
        replica.before_write, replica.state = (lambda: None), "full"

    replica.before_write = fail_next
    with pytest.raises(StoreFull):
        joined.migrate()
    assert len(replica.buckets["pasip"].points) == LINES_AT_ONCE
    replica.state = "normal"
    joined.migrate()
    hourly = joined.metrics.sums(WEEK, ("hour", "keyword"), keywords=("*", "a", "b"))
    assert {total.by["keyword"]: total.volume for total in hourly} == dict.fromkeys("*ab", LINES_AT_ONCE // 4)
    assert volume(joined) == LINES_AT_ONCE // 4


def test_another_zone_leaves_no_number_twice(stores: Stores, open_stores: Open) -> None:
    """Midnight is another moment then: the points of the old days have to go."""
    times = [NOW - timedelta(hours=3 * n) for n in range(25)]
    stores.mentions.upsert([make_mention(f"{n}", id=f"{n:024x}", published_at=time) for n, time in enumerate(times)])
    roll_up(stores)
    for zone in ("Asia/Jayapura", "Asia/Makassar", "Asia/Kathmandu"):
        moved = open_stores(timezone=zone)
        rebuild(moved)
        roll_up(moved)
        days = moved.metrics.sums(EVER, ("day",))
        assert sum(total.volume for total in days) == len(times)
        assert {t.by["day"]: t.volume for t in days} == {
            t.by["day"]: t.volume for t in open_stores(timezone=zone, influxdb_url="").metrics.union(EVER, ("day",))
        }
