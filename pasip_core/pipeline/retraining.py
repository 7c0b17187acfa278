"""What people corrected, as something to learn from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pasip_core.domain.filters import Filters
from pasip_core.domain.mention import Mention
from pasip_core.domain.period import JAKARTA, Period
from pasip_core.nlp.corpora import same_text
from pasip_core.nlp.corrected import train_corrected
from pasip_core.nlp.sentiment import SentimentModel
from pasip_core.stores.ports import Stores

MODELS = "models"
"""Folder under DATA_DIR of models made here."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A text with the sentiment that a person gave the whole of it, and when."""

    text: str
    sentiment: str
    at: datetime


def corrections(stores: Stores) -> list[Corrected]:
    """Every correction of a whole text, oldest first; of texts that are alike the one corrected last.

    A correction towards one keyword says nothing of the whole and is left out, and so are texts of a sample that
    somebody labelled: agreement is measured on them, and a model that had learnt them would agree too well.
    """
    measured_on = {label.data_id for label in stores.labels.list()}
    last: dict[str, Corrected] = {}
    for mention in _all_mentions(stores):
        analysis = mention.analysis
        if analysis is None or not analysis.is_correction or mention.id in measured_on:
            continue
        one, key = Corrected(mention.text, analysis.sentiment, analysis.processed_at), same_text(mention.text)
        if key and (key not in last or last[key].at < one.at):
            last[key] = one
    return sorted(last.values(), key=lambda one: (one.at, one.text))


def retrain(
    stores: Stores, data: Path, folder: Path, before: SentimentModel, *, limit: int | None = None
) -> dict[str, Any]:
    """Learn the sentiment model from DATA and all corrections into ``folder``; see ``train_corrected``.

    ``before`` is the model that answers now, to be compared with.
    """
    pairs = [(one.text, one.sentiment) for one in corrections(stores)]
    return train_corrected(data, pairs, folder, before, limit=limit)


def _all_mentions(stores: Stores) -> Iterator[Mention]:
    span = stores.mentions.span()
    if span is None:
        return iter(())
    first, last = (moment.astimezone(JAKARTA).date() for moment in span)
    return stores.mentions.stream(Filters(Period(first, last)))
