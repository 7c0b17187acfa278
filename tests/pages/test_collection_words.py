"""What the Collection page says of runs and of the timetable."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages.components import i18n, labels
from pasip_core.domain.runs import SourceInfo, SourceRun
from pasip_core.stores.ports import Stores
from tests.builders import NOW
from tests.pages.conftest import texts
from workers.schedule import TIMINGS

Open = Callable[..., AppTest]


def test_a_run_tells_what_it_left_out_and_why(open_app: Open, stores: Stores) -> None:
    for name in ("detik", "tempo"):
        stores.sources.save(SourceInfo(name, name, "news"))
    stores.source_runs.save(SourceRun("1", "detik", NOW, NOW, items=9, new=2, too_old=1200, erased=3))
    stores.source_runs.save(SourceRun("2", "tempo", NOW, NOW, items=1, new=1))
    shown = texts(open_app("collection"))
    assert "**detik** · 2 new mentions · 1,200 older than is kept · 3 of erased persons" in shown
    assert shown.count("older than is kept") == 1
    assert "2 mention baru · 1.200 lebih lama dari yang disimpan" in texts(open_app("collection", locale="id-ID"))


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_entry_of_the_timetable_is_told_in_words(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "language", lambda: language)
    for timing in TIMINGS:
        assert labels.timing(timing.name) not in {timing.name, ""}
        assert "*" not in labels.how_often(timing.cron), timing


@pytest.mark.parametrize(("cron", "words"), [
    ("*/5 * * * *", "every 5 minutes"), ("0 * * * *", "every hour"), ("15 * * * *", "every hour, at minute 15"),
    ("15,45 * * * *", "every hour, at minutes 15, 45"),
    ("5 2 * * *", "every day at 02:05"), ("0 2 * * 1", "0 2 * * 1"), ("0 */2 * * *", "0 */2 * * *"), ("", ""),
])  # fmt: skip
def test_cron_fields_of_another_kind_stay_as_they_are(cron: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "language", lambda: "en")
    assert labels.how_often(cron) == words
