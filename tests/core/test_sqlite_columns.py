"""Days as columns in the embedded store: the same answers as from rows, and nothing that is not there any more."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pasip_core.domain.filters import Filters
from pasip_core.domain.influence import ORDERS, Account
from pasip_core.domain.metrics import Total
from pasip_core.domain.period import Period
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Dimension, Stores
from pasip_core.stores.sqlite.columns import author_key
from pasip_core.stores.sqlite.database import SCHEMA_VERSION
from tests import trouble
from tests.benchmarks.corpus import KEYWORDS, mentions
from tests.builders import make_mention
from tests.contracts.helpers import TODAY, ids, page_through, roll_up
from tests.scale.questions import filters_of_pages
from tests.scale.sample import sample_stores

WEEKS = Period(TODAY - timedelta(days=20), TODAY)
SPLITS: tuple[tuple[Dimension, ...], ...] = (
    (), ("author",), ("platform", "author"), ("day", "sentiment"), ("platform", "source", "sentiment"), ("hour",),
    ("emotion",),
    ("day", "model", "confidence"), ("emotion", "sentiment"),
)  # fmt: skip


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    lately = [m for m in mentions(4_000) if m.published_at >= WEEKS.start]
    opened = sample_stores(tmp_path_factory.mktemp("columns"), lately)
    yield opened
    opened.close()


def sql(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return connection.execute(statement).fetchall()


def path_of(stores: Stores) -> Path:
    return Path(stores.health()["file"])


def numbers(totals: list[Total]) -> list[tuple[object, ...]]:
    return sorted((t.volume, t.engagement_total or -1, repr(sorted(t.by.items()))) for t in totals)


def told(accounts: list[Account]) -> list[Account]:
    """In their order; polarities are kept as short numbers."""
    return [replace(a, polarity=None if a.polarity is None else round(a.polarity, 5) + 0.0) for a in accounts]


def answers(stores: Stores, zone: ZoneInfo) -> dict[str, object]:
    """Everything that columns may answer, over all filters of the pages."""
    found: dict[str, object] = {}
    for name, filters in filters_of_pages(replace(WEEKS, zone=zone)).items():
        for by in SPLITS:
            found[f"{name} {by}"] = numbers(stores.mentions.tally(filters, by))
        for order in ORDERS:
            found[f"{name} accounts by {order}"] = told(stores.mentions.accounts(filters, order, limit=20))
        found[f"{name} names"] = stores.mentions.tally_names(filters)
        found[f"{name} ranked"] = ids(page_through(stores, filters, "engagement", limit=200))
    by_keyword = Filters(replace(WEEKS, zone=zone), KEYWORDS[:3])
    return {**found, "keywords": numbers(stores.mentions.tally(by_keyword, ("keyword", "sentiment")))}


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "UTC"])
def test_columns_answer_as_rows_do(stores: Stores, zone: str) -> None:
    path = path_of(stores)
    assert sql(path, "SELECT count(*) FROM day_columns") == [(WEEKS.length - 1,)], "the last day has changed"
    from_columns = answers(stores, ZoneInfo(zone))
    with closing(sqlite3.connect(path)) as connection:
        kept = connection.execute("SELECT * FROM day_columns").fetchall()
        reach = connection.execute("SELECT * FROM day_reach").fetchall()
        names = connection.execute("SELECT * FROM day_names").fetchall()
        connection.execute("DELETE FROM day_columns")
        assert connection.execute("SELECT count(*) FROM day_reach").fetchone() == (0,), "they go together"
        connection.commit()
        from_rows = answers(stores, ZoneInfo(zone))
        connection.executemany(f"INSERT INTO day_columns VALUES ({', '.join('?' * len(kept[0]))})", kept)
        connection.executemany("INSERT INTO day_reach VALUES (?, ?, ?)", reach)
        assert connection.execute("SELECT count(*) FROM day_names").fetchone() == (0,)
        connection.executemany("INSERT INTO day_names VALUES (?, ?)", names)
        connection.commit()
    assert from_columns == from_rows
    assert any(len(pairs) > 0 for _, pairs in names)
    assert len(kept) == WEEKS.length - 1


def test_days_of_another_zone_are_not_taken_for_days(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path)
    before = connect(settings)
    first = make_mention("pagi", author="a")
    before.mentions.upsert([first])
    roll_up(before)
    before.close()
    after = connect(settings.model_copy(update={"timezone": "America/New_York"}))
    after.mentions.upsert([make_mention("siang", author="a", published_at=first.published_at + timedelta(hours=1))])
    (total,) = after.mentions.tally(Filters(WEEKS), ("author",))
    assert total.volume == 2
    after.mentions.touch_everything()
    roll_up(after)
    (total,) = after.mentions.tally(Filters(replace(WEEKS, zone=ZoneInfo("America/New_York"))), ("author",))
    assert total.volume == 2
    after.close()


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_a_store_of_an_older_version_gets_its_columns_with_the_next_rollup(tmp_path: Path, version: int) -> None:
    stores = connect(Settings(_env_file=None, data_dir=tmp_path))
    stores.mentions.upsert(list(mentions(300)))
    roll_up(stores)
    path, days = path_of(stores), len(stores.metrics.days())
    before = answers(stores, WEEKS.zone)
    stores.close()
    trouble.step_down(path, version)
    stores = connect(Settings(_env_file=None, data_dir=tmp_path))
    assert answers(stores, WEEKS.zone) == before
    assert roll_up(stores) == days
    assert sql(path, "SELECT (SELECT count(*) FROM day_columns), (SELECT count(*) FROM day_reach)") == [(days, days)]
    assert answers(stores, WEEKS.zone) == before
    stores.close()


def test_a_text_that_was_asked_for_before_is_looked_for_again_where_a_day_has_changed(tmp_path: Path) -> None:
    stores = connect(Settings(_env_file=None, data_dir=tmp_path))
    mention = make_mention("harga beras naik")
    stores.mentions.upsert([mention, make_mention("harga beras turun")])
    for text, found in (("harga beras naik", 2), ("harga gula naik", 1), ("beras naik lagi", 2)):
        stores.mentions.upsert([replace(make_mention(text), id=mention.id)])
        roll_up(stores)
        for _ in range(2):
            assert sum(total.volume for total in stores.mentions.tally(Filters(WEEKS, text="beras"), ())) == found
    stores.close()


def test_a_replaced_author_leaves_no_hash_behind(tmp_path: Path) -> None:
    stores = connect(Settings(_env_file=None, data_dir=tmp_path))
    mention = make_mention("isi", author="budi")
    stores.mentions.upsert([mention])
    roll_up(stores)
    (held,) = sql(path_of(stores), "SELECT accounts FROM day_columns")
    assert author_key("budi").to_bytes(8, "little") in bytes(held[0])  # type: ignore[arg-type]
    stores.mentions.replace_authors([replace(mention, author="akun-1")])
    stores.compact()
    stores.close()
    left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert author_key("budi").to_bytes(8, "little") not in left
    assert author_key("akun-1").to_bytes(8, "little") in left
