"""What a store promises, whatever server stands behind it.

Every backend keeps these contracts and is tested by the one suite in ``tests/contracts``. All methods
raise ``StoreUnavailable``, ``StoreFull`` or ``StoreReadOnly`` where the server does; driver errors never
leave this package. All times are aware UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, Protocol, TypeVar, get_args, get_origin, get_type_hints

from pasip_core.domain.analysis import CORRECTION, Analysis
from pasip_core.domain.coordination import CoordinatedGroup
from pasip_core.domain.filters import Filters
from pasip_core.domain.influence import Account, AccountOrder, Influencer, SetAside
from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import EMPTY, Mention
from pasip_core.domain.metrics import BoundedCount, DayNumbers, Total
from pasip_core.domain.names import Alias, NamedEntity, NamesRead, NameTotal
from pasip_core.domain.naming import Speech
from pasip_core.domain.period import Period
from pasip_core.domain.privacy import Erased, Erasure, Salt
from pasip_core.domain.quality import Label, Rescoring, Sample
from pasip_core.domain.quotas import Use
from pasip_core.domain.retention import Frozen
from pasip_core.domain.rhythm import Rhythm
from pasip_core.domain.runs import AddressState, AuditEntry, Feed, ImportRun, Move, SourceCursor, SourceInfo, SourceRun
from pasip_core.domain.stories import Alike, Fingerprint
from pasip_core.domain.topic import Topic, TopicPoint, TopicRun

T = TypeVar("T")

Order = Literal["newest", "oldest", "engagement"]
Dimension = Literal[
    "day", "hour", "keyword", "platform", "source", "author", "sentiment", "topic", "emotion", "model", "confidence",
    "story",
]  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class UpsertCounts:
    """inserted + updated + unchanged is the number of distinct ids given; ``ids`` are the inserted ones."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """An analysis of the text that had ``content_hash``, with the sentiment towards each keyword."""

    content_hash: str
    analysis: Analysis
    stances: Mapping[str, str] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, slots=True)
class Matched:
    """The keywords of the text that had ``content_hash``, by the rules of ``revision``.

    ``stances`` is the sentiment towards each of them, as far as it is known: beside other names, another part of the
    text speaks of the same keyword.
    """

    data_id: str
    content_hash: str
    keywords: tuple[str, ...]
    revision: str
    stances: Mapping[str, str] = field(default_factory=lambda: EMPTY)

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


class Leases(Protocol):
    """Who may do a thing that only one process may do at a time."""

    def acquire(self, name: str, owner: str, seconds: float) -> Fence | None:
        """Take the lease for so long, or ``None`` while someone else holds it. Tokens only grow."""

    def renew(self, fence: Fence, seconds: float) -> None:
        """Hold it for so long from now on; ``LeaseLost`` where it has gone."""

    def release(self, fence: Fence) -> None:
        """Give it back; harmless where it has gone."""


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

        Stances that a person corrected stay. Idempotent by (mention, model version). Returns how many
        became current. With ``anew`` what a model said of the text before becomes current once more, unless it is:
        after a change of models and back. In the history it stands once.
        """

    def save_matches(self, matched: Sequence[Matched]) -> int:
        """Replace keywords as a whole; skip where the text has changed since. Returns how many mentions
        got other keywords than they had. Their stances become those given, save for what a person said of the
        keyword or the whole; a new keyword without one has that of the whole."""

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


class StoryStore(Protocol):
    """Which mentions are copies of each other, and which were not looked at for that yet.

    A story's id is the ``cluster_id`` of its mentions; a mention whose text is new, or new to the store, has its
    ``content_hash`` for one. What is kept of a mention here goes with it and with its text.
    """

    def unlooked(self, limit: int) -> list[Mention]:
        """Mentions whose text was not looked at yet, newest first."""

    def count_unlooked(self, *, bound: int | None = None) -> int:
        """How many there are, counting no further than ``bound``."""

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


class Stores(Protocol):
    """Everything that is kept, opened together by ``connect``."""

    @property
    def mentions(self) -> MentionStore: ...
    @property
    def stories(self) -> StoryStore: ...
    @property
    def metrics(self) -> MetricStore: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def keywords(self) -> Records[Keyword]: ...
    @property
    def feeds(self) -> Records[Feed]: ...
    @property
    def addresses(self) -> Records[AddressState]: ...
    @property
    def quota_uses(self) -> Records[Use]: ...
    @property
    def sources(self) -> Records[SourceInfo]: ...
    @property
    def rhythms(self) -> Records[Rhythm]: ...
    @property
    def source_runs(self) -> Records[SourceRun]: ...
    @property
    def cursors(self) -> Records[SourceCursor]: ...
    @property
    def imports(self) -> Records[ImportRun]: ...
    @property
    def audit(self) -> Records[AuditEntry]: ...
    @property
    def moves(self) -> Records[Move]: ...
    @property
    def aliases(self) -> Records[Alias]: ...
    @property
    def frozen(self) -> Records[Frozen]: ...
    @property
    def salts(self) -> Records[Salt]: ...
    @property
    def erased(self) -> Records[Erased]: ...
    @property
    def erasures(self) -> Records[Erasure]: ...
    @property
    def influencers(self) -> Records[Influencer]: ...
    @property
    def set_aside(self) -> Records[SetAside]: ...
    @property
    def topics(self) -> Records[Topic]: ...
    @property
    def topic_runs(self) -> Records[TopicRun]: ...
    @property
    def samples(self) -> Records[Sample]: ...
    @property
    def labels(self) -> Records[Label]: ...
    @property
    def rescorings(self) -> Records[Rescoring]: ...
    @property
    def coordinated_groups(self) -> Records[CoordinatedGroup]: ...

    def migrate(self) -> None:
        """Bring the schema up to this version; safe to repeat and to run twice at once."""

    def compact(self) -> None:
        """Leave nothing of what was deleted or replaced before: not in free space, logs, or the text index.

        Safe to repeat and to interrupt. May take minutes and need as much space again as the store has; other
        processes wait, or get ``StoreUnavailable``. Raises it, too, where a reader holds on to an old state.
        Where a server keeps copies of its own (replicas' logs, snapshots), they are its operator's to clear.
        """

    def health(self) -> Mapping[str, str]:
        """What ``doctor`` shows: backend, version, where, size."""

    def close(self) -> None:
        """Let go of connections and files."""


@cache
def record_types() -> Mapping[str, type[Any]]:
    """What each collection of ``Stores`` holds, by the name of its property.

    Read from the protocol above, so that a collection that is added there is moved and backed up as well.
    """
    told = {
        name: get_type_hints(attribute.fget)["return"]
        for name, attribute in vars(Stores).items()
        if isinstance(attribute, property)
    }
    return {name: get_args(hint)[0] for name, hint in told.items() if get_origin(hint) is Records}
