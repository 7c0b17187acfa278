"""Backups: whole or not there, restored as they were, refused where anything is wrong with them."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pasip_core.domain.mention import LARGEST_COUNT, Engagement
from pasip_core.domain.period import JAKARTA
from pasip_core.domain.runs import Move, SourceInfo
from pasip_core.errors import BackupFileError, InputError
from pasip_core.pipeline.moving import backup, backup_path, restore
from pasip_core.pipeline.moving.archive import LONGEST_LINE
from pasip_core.pipeline.moving.parts import all_parts
from pasip_core.settings import Settings
from pasip_core.stores.ports import Kept, Stores
from tests.builders import NOW, make_keyword, make_mention
from tests.contracts.helpers import TODAY, everything, roll_up, understand
from tests.core.moving_kit import checksums, fill_everything, killed_and_finished, open_store

MENTIONS = 3_000
PARTS = {part.name: part for part in all_parts()}


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


@pytest.fixture
def file(old: Stores, tmp_path: Path) -> Path:
    """A backup of ``old``."""
    backup(old, tmp_path / "b.zip", JAKARTA)
    return tmp_path / "b.zip"


def test_a_backup_holds_everything_and_gives_it_back(old: Stores, new: Stores, tmp_path: Path) -> None:
    manifest = backup(old, tmp_path / "b.zip", JAKARTA, clock=lambda: NOW)
    wanted = checksums(old)
    assert {name: (one.count, one.sha256) for name, one in manifest.parts.items()} == wanted
    assert (manifest.created_at, manifest.timezone) == (NOW, "Asia/Jakarta")
    moved = restore(tmp_path / "b.zip", new, JAKARTA)
    assert checksums(new) == wanted
    assert {name: one.count for name, one in moved.parts.items()} == {
        name: count for name, (count, _) in wanted.items()
    }
    assert new.mentions.touched_days(99) == old.mentions.touched_days(99)
    roll_up(old)
    roll_up(new)
    assert checksums(new) == checksums(old)


def test_a_backup_is_for_its_owner_only(old: Stores, tmp_path: Path) -> None:
    out = tmp_path / "backups" / "b.zip"
    backup(old, out, JAKARTA)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert stat.S_IMODE(out.parent.stat().st_mode) == 0o700
    assert [path.name for path in out.parent.iterdir()] == ["b.zip"]


def test_where_a_backup_goes(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path / "data")
    assert backup_path(settings, NOW) == tmp_path / "data" / "backups" / "pasip-20261123-101500.zip"
    assert backup_path(settings, NOW, tmp_path) == tmp_path / "pasip-20261123-101500.zip"
    assert backup_path(settings, NOW, tmp_path / "x.zip") == tmp_path / "x.zip"


def test_an_empty_store_can_be_backed_up_but_not_restored(new: Stores, tmp_path: Path) -> None:
    backup(new, tmp_path / "b.zip", JAKARTA)
    with closing(open_store(tmp_path / "c.db")) as third, pytest.raises(InputError, match="nothing to move"):
        restore(tmp_path / "b.zip", third, JAKARTA)


def test_what_sources_gave_survives_however_odd(new: Stores, tmp_path: Path) -> None:
    odd = {"half": "\ud83d", "inf": float("inf"), "large": 10**30, "zero": "\0", "deep": [{"é": [None, 1.0, True]}]}
    with closing(open_store(tmp_path / "odd.db")) as stores:
        stores.mentions.upsert([make_mention("\u2028 \0 <b>", raw_data=odd, author="=1+1")])
        backup(stores, tmp_path / "b.zip", JAKARTA)
        restore(tmp_path / "b.zip", new, JAKARTA)
        assert new.mentions.kept() == stores.mentions.kept()
    (mention,) = [one.mention for one in new.mentions.kept()]
    assert mention.raw_data == odd


def test_the_largest_numbers_can_be_restored(new: Stores, tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "large.db")) as stores:
        largest = Engagement(*[LARGEST_COUNT] * 3)
        stores.mentions.upsert([make_mention(f"viral {n}", engagement=largest) for n in range(50)])
        roll_up(stores)
        backup(stores, tmp_path / "b.zip", JAKARTA)
        restore(tmp_path / "b.zip", new, JAKARTA)
        assert checksums(new) == checksums(stores)


def test_a_backup_of_a_system_at_work_comes_to_right_numbers(old: Stores, new: Stores, tmp_path: Path) -> None:
    """Mentions come, change and go behind and before the place where the backup reads."""
    roll_up(old)
    last = [one.mention for one in old.mentions.kept()]
    more = [make_mention(f"tambahan {n}", published_at=NOW - timedelta(days=n % 7)) for n in range(40)]
    steps = iter([
        lambda: old.mentions.upsert(more),
        lambda: old.mentions.save_analyses([understand(one, "positive", model_version="m7") for one in last[:60]]),
        lambda: old.mentions.exclude([one.id for one in last[100:130]]),
        lambda: old.mentions.remove_excluded(500),
    ])  # fmt: skip

    def at_work(done: int, total: int | None, note: str) -> None:
        next(steps, lambda: None)()
        roll_up(old)

    manifest = backup(old, tmp_path / "b.zip", JAKARTA, progress=at_work)
    assert manifest.pending_days
    moved = restore(tmp_path / "b.zip", new, JAKARTA)
    assert moved.pending_days == len(manifest.pending_days)
    roll_up(new)
    numbers = PARTS["numbers"]
    days = [TODAY - timedelta(days=n) for n in range(8)]
    for day in days:
        assert numbers.line(new.metrics.read(day)) == numbers.line(new.mentions.numbers(day))
    assert sum(bool(new.metrics.read(day).cells) for day in days) > 5


def test_a_day_that_emptied_during_the_backup_is_recomputed(new: Stores, tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "small.db")) as stores:
        mention = make_mention("kabar")
        stores.mentions.upsert([mention])
        roll_up(stores)
        held = stores.mentions.kept()

        def take_out_before_the_mentions_are_read(done: int, total: int | None, note: str) -> None:
            if note == "numbers":
                stores.mentions.keep([replace(held[0], excluded=True)])
                roll_up(stores)

        manifest = backup(stores, tmp_path / "b.zip", JAKARTA, progress=take_out_before_the_mentions_are_read)
    assert manifest.pending_days == (TODAY,)
    restore(tmp_path / "b.zip", new, JAKARTA)
    roll_up(new)
    assert new.metrics.days() == []


def test_a_day_of_which_nothing_is_left_is_recomputed(new: Stores, tmp_path: Path) -> None:
    """Its numbers were read before its mentions were removed for good."""
    with closing(open_store(tmp_path / "small.db")) as stores:
        stores.mentions.upsert([make_mention("kabar", published_at=NOW - timedelta(days=1)), make_mention("kini")])
        roll_up(stores)

        def remove_before_the_mentions_are_read(done: int, total: int | None, note: str) -> None:
            if note == "numbers":
                gone = [m.id for m in stores.mentions.stream(everything()) if m.content == "kabar"]
                stores.mentions.exclude(gone)
                roll_up(stores)
                stores.mentions.remove_excluded(500)

        manifest = backup(stores, tmp_path / "b.zip", JAKARTA, progress=remove_before_the_mentions_are_read)
    assert (manifest.parts["numbers"].count, manifest.parts["mentions"].count) == (2, 1)
    restore(tmp_path / "b.zip", new, JAKARTA)
    assert new.mentions.touched_days(9) == [TODAY - timedelta(days=1)]
    roll_up(new)
    assert new.metrics.days() == [TODAY]


def test_sources_that_workers_published_do_not_fill_a_store(old: Stores, new: Stores, file: Path) -> None:
    new.sources.save(SourceInfo("sendiri", "Sendiri", "news"))
    restore(file, new, JAKARTA)
    assert checksums(new) == checksums(old)


def test_a_store_that_holds_anything_is_not_overwritten(old: Stores, new: Stores, file: Path) -> None:
    new.keywords.save(make_keyword("lain"))
    with pytest.raises(InputError, match="already holds keywords"):
        restore(file, new, JAKARTA)
    before = checksums(old)
    with pytest.raises(InputError, match="already holds"):
        restore(file, old, JAKARTA)
    assert checksums(old) == before


def test_half_a_restore_is_finished_only_from_the_same_backup(
    old: Stores, new: Stores, file: Path, tmp_path: Path
) -> None:
    def stop(done: int, total: int | None, note: str) -> None:
        if note == "mentions":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(file, new, JAKARTA, progress=stop)
    backup(old, tmp_path / "other.zip", JAKARTA)
    with pytest.raises(InputError, match="filled from backup"):
        restore(tmp_path / "other.zip", new, JAKARTA)
    restore(file, new, JAKARTA)
    assert checksums(new) == checksums(old)


def test_a_restore_that_has_written_nothing_yet_binds_nobody(
    old: Stores, new: Stores, file: Path, tmp_path: Path
) -> None:
    new.moves.save(Move("move", "backup of something else", NOW))
    restore(file, new, JAKARTA)
    assert checksums(new) == checksums(old)


def rewritten(path: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """The same archive with other contents."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def with_manifest(**changes: object) -> Callable[[dict[str, bytes]], None]:
    """Another manifest; ``None`` takes a field out."""

    def change(files: dict[str, bytes]) -> None:
        told = json.loads(files["manifest.json"]) | changes
        files["manifest.json"] = json.dumps({k: v for k, v in told.items() if v is not None}).encode()

    return change


def with_lines(part: str, edit: Callable[[list[bytes]], list[bytes]]) -> Callable[[dict[str, bytes]], None]:
    """Other lines, and a manifest that agrees with them."""

    def change(files: dict[str, bytes]) -> None:
        lines = edit(files[f"{part}.jsonl"].splitlines(keepends=True))
        content = files[f"{part}.jsonl"] = b"".join(lines)
        told = json.loads(files["manifest.json"])
        told["parts"][part] = {
            "count": len(lines), "size": len(content), "sha256": hashlib.sha256(content).hexdigest()
        }  # fmt: skip
        files["manifest.json"] = json.dumps(told).encode()

    return change


def first_line(part: str, **changes: object) -> Callable[[dict[str, bytes]], None]:
    """A part whose first value has other fields, also of what lies in it (``mention__id``)."""

    def edit(lines: list[bytes]) -> list[bytes]:
        value = json.loads(lines[0])
        for path, new in changes.items():
            *outer, name = path.split("__")
            place = value
            for step in outer:
                place = place[step]
            place[name] = new
        return [json.dumps(value).encode() + b"\n", *lines[1:]]

    return with_lines(part, edit)


UNUSABLE = {
    "a later format": (with_manifest(version=2), "format version 2.*update the program"),
    "another program's": (with_manifest(format="other"), "manifest.json is damaged"),
    "no identity": (with_manifest(id=None), "manifest.json is damaged"),
    "no manifest": (lambda files: files.pop("manifest.json"), "manifest.json is damaged: it is missing"),
    "a manifest of nonsense": (lambda files: files.update({"manifest.json": b"[" * 100_000}), "manifest.json"),
    "days of another zone": (with_manifest(timezone="Asia/Makassar"), "TIMEZONE=Asia/Makassar"),
    "an unknown part": (with_manifest(parts={"records/later": {"count": 0, "size": 0, "sha256": ""}}), "does not know"),
    "a part that is gone": (lambda files: files.pop("mentions.jsonl"), "mentions is damaged: it is missing"),
    "a line less": (
        lambda f: f.update({"numbers.jsonl": f["numbers.jsonl"].partition(b"\n")[2]}), "numbers is damaged"
    ),
    "a line more": (lambda f: f.update({"numbers.jsonl": f["numbers.jsonl"] * 2}), "numbers is damaged"),
    "other bytes": (
        lambda f: f.update({"mentions.jsonl": f["mentions.jsonl"].replace(b"beras", b"berat", 1)}), "another"
    ),
    "no end of line": (with_lines("records/feeds", lambda lines: [lines[0][:-1]]), "records/feeds is damaged"),
    "no JSON": (with_lines("records/feeds", lambda lines: [b"{]\n"]), "records/feeds is damaged: line 1"),
    "too deep": (with_lines("records/cursors", lambda lines: [b"[" * 200_000 + b"\n"]), "records/cursors"),
    "no record": (with_lines("records/keywords", lambda lines: [b'{"id": 1}\n']), "records/keywords"),
    "out of order": (with_lines("mentions", lambda lines: lines[::-1]), "out of order"),
    "twice the same": (with_lines("mentions", lambda lines: [lines[0], *lines]), "out of order"),
    "a field of later": (first_line("records/feeds", etag="x"), "does not know its 'etag'; update"),
    "an inner field of later": (first_line("mentions", mention__engagement__views=3), "does not know its 'views'"),
    "no id": (first_line("mentions", mention__id="../../etc/passwd"), "is no id"),
    "no hash": (first_line("mentions", mention__content_hash="xyz"), "hash"),
    "no zone": (first_line("mentions", mention__published_at="2026-01-01T00:00:00"), "without its zone"),
    "no such year": (first_line("mentions", mention__published_at="0001-01-01T00:00:00Z"), "no moment"),
    "too large": (first_line("mentions", mention__author_followers=LARGEST_COUNT + 1), "damaged"),
    "no sentiment": (first_line("mentions", mention__stances={"x": "angry"}), "no sentiment"),
    "no keyword of its": (first_line("mentions", corrected=["x"]), "none of its keywords"),
    "half a character": (first_line("mentions", mention__author="\ud83d"), "half a character"),
    "too many": (first_line("numbers", cells=[["*", "news", "neutral", 1, 1 << 62, None]]), "numbers is damaged"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNUSABLE)
def test_what_cannot_be_restored_is_refused_before_anything_is_written(new: Stores, file: Path, case: str) -> None:
    change, said = UNUSABLE[case]
    rewritten(file, change)
    with pytest.raises(BackupFileError, match=said):
        restore(file, new, JAKARTA)
    assert new.moves.list() == []
    assert all(count == 0 for count, _ in checksums(new).values())


def test_an_older_backup_without_what_came_later_is_restored(old: Stores, new: Stores, file: Path) -> None:
    def without_newer(files: dict[str, bytes]) -> None:
        told = json.loads(files["manifest.json"])
        del told["parts"]["records/imports"], files["records/imports.jsonl"]
        files["manifest.json"] = json.dumps(told).encode()

    def without_label(lines: list[bytes]) -> list[bytes]:
        return [
            json.dumps({k: v for k, v in json.loads(line).items() if k != "note"}).encode() + b"\n" for line in lines
        ]

    rewritten(file, without_newer)
    rewritten(file, with_lines("records/source_runs", without_label))
    restore(file, new, JAKARTA)
    assert new.imports.list() == []
    assert [run.note for run in new.source_runs.list()] == [""] * 30
    assert checksums(new)["mentions"] == checksums(old)["mentions"]


@pytest.mark.parametrize("where", [0.02, 0.5, 0.93])  # behind it lies the directory, with dates that say nothing
def test_a_file_with_a_flipped_bit_is_refused(new: Stores, file: Path, where: float) -> None:
    content = bytearray(file.read_bytes())
    content[int(len(content) * where)] ^= 0x10
    file.write_bytes(content)
    with pytest.raises(BackupFileError):
        restore(file, new, JAKARTA)
    assert new.moves.list() == []


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06", b"not a backup" * 500])
def test_a_file_that_is_no_backup_is_said_to_be_none(new: Stores, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.zip").write_bytes(content)
    with pytest.raises(BackupFileError, match="is no complete backup"):
        restore(tmp_path / "b.zip", new, JAKARTA)


def test_a_file_cut_off_anywhere_is_no_complete_backup(new: Stores, file: Path) -> None:
    whole = file.read_bytes()
    for size in range(len(whole) - 1, 0, -len(whole) // 12):
        file.write_bytes(whole[:size])
        with pytest.raises(BackupFileError, match="is no complete backup"):
            restore(file, new, JAKARTA)


def test_a_pipe_is_neither_read_nor_replaced_nor_waited_for(old: Stores, new: Stores, tmp_path: Path) -> None:
    pipe, stale = tmp_path / "pipe", tmp_path / "pasip-20261123-101500.zip.partial"
    for path in (pipe, stale):
        os.mkfifo(path)
    with pytest.raises(BackupFileError, match="is no file"):
        restore(pipe, new, JAKARTA)
    with pytest.raises(InputError, match="is no file"):
        backup(old, pipe, JAKARTA)
    assert pipe.is_fifo()
    backup(old, tmp_path / "b.zip", JAKARTA)


def test_a_missing_file_is_named(new: Stores, tmp_path: Path) -> None:
    with pytest.raises(BackupFileError, match=re.escape(f"{tmp_path}/none.zip: cannot be read")):
        restore(tmp_path / "none.zip", new, JAKARTA)
    with pytest.raises(BackupFileError, match="cannot be read"):
        restore(tmp_path, new, JAKARTA)


def test_what_unpacks_to_more_than_promised_is_not_unpacked(new: Stores, file: Path) -> None:
    rewritten(file, lambda files: files.update({"records/feeds.jsonl": bytes(3 * LONGEST_LINE)}))
    assert file.stat().st_size < 1 << 20
    with pytest.raises(BackupFileError, match="records/feeds is damaged: line 1 is cut off, too long"):
        restore(file, new, JAKARTA)


def test_no_name_in_a_backup_is_a_path(old: Stores, new: Stores, file: Path, tmp_path: Path) -> None:
    rewritten(
        file, lambda files: files.update({"../../evil": b"x", "/tmp/evil-backup": b"x", "mentions/../evil": b"x"})
    )
    before = sorted(tmp_path.parent.rglob("*evil*"))
    restore(file, new, JAKARTA)
    assert sorted(tmp_path.parent.rglob("*evil*")) == before
    assert not Path("/tmp/evil-backup").exists()
    assert checksums(new) == checksums(old)


def test_a_backup_that_fails_leaves_the_last_one_alone(old: Stores, file: Path) -> None:
    before = file.read_bytes()

    def fail(done: int, total: int | None, note: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup(old, file, JAKARTA, progress=fail)
    assert file.read_bytes() == before
    assert list(file.parent.glob("*.partial")) == []
    with pytest.raises(InputError, match="cannot be written"):
        backup(old, file / "x.zip", JAKARTA)


def test_two_backups_do_not_write_into_one_file(old: Stores, tmp_path: Path) -> None:
    out, stale = tmp_path / "b.zip", tmp_path / "pasip-20260101-000000.zip.partial"
    stale.write_bytes(b"half")
    foreign, under_way = tmp_path / "movie.zip.partial", tmp_path / "pasip-20260102-000000.zip.partial"
    foreign.write_bytes(b"of another program")
    with under_way.open("wb") as held, (tmp_path / "b.zip.partial").open("wb") as mine:
        fcntl.flock(held, fcntl.LOCK_EX)
        fcntl.flock(mine, fcntl.LOCK_EX)
        with pytest.raises(InputError, match="another backup is being written"):
            backup(old, out, JAKARTA)
    with under_way.open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        backup(old, out, JAKARTA)
    assert sorted(path.name for path in tmp_path.glob("*.partial")) == [foreign.name, under_way.name]
    assert out.exists()


def test_what_is_too_long_for_a_backup_is_named(new: Stores, tmp_path: Path) -> None:
    mention = make_mention(raw_data={"teks": "a" * LONGEST_LINE})
    new.mentions.keep([Kept(mention)])
    with pytest.raises(InputError, match=mention.id):
        backup(new, tmp_path / "b.zip", JAKARTA)
    assert list(tmp_path.glob("*.zip*")) == []


def test_another_zone_is_refused_in_both_directions(new: Stores, file: Path) -> None:
    with pytest.raises(BackupFileError, match="TIMEZONE=Asia/Jakarta"):
        restore(file, new, ZoneInfo("Asia/Jayapura"))


@pytest.mark.slow
def test_killed_ten_times_backup_and_restore_end_as_if_they_had_not_been(tmp_path: Path) -> None:
    source, out, target = tmp_path / "old.db", tmp_path / "backups" / "b.zip", tmp_path / "new.db"
    with closing(open_store(source)) as old:
        fill_everything(old, MENTIONS)
        wanted = checksums(old)

    def nothing_half_done() -> None:
        if out.exists():
            with zipfile.ZipFile(out) as archive:
                assert "manifest.json" in archive.namelist()
            out.unlink()

    killed_and_finished("backup", source, out, marks=8, seed=5, after_kill=nothing_half_done)
    assert [path.name for path in out.parent.iterdir()] == ["b.zip"]
    killed_and_finished("restore", out, target, marks=26, seed=6)
    with closing(open_store(source)) as old, closing(open_store(target)) as new:
        assert checksums(new) == wanted
        assert new.mentions.touched_days(99) == old.mentions.touched_days(99)
