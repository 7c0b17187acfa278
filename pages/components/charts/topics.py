"""Charts of topics. Their names are words of mentions, given as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .stacked import stacked

if TYPE_CHECKING:
    import pandas as pd

ROW = 28
MOST_NAME, PIXELS = 44, 260


def bars(table: pd.DataFrame) -> dict[str, Any]:
    """A bar a topic in the order given, by sentiment, with its volume behind; columns of ``topic_frame``."""
    return stacked(table.assign(name=unique_names(table)), len(table) * ROW + 40, pixels=PIXELS)


def unique_names(table: pd.DataFrame) -> list[str]:
    """Short names; two topics with the same one are told apart by a number."""
    seen: dict[str, int] = {}
    names = []
    for name in table["name"]:
        short = name if len(name) <= MOST_NAME else name[: MOST_NAME - 1] + "…"
        seen[short] = seen.get(short, 0) + 1
        names.append(short if seen[short] == 1 else f"{short} ({seen[short]})")
    return names
