"""The embedded store when its file is gone, locked, full, read-only, damaged or of another schema."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pasip_core.errors import (
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreSchemaMismatch,
    StoreUnavailable,
)
from pasip_core.queries.health import LEAST_ROOM, store_trouble
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from pasip_core.stores.sqlite import SqliteStores
from pasip_core.stores.sqlite.database import SCHEMA_VERSION
from tests import trouble
from tests.builders import make_keyword, make_mention


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    """A store with one keyword and one mention, whose users wait a second at most."""
    opened = connect(settings, patience=1.0)
    opened.keywords.save(make_keyword("jokowi"))
    opened.mentions.upsert([make_mention("Jokowi menang")])
    yield opened
    opened.close()


def many(count: int, words: str = "") -> list:
    return [make_mention(f"kabar nomor {n} {words}") for n in range(count)]


def trouble_of(stores: Stores, folder: Path) -> tuple[type[StoreError], bool]:
    """What is wrong, and whether what is stored can still be read."""
    found = store_trouble(stores, folder)
    assert found is not None
    return type(found.error), found.readable


def stored(stores: Stores) -> int:
    return stores.mentions.count_unanalysed()


def test_a_folder_that_is_gone_is_unavailable_and_not_made_anew(stores: Stores, settings: Settings) -> None:
    with trouble.moved(settings.data_dir):
        for ask in (lambda: stores.mentions.watermark(), lambda: stores.keywords.save(make_keyword("prabowo"))):
            with pytest.raises(StoreUnavailable, match=r"pasip\.db is not there"):
                ask()
        assert trouble_of(stores, settings.data_dir) == (StoreUnavailable, False)
        assert not settings.data_dir.exists()
    assert store_trouble(stores, settings.data_dir) is None
    assert stored(stores) == 1


def test_a_worker_makes_no_new_store_where_the_old_one_is_gone(stores: Stores, settings: Settings) -> None:
    with trouble.moved(settings.data_dir):
        with pytest.raises(StoreUnavailable, match="not there"):
            connect(settings, make=False)
        assert not settings.data_dir.exists()
    connect(settings, make=False).close()


def test_a_backup_that_is_put_in_place_is_what_is_read_next(stores: Stores, settings: Settings, tmp_path: Path) -> None:
    with closing(sqlite3.connect(settings.sqlite_path)) as source, closing(sqlite3.connect(tmp_path / "b")) as backup:
        source.backup(backup)
    stores.mentions.upsert(many(3))
    for name in ("pasip.db-wal", "pasip.db-shm"):
        (settings.data_dir / name).unlink(missing_ok=True)
    (tmp_path / "b").replace(settings.sqlite_path)
    assert stored(stores) == 1
    stores.mentions.upsert(many(2))
    assert stored(stores) == 3


def test_while_another_process_writes_reading_goes_on_and_writing_waits_its_time(
    stores: Stores, settings: Settings
) -> None:
    with trouble.held(settings.sqlite_path):
        assert stored(stores) == 1
        begun = time.monotonic()
        with pytest.raises(StoreBusy, match="locked by another program"):
            stores.keywords.save(make_keyword("prabowo"))
        assert 0.9 < time.monotonic() - begun < 10
        assert store_trouble(stores, settings.data_dir) is None
    stores.keywords.save(make_keyword("prabowo"))


def test_a_file_that_another_program_holds_whole_is_busy(settings: Settings) -> None:
    connect(settings).close()
    with trouble.held(settings.sqlite_path, "everything"), pytest.raises(StoreBusy):
        connect(settings, patience=0.5)
    connect(settings, patience=0.5).close()


def test_a_question_without_end_is_cut_off_and_the_connection_stays_useful(stores: Stores) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    database = stores.mentions._database
    with pytest.raises(StoreBusy, match="too long to answer"), database.reading() as connection:
        connection.execute(endless).fetchone()
    assert stored(stores) == 1


def test_a_disk_without_room_is_full_and_once_there_is_room_it_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    with trouble.small_disk(folder, 24):
        stores = SqliteStores(folder / "pasip.db", ZoneInfo("Asia/Jakarta"))
        stores.migrate()
        stores.mentions.upsert([make_mention("Jokowi menang")])
        assert store_trouble(stores, folder) is None
        with trouble.filled(folder):
            assert stored(stores) == 1
            with pytest.raises(StoreFull, match="no space is left"):
                stores.mentions.upsert(many(500, "panjang " * 100))
            assert trouble_of(stores, folder) == (StoreFull, True)
            assert stored(stores) == 1
        stores.mentions.upsert(many(500, "panjang " * 100))
        assert stored(stores) == 501
        stores.close()


def test_a_full_disk_at_the_first_opening_is_full_too(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    with trouble.small_disk(folder, 24):
        stores = SqliteStores(folder / "pasip.db", ZoneInfo("Asia/Jakarta"))
        with trouble.filled(folder), pytest.raises(StoreFull):
            stores.migrate()
        stores.migrate()
        stores.close()


def test_little_room_counts_as_full_before_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    with trouble.small_disk(folder, 24):
        stores = SqliteStores(folder / "pasip.db", ZoneInfo("Asia/Jakarta"))
        stores.migrate()
        with trouble.filled(folder, but=LEAST_ROOM // 2):
            assert trouble_of(stores, folder) == (StoreFull, True)
        stores.close()


def test_a_limit_of_pages_is_a_full_store_without_any_mount(stores: Stores) -> None:
    with stores.mentions._database.reading() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreFull):
        stores.mentions.upsert(many(500, "panjang " * 100))
    with stores.mentions._database.reading() as connection:
        connection.execute("PRAGMA max_page_count = 1073741823")
    stores.mentions.upsert(many(500, "panjang " * 100))
    assert stored(stores) == 501


def test_what_may_only_be_read_is_read_and_refuses_to_be_written(stores: Stores, settings: Settings) -> None:
    """What was opened for writing before may go on writing: rights and mounts bind who opens."""
    with trouble.read_only(settings.data_dir):
        opened = connect(settings, patience=1.0)
        assert stored(opened) == 1
        with pytest.raises(StoreReadOnly, match="may not be written"):
            opened.keywords.save(make_keyword("prabowo"))
        assert trouble_of(opened, settings.data_dir) == (StoreReadOnly, True)
        opened.close()
    stores.keywords.save(make_keyword("prabowo"))
    assert store_trouble(stores, settings.data_dir) is None


def test_a_read_only_folder_that_nobody_has_open_says_so_too(settings: Settings) -> None:
    connect(settings).close()
    with trouble.read_only(settings.data_dir), pytest.raises(StoreReadOnly):
        connect(settings)


def test_a_damaged_file_is_damaged_until_a_good_one_is_back(stores: Stores, settings: Settings) -> None:
    with trouble.damaged(settings.sqlite_path):
        with pytest.raises(StoreDamaged, match="put a backup in their place"):
            stores.mentions.watermark()
        with pytest.raises(StoreDamaged):
            connect(settings)
    assert stored(stores) == 1


def test_pages_of_junk_inside_the_file_are_damage(settings: Settings) -> None:
    connect(settings).close()
    path = settings.sqlite_path
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xde\xad\xbe\xef" * ((size - 4096) // 4))
    with pytest.raises(StoreDamaged):
        connect(settings).mentions.upsert([make_mention("Jokowi menang")])


def test_a_newer_schema_is_refused_by_who_opens_and_by_who_has_it_open(stores: Stores, settings: Settings) -> None:
    with trouble.schema(settings.sqlite_path, SCHEMA_VERSION + 1):
        for ask in (lambda: connect(settings), lambda: stored(stores), lambda: stores.keywords.delete("jokowi")):
            with pytest.raises(StoreSchemaMismatch, match=r"newer version .* update the program"):
                ask()
    assert stored(stores) == 1
    assert stores.keywords.get("jokowi")


def test_an_older_schema_is_brought_up_to_date_by_who_opens(stores: Stores, settings: Settings) -> None:
    """The oldest of all is the empty file."""
    path = settings.sqlite_path
    stores.close()
    path.with_name("empty").touch()
    path.with_name("empty").replace(path)
    for name in ("pasip.db-wal", "pasip.db-shm"):
        path.with_name(name).unlink(missing_ok=True)
    with pytest.raises(StoreSchemaMismatch, match=r"older version .* brings it up to date"):
        stored(stores)
    connect(settings).close()
    assert stored(stores) == 0


def test_a_database_of_another_program_is_left_alone(settings: Settings) -> None:
    settings.data_dir.mkdir()
    with closing(sqlite3.connect(settings.sqlite_path)) as connection:
        connection.execute("CREATE TABLE recipes (name)")
    with pytest.raises(StoreSchemaMismatch, match="another program"):
        connect(settings)
    with closing(sqlite3.connect(settings.sqlite_path)) as connection:
        assert [row[0] for row in connection.execute("SELECT name FROM sqlite_schema")] == ["recipes"]
