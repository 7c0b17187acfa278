"""The weekly random sample: drawing it, and keeping its labels true."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pasip_core.domain.analysis import CORRECTION
from pasip_core.domain.mention import Mention
from pasip_core.domain.period import Period, day_of
from pasip_core.domain.quality import Label, Sample, draw, week_of, week_period

from .ports import Stores


def last_week(now: datetime, zone: ZoneInfo) -> Period:
    """The week that ended last."""
    today = day_of(now, zone)
    return week_period(week_of(today) - timedelta(days=7), Period(today, today, zone))


def draw_sample(stores: Stores, week: Period, now: datetime) -> Sample:
    """The sample of a week, drawn once: later calls give the same, whatever was collected meanwhile.

    A week without mentions has an empty one, which is not kept.
    """
    if known := stores.samples.get(week.first.isoformat()):
        return known
    sample = drawn(stores, week, now)
    if sample.ids:
        stores.samples.save(sample)
    return sample


def drawn(stores: Stores, week: Period, now: datetime) -> Sample:
    """The sample as it would be drawn now; nothing is kept."""
    id = week.first.isoformat()
    ids = stores.mentions.ids(week)
    return Sample(id, now, len(ids), draw(id, ids))


def words_of_models(stores: Stores, mention: Mention) -> dict[str, str]:
    """What each model says of a text, by version: its latest word, since an earlier one may be of an earlier text."""
    said = {a.model_version: a.sentiment for a in reversed(stores.mentions.history(mention.id))}
    said.pop(CORRECTION, None)
    return said


def keep_labels(stores: Stores, version: str = "") -> int:
    """Forget labels of texts that are gone or were edited; how many.

    The other labels learn what the model of ``version`` says of their text.
    """
    forgotten = 0
    for label in stores.labels.list():
        mention = stores.mentions.get(label.data_id)
        if mention is None or mention.content_hash != label.content_hash:
            forgotten += stores.labels.delete(label.id)
        elif version and version not in label.said:
            _learn(stores, label, mention)
    return forgotten


def forget_gone(stores: Stores) -> None:
    """Nothing of a removed mention stays in samples and labels."""
    keep_labels(stores)
    for sample in stores.samples.list():
        there = tuple(id for id in sample.ids if stores.mentions.get(id) is not None)
        if there != sample.ids:
            stores.samples.save(replace(sample, ids=there))


def _learn(stores: Stores, label: Label, mention: Mention) -> None:
    said = words_of_models(stores, mention)
    if said != dict(label.said):
        stores.labels.save(replace(label, said=said))
