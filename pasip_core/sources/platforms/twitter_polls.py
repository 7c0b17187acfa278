"""How far X was read: for each rule up to which post, and the polls that are under way.

A poll is one query, read from the newest post backwards to where its rules were read before. Each post costs money,
so none is bought twice: a rule that was never read is asked for alone, a poll that broke off goes on where it was,
also when the keywords have changed meanwhile, and what was read belongs to rules rather than to the queries that
happened to hold them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pasip_core.domain.keyword import Keyword

from ..fields import items, mapping, moment, text
from .twitter_posts import Found, number_of

WINDOW = timedelta(days=7)
"""How far back the recent search goes; what lies before cannot be asked for, not even as the place to go on."""
MARGIN = timedelta(hours=1)
MOST_KEPT = 2_000


def rule_key(keyword: Keyword) -> str:
    """A short name of what a keyword looks for; it changes with the rule."""
    return hashlib.sha256(keyword.effective_rule().encode("utf-8", "replace")).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Mark:
    """A post, and when it was published: what is older was read."""

    id: str
    at: datetime

    @classmethod
    def read(cls, value: object, now: datetime) -> Mark | None:
        """What ``as_json`` gave; ``None`` for anything else."""
        id, at = number_of(mapping(value).get("id")), moment(mapping(value).get("at"), now)
        return cls(id, at) if id and at else None

    def as_json(self) -> dict[str, str]:
        """Plain values."""
        return {"id": self.id, "at": self.at.isoformat()}


def newest(*marks: Mark | None) -> Mark | None:
    """The latest of those that there are."""
    return max(filter(None, marks), key=lambda mark: int(mark.id), default=None)


@dataclass(eq=False)
class Poll:
    """``query`` for ``rules`` (keys), from ``top``, the newest post of its first page, back to ``since``.

    ``top`` is ``None`` until its first page, ``begun`` is when that came. ``token`` leads to the next page, ``oldest``
    is the last post that was given. ``floor`` is the newest post that any poll had met when this one began: what is
    older was there to be found, so that a rule that seldom finds something does not stay far behind the others.
    """

    query: str
    rules: tuple[str, ...]
    begun: datetime
    since: Mark | None = None
    start: datetime | None = None
    floor: Mark | None = None
    top: Mark | None = None
    token: str = ""
    oldest: str = ""
    met: set[str] = field(default_factory=set)
    """Ids of this run."""

    def parameters(self) -> dict[str, str | None]:
        """Where it goes on, in X's terms. Without ``since`` the time from which to watch bounds it, if there is one."""
        start = None if self.since or self.start is None else f"{self.start:%Y-%m-%dT%H:%M:%SZ}"
        return {
            "query": self.query,
            "since_id": self.since.id if self.since else None,
            "start_time": start,
            "next_token": self.token or None,
            "until_id": None if self.token else self.oldest or None,
        }

    def without(self, parameters: Iterable[str]) -> bool:
        """Give up one thing that X does not accept any more; False where only the rest is out of reach, or nothing.

        A token that is lost is replaced by the last post that was given.
        """
        sent = {name for name, value in self.parameters().items() if value}
        refused = sent.intersection("next_token" if name == "pagination_token" else name for name in parameters)
        if "next_token" in refused:
            self.token = ""
        elif "since_id" in refused:
            self.since = None
        elif "start_time" in refused:
            self.start = None
        return bool(refused - {"until_id"})

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        marks = {name: mark.as_json() for name in ("since", "floor", "top") if (mark := getattr(self, name))}
        times = {name: at.isoformat() for name in ("begun", "start") if (at := getattr(self, name))}
        told = {"query": self.query, "rules": list(self.rules), "token": self.token, "oldest": self.oldest}
        return told | marks | times

    @classmethod
    def read(cls, value: Mapping[str, Any], now: datetime) -> Poll | None:
        """What ``as_json`` gave; ``None`` for anything else."""
        query, begun, rules = text(value.get("query")), moment(value.get("begun"), now), value.get("rules")
        if not (query and begun and isinstance(rules, list | tuple)):
            return None
        poll = cls(query, tuple(map(str, rules)), begun, start=moment(value.get("start"), now))
        poll.since, poll.floor, poll.top = (Mark.read(value.get(name), now) for name in ("since", "floor", "top"))
        poll.token, poll.oldest = text(value.get("token")), number_of(value.get("oldest"))
        return poll


@dataclass
class Reading:
    """Read from a cursor and written into the next one. ``read_to`` leaves out rules none of whose polls has ended."""

    read_to: dict[str, Mark] = field(default_factory=dict)
    polls: list[Poll] = field(default_factory=list)
    newest: Mark | None = None

    @classmethod
    def from_cursor(cls, cursor: Mapping[str, Any], now: datetime, *, archive: bool) -> Reading:
        """Whatever cannot be read counts as never read, and without the archive so does what lies out of reach."""
        oldest = None if archive else now - WINDOW + MARGIN
        marks = {rule: mark for rule, raw in mapping(cursor, "read_to").items() if (mark := Mark.read(raw, now))}
        polls = [poll for raw in items(cursor.get("polls")) if (poll := Poll.read(raw, now))]
        if oldest:
            marks = {rule: mark for rule, mark in marks.items() if mark.at > oldest}
            polls = [poll for poll in polls if poll.begun > oldest]
            for poll in polls:
                poll.since = poll.since if poll.since and poll.since.at > oldest else None
        return cls(marks, polls, Mark.read(cursor.get("newest"), now))

    def as_cursor(self) -> dict[str, Any]:
        """Plain JSON values, bounded; rules that were read longest ago are forgotten first."""
        kept = sorted(self.read_to.items(), key=lambda entry: int(entry[1].id))[-MOST_KEPT:]
        return {
            "read_to": {rule: mark.as_json() for rule, mark in kept},
            "polls": [poll.as_json() for poll in self.polls[-MOST_KEPT:]],
            "newest": self.newest.as_json() if self.newest else None,
        }

    def under_way(self, rules: Iterable[str]) -> list[Poll]:
        """Open polls that ask for one of these rules."""
        wanted = set(rules)
        return [poll for poll in self.polls if wanted.intersection(poll.rules)]

    def begin(self, polls: Iterable[Poll]) -> list[Poll]:
        """Open these, each from where all of its rules were read.

        A rule counts as read again when the last of its polls has ended, up to where the least of them went.
        """
        begun = list(polls)
        for poll in begun:
            marks = [self.read_to.get(rule) for rule in poll.rules]
            known = [mark for mark in marks if mark]
            poll.since = min(known, key=lambda mark: int(mark.id)) if known and len(known) == len(marks) else None
        for rule in {rule for poll in begun for rule in poll.rules}:
            self.read_to.pop(rule, None)
        self.polls += begun
        return begun

    def advance(self, poll: Poll, found: Found, given: Sequence[str], now: datetime) -> None:
        """After a page of which the posts ``given`` (ids, newest first) are in the batch that carries this state."""
        if not (poll.token or poll.oldest):  # what others met later may lie beyond where this one began
            poll.floor = self.newest
        if poll.top is None and found.newest:
            poll.begun = now
            published = {post.native_id: post.published_at for post in found.posts}
            poll.top = Mark(found.newest, published.get(found.newest, now))
        self.newest = newest(self.newest, poll.top)
        cut, repeated = len(given) < len(found.posts), bool(given) and poll.met.issuperset(given)
        token, known = found.token, poll.token
        poll.token = "" if cut else token
        poll.oldest = min(filter(None, (poll.oldest, *given)), key=int, default="")
        poll.met.update(given)
        if not cut and (not token or token == known or repeated):
            self.end(poll)

    def end(self, poll: Poll) -> None:
        """Everything that the poll could reach was given."""
        self.polls.remove(poll)
        mark = newest(poll.top, poll.floor, poll.since)
        if mark is None:
            return
        for rule in poll.rules:
            other = self.read_to.get(rule, mark)
            self.read_to[rule] = min(mark, other, key=lambda each: int(each.id))
