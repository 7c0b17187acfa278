"""Copies of one text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from pasip_core.domain.mention import Mention
from pasip_core.domain.period import Period
from pasip_core.domain.stories import Alike, Fingerprint


class StoryStore(Protocol):
    """Which mentions are copies of each other, and which were not looked at for that yet.

    A story's id is the ``cluster_id`` of its mentions; a mention whose text is new, or new to the store, has its
    ``content_hash`` for one. What is kept of a mention here goes with it and with its text.
    """

    def unlooked(self, limit: int) -> list[Mention]:
        """Mentions whose text was not looked at yet, newest first."""

    def count_unlooked(self, *, bound: int | None = None) -> int:
        """How many there are, counting no further than ``bound``."""

    def look_again(self, period: Period) -> int:
        """Have the texts published in this period looked at once more; how many were not waiting for it yet."""

    def keep_fingerprints(self, fingerprints: Sequence[Fingerprint], at: datetime) -> None:
        """Let ``alike`` find these, save where the text has changed since. Idempotent by id."""

    def mark_looked(self, fingerprints: Sequence[Fingerprint]) -> int:
        """Nothing is to be asked of these texts any more; how many were still unlooked."""

    def forget_fingerprints(self, before: datetime) -> int:
        """Forget those that were kept before; how many."""

    def alike(self, bands: Sequence[int], start: datetime, end: datetime) -> list[Alike]:
        """Every text published in between that has one of these bands, each text of each story once."""

    def begins(self, stories: Sequence[str]) -> dict[str, tuple[datetime, str]]:
        """When the earliest mention of each was published, and its id; stories without any are left out.

        Of several in the same millisecond any one, always the same.
        """

    def save_stories(self, joined: Mapping[str, str]) -> int:
        """Have each mention of a story (key) belong to another (value); how many mentions did not yet.

        Each is one atomic write that notes its hour for rollup and moves the versions. Idempotent; a value is no key.
        """
