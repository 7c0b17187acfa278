"""Mentions, and all that is known of each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Protocol

from pasip_core.domain.analysis import Analysis
from pasip_core.domain.filters import Filters
from pasip_core.domain.influence import Account, AccountOrder
from pasip_core.domain.mention import Mention
from pasip_core.domain.metrics import BoundedCount, DayNumbers, Total
from pasip_core.domain.names import NamedEntity, NamesRead, NameTotal
from pasip_core.domain.naming import Speech
from pasip_core.domain.period import Period

from .values import Assigned, Dimension, Fence, Kept, Matched, Order, Page, Touched, Understood, UpsertCounts


class MentionStore(Protocol):
    """Mentions, their analyses and their keywords.

    Each change of a mention is one atomic write that also notes the hours whose numbers it touches (the
    old hour and the new one), and moves the version of those days.
    """

    def upsert(self, mentions: Sequence[Mention]) -> UpsertCounts:
        """Store what is new; of what is known, take over engagement, followers and changed text.

        Idempotent by id. A changed ``content_hash`` re-opens the analysis, drops corrections and takes
        over the new keywords; an equal one leaves analysis, keywords and stances as they are. A metric
        that the later sighting does not give stays as it was.
        """

    def get(self, id: str) -> Mention | None:
        """The mention with its current analysis, or ``None``."""

    def history(self, id: str) -> list[Analysis]:
        """Every analysis it ever had, newest first."""

    def save_analyses(self, understood: Sequence[Understood], *, anew: bool = False) -> int:
        """Append to the history and make current, except where the text has changed or a person corrected it.

        Where the keywords are no longer those that it ``had``, nothing is written: it waits to be read again.
        Stances that a person corrected stay. Idempotent by (mention, model version). Returns how many
        became current. With ``anew`` what a model said of the text before becomes current once more, unless it is:
        after a change of models and back. In the history it stands once.
        """

    def save_matches(self, matched: Sequence[Matched]) -> int:
        """Replace keywords as a whole; skip where the text has changed since, or the keywords that it ``had``, or the
        model that it was ``said_by``: it waits to be matched again. Returns how many mentions got other keywords than
        they had. Their stances become those given, save for what a person said of the keyword or the whole; a new
        keyword without one has that of the whole."""

    def correct(self, id: str, sentiment: str, *, at: datetime, keyword: str | None = None) -> Mention:
        """A person's sentiment: of the whole (and of stances not corrected themselves), or towards ``keyword``.

        Appends to the history with ``model_version`` ``correction``. ``InputError`` where there is no such
        mention, sentiment, or keyword on it.
        """

    def assign_topics(self, assigned: Sequence[Assigned]) -> int:
        """Say which topic each of these mentions belongs to; skip where the text has changed since.

        How many got another topic than they had. A mention belongs to one topic at most, and to none once its text
        changes. Moves the versions of the days of those that changed; no number changes, so that nothing is noted for
        rollup. Idempotent.
        """

    def merge_topics(self, topic: str, into: str) -> int:
        """Have every mention of ``topic``, of whatever day, belong to ``into``; how many were moved. Idempotent."""

    def exclude(self, ids: Sequence[str]) -> int:
        """First step of deleting: no longer found or counted, hours noted for rollup."""

    def remove_excluded(self, limit: int) -> int:
        """Second step: remove for good what is excluded and already rolled up.

        With it go its history, stances and whatever else the store keeps by mention; see ``Stores.compact`` for
        what stays behind in files.
        """

    def unanalysed(self, limit: int) -> list[Mention]:
        """Mentions without an analysis, newest first."""

    def count_unanalysed(self, *, bound: int | None = None) -> int:
        """How many there are, counting no further than ``bound``."""

    def read_by(self) -> dict[str, int]:
        """How many mentions have their current analysis by each model version; corrections count as one."""

    def read_by_others(self, version: str, limit: int) -> list[Mention]:
        """Mentions whose current analysis is by another model than ``version``, in no order; never corrected ones."""

    def outdated(self, revision: str, limit: int) -> list[Mention]:
        """Mentions whose keywords were matched with other rules than ``revision``."""

    def count_outdated(self, revision: str) -> int:
        """How many there are."""

    def unnamed(self, reader: str, limit: int) -> list[Mention]:
        """Mentions whose names nobody read yet, newest first, then those that another than ``reader`` read."""

    def count_unnamed(self, reader: str, *, bound: int | None = None) -> int:
        """How many there are, counting no further than ``bound``."""

    def save_names(self, read: Sequence[NamesRead]) -> int:
        """Replace the names of these mentions, except where the text has changed; how many have other names now.

        Idempotent. A mention loses its names with its text, and a name that no mention holds is forgotten.
        """

    def names_of(self, ids: Sequence[str]) -> dict[str, tuple[NamedEntity, ...]]:
        """The names of each of these mentions that has any, by kind and name."""

    def named(self, id: str) -> NamedEntity | None:
        """The name that has this id; ``None`` where no mention holds it and nobody merged or hid it."""

    def known_names(self) -> Iterator[NamedEntity]:
        """Every name that a mention holds, each once, in no order; looks at all there are."""

    def forget_names(self, ids: Sequence[str]) -> int:
        """Take these names out of every mention; out of how many. Idempotent, batch by batch."""

    def tally_names(
        self, filters: Filters, kinds: Sequence[str] = (), *, limit: int | None = None, only: Sequence[str] = ()
    ) -> list[NameTotal]:
        """How many mentions hold each name, by the sentiment that the filters read: the ``limit`` loudest of each kind.

        Names that were merged count as one, a mention once; hidden ones are left out. ``only`` names ids. Loudest
        first.
        """

    def holding(self, words: Sequence[str]) -> Iterator[Mention]:
        """Every mention, excluded ones too, that holds one of these words; oldest first, in constant memory.

        A word is held where it is a piece of title, content, url, author or of any string within the raw data
        (names of fields too), all folded as ``domain.rules.fold`` does; ``words`` come folded. More than what is
        held may be given, less may not: the caller looks again. Looks at every mention there is, seconds per
        million, and holds no read lock for long.
        """

    def replace_authors(self, mentions: Sequence[Mention]) -> int:
        """Take over ``author``, ``url`` and ``raw_data`` of these mentions, and nothing else; how many are there.

        Each mention is one atomic write that moves the version of its day and the watermark. No number changes,
        so that nothing is noted for rollup. Excluded mentions are changed too. Idempotent by id.
        """

    def touch_everything(self) -> None:
        """Note every day that has mentions or numbers for recomputing, and move the version of all days."""

    def touched_days(self, limit: int) -> list[date]:
        """Days with numbers to recompute, newest first."""

    def touched(self, day: date) -> Touched:
        """The changes of ``day`` noted so far."""

    def numbers(self, day: date) -> DayNumbers:
        """Every cell of ``day``, computed from the mentions themselves."""

    def settle(self, touched: Touched, fence: Fence) -> None:
        """Forget exactly the changes that ``touched`` saw; what came since stays noted."""

    def page(self, filters: Filters, *, after: str | None = None, limit: int = 50, order: Order = "newest") -> Page:
        """One page by keyset. ``InputError`` where ``after`` is no cursor of ours."""

    def stream(self, filters: Filters) -> Iterator[Mention]:
        """All of them, newest first, in constant memory, without holding a read lock for long."""

    def ids(self, period: Period) -> list[str]:
        """The ids of all mentions of the period, in no order."""

    def count(self, filters: Filters, *, bound: int = 10_000) -> BoundedCount:
        """How many, looking no further than ``bound``."""

    def tally(
        self, filters: Filters, by: Sequence[Dimension], *, limit: int | None = None, stories: bool = False
    ) -> list[Total]:
        """Sums over single mentions, for what series cannot answer; loudest first.

        With ``keyword`` in ``by`` a mention counts for each of the filters' keywords that it has, by its stance
        towards it. ``count`` is ``None``; with ``stories`` it is the number of stories, one of several days counted on
        each of them. With ``topic`` in ``by``, mentions that belong to none stand under an empty one. ``emotion`` and
        ``model`` (its version) are those of the current analysis of the whole, ``pending`` where there is none;
        ``confidence`` is ``low`` or ``high``. ``ValueError`` for ``author`` and ``story`` together.
        """

    def accounts(
        self, filters: Filters, order: AccountOrder, *, limit: int = 50, aside: Collection[tuple[str, str]] = ()
    ) -> list[Account]:
        """The first accounts in this order, without those ``aside`` (platform and author); see ``ranked``.

        With one keyword its stances are the tone, else the whole texts. Mentions without an author are nobody's.
        """

    def speeches(self, filters: Filters, limit: int) -> tuple[list[Speech], BoundedCount]:
        """Of the newest ``limit`` mentions those that may speak to somebody (see ``may_speak_to``), newest first; and
        how many were looked at, not exact where there are more beyond them."""

    def delays(self, period: Period) -> list[tuple[str, str, float]]:
        """(platform, source, seconds from publication to collection) of each mention of the period, in no order."""

    def span(self) -> tuple[datetime, datetime] | None:
        """When the oldest and the newest mention were published; ``None`` where there is none."""

    def voices(self) -> list[tuple[str, str]]:
        """Every (platform, source) there is, for filters."""

    def watermark(self) -> str:
        """A value that changes whenever any mention does."""

    def kept(self, *, after: str = "", limit: int = 500) -> list[Kept]:
        """The next mentions by id with everything known of them, those with ids greater than ``after``.

        Excluded ones are among them. Ids are ordered as text. Fewer than ``limit`` only at the end; each mention
        is read in one piece, the page as a whole need not be. ``InputError`` where ``after`` is no id.
        """

    def keep(self, kept: Sequence[Kept]) -> None:
        """Store exactly so, in place of whatever stands under the same ids: text, keywords, history, corrections.

        Each mention is one atomic write that notes its day (and that of the one it replaces) for rollup and
        moves the versions, as any write does. Afterwards ``kept`` gives the same back, a model's later word is
        outranked by the same corrections, and the same word of the same model is not taken twice. Idempotent;
        of several with one id the last counts. ``stances`` and ``corrected`` name keywords of the mention only.
        ``InputError``, before anything of its batch is written, for a sentiment or number no store can hold.
        """
