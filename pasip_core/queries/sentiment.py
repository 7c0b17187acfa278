"""Tone in detail: emotions, how sure the machine is, and which model it was. Counted from single mentions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pasip_core.domain.analysis import CORRECTION, LOW, PENDING
from pasip_core.domain.filters import Filters
from pasip_core.stores.ports import Stores

from . import sums

if TYPE_CHECKING:
    import pandas as pd


def emotion_days(stores: Stores, filters: Filters) -> pd.DataFrame:
    """Columns day, emotion, volume: of what was read, each emotion on each day on which it was."""
    found = sums.frame(stores.mentions.tally(filters, ("day", "emotion")), ("day", "emotion"))
    read = found[found["emotion"] != PENDING]
    return read[["day", "emotion", "volume"]].sort_values(["day", "emotion"], ignore_index=True)


def confidence(stores: Stores, filters: Filters) -> pd.DataFrame:
    """Columns sentiment, low, high: how many mentions the model was and was not sure of, by sentiment."""
    found = sums.frame(stores.mentions.tally(filters, ("confidence", "sentiment")), ("confidence", "sentiment"))
    wide = found.pivot_table(index="sentiment", columns="confidence", values="volume", aggfunc="sum", fill_value=0)
    wide = wide.reindex(columns=[LOW, "high"], fill_value=0)
    wide.columns.name = None
    return wide[wide.sum(axis=1) > 0].reset_index()


def models(stores: Stores, filters: Filters) -> list[tuple[str, int]]:
    """How many mentions each model version read, the loudest first; what people corrected is among them."""
    found = stores.mentions.tally(filters, ("model",))
    return [(str(t.by["model"]), t.volume) for t in found if t.by["model"] != PENDING]


def machines(read: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """The models alone."""
    return [(version, count) for version, count in read if version != CORRECTION]
