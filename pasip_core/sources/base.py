"""What a source is: keywords, a cursor and a limit in; batches of mentions and the next cursor out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import EMPTY, Mention, RawMention
from pasip_core.domain.quotas import Budget


@dataclass(frozen=True, slots=True)
class Batch:
    """A few mentions, and where to go on once they are written.

    ``cursor`` holds plain JSON values and never speaks of a mention that a later batch brings, so that a run
    that is killed between two batches skips nothing. ``expected`` is how many items the run will look at in
    all, ``None`` while unknown. ``note`` says in a sentence what a person should know of the run so far (what
    could not be read or resolved); a later note replaces it.
    """

    mentions: tuple[RawMention, ...] = ()
    cursor: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    expected: int | None = None
    note: str = ""


class Source(Protocol):
    """Somewhere mentions come from. It never touches a store."""

    @property
    def name(self) -> str:
        """The stable id: names its cursor, its runs and its job."""

    @property
    def label(self) -> str:
        """What people call it."""

    @property
    def platform(self) -> str:
        """The platform of the mentions it gives."""

    @property
    def url(self) -> str:
        """Where a person would look at it."""

    def needs(self) -> tuple[str, ...]:
        """Names of the settings without which it cannot run; empty where it can."""

    def fetch(self, keywords: Sequence[Keyword], cursor: Mapping[str, Any], limit: int) -> Iterator[Batch]:
        """What is new since ``cursor``, at most ``limit`` mentions; ``keywords`` say what to search for first.

        Raises a ``SourceError`` where nothing could be read; what was yielded before it holds.
        """


@runtime_checkable
class Budgeted(Protocol):
    """A source whose reading uses something up that people should know of before they ask for it."""

    def budgets(self) -> tuple[Budget, ...]:
        """What it uses up."""


@runtime_checkable
class Refreshing(Source, Protocol):
    """A source that can be asked for single mentions of its platform again, whose engagement has grown meanwhile.

    One that can do so only with credentials, or only in some places, is of another class where it cannot.
    """

    @property
    def most_lookups(self) -> int:
        """Mentions that one run may ask it for; the next run goes on."""

    def native_id(self, mention: Mention) -> str:
        """The platform's own id of a mention; "" where it cannot be told, or another source is to be asked for it."""

    def lookup(self, ids: Sequence[str]) -> Iterator[Batch]:
        """What the platform now tells of these mentions, by its own ids (``RawMention.native_id``).

        What is gone there is left out. A batch's ``cursor`` says under ``asked`` how many of ``ids``, in their
        order, are done with. Raises a ``SourceError``; what was yielded before it holds.
        """


def retirement(source: Source) -> str:
    """Why a source that is no more is not asked, and what to use instead; "" for any that can be asked."""
    return str(getattr(source, "retired", ""))
