"""``stories`` and ``coordination`` on the command line."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from pasip_core.cli.app import main
from pasip_core.domain.filters import Filters
from pasip_core.domain.period import Period
from pasip_core.domain.stories import WINDOW
from pasip_core.pipeline.stories import group_stories
from pasip_core.settings import Settings, current_settings
from pasip_core.stores.connect import connect
from tests.builders import NOW, make_mention

TEXT = "Harga beras naik lagi di pasar induk karena panen tertunda kata para pedagang"


@pytest.fixture
def here(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    current_settings.cache_clear()
    stores = connect(settings)
    for day in range(5):
        for place, name in enumerate(("ani", "budi", "citra")):
            at = NOW - timedelta(days=day, seconds=place)
            words = f"{TEXT} hari {day}" if day else TEXT
            stores.mentions.upsert([make_mention(words + " !" * place, author=name, published_at=at)])
    stores.close()
    return settings


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    current_settings.cache_clear()
    return int(str(left.value.code or 0))


def test_stories_and_groups_are_told_in_json(here: Settings, capsys: pytest.CaptureFixture[str]):
    assert run("stories", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"looked_at": 15, "left": 0}
    assert run("coordination", "--from", "2026-11-01", "--to", "2026-11-30", "--json") == 0
    (group,) = json.loads(capsys.readouterr().out)
    assert [account["name"] for account in group["accounts"]] == ["ani", "budi", "citra"]
    assert {row["kind"] for row in group["evidence"]} == {"text"}


def test_copies_that_came_too_late_are_found_by_looking_at_their_days_again(
    here: Settings, capsys: pytest.CaptureFixture[str]
):
    stores = connect(here)
    group_stories(stores, owner="test", clock=lambda: NOW)
    stores.stories.forget_fingerprints(NOW + WINDOW)
    late = make_mention(f"{TEXT} juga", author="dewi", published_at=NOW - timedelta(seconds=9))
    stores.mentions.upsert([late])
    assert run("stories", "--json") == 0
    assert stores.mentions.get(late.id).cluster_id == late.content_hash
    capsys.readouterr()
    assert run("stories", "--from", "2026-11-23", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"looked_at": 4, "left": 0}
    today = stores.mentions.stream(Filters(Period(date(2026, 11, 23), date(2026, 11, 23))))
    assert len({m.cluster_id for m in today}) == 1
    stores.close()


def test_the_same_for_people(here: Settings, capsys: pytest.CaptureFixture[str]):
    assert run("stories") == 0
    assert "15 mentions looked at" in capsys.readouterr().out
    assert run("coordination") == 0
    assert "ani, budi, citra" in capsys.readouterr().out


def test_a_day_that_is_none_is_refused(here: Settings, capsys: pytest.CaptureFixture[str]):
    for command in ("coordination", "stories"):
        assert run(command, "--from", "yesterday") == 2
        assert "--from" in capsys.readouterr().err
