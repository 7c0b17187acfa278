"""The rhythm of a source: what is expected, what is a blind spot, and what is not."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pasip_core.domain.filters import Filters
from pasip_core.domain.period import Period
from pasip_core.domain.rhythm import HOUR, UNLIKELY, WINDOW, Rhythm, expected_counts, judged_until, learn, owners
from pasip_core.domain.runs import SourceInfo, SourceRun
from pasip_core.pipeline.rhythms import learn_rhythms
from pasip_core.pipeline.scrubbing import REDACTED, redacted
from pasip_core.queries.blindness import blind_days
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.builders import make_mention

ZONE = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 25, 5, 20, tzinfo=UTC)  # Wednesday, 12:20 in Jakarta
END = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


def speaking(count: Callable[[datetime], int], *, days: int = 28) -> dict[datetime, int]:
    """Mentions by hour of a source that says ``count`` in each local hour."""
    hours = (END - (n + 1) * HOUR for n in range(days * 24))
    return {hour: said for hour in hours if (said := count(hour.astimezone(ZONE)))}


def by_day(local: datetime) -> int:
    """Two an hour from six in the morning to ten in the evening, and nothing at night."""
    return 2 if 6 <= local.hour < 22 else 0


def silenced(heard: dict[datetime, int], begins: datetime, hours: int) -> dict[datetime, int]:
    gone = {begins + n * HOUR for n in range(hours)}
    return {hour: count for hour, count in heard.items() if hour not in gone}


def spots(rhythm: Rhythm) -> list[tuple[str, str]]:
    return [(f"{a.astimezone(ZONE):%a %H}", f"{b.astimezone(ZONE):%a %H}") for a, b, _ in rhythm.spots()]


def test_an_hour_is_judged_once_it_has_been_over_for_an_hour() -> None:
    assert judged_until(NOW) == END
    rhythm = learn("s", {}, NOW, ZONE)
    assert (rhythm.ends, rhythm.begins, rhythm.shown_from) == (END, END - WINDOW, END - timedelta(days=7))


def test_a_source_that_keeps_its_hours_has_no_blind_spot_at_night() -> None:
    rhythm = learn("s", speaking(by_day), NOW, ZONE)
    assert rhythm.blind == ()
    assert rhythm.daily == pytest.approx(32, rel=0.02)
    assert rhythm.silent_since is None


def test_three_silent_hours_by_day_are_a_blind_spot_and_one_is_not() -> None:
    monday_ten = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    rhythm = learn("s", silenced(speaking(by_day), monday_ten, 3), NOW, ZONE)
    assert spots(rhythm) == [("Mon 10", "Mon 13")]
    assert [missed for *_, missed in rhythm.spots()] == [pytest.approx(6, abs=0.5)]
    assert learn("s", silenced(speaking(by_day), monday_ten, 1), NOW, ZONE).blind == ()


def test_the_quiet_night_before_a_silent_morning_is_not_counted_to_it() -> None:
    monday_night = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
    rhythm = learn("s", silenced(speaking(by_day), monday_night, 12), NOW, ZONE)
    assert spots(rhythm) == [("Mon 06", "Mon 10")]


def test_a_source_that_has_fallen_silent_is_silent_since_then() -> None:
    rhythm = learn("s", silenced(speaking(by_day), END - 5 * HOUR, 5), NOW, ZONE)
    assert rhythm.silent_since == END - 5 * HOUR
    assert rhythm.blind == tuple(range(28 * 24 - 5, 28 * 24))


def test_a_weekday_of_its_own_is_learnt() -> None:
    heard = speaking(lambda local: 0 if local.weekday() == 6 else by_day(local))
    hours = [END - (n + 1) * HOUR for n in range(28 * 24)]
    expected = dict(zip(hours, expected_counts(hours, [heard.get(h, 0) for h in hours], ZONE), strict=True))
    noon = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)  # Sunday
    assert expected[noon] == pytest.approx(0 + 4 * 12 / 7 / 7)
    assert expected[noon + timedelta(days=1)] == pytest.approx((6 + 4 * 12 / 7) / 7)


def test_a_young_or_rare_source_is_not_accused() -> None:
    young = silenced(speaking(by_day, days=13), END - 9 * HOUR, 9)
    assert (learn("s", young, NOW, ZONE).is_known, learn("s", young, NOW, ZONE).blind) == (False, ())
    rare = speaking(lambda local: int(local.hour == 9))
    assert learn("s", silenced(rare, END - 48 * HOUR, 48), NOW, ZONE).blind == ()


def test_a_stretch_is_blind_exactly_where_silence_is_less_likely_than_one_percent() -> None:
    steady = speaking(lambda local: 1)
    for length in range(1, 10):
        rhythm = learn("s", silenced(steady, END - length * HOUR, length), NOW, ZONE)
        missed = sum(rhythm.missed)
        assert bool(rhythm.blind) == (length > 4)
        assert not rhythm.blind or math.exp(-missed) < UNLIKELY


def test_a_voice_belongs_to_whoever_brings_fewest_others() -> None:
    brought = {"detik": {"detik.com"}, "umpan": {"detik.com"}, "google-news": {"detik.com", "kompas.com", "x.id"}}
    assert owners(brought) == {"detik": {"detik.com"}, "umpan": {"detik.com"}, "google-news": {"kompas.com", "x.id"}}


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    opened = connect(settings)
    yield opened
    opened.close()


def plant(stores: Stores, source: str, voice: str, heard: dict[datetime, int], minutes: int) -> None:
    """Mentions by hour, collected so many minutes after they were published."""
    stores.sources.save(SourceInfo(source, source, "news"))
    stores.source_runs.save(SourceRun(f"r-{source}", source, NOW, NOW, voices=(voice,)))
    moments = [hour + n * timedelta(seconds=7) for hour, count in heard.items() for n in range(count)]
    stores.mentions.upsert([
        make_mention(
            f"Kabar {source} {moment}", platform="news", source=voice, url=f"https://{voice}/{n}", published_at=moment,
            scraped_at=moment + timedelta(minutes=minutes),
        )
        for n, moment in enumerate(moments)
    ])  # fmt: skip


def test_rhythms_are_learnt_from_what_is_stored_and_forgotten_with_their_source(stores: Stores) -> None:
    plant(stores, "detik", "detik.com", speaking(by_day), 4)
    plant(stores, "kompas", "kompas.com", silenced(speaking(by_day), END - 5 * HOUR, 5), 90)
    plant(stores, "google-news", "lain.example", {}, 1)
    assert learn_rhythms(stores, ZONE, lambda: NOW) == 3
    detik, kompas = stores.rhythms.get("detik"), stores.rhythms.get("kompas")
    assert detik is not None
    assert kompas is not None
    assert (detik.blind, sum(detik.counts), detik.delay, detik.delay_p95) == ((), 7 * 32, 240, 240)
    assert (kompas.silent_since, kompas.delay) == (END - 5 * HOUR, 90 * 60)
    assert stores.rhythms.get("google-news").first_heard is None
    stores.source_runs.delete("r-detik")
    stores.sources.delete("kompas")
    learn_rhythms(stores, ZONE, lambda: NOW)
    assert stores.rhythms.get("detik") == detik
    assert stores.rhythms.get("kompas") is None


def test_a_person_who_is_erased_stays_in_no_voice() -> None:
    run = SourceRun("r", "telegram-siti", NOW, voices=("@siti", "detik.com"))
    assert redacted(run, lambda text: "siti" in text).voices == (REDACTED, "detik.com")


def blinded(source: str, daily: float, first_hour: int, missed: tuple[float, ...]) -> Rhythm:
    begins = END - WINDOW
    blind = tuple(range(first_hour, first_hour + len(missed)))
    return Rhythm(source, NOW, begins, (), blind, missed, daily, first_heard=begins, voices=(f"{source}.com",))


def test_a_day_is_blind_where_a_good_part_of_the_usual_volume_was_missed(stores: Stores) -> None:
    for source, platform in (("besar", "news"), ("kecil", "news"), ("twitter", "twitter")):
        stores.sources.save(SourceInfo(source, source.title(), platform))
    last_day = 28 * 24 - 11  # midnight of Wednesday in Jakarta
    stores.rhythms.save(blinded("besar", 60, last_day - 3, (5, 5, 5, 10, 10)))
    stores.rhythms.save(blinded("kecil", 10, last_day, (1,)))
    stores.rhythms.save(blinded("twitter", 30, 0, ()))
    week = Period(date(2026, 11, 19), date(2026, 11, 25), ZONE)
    (day,) = blind_days(stores, Filters(week))
    assert (day.day, day.share) == (date(2026, 11, 25), pytest.approx(0.21))
    assert [source.id for source in day.sources] == ["besar", "kecil"]
    assert day.hours == (0, 1)
    news = blind_days(stores, Filters(week, platforms=("news",)))
    assert [(found.day.day, round(found.share, 3)) for found in news] == [(24, 0.214), (25, 0.3)]
    assert blind_days(stores, Filters(week, sources=("twitter.com",))) == []
    assert blind_days(stores, Filters(week.previous())) == []
