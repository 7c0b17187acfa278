"""Backups and erasure together: a rewritten backup is still one, and no old one brings an erased person back."""

from __future__ import annotations

import fcntl
import io
import json
import random
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from pasip_core.commands import privacy as commands
from pasip_core.commands.imports import keep_upload
from pasip_core.domain.period import JAKARTA
from pasip_core.domain.privacy import SALT_ID, Erasure, Salt, account
from pasip_core.domain.retention import Frozen
from pasip_core.domain.rules import Matcher
from pasip_core.domain.runs import AuditEntry, ImportRun, SourceCursor, SourceRun
from pasip_core.errors import InputError
from pasip_core.pipeline.collect import take_all
from pasip_core.pipeline.erasure import erase
from pasip_core.pipeline.importing import import_file
from pasip_core.pipeline.intake import Intake
from pasip_core.pipeline.moving import StoreContents, backup, move, restore
from pasip_core.pipeline.moving.archive import Archive
from pasip_core.pipeline.moving.rewrite import held, take_out
from pasip_core.settings import Settings
from pasip_core.sources.state import key_of
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_mention, make_raw
from tests.contracts.helpers import TODAY, roll_up, understand
from tests.core.moving_kit import LONG_AGO, ROOT, checksums, fill_everything, open_store

USER, TEXT, LINK = "zwarkofim_77", "qubrelanto", "hjoskurten"
PERSON = account("twitter", USER)
COUNT = 12
MEMORY = {"records/salts", "records/erased", "records/erasures"}


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    """A store with something in every part, and much of one person."""
    with closing(connect(settings)) as opened:
        fill_everything(opened)
        opened.salts.delete(SALT_ID)
        opened.erased.delete("0" * 32)
        opened.erasures.delete("e1")
        say_much(opened)
        roll_up(opened)
        yield opened


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Stores]:
    """An empty one."""
    with closing(open_store(tmp_path / "new.db")) as opened:
        yield opened


@pytest.fixture
def file(stores: Stores, settings: Settings) -> Path:
    """A backup where erasing looks for them."""
    return saved(stores, settings.data_dir / "backups" / "b.zip")


def say_much(stores: Stores) -> None:
    """Mentions of the person with analyses and corrections, on days of their own as well, and traces elsewhere."""
    mine = [
        make_mention(
            f"{TEXT} nomor {n}", author=USER.upper() if n % 2 else USER, url=f"https://x.com/{USER}/status/{n}{LINK}",
            published_at=NOW - timedelta(days=n * 5), keywords=("banjir",), raw_data={"user": {"screen_name": USER}},
        )
        for n in range(COUNT)
    ]  # fmt: skip
    stores.mentions.upsert(mine)
    stores.mentions.save_analyses([understand(m, "negative", model_version="m1") for m in mine])
    stores.mentions.correct(mine[1].id, "positive", at=NOW)
    stores.mentions.correct(mine[2].id, "positive", at=NOW, keyword="banjir")
    stores.cursors.save(SourceCursor("x", {"seen": [key_of(mine[0].url), "ffff"], "since": {USER: 1}}))
    stores.source_runs.save(SourceRun("rx", "x", NOW, NOW, error=f"{mine[3].url} timed out"))
    stores.imports.save(ImportRun("ix", f"{USER}.csv", NOW, NOW))
    stores.audit.save(AuditEntry("ax", NOW, "sari", "mention.correct", mine[1].id, {"author": USER}))


def saved(stores: Stores, path: Path) -> Path:
    backup(stores, path, JAKARTA)
    return path


def carry_out(stores: Stores, settings: Settings, **options: object) -> Erasure:
    request, key = commands.begin(stores, PERSON, reason="permohonan 12/2026", **options)
    return erase(stores, settings, request.id, key, owner="test", scrub_queue=lambda holds: ())


def unpacked(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist()).lower()


def rewritten(path: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def but(sums: dict[str, object], *names: str) -> dict[str, object]:
    return {name: one for name, one in sums.items() if name not in names}


def refuses(stores: Stores, settings: Settings, raws: int = 3) -> bool:
    """Whether nothing of the person comes in, asked as a collection does that starts now."""
    taken = take_all(
        [make_raw(f"baru {n}", author=USER) for n in range(raws)], Intake(stores, Matcher([]), settings), NOW
    )
    return (taken.erased, len(taken.mentions)) == (raws, 0)


def test_a_rewritten_backup_restores_what_the_store_holds_without_the_person(
    stores: Stores, new: Stores, settings: Settings, file: Path
) -> None:
    with closing(Archive(file)) as archive:
        first = archive.manifest
    assert {mark for mark in (USER, TEXT, LINK) if mark.encode() in unpacked(file)} == {USER, TEXT, LINK}
    done = carry_out(stores, settings)
    assert (done.removed, done.findings, done.proven) == (COUNT, (), True)
    assert done.files == (f"rewrote the backup b.zip: {COUNT} mentions taken out, 4 records redacted",)
    assert [mark for mark in (USER, TEXT, LINK) if mark.encode() in unpacked(file)] == []
    with closing(Archive(file)) as archive:
        second = archive.manifest
    assert (second.id != first.id, second.created_at) == (True, first.created_at)
    assert set(second.pending_days) >= {TODAY - timedelta(days=n * 5) for n in range(COUNT)}

    moved = restore(file, new, JAKARTA)
    assert moved.erased == 0
    roll_up(new)
    # The store itself goes on: its audit log tells of the erasure, and its record of the whole of it.
    ours = ("records/audit", "records/erasures")
    assert but(checksums(new), *ours) == but(checksums(stores), *ours)
    assert [record.id for record in new.erasures.list()] == [done.id]
    assert new.erasures.get(done.id).removed == COUNT
    assert new.cursors.get("x").position == {"seen": ["ffff"], "since": {}}


def test_a_restored_backup_goes_on_refusing(new: Stores, settings: Settings, tmp_path: Path) -> None:
    """Also where the erasure was the first one: no record of any is in the backup as it was made."""
    with closing(connect(settings)) as stores:
        say_much(stores)
        file = saved(stores, settings.data_dir / "backups" / "b.zip")
        carry_out(stores, settings)
    restore(file, new, JAKARTA)
    assert refuses(new, settings)
    row = f"date,text,username\n2026-11-20 10:00,hai,{USER}\n2026-11-20 10:00,hai,lain\n"
    upload = keep_upload(settings, "x.csv", io.BytesIO(row.encode()))
    run = import_file(new, upload, platform="twitter", settings=settings, clock=lambda: NOW)
    assert (run.read, run.inserted, run.erased) == (2, 1, 1)


def test_hashes_refuse_also_where_no_request_is_recorded(new: Stores, settings: Settings) -> None:
    request, _ = commands.begin(new, PERSON, reason="permohonan 12/2026")
    new.erasures.delete(request.id)
    assert refuses(new, settings)


def test_numbers_that_are_final_stay_after_a_restore(new: Stores, settings: Settings, stores: Stores) -> None:
    stores.frozen.save(Frozen("twitter", (TODAY - timedelta(days=20)).isoformat()))
    file = saved(stores, settings.data_dir / "backups" / "b.zip")
    day = TODAY - timedelta(days=COUNT * 5 - 5)
    before, long_ago = stores.metrics.read(day), stores.metrics.read(LONG_AGO)
    assert before.cells
    carry_out(stores, settings)
    restore(file, new, JAKARTA)
    roll_up(new)
    assert set(new.metrics.read(day).cells) == set(stores.metrics.read(day).cells) == set(before.cells)
    assert set(new.metrics.read(LONG_AGO).cells) == set(long_ago.cells)


def test_what_only_the_backup_knows_goes_with_its_traces(settings: Settings, stores: Stores, file: Path) -> None:
    """Mentions that the store let go of long ago: nothing there tells their addresses any more."""
    mine = [m.id for m in stores.mentions.holding([USER])]
    stores.mentions.exclude(mine)
    roll_up(stores)
    stores.mentions.remove_excluded(500)
    stores.cursors.delete("x")
    done = carry_out(stores, settings)
    assert (done.removed, done.proven) == (0, True)
    assert f"{COUNT} mentions taken out" in done.files[0]
    with zipfile.ZipFile(file) as archive:
        cursors = archive.read("records/cursors.jsonl").decode().splitlines()
    assert [json.loads(line)["position"] for line in cursors if '"x"' in line] == [{"seen": ["ffff"], "since": {}}]


def test_a_backup_of_another_installation_keeps_its_own_memory(
    stores: Stores, new: Stores, settings: Settings, tmp_path: Path
) -> None:
    other = Settings(_env_file=None, data_dir=tmp_path / "other")
    with closing(connect(other)) as theirs:
        say_much(theirs)
        request, key = commands.begin(theirs, account("twitter", "terdahulu"), reason="permohonan 1/2025")
        erase(theirs, other, request.id, key, owner="test", scrub_queue=lambda holds: ())
        file = saved(theirs, settings.data_dir / "backups" / "theirs.zip")
        salt = theirs.salts.get(SALT_ID)
    assert carry_out(stores, settings).proven
    assert USER.encode() not in unpacked(file)
    restore(file, new, JAKARTA)
    assert new.salts.list() == [salt]
    assert refuses(new, settings)
    taken = take_all([make_raw("x", author="Terdahulu")], Intake(new, Matcher([]), settings), NOW)
    assert taken.erased == 1


def with_part(files: dict[str, bytes]) -> None:
    told = json.loads(files["manifest.json"])
    told["parts"]["records/later"] = {"count": 0, "size": 0, "sha256": ""}
    files["manifest.json"] = json.dumps(told).encode()


CANNOT_BE_REWRITTEN: dict[str, Callable[[dict[str, bytes]], None]] = {
    "a part of later": with_part,
    "a later version": lambda files: files.update(
        {"manifest.json": json.dumps(json.loads(files["manifest.json"]) | {"version": 2}).encode()}
    ),
    "another checksum": lambda files: files.update({"numbers.jsonl": files["numbers.jsonl"] * 2}),
    "a part that is gone": lambda files: files.pop("records/feeds.jsonl"),
    "a file of somebody's": lambda files: files.update({"catatan.txt": b"x"}),
    "no zone": lambda files: files.update(
        {"manifest.json": json.dumps(json.loads(files["manifest.json"]) | {"timezone": "../x"}).encode()}
    ),
}


@pytest.mark.parametrize("case", CANNOT_BE_REWRITTEN)
def test_what_cannot_be_rewritten_with_certainty_is_deleted_if_it_holds_the_person(
    stores: Stores, settings: Settings, file: Path, case: str
) -> None:
    rewritten(file, CANNOT_BE_REWRITTEN[case])
    with closing(open_store(settings.data_dir.parent / "others.db")) as others:
        fill_everything(others)
        innocent = saved(others, file.with_name("innocent.zip"))
    rewritten(innocent, CANNOT_BE_REWRITTEN[case])
    before = innocent.read_bytes()
    done = carry_out(stores, settings)
    assert done.files == ("deleted b.zip: it held what was to be erased, and is no backup that can be rewritten",)
    assert done.proven
    assert not file.exists()
    assert innocent.read_bytes() == before


def test_half_a_backup_is_removed_and_one_that_is_being_written_told_of(
    stores: Stores, settings: Settings, file: Path
) -> None:
    left = file.with_name("mine.zip.partial")
    left.write_bytes(file.read_bytes()[:-50])
    under_way = file.with_name("other.zip.partial")
    with under_way.open("wb") as held_open:
        fcntl.flock(held_open, fcntl.LOCK_EX)
        done = carry_out(stores, settings)
    assert not left.exists()
    assert under_way.exists()
    assert done.findings == ("backups/other.zip.partial is being written; erase again when it is done",)
    assert not done.proven
    assert carry_out(stores, settings).proven
    assert not under_way.exists()


def test_a_backup_that_somebody_else_writes_is_told_of(stores: Stores, settings: Settings, file: Path) -> None:
    with file.with_name("b.zip.partial").open("wb") as held_open:
        fcntl.flock(held_open, fcntl.LOCK_EX)
        done = carry_out(stores, settings)
    assert "backups/b.zip is being written by somebody else; erase again" in done.findings
    assert not done.proven
    assert carry_out(stores, settings).proven
    assert USER.encode() not in unpacked(file)


def test_of_two_erasures_none_undoes_what_the_other_took_out(stores: Stores, file: Path) -> None:
    def without_the_person(collection: str, value: object) -> object:
        return None if collection == "mentions" and value.mention.author.lower() == USER else value

    class Asked:
        erasure = Erasure("e", NOW, "sari", "permohonan", "account", "0" * 32)

        def refused(self, salt: Salt) -> Iterator[object]:
            return iter(())

    stores.salts.save(Salt.fresh())
    seen = held(file, without_the_person)
    assert seen.by_platform == {"twitter": COUNT}
    take_out(file, seen, stores, without_the_person, Asked())
    now = file.read_bytes()
    with pytest.raises(InputError, match="another erasure has just written it"):
        take_out(file, seen, stores, lambda collection, value: value, Asked())
    assert file.read_bytes() == now
    assert list(file.parent.glob("*.partial")) == []


def test_an_old_backup_from_elsewhere_does_not_bring_back_whom_a_store_remembers(
    stores: Stores, new: Stores, settings: Settings, tmp_path: Path
) -> None:
    elsewhere, before = saved(stores, tmp_path / "old.zip"), checksums(stores)
    carry_out(stores, settings)

    def stop(done: int, total: int | None, note: str) -> None:
        if note == "mentions":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(elsewhere, new, JAKARTA, mindful_of=stores, progress=stop)
    moved = restore(elsewhere, new, JAKARTA)  # the first try has brought the memory already
    assert moved.erased == COUNT
    assert moved.parts["mentions"].count == before["mentions"][0] - COUNT
    assert moved.pending_days == COUNT
    roll_up(new)
    new.mentions.remove_excluded(500)  # as the erasure did there
    parts = {"mentions", "numbers", *MEMORY}
    ours, theirs = checksums(new), checksums(stores)
    assert {name: ours[name] for name in parts} == {name: theirs[name] for name in parts}
    assert refuses(new, settings)


def test_a_store_that_holds_nothing_but_its_memory_counts_as_empty(
    stores: Stores, new: Stores, settings: Settings, tmp_path: Path
) -> None:
    elsewhere = saved(stores, tmp_path / "old.zip")
    request, _ = commands.begin(new, PERSON, reason="permohonan 12/2026")
    moved = restore(elsewhere, new, JAKARTA)
    assert (moved.erased, list(new.mentions.holding([USER]))) == (COUNT, [])
    assert [record.id for record in new.erasures.list()] == [request.id]
    assert move(StoreContents(stores, "live"), open_store(tmp_path / "third.db"), mindful_of=new).erased == COUNT


def test_hashes_that_cannot_be_compared_are_not_mixed(
    stores: Stores, new: Stores, settings: Settings, tmp_path: Path
) -> None:
    carry_out(stores, settings)
    elsewhere = saved(stores, tmp_path / "old.zip")
    commands.begin(new, account("twitter", "lain"), reason="permohonan 13/2026")
    before = checksums(new)
    with pytest.raises(InputError, match="under another salt than backup"):
        restore(elsewhere, new, JAKARTA)
    assert checksums(new) == before


def test_who_was_kept_on_purpose_is_moved(stores: Stores, new: Stores, settings: Settings) -> None:
    """The same name on another platform is somebody else, though an intake would not take the risk."""
    stores.mentions.upsert([make_mention("isi", author=USER, platform="facebook")])
    carry_out(stores, settings, others=True)
    moved = move(StoreContents(stores, "live"), new)
    assert moved.erased == 0
    assert checksums(new) == checksums(stores)


def test_an_erasure_that_was_not_finished_is_in_force(stores: Stores, new: Stores, tmp_path: Path) -> None:
    commands.begin(stores, PERSON, reason="permohonan 12/2026")
    moved = restore(saved(stores, tmp_path / "old.zip"), new, JAKARTA)
    assert (moved.erased, list(new.mentions.holding([USER]))) == (COUNT, [])


def test_erasing_again_after_restoring_an_older_backup_works(
    stores: Stores, settings: Settings, tmp_path: Path
) -> None:
    elsewhere = saved(stores, tmp_path / "old.zip")
    carry_out(stores, settings)
    fresh = Settings(_env_file=None, data_dir=tmp_path / "fresh")
    with closing(connect(fresh)) as again:
        assert restore(elsewhere, again, JAKARTA).erased == 0
        assert len(list(again.mentions.holding([USER]))) == COUNT
        assert [record.reason for record in stores.erasures.list()] == ["permohonan 12/2026"], "who it was is looked up"
        done = carry_out(again, fresh)
        assert (done.removed, done.redacted, done.proven) == (COUNT, 4, True)
        assert refuses(again, fresh)
        roll_up(stores)
        assert checksums(again)["mentions"] == checksums(stores)["mentions"]
        assert checksums(again)["numbers"] == checksums(stores)["numbers"]


ERASE = """
import sys
from pathlib import Path
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.pipeline import erasure
settings = Settings(_env_file=None, data_dir=Path(sys.argv[1]))
erasure.erase(connect(settings), settings, *sys.argv[2:], owner="killed", scrub_queue=lambda holds: ())
"""


@pytest.mark.slow
def test_killed_while_it_rewrites_a_backup_the_erasure_leaves_the_old_one_or_the_new_one(
    settings: Settings, new: Stores
) -> None:
    stores = connect(settings)
    fill_everything(stores, 3_000)
    stores.salts.delete(SALT_ID)
    say_much(stores)
    roll_up(stores)
    stores.mentions.remove_excluded(500)
    file = saved(stores, settings.data_dir / "backups" / "b.zip")
    request, key = commands.begin(stores, PERSON, reason="permohonan 12/2026")
    stores.close()
    with closing(Archive(file)) as archive:
        count = archive.manifest.parts["mentions"].count
    old, partial = file.read_bytes(), file.with_name("b.zip.partial")
    command = [sys.executable, "-c", ERASE, str(settings.data_dir), request.id, key]
    chance, killed = random.Random(20261125), 0
    for _ in range(12):
        if file.read_bytes() != old:
            break
        partial.unlink(missing_ok=True)
        process = subprocess.Popen(command, cwd=ROOT)
        while not partial.exists() and process.poll() is None:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.5))  # the moment is the point: it is not waiting for anything
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        with closing(Archive(file)) as archive:
            whole = archive.manifest.parts["mentions"].count == count
        assert whole == (file.read_bytes() == old)
    assert killed, "it came to its end before it could be killed"
    partial.write_bytes(old[:1_000])
    subprocess.run(command, cwd=ROOT, check=True)
    assert [path.name for path in file.parent.iterdir()] == ["b.zip"]
    assert USER.encode() not in unpacked(file)
    stores = connect(settings)
    assert stores.erasures.get(request.id).proven
    restore(file, new, JAKARTA)
    roll_up(new)
    assert {name: checksums(new)[name] for name in ("mentions", "numbers")} == {
        name: checksums(stores)[name] for name in ("mentions", "numbers")
    }
    stores.close()
