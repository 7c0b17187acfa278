"""Finding accounts that share the same things together; see ``domain.coordination`` for what counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import count
from zoneinfo import ZoneInfo

from pasip_core.domain.coordination import (
    DAYS,
    FEWEST_TAGS,
    LINK,
    MOST_EVIDENCE,
    TAGS,
    TEXT,
    Account,
    CoordinatedGroup,
    Evidence,
)
from pasip_core.domain.filters import Filters
from pasip_core.domain.mention import NEWS, Mention, canonical_url
from pasip_core.domain.period import Period, day_of
from pasip_core.stores.ports import Stores

from .coincidences import Coincidences, Edge, Shared, components, linked
from .progress import Clock, Progress, silent, utc_now

_LINKS = re.compile(r"https?://[^\s<>\"']+")
_TAG = re.compile(r"#\w+")
KINDS = (TEXT, LINK, TAGS)
TOLD_EVERY = 2_000


@dataclass(frozen=True, slots=True)
class _Post:
    mention: str
    account: Account
    at: datetime


@dataclass
class _Posts:
    """What accounts shared, as numbers."""

    posts: list[_Post] = field(default_factory=list)
    things: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    """Numbers of posts by kind and thing."""

    def add(self, mention: Mention) -> None:
        """One more mention."""
        number = len(self.posts)
        self.posts.append(_Post(mention.id, Account(mention.platform, mention.author), mention.published_at))
        for thing in things_in(mention):
            self.things.setdefault(thing, []).append(number)

    def shared(self) -> tuple[list[Shared], list[Account], list[tuple[str, str]]]:
        """What more than one account shared, with the accounts and things behind the numbers."""
        several = [t for t, posts in self.things.items() if len({self.posts[n].account for n in posts}) > 1]
        several.sort(key=lambda thing: (KINDS.index(thing[0]), thing[1]))
        posts = sorted({n for thing in several for n in self.things[thing]})
        accounts = sorted({self.posts[n].account for n in posts})
        numbers = dict(zip(accounts, count(), strict=False))
        rows = [
            Shared(n, numbers[self.posts[n].account], int(self.posts[n].at.timestamp()), place)
            for place, thing in enumerate(several)
            for n in self.things[thing]
        ]
        return rows, accounts, several


def things_in(mention: Mention) -> Iterator[tuple[str, str]]:
    """What the mention shares with all others of its story, link or set of hashtags, by kind."""
    yield TEXT, mention.cluster_id
    for link in sorted({canonical_url(found.rstrip(".,;:!?)…")) for found in _links(mention.content)}):
        yield LINK, link
    tags = sorted({tag.casefold() for tag in _TAG.findall(mention.content)})
    if len(tags) >= FEWEST_TAGS:
        yield TAGS, " ".join(tags)


def _links(text: str) -> Iterator[str]:
    for found in _LINKS.findall(text) if "://" in text else ():
        try:
            canonical_url(found)
        except ValueError:  # no address after all
            continue
        yield found


def latest(stores: Stores, zone: ZoneInfo, clock: Clock = utc_now) -> Period:
    """The days up to the newest mention that are looked at."""
    span = stores.mentions.span()
    last = day_of(span[1] if span else clock(), zone)
    return Period(last - timedelta(days=DAYS - 1), last, zone)


def find_groups(
    stores: Stores,
    zone: ZoneInfo,
    *,
    period: Period | None = None,
    clock: Clock = utc_now,
    progress: Progress = silent,
) -> list[CoordinatedGroup]:
    """The groups of the period, largest first, put in place of those known whose posts lie in it.

    Idempotent; killed at any line it leaves groups of the last run or of this one.
    """
    period = period or latest(stores, zone, clock)
    posts = _Posts()
    for mention in _social(stores, period):
        posts.add(mention)
        if len(posts.posts) % TOLD_EVERY == 0:
            progress(len(posts.posts), None, "posts")
    before = [g for g in stores.coordinated_groups.list() if g.last_seen >= period.start and g.first_seen < period.end]
    found = _named(list(_groups(posts, clock())), before)
    for group in found:
        stores.coordinated_groups.save(group)
    for gone in {g.id for g in before} - {g.id for g in found}:
        stores.coordinated_groups.delete(gone)
    progress(len(posts.posts), len(posts.posts), "posts")
    return found


def _social(stores: Stores, period: Period) -> Iterator[Mention]:
    """Mentions with a named author, but those of news outlets: agencies' articles are shared by their nature."""
    platforms = tuple(sorted({platform for platform, _ in stores.mentions.voices()} - {NEWS}))
    if platforms:
        yield from (m for m in stores.mentions.stream(Filters(period, platforms=platforms)) if m.author)


def _groups(posts: _Posts, now: datetime) -> Iterator[CoordinatedGroup]:
    rows, accounts, things = posts.shared()
    if not rows:
        return
    edges, real = linked(rows)
    for members in sorted(components(edges), key=lambda group: (-len(group), group)):
        within = [edge for edge in edges if edge.left in members]
        yield _group(posts, [accounts[n] for n in members], within, real, things, now)


def _group(
    posts: _Posts,
    accounts: list[Account],
    edges: list[Edge],
    real: Coincidences,
    things: list[tuple[str, str]],
    now: datetime,
) -> CoordinatedGroup:
    pairs = {(edge.left, edge.right) for edge in edges}
    rows: dict[tuple[int, int], Evidence] = {}
    for (left, right), both, thing in zip(real.pairs.tolist(), real.posts.tolist(), real.things.tolist(), strict=True):
        if (left, right) in pairs:
            rows |= {(n, thing): _evidence(posts.posts[n], *things[thing]) for n in both}
    evidence = sorted(rows.values())
    return CoordinatedGroup(
        _digest(accounts),
        tuple(accounts),
        datetime.fromisoformat(evidence[0].at),
        datetime.fromisoformat(evidence[-1].at),
        now,
        times=len({(row.what, row.at[:10]) for row in evidence}),
        coincidences=sum(edge.times for edge in edges),
        expected=round(sum(edge.expected for edge in edges), 3),
        evidence=tuple(evidence[:MOST_EVIDENCE]),
    )


def _evidence(post: _Post, kind: str, what: str) -> Evidence:
    at = post.at.astimezone(UTC).isoformat(timespec="seconds")
    return Evidence(at, kind, what, post.account.platform, post.account.name, post.mention)


def _digest(accounts: Iterable[Account]) -> str:
    told = "\x1e".join("\x1f".join(account) for account in accounts)
    return blake2b(told.encode("utf-8", "replace"), digest_size=12).hexdigest()


def _named(found: list[CoordinatedGroup], before: list[CoordinatedGroup]) -> list[CoordinatedGroup]:
    """With the ids under which groups of mostly the same accounts are known; each id once."""
    free = {group.id: set(group.accounts) for group in before}
    named = []
    for group in found:
        accounts = set(group.accounts)
        known = max(free, key=lambda id: (len(free[id] & accounts), id), default="")
        if known and 2 * len(free[known] & accounts) >= max(len(accounts), len(free[known])):
            del free[known]
            group = replace(group, id=known)
        named.append(group)
    return named
