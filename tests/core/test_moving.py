"""Moving everything from one store into another: nothing lost, nothing recomputed, whatever happens in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pasip_core.domain.period import Period
from pasip_core.errors import InputError, LeaseLost, PartsDiffer, StoreUnavailable
from pasip_core.pipeline.moving import StoreContents, move
from pasip_core.pipeline.moving.parts import Part, all_parts
from pasip_core.pipeline.rollup import rebuild
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_keyword, make_mention
from tests.contracts.helpers import TODAY, everything, roll_up
from tests.core.moving_kit import (
    LONG_AGO,
    checksums,
    fill_everything,
    frozen_numbers,
    killed_and_finished,
    open_store,
    write_numbers,
)

MENTIONS = 3_000


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Stores]:
    """A store with something in every part."""
    with closing(open_store(tmp_path / "old.db")) as stores:
        fill_everything(stores)
        yield stores


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Stores]:
    """An empty one."""
    with closing(open_store(tmp_path / "new.db")) as stores:
        yield stores


def test_everything_arrives(old: Stores, new: Stores) -> None:
    moved = move(StoreContents(old, "old"), new)
    assert checksums(new) == checksums(old)
    assert {name: (one.count, one.sha256) for name, one in moved.parts.items()} == checksums(old)
    empty = [name for name, one in moved.parts.items() if not one.count]
    assert empty == [], "nothing was tried of it: let fill_everything save a record"
    assert {part.collection for part in all_parts() if part.collection} | {"moves"} == _collections(old)
    assert new.mentions.span() == old.mentions.span()


def _collections(stores: Stores) -> set[str]:
    return {name for name in vars(stores) if hasattr(getattr(stores, name), "save")}


def test_once_more_writes_nothing(old: Stores, new: Stores) -> None:
    move(StoreContents(old, "old"), new)
    before = new.mentions.watermark()
    move(StoreContents(old, "old"), new)
    assert new.mentions.watermark() == before
    assert checksums(new) == checksums(old)


def test_numbers_that_nobody_could_compute_again_stay(old: Stores, new: Stores) -> None:
    """Those of removed mentions, and those of a day of which only a part is still there."""
    roll_up(old)
    partly = old.metrics.read(TODAY)
    write_numbers(old, replace(partly, cells=tuple(replace(cell, volume=cell.volume + 100) for cell in partly.cells)))
    numbers = checksums(old)["numbers"]
    move(StoreContents(old, "old"), new)
    assert roll_up(new) == 0
    assert checksums(new)["numbers"] == numbers
    long_ago = new.metrics.sums(Period(LONG_AGO, LONG_AGO), ("platform",))
    assert [(total.by["platform"], total.volume) for total in long_ago] == [("news", 3)]


def test_days_that_wait_for_their_numbers_still_wait(old: Stores, new: Stores) -> None:
    roll_up(old)
    old.mentions.upsert([make_mention("kabar baru", published_at=NOW - timedelta(days=2))])
    moved = move(StoreContents(old, "old"), new)
    assert moved.pending_days == 1
    assert new.mentions.touched_days(99) == [TODAY - timedelta(days=2)]
    roll_up(old)
    roll_up(new)
    assert checksums(new) == checksums(old)


def test_a_rebuild_that_is_asked_for_after_the_move_reaches_the_copy(old: Stores, new: Stores) -> None:
    roll_up(old)
    move(StoreContents(old, "old"), new)
    assert new.mentions.touched_days(99) == []
    rebuild(old)
    move(StoreContents(old, "old"), new)
    assert new.mentions.touched_days(99) == old.mentions.touched_days(99) != []


def test_what_changed_since_comes_with_the_next_run(old: Stores, new: Stores) -> None:
    roll_up(old)
    removed, corrected = (old.mentions.page(everything(), limit=2)).mentions
    move(StoreContents(old, "old"), new)
    old.mentions.exclude([removed.id])
    old.mentions.upsert([make_mention("kabar baru")])
    old.mentions.correct(corrected.id, "positive", at=NOW)
    roll_up(old)
    assert old.mentions.remove_excluded(500)
    old.keywords.delete("anies")
    old.keywords.save(make_keyword("anies-lagi"))
    write_numbers(old, replace(frozen_numbers(), cells=(), sets=()))
    wanted = checksums(old)
    moved = move(StoreContents(old, "old"), new)
    assert {name: (one.count, one.sha256) for name, one in moved.parts.items()} == wanted
    assert new.mentions.get(removed.id) is None
    assert [keyword.id for keyword in new.keywords.list()] == [keyword.id for keyword in old.keywords.list()]
    roll_up(new)
    while new.mentions.remove_excluded(500):
        pass
    assert checksums(new) == wanted, "what was removed there is removed here by the clean-up"


def test_hours_that_are_gone_go_from_the_copy(old: Stores, new: Stores) -> None:
    roll_up(old)
    move(StoreContents(old, "old"), new)
    assert old.metrics.forget_hours(NOW + timedelta(days=1))
    move(StoreContents(old, "old"), new)
    assert new.metrics.sums(Period(TODAY, TODAY), ("hour",)) == []
    assert new.metrics.sums(Period(TODAY, TODAY), ("day",)) != []


def test_a_target_that_holds_anything_else_is_left_alone(old: Stores, new: Stores) -> None:
    new.keywords.save(make_keyword("milik-orang-lain"))
    with pytest.raises(InputError, match="already holds keywords"):
        move(StoreContents(old, "old"), new)
    assert new.mentions.kept() == []
    assert len(new.keywords.list()) == 1
    assert new.moves.list() == []
    with pytest.raises(InputError, match="already holds"):
        move(StoreContents(old, "old"), old)


def test_a_target_of_another_move_is_left_alone(old: Stores, new: Stores) -> None:
    move(StoreContents(old, "old"), new)
    with pytest.raises(InputError, match="filled from old"):
        move(StoreContents(old, "another"), new)


@pytest.mark.parametrize("used", ["mentions", "records"])
def test_a_target_that_was_used_since_loses_nothing(old: Stores, new: Stores, used: str) -> None:
    move(StoreContents(old, "old"), new)
    if used == "mentions":
        new.mentions.upsert([make_mention("tulisan baru di sini")])
    else:
        new.keywords.save(make_keyword("baru"))
    held = checksums(new)
    with pytest.raises(InputError, match="in use since"):
        move(StoreContents(old, "old"), new)
    assert checksums(new) == held


def test_nothing_is_no_source(old: Stores, new: Stores, tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "none.db")) as empty, pytest.raises(InputError, match="nothing to move"):
        move(StoreContents(empty, "none"), new)


@dataclass(frozen=True)
class BusySource(StoreContents):
    """A source into which something comes whenever its mentions are read."""

    def values(self, part: Part, after: str = "") -> Iterator[Any]:
        """A new mention, then what there is."""
        if part.name == "mentions":
            self.stores.mentions.upsert([make_mention(f"baru {self.stores.mentions.watermark()}")])
        return super().values(part, after)


def test_a_source_that_never_rests_is_said_to_differ(old: Stores, new: Stores) -> None:
    with pytest.raises(PartsDiffer, match=r"mentions \(\d+ there, \d+ here\)"):
        move(BusySource(old, "old"), new)
    assert new.mentions.touched_days(99), "nothing is taken for settled"
    move(StoreContents(old, "old"), new)
    assert checksums(new) == checksums(old)


def test_a_source_in_use_is_caught_up_with(old: Stores, new: Stores) -> None:
    said: list[str] = []

    def write_once(done: int, total: int | None, note: str) -> None:
        if note == "numbers" and note not in said:
            old.mentions.upsert([make_mention("selagi dipindahkan")])
            roll_up(old)
        said.append(note)

    move(StoreContents(old, "old"), new, progress=write_once)
    assert said.count("comparing: mentions") == 2
    assert checksums(new) == checksums(old)


def test_no_rollup_of_the_target_comes_in_between(old: Stores, new: Stores) -> None:
    fence = new.leases.acquire("rollup", "a worker", 60)
    with pytest.raises(StoreUnavailable, match="being recomputed"):
        move(StoreContents(old, "old"), new, patience=0.3)
    assert new.moves.list() == []
    new.leases.release(fence)
    days: list[int] = []
    move(StoreContents(old, "old"), new, progress=lambda *_: days.append(roll_up(new)))
    assert set(days) == {0}
    assert checksums(new) == checksums(old)


def test_the_same_move_started_twice_stops_the_first(old: Stores, new: Stores) -> None:
    def start_another(done: int, total: int | None, note: str) -> None:
        if note == "mentions":
            move(StoreContents(old, "old"), new)

    with pytest.raises(LeaseLost):
        move(StoreContents(old, "old"), new, progress=start_another)
    assert checksums(new) == checksums(old)


def test_a_stopped_move_goes_on_where_it_was(new: Stores, tmp_path: Path) -> None:
    def stop_on_the_way(done: int, total: int | None, note: str) -> None:
        if (note, done) == ("mentions", 1000):
            raise KeyboardInterrupt

    brought: list[int] = []
    with closing(open_store(tmp_path / "large.db")) as large:
        fill_everything(large, 1200)
        with pytest.raises(KeyboardInterrupt):
            move(StoreContents(large, "large"), new, progress=stop_on_the_way)
        assert checksums(new)["mentions"][0] == 1000
        move(StoreContents(large, "large"), new, progress=lambda n, _, note: brought.append(n * (note == "mentions")))
        assert sum(brought) == 200
        assert checksums(new) == checksums(large)


def test_the_day_at_which_a_move_was_killed_is_written_again(old: Stores, new: Stores) -> None:
    """It stands there, but whoever copies it elsewhere may not have come to the end."""
    roll_up(old)

    def killed(done: int, total: int | None, note: str) -> None:
        if note == "numbers":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(StoreContents(old, "old"), new, progress=killed)
    unsure = old.metrics.days()[1]
    write_numbers(new, old.metrics.read(unsure))
    before = new.metrics.versions(Period(unsure, unsure))
    move(StoreContents(old, "old"), new)
    assert new.metrics.versions(Period(unsure, unsure)) != before
    assert checksums(new) == checksums(old)


@pytest.mark.slow
def test_killed_ten_times_a_move_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    source, target = tmp_path / "old.db", tmp_path / "new.db"
    with closing(open_store(source)) as old:
        fill_everything(old, MENTIONS)
        wanted = checksums(old)
    killed_and_finished("migrate", source, target, marks=8, seed=3)
    with closing(open_store(source)) as old, closing(open_store(target)) as new:
        assert checksums(new) == wanted
        assert new.mentions.touched_days(99) == old.mentions.touched_days(99)
        assert new.moves.list()[0].finished_at is not None
