"""How a stage tells how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

Progress = Callable[[int, int | None, str], None]
"""Called with what is done, what there is in all (``None``: unknown) and a short note."""

Clock = Callable[[], datetime]
"""Gives the present moment, aware UTC."""


def silent(done: int, total: int | None, note: str) -> None:
    """Tell nobody."""


def utc_now() -> datetime:
    """The clock of a running system."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Slice:
    """What one slice of a long work did, and what it left for the next."""

    done: int
    left: int
