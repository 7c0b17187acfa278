"""A store as plain dictionaries: what every backend must agree with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pasip_core.domain.analysis import CORRECTION, PENDING, Analysis
from pasip_core.domain.filters import Filters
from pasip_core.domain.influence import POLARITIES, Account, AccountOrder, added_up, polarity_of, ranked
from pasip_core.domain.mention import Engagement, Mention
from pasip_core.domain.names import KINDS, Merged, NamedEntity, NamesRead
from pasip_core.domain.period import JAKARTA, day_of, hour_of
from pasip_core.stores.ports import Assigned, Matched, Understood
from tests.builders import make_analysis

NAMES = tuple(NamedEntity(kind, name) for kind in KINDS[:4] for name in ("a", "b"))
KNOWN_IDS = tuple(name.id for name in NAMES)
Sums = dict[tuple[object, ...], tuple[int, int, int | None]]
Tallied = dict[tuple[object, ...], tuple[int, int | None, int | None]]


@dataclass
class Model:
    """Mentions by id; ``corrected`` holds (id, keyword) with ``*`` for the whole."""

    zone: ZoneInfo = JAKARTA
    mentions: dict[str, Mention] = field(default_factory=dict)
    excluded: set[str] = field(default_factory=set)
    corrected: set[tuple[str, str]] = field(default_factory=set)
    versions: set[tuple[str, str, str]] = field(default_factory=set)
    topics: dict[str, str] = field(default_factory=dict)
    names: dict[str, tuple[NamedEntity, ...]] = field(default_factory=dict)
    """Of each mention that was read."""
    merged: Merged = field(default_factory=lambda: Merged(()))
    looked: set[tuple[str, str]] = field(default_factory=set)
    """(id, content_hash) of what was looked at for copies."""

    def _day(self, moment: datetime) -> date:
        return day_of(moment, self.zone)

    def alive(self) -> Iterator[Mention]:
        """What is found and counted."""
        return (m for m in self.mentions.values() if m.id not in self.excluded)

    def upsert(self, mention: Mention) -> str:
        """What became of it."""
        old = self.mentions.get(mention.id)
        if old is None:
            self.mentions[mention.id] = mention
            return "inserted"
        if mention.id in self.excluded:
            return "unchanged"
        told, had = mention.engagement, old.engagement
        new = replace(
            old,
            engagement=Engagement(
                *(_later(getattr(told, n), getattr(had, n)) for n in ("likes", "shares", "comments"))
            ),
            author_followers=_later(mention.author_followers, old.author_followers),
        )
        if mention.content_hash != old.content_hash:
            taken = ("title", "content", "language", "content_hash", "cluster_id", "keywords", "rules_revision")
            new = replace(new, **{name: getattr(mention, name) for name in taken}, analysis=None, stances={})
            self.corrected = {(id, k) for id, k in self.corrected if id != mention.id}
            self.topics.pop(mention.id, None)
            self.names.pop(mention.id, None)
            self.looked = {one for one in self.looked if one[0] != mention.id}
        self.mentions[mention.id] = new
        return "unchanged" if new == old else "updated"

    def understand(self, one: Understood, anew: bool = False) -> bool:
        """Whether it became current."""
        id = one.analysis.data_id
        old = self.mentions.get(id)
        if old is None or id in self.excluded or old.content_hash != one.content_hash:
            return False
        if not one.fits(old.keywords):
            return False
        said = (id, one.content_hash, one.analysis.model_version)
        known = said in self.versions
        self.versions.add(said)
        other = anew and old.analysis is not None and old.analysis.model_version != one.analysis.model_version
        if (id, "*") in self.corrected or (known and old.analysis is not None and not other):
            return False
        self._set_whole(old, one.analysis, one.stances)
        return True

    def _set_whole(self, old: Mention, analysis: Analysis, stances: Mapping[str, str]) -> None:
        kept = {k: s for k, s in old.stances.items() if (old.id, k) in self.corrected}
        new = {k: stances.get(k, analysis.sentiment) for k in old.keywords} | kept
        self.mentions[old.id] = replace(old, analysis=analysis, stances=new)

    def match(self, one: Matched) -> bool:
        """Whether the keywords changed."""
        id = one.data_id
        old = self.mentions.get(id)
        if old is None or id in self.excluded or old.content_hash != one.content_hash:
            return False
        said_by = CORRECTION if (id, "*") in self.corrected else old.analysis and old.analysis.model_version
        if not one.fits(old.keywords, said_by):
            return False
        new = tuple(sorted(set(one.keywords)))
        stances = {k: s for k, s in old.stances.items() if k in new}
        if old.analysis:
            told = {} if (id, "*") in self.corrected else one.stances
            if new != old.keywords:
                free = {k for k in new if (id, k) not in self.corrected or k not in old.keywords}
                stances |= {k: told.get(k, stances.get(k, old.analysis.sentiment)) for k in free}
        self.corrected = {(i, k) for i, k in self.corrected if i != id or k == "*" or k in new}
        self.mentions[id] = replace(old, keywords=new, stances=stances, rules_revision=one.revision)
        return new != old.keywords

    def name(self, one: NamesRead) -> bool:
        """Whether the names changed."""
        old = self.mentions.get(one.data_id)
        if old is None or old.id in self.excluded or old.content_hash != one.content_hash:
            return False
        had = self.names.get(old.id, ())
        self.names[old.id] = one.names
        return set(had) != set(one.names)

    def correct(self, id: str, sentiment: str, keyword: str | None) -> None:
        """A person's word."""
        old = self.mentions[id]
        if keyword is None:
            felt = old.analysis.emotion if old.analysis else None
            said = make_analysis(id, sentiment, model_version=CORRECTION, confidence=1.0, emotion=felt)
            self._set_whole(old, said, {})
        else:
            self.mentions[id] = replace(old, stances={**old.stances, keyword: sentiment})
        self.corrected.add((id, keyword or "*"))

    def save_stories(self, joined: Mapping[str, str]) -> int:
        """How many mentions came to another story."""
        moved = [m for m in self.alive() if m.cluster_id in joined]
        self.mentions |= {m.id: replace(m, cluster_id=joined[m.cluster_id]) for m in moved}
        return len(moved)

    def mark_looked(self, mention: Mention) -> bool:
        """Whether it was unlooked."""
        fits = mention in self.unlooked()
        self.looked |= {(mention.id, mention.content_hash)} if fits else set()
        return fits

    def unlooked(self) -> list[Mention]:
        """Mentions of which nobody looked at the text they have now."""
        return [m for m in self.alive() if (m.id, m.content_hash) not in self.looked]

    def remove_excluded(self) -> int:
        """Forget what is excluded."""
        gone = len(self.excluded)
        for id in self.excluded:
            del self.mentions[id]
            self.topics.pop(id, None)
            self.versions = {v for v in self.versions if v[0] != id}
            self.corrected = {c for c in self.corrected if c[0] != id}
            self.names.pop(id, None)
            self.looked = {one for one in self.looked if one[0] != id}
        self.excluded = set()
        return gone

    def assign(self, one: Assigned) -> bool:
        """Whether the topic changed."""
        old = self.mentions.get(one.data_id)
        if old is None or one.data_id in self.excluded or old.content_hash != one.content_hash:
            return False
        before = self.topics.pop(one.data_id, "")
        self.topics |= {one.data_id: one.topic} if one.topic else {}
        return before != one.topic

    def merge(self, topic: str, into: str) -> int:
        """How many were moved."""
        moved = [id for id, had in self.topics.items() if had == topic and topic != into]
        self.topics |= dict.fromkeys(moved, into)
        return len(moved)

    def found(self, filters: Filters) -> list[Mention]:
        """What the filters mean, in no order."""
        topic = filters.topic
        return [
            m
            for m in self.alive()
            if _fits(m, filters) and (not topic or self.topics.get(m.id) == topic) and self._names(m, filters.entity)
        ]

    def _names(self, mention: Mention, entity: str) -> bool:
        return not entity or entity in {
            id for name in self.names.get(mention.id, ()) for id in self._counts_as(name.id)
        }

    def _counts_as(self, id: str) -> set[str]:
        """The id, and those that it counts as on the way to its main one."""
        return {other for other in (id, *KNOWN_IDS) if id in self.merged.members(other)}

    def tally_names(self, filters: Filters) -> dict[str, dict[str, int]]:
        """Mentions by main id and sentiment."""
        counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for mention in self.found(filters):
            for main in {self.merged.main(name.id) for name in self.names.get(mention.id, ())} - self.merged.hidden:
                counts[main][sentiment(mention, filters)] += 1
        return {main: dict(tones) for main, tones in counts.items()}

    def sums(self, days: Iterable[date], by: Sequence[str], keywords: Sequence[str]) -> Sums:
        """Series: cells of hour or day, added up."""
        rows = [
            (m, keyword, _whole(m) if keyword == "*" else m.stances.get(keyword, PENDING))
            for m in self.alive()
            for keyword in keywords or ("*",)
            if keyword == "*" or keyword in m.keywords
        ]
        time = hour_of if "hour" in by else self._day
        cells = [
            ((time(m.published_at), k, m.platform, s), m) for m, k, s in rows if self._day(m.published_at) in set(days)
        ]
        return _added(cells, ("hour" if "hour" in by else "day", "keyword", "platform", "sentiment"), by)

    def union(self, days: Iterable[date], by: Sequence[str], keywords: Sequence[str]) -> Sums:
        """Cells of exact keyword sets, added up."""
        cells = [
            ((self._day(m.published_at), m.keywords, m.platform, m.source, _whole(m)), m)
            for m in self.alive()
            if self._day(m.published_at) in set(days) and (not keywords or set(keywords) & set(m.keywords))
        ]
        return _added(cells, ("day", "set", "platform", "source", "sentiment"), by)

    def tally(self, filters: Filters, by: Sequence[str], *, stories: bool = False) -> Tallied:
        """Single mentions, added up; their stories are counted a day, where asked for."""
        sides = [filters.only(keyword) for keyword in filters.keywords] if "keyword" in by else [filters]
        cells = [
            (
                (
                    self._day(m.published_at), side.one_keyword, m.platform, m.source, m.author, sentiment(m, side),
                    *_read(m), self.topics.get(m.id, ""), m.cluster_id,
                ),
                m,
            )
            for side in sides
            for m in self.found(side)
        ]  # fmt: skip
        names = (
            "day", "keyword", "platform", "source", "author", "sentiment", "emotion", "model", "confidence", "topic",
            "story",
        )  # fmt: skip
        wanted = [names.index(name) for name in by]
        placed = [(tuple(key[i] for i in wanted), m) for key, m in cells]
        told = {(place, self._day(m.published_at), m.cluster_id) for place, m in placed}
        return {
            place: (volume, sum(one[0] == place for one in told) if stories else None, engagement)
            for place, (volume, _, engagement) in _added(placed, by, by).items()
        }

    def accounts(self, filters: Filters, order: AccountOrder, aside: Collection[tuple[str, str]]) -> list[Account]:
        """Single mentions, added up by account."""
        spoken = [
            (m.platform, m.author, m.published_at, m.engagement.total, m.author_followers, _polarity(m, filters))
            for m in self.found(filters)
        ]
        return ranked((a for a in added_up(spoken) if (a.platform, a.author) not in aside), order)


def _polarity(mention: Mention, filters: Filters) -> float | None:
    tone = sentiment(mention, filters)
    return POLARITIES.get(tone) if filters.one_keyword else polarity_of(mention.analysis)


def _later(new: int | None, old: int | None) -> int | None:
    return old if new is None else new


def _whole(mention: Mention) -> str:
    return mention.analysis.sentiment if mention.analysis else PENDING


def _read(mention: Mention) -> tuple[str, str, str]:
    """Emotion, model and confidence of the whole."""
    said = mention.analysis
    if said is None:
        return PENDING, PENDING, PENDING
    return said.emotion or PENDING, said.model_version, "low" if said.confidence < 0.5 else "high"


def sentiment(mention: Mention, filters: Filters) -> str:
    """The one that the filters read."""
    keyword = filters.one_keyword
    return mention.stances.get(keyword, PENDING) if keyword else _whole(mention)


def _fits(mention: Mention, filters: Filters) -> bool:
    words = f"{mention.title} {mention.content}".casefold().split()
    return (
        filters.period.first <= day_of(mention.published_at, filters.period.zone) <= filters.period.last
        and (not filters.keywords or bool(set(filters.keywords) & set(mention.keywords)))
        and (not filters.platforms or mention.platform in filters.platforms)
        and (not filters.sources or mention.source in filters.sources)
        and (not filters.accounts or mention.author in filters.accounts)
        and mention.author not in filters.without
        and (not filters.story or mention.cluster_id == filters.story)
        and (not filters.sentiments or sentiment(mention, filters) in filters.sentiments)
        and (not filters.emotions or _read(mention)[0] in filters.emotions)
        and (not filters.unsure or _read(mention)[2] == "low")
        and all(word in words for word in filters.text.casefold().split())
    )


def _added(cells: Iterable[tuple[tuple[object, ...], Mention]], names: Sequence[str], by: Sequence[str]) -> Sums:
    """Stories are counted within a cell; cells are then added up over the dimensions not asked for."""
    grouped: dict[tuple[object, ...], list[Mention]] = defaultdict(list)
    for key, mention in cells:
        grouped[key].append(mention)
    sums: Sums = {}
    for key, mentions in grouped.items():
        place = tuple(key[names.index(name)] for name in by)
        volume, count, engagement = sums.get(place, (0, 0, None))
        known = [m.engagement.total for m in mentions if m.engagement.total is not None]
        if known:
            engagement = (engagement or 0) + sum(known)
        sums[place] = (volume + len(mentions), count + len({m.cluster_id for m in mentions}), engagement)
    return sums
