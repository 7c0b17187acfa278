"""What the Collection page says of runs and of the timetable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from redis import Redis
from rq import Queue
from rq.job import JobStatus
from streamlit.testing.v1 import AppTest

from pages.components import i18n, labels
from pasip_core.dispatch import dispatch
from pasip_core.domain.runs import SourceInfo, SourceRun
from pasip_core.settings import Settings, current_settings
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_mention
from tests.pages.conftest import texts
from workers.schedule import TIMINGS

Open = Callable[..., AppTest]
Fill = Callable[..., None]


def test_a_run_tells_what_it_left_out_and_why(open_app: Open, stores: Stores) -> None:
    for name in ("detik", "tempo"):
        stores.sources.save(SourceInfo(name, name, "news"))
    stores.source_runs.save(SourceRun("1", "detik", NOW, NOW, items=9, new=2, too_old=1200, erased=3))
    stores.source_runs.save(SourceRun("2", "tempo", NOW, NOW, items=1, new=1))
    shown = texts(open_app("collection"))
    assert "**detik** · 2 new mentions · 1,200 older than is kept · 3 of erased persons" in shown
    assert shown.count("older than is kept") == 1
    assert "2 mention baru · 1.200 lebih lama dari yang disimpan" in texts(open_app("collection", locale="id-ID"))


def test_why_a_run_failed_and_what_it_notes_are_told_in_the_language_of_the_session(open_app: Open, stores: Stores):
    site = "https://harianuji.test"
    error = (
        f"{site}/robots.txt could not be read, so nothing is asked: {site}/robots.txt: no answer (NewConnectionError)."
    )
    note = f"{site}/rss: robots.txt forbids this address."
    stores.sources.save(SourceInfo("uji", "Harian Uji", "news", url=site))
    stores.source_runs.save(SourceRun("1", "uji", NOW, NOW, error_kind="upstream", error=error, note=note))
    shown = texts(open_app("sources", locale="id-ID"))
    assert "tidak dapat dibaca" in shown
    assert f"{site}/rss: robots.txt melarang alamat ini." in shown
    assert "could not be read" not in shown
    stores.source_runs.save(SourceRun("1", "uji", NOW, NOW, items=3, new=3, note=note))
    assert f"3 mention baru · {note.replace('forbids this address', 'melarang alamat ini')}" in texts(
        open_app("collection", locale="id-ID")
    ).replace("\\", "")


def test_all_that_waits_or_failed_is_counted_and_sources_are_called_by_their_names(
    open_app: Open, stores: Stores, here: Settings, redis: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", redis_url)
    current_settings.cache_clear()
    for number in range(70):
        stores.sources.save(SourceInfo(f"uji{number}", f"Harian {number}", "news"))
        dispatch("collect", f"uji{number}", [], settings=current_settings())
    shown = texts(open_app("collection"))
    assert "Collect · Harian 0 · waiting" in shown
    assert "uji0" not in shown
    assert "… and 60 more waiting" in shown
    queue = Queue("scrape", connection=redis)
    for job in queue.jobs[:55]:
        queue.remove(job)
        job.set_status(JobStatus.FAILED)
        queue.failed_job_registry.add(job, ttl=-1)
    app = open_app("collection")
    assert "55 jobs failed lately" in [box.label for box in app.expander]
    assert "… and 5 more waiting" in texts(app)


def test_all_sources_that_were_asked_are_counted_and_some_shown(open_app: Open, stores: Stores) -> None:
    for number in range(60):
        stores.source_runs.save(SourceRun(f"{number}", f"uji{number}", NOW, NOW, error_kind="upstream"))
    stores.sources.save(SourceInfo("uji0", "Harian Uji", "news"))
    shown = texts(open_app("collection"))
    assert "60 sources asked lately · 60 in trouble · 0 new mentions" in shown
    assert shown.count("did not answer") == 40
    assert "… and 20 more, on the page Sources" in shown


def test_a_collection_under_way_is_not_said_to_have_gone_well(open_app: Open, stores: Stores, fill: Fill) -> None:
    fill([make_mention("Kabar hari ini", published_at=datetime.now(UTC))])
    stores.sources.save(SourceInfo("uji", "Harian Uji", "news"))
    run = SourceRun("1", "uji", NOW)
    stores.source_runs.save(run)
    assert "from Harian Uji, 0 new mentions (running)" in texts(open_app())
    stores.source_runs.save(replace(run, finished_at=NOW))
    assert "from Harian Uji, 0 new mentions (went well)" in texts(open_app())


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_entry_of_the_timetable_is_told_in_words(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "language", lambda: language)
    for timing in TIMINGS:
        assert labels.timing(timing.name) not in {timing.name, ""}
        assert "*" not in labels.how_often(timing.cron), timing


@pytest.mark.parametrize(("cron", "words"), [
    ("*/5 * * * *", "every 5 minutes"), ("0 * * * *", "every hour"), ("15 * * * *", "every hour, at minute 15"),
    ("15,45 * * * *", "every hour, at minutes 15, 45"),
    ("5 2 * * *", "every day at 02:05"), ("0 2 * * 1", "0 2 * * 1"), ("0 */2 * * *", "every 2 hours"),
    ("0 1-5 * * *", "0 1-5 * * *"), ("", ""),
])  # fmt: skip
def test_cron_fields_of_another_kind_stay_as_they_are(cron: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "language", lambda: "en")
    assert labels.how_often(cron) == words
