"""What people do about the quality of the machine: labels of samples, and the pace of reading again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from pasip_core.domain.quality import ONLY, PAUSE, UNCLEAR, Label, Rescoring, Sample, label_id
from pasip_core.errors import InputError
from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores
from pasip_core.stores.samples import words_of_models
from pasip_core.stores.values import check_sentiments

from .audit import LOCAL, record
from .follow_up import ask_for


def label(stores: Stores, sample: Sample, data_id: str, sentiment: str, *, who: str = LOCAL) -> Label:
    """Note what a person says of a text of the sample; ``UNCLEAR`` leaves it out. A later word replaces it.

    With its first label a sample that is not kept yet is kept; where another one of that week is, that one holds.
    ``InputError`` for another sentiment, or a mention that is not in the sample or gone. Numbers do not change.
    """
    if sentiment != UNCLEAR:
        check_sentiments(sentiment)
    known = _kept(stores, sample, who)
    mention = stores.mentions.get(data_id) if data_id in known.ids else None
    if mention is None:
        raise InputError(f"mention: {data_id!r} is not there", field="mention", value=data_id)
    said = words_of_models(stores, mention)
    id = label_id(sample.id, data_id)
    made = Label(id, sample.id, data_id, mention.content_hash, sentiment, datetime.now(UTC), who, said)
    stores.labels.save(made)
    record(stores, made.at, who, "sample.label", data_id, week=sample.id, sentiment=sentiment or None)
    return made


def _kept(stores: Stores, sample: Sample, who: str) -> Sample:
    if known := stores.samples.get(sample.id):
        return known
    made = replace(sample, drawn_at=datetime.now(UTC))
    stores.samples.save(made)
    record(stores, made.drawn_at, who, "sample.draw", made.id, texts=len(made.ids), of=made.population)
    return made


def take_back(stores: Stores, sample: Sample, data_id: str, *, who: str = LOCAL) -> bool:
    """Forget the label of a text; whether there was one."""
    gone = stores.labels.delete(label_id(sample.id, data_id))
    if gone:
        record(stores, datetime.now(UTC), who, "sample.unlabel", data_id, week=sample.id)
    return gone


def open_texts(stores: Stores, sample: Sample) -> Sequence[str]:
    """The ids of the sample that have no label yet, in order."""
    labelled = {one.data_id for one in stores.labels.list({"week": sample.id})}
    return [id for id in sample.ids if id not in labelled]


def pause_rescoring(stores: Stores, *, who: str = LOCAL) -> None:
    """Stop reading again after the batch under way, until it is resumed."""
    now = datetime.now(UTC)
    stores.rescorings.save(Rescoring(PAUSE, begun_at=now))
    record(stores, now, who, "rescore.pause", ONLY)


def resume_rescoring(stores: Stores, settings: Settings, *, who: str = LOCAL) -> bool:
    """Go on with it; whether the queue took it (else the schedule does)."""
    stores.rescorings.delete(PAUSE)
    record(stores, datetime.now(UTC), who, "rescore.resume", ONLY)
    return ask_for("rescore", settings)
