"""A store as plain dictionaries: what every backend must agree with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pasip_core.domain.analysis import CORRECTION, PENDING
from pasip_core.domain.filters import Filters
from pasip_core.domain.mention import Engagement, Mention
from pasip_core.domain.period import JAKARTA, day_of, hour_of
from pasip_core.stores.ports import Matched, Understood
from tests.builders import make_analysis

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
            self.looked = {one for one in self.looked if one[0] != mention.id}
        self.mentions[mention.id] = new
        return "unchanged" if new == old else "updated"

    def understand(self, one: Understood) -> bool:
        """Whether it became current."""
        id = one.analysis.data_id
        old = self.mentions.get(id)
        if old is None or id in self.excluded or old.content_hash != one.content_hash:
            return False
        said = (id, one.content_hash, one.analysis.model_version)
        known = said in self.versions
        self.versions.add(said)
        if (id, "*") in self.corrected or (known and old.analysis is not None):
            return False
        self._set_whole(old, one.analysis.sentiment, one.analysis.model_version, one.stances)
        return True

    def _set_whole(self, old: Mention, sentiment: str, version: str, stances: Mapping[str, str]) -> None:
        kept = {k: s for k, s in old.stances.items() if (old.id, k) in self.corrected}
        new = {k: stances.get(k, sentiment) for k in old.keywords} | kept
        analysis = make_analysis(old.id, sentiment, model_version=version)
        self.mentions[old.id] = replace(old, analysis=analysis, stances=new)

    def match(self, one: Matched) -> bool:
        """Whether the keywords changed."""
        id = one.data_id
        old = self.mentions.get(id)
        if old is None or id in self.excluded or old.content_hash != one.content_hash:
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

    def correct(self, id: str, sentiment: str, keyword: str | None) -> None:
        """A person's word."""
        old = self.mentions[id]
        if keyword is None:
            self._set_whole(old, sentiment, CORRECTION, {})
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
            self.versions = {v for v in self.versions if v[0] != id}
            self.corrected = {c for c in self.corrected if c[0] != id}
            self.looked = {one for one in self.looked if one[0] != id}
        self.excluded = set()
        return gone

    def found(self, filters: Filters) -> list[Mention]:
        """What the filters mean, in no order."""
        return [m for m in self.alive() if _fits(m, filters)]

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
            ((self._day(m.published_at), side.one_keyword, m.platform, m.source, m.author, sentiment(m, side),
              m.cluster_id), m)
            for side in sides
            for m in self.found(side)
        ]  # fmt: skip
        names = ("day", "keyword", "platform", "source", "author", "sentiment", "story")
        wanted = [names.index(name) for name in by]
        placed = [(tuple(key[i] for i in wanted), m) for key, m in cells]
        told = {(place, self._day(m.published_at), m.cluster_id) for place, m in placed}
        return {
            place: (volume, sum(one[0] == place for one in told) if stories else None, engagement)
            for place, (volume, _, engagement) in _added(placed, by, by).items()
        }


def _later(new: int | None, old: int | None) -> int | None:
    return old if new is None else new


def _whole(mention: Mention) -> str:
    return mention.analysis.sentiment if mention.analysis else PENDING


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
        and (not filters.story or mention.cluster_id == filters.story)
        and (not filters.sentiments or sentiment(mention, filters) in filters.sentiments)
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
