"""Numbers over many mentions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from pasip_core.domain.metrics import DayNumbers, Total
from pasip_core.domain.period import Period
from pasip_core.domain.topic import TopicPoint

from .values import Dimension, Fence


class MetricStore(Protocol):
    """Hour cells of the last 90 days and day cells for ever."""

    def write(self, numbers: DayNumbers, fence: Fence) -> None:
        """Replace all cells of that day, and move its version. ``LeaseLost`` under an overtaken fence.

        Hours that ``numbers`` leaves out stay as they were. The day need not have mentions: its platforms and
        sources are known to ``sums``, ``union`` and ``MentionStore.voices`` from then on.
        """

    def sums(
        self,
        period: Period,
        by: Sequence[Dimension],
        *,
        keywords: Sequence[str] = (),
        platforms: Sequence[str] = (),
        sentiments: Sequence[str] = (),
    ) -> list[Total]:
        """Cells of single keywords added up (stances), or of all mentions where none is named.

        Several keywords need ``keyword`` in ``by``: their sum would count a mention twice. Dimensions:
        day, hour, keyword, platform, sentiment.
        """

    def union(
        self,
        period: Period,
        by: Sequence[Dimension],
        *,
        keywords: Sequence[str] = (),
        platforms: Sequence[str] = (),
        sources: Sequence[str] = (),
        sentiments: Sequence[str] = (),
    ) -> list[Total]:
        """Mentions with any of these keywords (or all mentions), each counted once, whole-text sentiment.

        Dimensions: day, platform, source, sentiment.
        """

    def write_topics(self, points: Sequence[TopicPoint]) -> None:
        """Copy what is said of topics to where charts outside read it; without InfluxDB there is no such place.

        A point of the same day, topic and platform takes the place of the one before.
        """

    def days(self) -> list[date]:
        """Every day that has cells, oldest first."""

    def read(self, day: date) -> DayNumbers:
        """What stands written for that day; hours without cells are left out, cells are in no order."""

    def versions(self, period: Period) -> str:
        """A digest that changes whenever a mention or a number of one of these days does."""

    def move_version(self, day: date) -> None:
        """Say that numbers of this day, or a copy of them, are new: nobody goes on with what they remember."""

    def forget_hours(self, before: datetime) -> int:
        """Remove hour cells older than this."""
