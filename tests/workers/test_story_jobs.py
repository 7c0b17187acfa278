"""The jobs that bring copies together and look for groups, run in place with a queue that takes what follows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from pasip_core.dispatch import job_status
from pasip_core.settings import Settings, current_settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.builders import make_mention
from workers import understanding

TEXT = "Harga beras naik lagi di pasar induk karena panen tertunda kata para pedagang"


@pytest.fixture
def stores(queue_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stores]:
    monkeypatch.setenv("DATA_DIR", str(queue_settings.data_dir))
    monkeypatch.setenv("REDIS_URL", queue_settings.redis_url.get_secret_value())
    current_settings.cache_clear()
    opened = connect(queue_settings)
    yield opened
    opened.close()
    current_settings.cache_clear()


def test_the_job_brings_copies_together_and_asks_for_their_numbers(stores: Stores, queue_settings: Settings):
    first = make_mention(TEXT)
    copy = make_mention(f"RT @warga: {TEXT}", published_at=first.published_at + timedelta(minutes=1))
    stores.mentions.upsert([first, copy])
    understanding.stories()
    found = stores.mentions.get(copy.id)
    assert found is not None
    assert found.cluster_id == first.content_hash
    assert stores.stories.count_unlooked() == 0
    assert job_status("rollup", settings=queue_settings) is not None
    assert job_status("stories", settings=queue_settings) is None


def test_what_a_slice_leaves_is_asked_for_again(
    stores: Stores, queue_settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(understanding, "SLICE_SECONDS", 0.0)
    stores.mentions.upsert([make_mention(f"{TEXT} nomor {n}", id=f"{n:024x}") for n in range(300)])
    understanding.stories()
    assert 0 < stores.stories.count_unlooked() < 300
    assert job_status("stories", settings=queue_settings) is not None


def test_the_job_keeps_the_groups_it_finds(stores: Stores):
    now = datetime.now(UTC)
    for day in range(5):
        for place, name in enumerate(("ani", "budi", "citra")):
            at = now - timedelta(days=day, seconds=place)
            stores.mentions.upsert([make_mention(f"{TEXT} hari {day}", author=name, published_at=at)])
    understanding.coordination()
    (group,) = stores.coordinated_groups.list()
    assert {account.name for account in group.accounts} == {"ani", "budi", "citra"}
