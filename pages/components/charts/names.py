"""Names in the mentions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .base import BAR
from .stacked import stacked

if TYPE_CHECKING:
    import pandas as pd

PIXELS = 200
"""Of a name."""


def names_by_tone(table: pd.DataFrame) -> dict[str, Any]:
    """Columns ``name``, the four sentiments, ``volume``: a bar for each name in the order given, by sentiment."""
    return stacked(table, max(64, len(table) * BAR + 52), pixels=PIXELS)
