"""What is older than is kept goes, and its numbers stay."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pasip_core.domain.filters import Filters
from pasip_core.domain.metrics import DayNumbers
from pasip_core.domain.period import Period
from pasip_core.domain.retention import Frozen, Retention
from pasip_core.domain.rules import Matcher
from pasip_core.domain.runs import SourceInfo, SourceRun
from pasip_core.errors import MentionTooOld, SettingError
from pasip_core.pipeline.importing import import_file
from pasip_core.pipeline.intake import Intake
from pasip_core.pipeline.retention import Due, cleanup, due, unknown_platforms
from pasip_core.pipeline.rollup import rebuild
from pasip_core.settings import Settings, load_settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_mention, make_raw
from tests.contracts.helpers import EVER, TODAY, everything, ids, page_through, roll_up, understand

OLD = TODAY - timedelta(days=200)


@pytest.fixture
def kept(settings: Settings) -> Settings:
    """Tweets are kept for 180 days, news for ever."""
    return settings.model_copy(update={"retention_days": "twitter=180"})


@pytest.fixture
def stores(kept: Settings) -> Iterator[Stores]:
    opened = connect(kept)
    yield opened
    opened.close()


def clean(stores: Stores, settings: Settings) -> object:
    return cleanup(stores, settings, owner="test", clock=lambda: NOW)


def said(platform: str, days_ago: int, n: int = 0, **more: object):
    words = {"keywords": ("a", "b"), "sentiment": "negative"} | more
    moment = NOW - timedelta(days=days_ago, minutes=n)
    return make_mention(f"kabar {platform} {days_ago} {n}", platform=platform, published_at=moment, **words)


def plain(numbers: DayNumbers) -> tuple[object, ...]:
    """Numbers of a day in no order."""
    hours = {hour: frozenset(cells) for hour, cells in numbers.hours.items() if cells}
    return frozenset(numbers.cells), frozenset(numbers.sets), hours


@pytest.mark.parametrize(("text", "days"), [
    ("", {}), ("365", {"*": 365}), (" twitter = 180 , news=730,*=365 ", {"twitter": 180, "news": 730, "*": 365}),
    ("Twitter=1", {"twitter": 1}),
])  # fmt: skip
def test_the_setting_is_read(text: str, days: dict[str, int]) -> None:
    assert Retention.parse(text).days == days


@pytest.mark.parametrize(("text", "part"), [
    ("0", "'0'"), ("-3", "'-3'"), ("1.5", "'1.5'"), ("setahun", "'setahun'"), ("twitter=", "'twitter='"),
    ("=3", "'=3'"), ("twitter=180,news=x", "'news=x'"), ("a=1,a=2", "'a=2'"), ("1,2", "'2'"), ("99999", "'99999'"),
    ("twitter 180", "'twitter 180'"), ("x y=3", "'x y=3'"),
    ("news=9,x=3", "'x=3' is kept under the name twitter; write twitter=3"), ("media-online=3", "write news=3"),
])  # fmt: skip
def test_a_part_that_cannot_be_read_is_named(text: str, part: str) -> None:
    with pytest.raises(SettingError, match="RETENTION_DAYS") as refused:
        load_settings(_env_file=None, retention_days=text)
    assert part in str(refused.value).partition("used: ")[2]


def test_old_mentions_of_a_platform_go_and_every_number_stays(stores: Stores, kept: Settings) -> None:
    tweets = [said("twitter", 200, n) for n in range(20)]
    stores.mentions.upsert([*tweets, said("news", 200), said("twitter", 10)])
    roll_up(stores)
    before, total = plain(stores.metrics.read(OLD)), stores.metrics.sums(EVER, ("day", "platform", "sentiment"))
    done = clean(stores, kept)
    assert (done.mentions, done.left) == (20, False)
    assert {m.platform for m in page_through(stores, everything(period=Period(OLD, OLD)))} == {"news"}
    assert all(stores.mentions.history(m.id) == [] for m in tweets)
    assert plain(stores.metrics.read(OLD))[:2] == before[:2]
    assert stores.metrics.sums(EVER, ("day", "platform", "sentiment")) == total
    assert stores.frozen.get("twitter") == Frozen("twitter", (TODAY - timedelta(days=180)).isoformat())
    assert stores.frozen.get("news") is None


def test_a_later_rollup_of_the_day_keeps_what_is_final_and_recounts_the_rest(stores: Stores, kept: Settings) -> None:
    news = said("news", 200)
    stores.mentions.upsert([*(said("twitter", 200, n) for n in range(3)), news])
    roll_up(stores)
    clean(stores, kept)
    stores.mentions.upsert([said("news", 200, 1)])
    stores.mentions.save_analyses([understand(news, "positive", model_version="m2")])
    roll_up(stores)
    day = Period(OLD, OLD)
    counted = {
        (t.by["platform"], t.by["sentiment"]): t.volume for t in stores.metrics.sums(day, ("platform", "sentiment"))
    }
    assert counted == {("twitter", "negative"): 3, ("news", "negative"): 1, ("news", "positive"): 1}
    assert stores.metrics.sums(day, ())[0].volume == 5
    assert stores.metrics.union(day, (), keywords=("a", "b"))[0].volume == 5
    assert stores.metrics.sums(day, ("platform",), keywords=("a",), platforms=("twitter",))[0].volume == 3
    rebuild(stores)
    roll_up(stores)
    assert stores.metrics.sums(day, ())[0].volume == 5


def test_hours_of_a_final_day_stay_while_hours_are_kept(settings: Settings) -> None:
    kept = settings.model_copy(update={"retention_days": "30"})
    stores = connect(kept)
    stores.mentions.upsert([said("twitter", 40), said("twitter", 100)])
    roll_up(stores, NOW - timedelta(days=40))
    day = TODAY - timedelta(days=40)
    hours = plain(stores.metrics.read(day))[2]
    assert len(hours) == 1
    assert plain(stores.metrics.read(TODAY - timedelta(days=100)))[2] != {}
    assert clean(stores, kept).hours > 0
    assert plain(stores.metrics.read(day))[2] == hours
    assert plain(stores.metrics.read(TODAY - timedelta(days=100)))[2] == {}
    stores.close()


def test_nothing_is_final_before_its_numbers_are_up_to_date(
    stores: Stores, kept: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pasip_core.pipeline.retention.LEASE_PAUSE", 0.001)
    stores.mentions.upsert([said("twitter", 200)])
    fence = stores.leases.acquire("rollup", "somebody else", 60)
    done = clean(stores, kept)
    assert (done.mentions, done.left, stores.frozen.list()) == (0, True, [])
    stores.leases.release(fence)
    assert clean(stores, kept).mentions == 1
    assert stores.metrics.sums(Period(OLD, OLD), ())[0].volume == 1


def test_what_is_final_stays_final_when_the_setting_is_relaxed(stores: Stores, kept: Settings) -> None:
    stores.mentions.upsert([said("twitter", 200)])
    clean(stores, kept)
    final = stores.frozen.list()
    relaxed = kept.model_copy(update={"retention_days": ""})
    assert clean(stores, relaxed).mentions == 0
    assert stores.frozen.list() == final
    intake = Intake(stores, Matcher([]), relaxed)
    intake.open(NOW)
    with pytest.raises(MentionTooOld, match="RETENTION_DAYS"):
        intake.take(make_raw(published_at=NOW - timedelta(days=200)))
    assert intake.take(make_raw(published_at=NOW - timedelta(days=200), platform="news"))
    assert intake.take(make_raw(published_at=NOW - timedelta(days=179)))


def test_an_import_rejects_what_is_too_old_with_the_reason(stores: Stores, kept: Settings, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("date,text,username\n2026-01-01 10:00,lama sekali,ani\n2026-11-20 10:00,baru saja,budi\n")
    run = import_file(stores, file, platform="twitter", settings=kept, clock=lambda: NOW)
    assert (run.read, run.inserted, run.rejected) == (2, 1, 1)
    told = Path(run.rejected_file).read_text()
    assert "older than what is kept for this platform (RETENTION_DAYS" in told


def test_a_slice_ends_and_the_next_goes_on(stores: Stores, kept: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pasip_core.pipeline.retention.ROUND", 10)
    monkeypatch.setattr("pasip_core.pipeline.retention.BATCH", 5)
    stores.mentions.upsert([said("twitter", 200, n) for n in range(35)])
    counts = []
    while True:
        done = cleanup(stores, kept, owner="test", clock=lambda: NOW, seconds=0)
        counts.append(done.mentions)
        if not done.left:
            break
    assert counts[0] == 10
    assert sum(counts) == 35


def test_what_would_go_is_told_and_is_what_goes(stores: Stores, kept: Settings) -> None:
    stores.mentions.upsert([*(said("twitter", 200, n) for n in range(12)), said("twitter", 180), said("news", 900)])
    roll_up(stores)
    before = stores.mentions.watermark()
    day = TODAY - timedelta(days=180)
    assert due(stores, kept, clock=lambda: NOW) == [Due("twitter", day, 12)]
    assert (stores.mentions.watermark(), stores.frozen.list()) == (before, [])
    assert clean(stores, kept).mentions == 12
    relaxed = kept.model_copy(update={"retention_days": "twitter=300,news=300"})
    told = due(stores, relaxed, clock=lambda: NOW)
    assert told == [Due("news", TODAY - timedelta(days=300), 1), Due("twitter", day, 0)]  # final days stay final


def test_a_platform_that_nobody_knows_is_doubted_until_there_are_mentions_of_it(
    stores: Stores, settings: Settings
) -> None:
    set_to = settings.model_copy(update={"retention_days": "twiter=180,reddit=90,kompasiana=30,*=365"})
    stores.mentions.upsert([said("news", 1)])
    told = unknown_platforms(stores, set_to)
    assert [sentence.partition("; known are ")[0] for sentence in told] == [
        "RETENTION_DAYS: no mention is of 'kompasiana'",
        "RETENTION_DAYS: no mention is of 'twiter', perhaps twitter is meant",
    ]
    stores.mentions.upsert([said("kompasiana", 1)])
    assert len(unknown_platforms(stores, set_to)) == 1


def test_old_runs_go_but_the_last_of_each_source(stores: Stores, kept: Settings) -> None:
    for source in ("detik", "mati"):
        stores.sources.save(SourceInfo(source, source, "news"))
    for days in (300, 200, 1):
        stores.source_runs.save(SourceRun(f"d{days}", "detik", NOW - timedelta(days=days)))
    stores.source_runs.save(SourceRun("m300", "mati", NOW - timedelta(days=300)))
    assert clean(stores, kept).runs == 2
    assert {run.id for run in stores.source_runs.list()} == {"d1", "m300"}


def test_files_older_than_their_time_go(stores: Stores, kept: Settings) -> None:
    def write(name: str, days: int) -> Path:
        path = kept.data_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
        for each in (path, path.parent):
            os.utime(each, (NOW.timestamp() - days * 86400,) * 2)
        return path

    gone = [
        write("imports/a/x.csv", 31),
        write("logs/pasip-2026-10-01.log", 0),
        write("logs/scraping-2026-11-14.log", 0),
    ]
    stay = [write("imports/b/x.csv", 29), write("logs/pasip-2026-11-14.log", 0), write("logs/pasip.log", 99)]
    assert clean(stores, kept).files == 3
    assert [path.exists() for path in gone] == [False] * 3
    assert all(path.exists() for path in stay)


def test_without_a_setting_nothing_is_old(settings: Settings) -> None:
    opened = connect(settings)
    opened.mentions.upsert([said("twitter", 5000)])
    assert clean(opened, settings).mentions == 0
    assert len(ids(opened.mentions.stream(Filters(EVER)))) == 1
    opened.close()
