"""What goes into a store and comes out of it, beside the values of the domain."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from pasip_core.domain.analysis import CORRECTION, Analysis
from pasip_core.domain.mention import EMPTY, Mention
from pasip_core.domain.names import NamedEntity

Order = Literal["newest", "oldest", "engagement"]
Dimension = Literal[
    "day", "hour", "keyword", "platform", "source", "author", "sentiment", "topic", "emotion", "model", "confidence",
    "story",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class UpsertCounts:
    """inserted + updated + unchanged is the number of distinct ids given; ``ids`` are the inserted ones."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """An analysis of the text that had ``content_hash``, with the sentiment towards each keyword.

    ``had`` are the keywords that the mention had when it was read; ``None``: the stances go with whatever it has.
    """

    content_hash: str
    analysis: Analysis
    stances: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    had: tuple[str, ...] | None = None

    def fits(self, keywords: Collection[str]) -> bool:
        """Whether the stances were asked for towards these keywords, those that the mention has by now."""
        return self.had is None or set(self.had) == set(keywords)


@dataclass(frozen=True, slots=True)
class Matched:
    """The keywords of the text that had ``content_hash``, by the rules of ``revision``.

    ``stances`` is the sentiment towards each of them, as far as it is known: beside other names, another part of the
    text speaks of the same keyword. ``had`` and ``said_by`` are the keywords that the mention had and the model
    version that its analysis was by (``None``: it had none) when it was read; without ``had`` it does not matter.
    """

    data_id: str
    content_hash: str
    keywords: tuple[str, ...]
    revision: str
    stances: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    had: tuple[str, ...] | None = None
    said_by: str | None = None

    def fits(self, keywords: Collection[str], said_by: str | None) -> bool:
        """Whether the stances go with what the mention has by now; with what a person said of the whole, any do."""
        if self.had is None:
            return True
        return set(self.had) == set(keywords) and said_by in {self.said_by, CORRECTION}

    def told(self, keyword: str, whole: str | None, said_by: str | None) -> str | None:
        """The sentiment towards ``keyword`` that goes with what ``said_by`` (a model version) calls the ``whole``.

        ``None`` where nobody has read the text, or a person has: then the keyword has what the whole has.
        """
        return None if whole is None or said_by == CORRECTION else self.stances.get(keyword)


@dataclass(frozen=True, slots=True)
class Assigned:
    """The topic of the text that had ``content_hash``; an empty one: it belongs to none."""

    data_id: str
    content_hash: str
    topic: str


@dataclass(frozen=True, slots=True)
class Touched:
    """The changes of one day that a rollup saw: opaque to everyone but the store that gave it."""

    day: date
    seen: object


@dataclass(frozen=True, slots=True)
class Page:
    """One page of mentions. ``next`` goes into ``after`` for the next one; ``None`` at the end."""

    mentions: tuple[Mention, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """One row of a mention's analysis history: of which text, and towards which keyword (``None``: the whole)."""

    analysis: Analysis
    content_hash: str
    keyword: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A mention with everything that is known of it, as it moves from one store to another.

    ``mention`` is as ``get`` gives it, or would give it were it not ``excluded``: keywords sorted, times cut to
    milliseconds, a stance only where it is known, and the current analysis naming the mention's keywords.
    ``said`` is its history, oldest first. ``corrected`` names, sorted, the keywords whose stance a person set.
    ``topic`` is the id of the topic it was assigned to, if any.
    ``names`` are what its text names, as ``names_by`` read it (empty: nobody did yet).
    """

    mention: Mention
    said: tuple[Said, ...] = ()
    corrected: tuple[str, ...] = ()
    excluded: bool = False
    topic: str = ""
    names: tuple[NamedEntity, ...] = ()
    names_by: str = ""

    def sentiments(self) -> Iterator[str]:
        """Every sentiment in it: of the whole, of stances, of the history."""
        if self.mention.analysis is not None:
            yield self.mention.analysis.sentiment
        yield from self.mention.stances.values()
        yield from (said.analysis.sentiment for said in self.said)


@dataclass(frozen=True, slots=True)
class Fence:
    """Proof of holding a lease. A write that carries an overtaken fence raises ``LeaseLost``."""

    name: str
    token: int
