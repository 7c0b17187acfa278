"""Learning the rhythm of every source from the mentions of the last four weeks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from pasip_core.domain.filters import Filters
from pasip_core.domain.period import Period
from pasip_core.domain.rhythm import SHOWN, WINDOW, learn, owners
from pasip_core.stores.ports import Stores

from .progress import Clock, utc_now

Voice = tuple[str, str]
"""Platform, and the name under which mentions are stored."""
RUNS_LOOKED_AT = 100
"""Of each source; between two computations there are two or three."""


def learn_rhythms(stores: Stores, zone: ZoneInfo, clock: Clock = utc_now) -> int:
    """Compute the rhythm of every source anew and keep it; how many there are. Idempotent."""
    now = clock()
    before = {rhythm.id: set(rhythm.voices) for rhythm in stores.rhythms.list()}
    infos = stores.sources.list()
    heard, delays = heard_by_hour(stores, now, zone), delays_of(stores, now, zone)
    brought = {
        info.id: {voice for voice in before.get(info.id, ()) if (info.platform, voice) in heard}
        | voices_of_runs(stores, info.id)
        for info in infos
    }
    own = owners(brought)
    for info in infos:
        voices = [(info.platform, voice) for voice in own[info.id]]
        hours: dict[datetime, int] = defaultdict(int)
        for voice in voices:
            for hour, count in heard.get(voice, {}).items():
                hours[hour] += count
        waited = [seconds for voice in voices for seconds in delays.get(voice, ())]
        stores.rhythms.save(learn(info.id, hours, now, zone, delays=waited, voices=brought[info.id]))
    for gone in before.keys() - {info.id for info in infos}:
        stores.rhythms.delete(gone)
    return len(infos)


def voices_of_runs(stores: Stores, source: str) -> set[str]:
    """The names under which the latest runs of a source stored its mentions."""
    runs = stores.source_runs.list({"source": source}, order_by="started_at", descending=True, limit=RUNS_LOOKED_AT)
    return {voice for run in runs for voice in run.voices}


def heard_by_hour(stores: Stores, now: datetime, zone: ZoneInfo) -> Mapping[Voice, Mapping[datetime, int]]:
    """Mentions of each voice by the hour of their publication, over the window of rhythms."""
    period = Period.last_days(WINDOW.days + 2, now, zone)
    found: dict[Voice, dict[datetime, int]] = defaultdict(dict)
    for total in stores.mentions.tally(Filters(period), ("platform", "source", "hour")):
        hour = total.by["hour"]
        assert isinstance(hour, datetime)
        found[str(total.by["platform"]), str(total.by["source"])][hour] = total.volume
    return found


def delays_of(stores: Stores, now: datetime, zone: ZoneInfo) -> Mapping[Voice, list[float]]:
    """Seconds from publication to collection, over the days shown."""
    found: dict[Voice, list[float]] = defaultdict(list)
    for platform, source, seconds in stores.mentions.delays(Period.last_days(SHOWN.days, now, zone)):
        found[platform, source].append(max(0.0, seconds))
    return found
