"""Reactions are asked for again by a real worker, and the numbers follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from redis import Redis

from pasip_core.dispatch import dispatch, job_status
from pasip_core.domain.mention import Engagement
from pasip_core.pipeline.progress import utc_now
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from tests.builders import make_mention
from tests.replicas import Replica
from tests.replicas.twitter import TOKEN, X
from tests.waiting import wait_until

pytestmark = pytest.mark.slow


def test_a_worker_reads_engagement_again_and_has_the_numbers_recomputed(
    queue_settings: Settings, redis: Redis, redis_url: str, start_worker, tmp_path: Path
) -> None:
    x = X(utc_now())
    id = x.say("banjir", minutes_ago=90)
    with Replica(x) as replica:
        platforms = tmp_path / "platforms.toml"
        platforms.write_text(f'[twitter]\nbase = "{replica.url}"\ndelay = 0.0\n')
        settings = Settings(
            _env_file=None, data_dir=tmp_path / "data", redis_url=redis_url, private_hosts_allowed=replica.host,
            platforms_file=platforms, twitter_bearer_token=SecretStr(TOKEN),
        )  # fmt: skip
        stores = connect(settings)
        at = x.now - timedelta(minutes=90)
        told = make_mention("banjir", url=f"https://x.com/a/status/{id}", published_at=at, scraped_at=at)
        stores.mentions.upsert([replace(told, engagement=Engagement(1, 1, 1))])
        start_worker("scrape", settings)
        job = dispatch("refresh", settings=settings)
        wait_until(lambda: job_status(job.job_id, settings=settings).state == "done", 60)
        assert stores.mentions.get(told.id).engagement == Engagement(10, 4, 2)
        assert job_status("rollup", settings=settings) is not None
        stores.close()
