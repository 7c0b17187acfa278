"""Small collections, and leases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar

from pasip_core.domain.mention import EMPTY

from .values import Fence

T = TypeVar("T")


class Records(Protocol[T]):
    """A small collection of frozen dataclasses with an ``id``."""

    def get(self, id: str) -> T | None:
        """The record, or ``None``."""

    def save(self, record: T) -> None:
        """Insert or replace by id, atomically."""

    def list(
        self,
        where: Mapping[str, object] = EMPTY,
        *,
        order_by: str = "id",
        descending: bool = False,
        limit: int | None = None,
    ) -> list[T]:
        """Records whose fields equal every value in ``where``; ties are ordered by id."""

    def delete(self, id: str) -> bool:
        """Remove it; whether it was there."""


class Leases(Protocol):
    """Who may do a thing that only one process may do at a time."""

    def acquire(self, name: str, owner: str, seconds: float) -> Fence | None:
        """Take the lease for so long, or ``None`` while someone else holds it. Tokens only grow."""

    def renew(self, fence: Fence, seconds: float) -> None:
        """Hold it for so long from now on; ``LeaseLost`` where it has gone."""

    def release(self, fence: Fence) -> None:
        """Give it back; harmless where it has gone."""
