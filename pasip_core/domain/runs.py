"""What a collection leaves behind, and where the next one goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from .mention import RawMention
from .quotas import Budget

LONGEST_TOLD = 500

INTERRUPTED, CANCELLED = "interrupted", "cancelled"
"""Kinds of a run that did not end by itself; all others are those of ``SourceError``."""


MOST_A_RUN = 200
"""Mentions of one source in one run, unless told."""


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A source as the workers know it, published for those who may not load sources themselves.

    ``url`` is one that everybody may read (``public_address``). ``needs`` names the settings it lacks; it is skipped
    until they are there. ``key_page`` is where a person gets them, ``retired`` says in a sentence why it is not asked
    any more, ``budgets`` what may be asked of it.
    """

    id: str
    label: str
    platform: str
    url: str = ""
    needs: tuple[str, ...] = ()
    key_page: str = ""
    retired: str = ""
    budgets: tuple[Budget, ...] = ()

    @property
    def may_run(self) -> bool:
        """Whether it can be collected from."""
        return not self.needs and not self.retired


@dataclass(frozen=True, slots=True)
class SourceRun:
    """One run of one source. ``error_kind`` is empty where it went well (see ``errors``, and above).

    ``note`` says in a sentence what could not be read or resolved in an otherwise good run. ``too_old`` and
    ``erased`` count items that were not stored: older than what is kept, and of persons who had their data erased.
    ``voices`` are the names under which its mentions are stored, at most 50.
    """

    id: str
    source: str
    started_at: datetime
    finished_at: datetime | None = None
    items: int = 0
    new: int = 0
    updated: int = 0
    newest_published_at: datetime | None = None
    error_kind: str = ""
    error: str = ""
    retry_at: datetime | None = None
    note: str = ""
    too_old: int = 0
    erased: int = 0
    voices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """What one question to a source gave, of which nothing was kept.

    ``title``, ``published_at`` and ``url`` are of the first mention read (``items``: how many there were).
    ``error_kind`` is empty where it went well. ``searched``: there was a keyword to search for.
    """

    source: str
    searched: bool = True
    needs: tuple[str, ...] = ()
    items: int = 0
    title: str = ""
    published_at: datetime | None = None
    url: str = ""
    note: str = ""
    error_kind: str = ""
    error: str = ""
    retry_at: datetime | None = None

    def read(self, mentions: Sequence[RawMention], note: str) -> Trial:
        """The same after a batch."""
        later = replace(self, items=self.items + len(mentions), note=(note or self.note)[:LONGEST_TOLD])
        if self.items or not mentions:
            return later
        first = mentions[0]
        title = " ".join((first.title or first.content).split())[:LONGEST_TOLD]
        return replace(later, title=title, published_at=first.published_at, url=first.url)

    def failed(self, kind: str, error: str, retry_at: datetime | None) -> Trial:
        """The same with what it broke off with."""
        return replace(self, error_kind=kind, error=error[:LONGEST_TOLD], retry_at=retry_at)


@dataclass(frozen=True, slots=True)
class SourceCursor:
    """Where a source goes on: plain JSON values, moved only after what they passed was written."""

    id: str
    position: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Feed:
    """A stream of posts that a person added: an RSS feed, a site, a channel, a page.

    ``kind`` is ``feed`` (RSS or Atom at ``url``), ``site`` (a news site; ``handle`` holds the addresses of its feeds
    and sitemaps, separated by spaces), or the platform whose channel, page or subreddit ``handle`` names:
    ``telegram``, ``youtube``, ``facebook``, ``instagram``, ``reddit`` (see ``handles``).
    """

    id: str
    name: str
    url: str
    created_at: datetime
    active: bool = True
    kind: str = "feed"
    handle: str = ""


@dataclass(frozen=True, slots=True)
class AddressState:
    """What the last check found at one address of an outlet, and since when it is so.

    ``state`` is ``ok`` or a word for what is wrong, ``told`` says it in a sentence. ``off``: collections leave the
    address alone.
    """

    id: str
    source: str
    address: str
    state: str
    told: str
    checked_at: datetime
    since: datetime
    off: bool = False


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One imported file: read = inserted + updated + duplicates + rejected + erased.

    ``rejected_file`` is the full path of the rejected rows; while the run goes on, of where they will lie.
    ``erased`` counts rows of persons who had their data erased: of those no copy is kept, not even as rejected rows.
    """

    id: str
    file_name: str
    started_at: datetime
    finished_at: datetime | None = None
    read: int = 0
    inserted: int = 0
    updated: int = 0
    duplicates: int = 0
    rejected: int = 0
    rejected_file: str = ""
    error: str = ""
    erased: int = 0


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who changed what, and when."""

    id: str
    at: datetime
    who: str
    action: str
    subject: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move:
    """How far everything has come that moves into this store from ``origin``.

    ``part`` and ``after`` are what was written last. ``left_as`` digests the state in which the finished move
    left this store, so that whatever was written since is noticed.
    """

    id: str
    origin: str
    started_at: datetime
    part: str = ""
    after: str = ""
    finished_at: datetime | None = None
    left_as: str = ""
