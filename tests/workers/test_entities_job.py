"""Names are read by a real worker, and sentiment, which goes first, is not held up by them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis

from pasip_core.dispatch import dispatch, job_status
from pasip_core.domain.analysis import PERSON
from pasip_core.domain.names import READER, NamedEntity
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from tests.builders import NOW, make_mention
from tests.waiting import wait_until

pytestmark = pytest.mark.slow


def test_a_worker_reads_names_and_sees_to_it_that_sentiment_comes_first(
    queue_settings: Settings, redis: Redis, redis_url: str, start_worker, tmp_path: Path
) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path / "data", redis_url=redis_url)
    stores = connect(settings)
    stores.mentions.upsert(
        [make_mention(f"Pak Jokowi datang {n}", published_at=NOW - timedelta(minutes=n)) for n in range(600)]
    )
    start_worker("nlp", settings)
    dispatch("entities", settings=settings)
    wait_until(lambda: stores.mentions.count_unnamed(READER) == 0, 120)
    wait_until(lambda: stores.mentions.count_unanalysed() == 0, 60)
    assert list(stores.mentions.known_names()) == [NamedEntity(PERSON, "Joko Widodo")]
    wait_until(lambda: job_status("rollup", settings=settings) is not None, 30)
    stores.close()
