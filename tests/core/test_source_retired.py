"""Sources that are no more: listed with what to use instead, and never asked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pasip_core.cli.work import choose
from pasip_core.commands.collecting import scrape_now
from pasip_core.errors import InputError, SourceGone
from pasip_core.pipeline.catalogue import open_sources, publish_sources
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from tests.core.sources_kit import run
from workers.collecting import dispatch_due

GONE = {"basic-display": "Instagram", "crowdtangle": "Facebook", "anonymous-reddit": "Reddit", "tiktok": "TikTok"}


def test_what_is_no_more_says_what_to_use_instead_and_is_never_asked(queue_settings: Settings):
    now, stores = datetime.now(UTC), connect(queue_settings)
    with open_sources(queue_settings, stores) as sources:
        infos = {info.id: info for info in publish_sources(stores, sources, queue_settings)}
        for name, platform in GONE.items():
            error = run(sources[name]).error
            assert isinstance(error, SourceGone)
            assert str(error) == infos[name].retired
            assert platform in infos[name].retired
            assert (infos[name].needs, infos[name].budgets, infos[name].may_run) == ((), (), False)
            with pytest.raises(InputError, match="is retired"):
                choose(sources, [name])
            with pytest.raises(InputError, match="is retired"):
                scrape_now(stores, queue_settings, [name])
        assert not {source.name for source in choose(sources, None)} & GONE.keys()
    asked = [dispatch_due(group, list(infos.values()), stores, queue_settings, now) for group in ("news", "social")]
    jobs = {job.job_id for group in asked for job in group}
    assert "collect-detik" in jobs
    assert not jobs & {f"collect-{name}" for name in GONE}
    together = scrape_now(stores, queue_settings, ["detik", *GONE])
    assert [job.job_id for job in together] == ["collect-detik"]
    stores.close()
