"""X (Twitter), API v2: its search of the last seven days, or of the archive, for money and never for more than the cap.

Facts: https://docs.x.com/x-api/posts/search, OpenAPI 2.167, as of August 2026. Results come newest first;
``since_id`` is what the first page of the previous poll told as ``newest_id``, kept while paging. Indonesian is ``in``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import Mention
from pasip_core.domain.quotas import MONEY, Budget, Quota

from ..api import Api
from ..base import Batch
from ..ledger import Meter
from ..platform_file import Platform
from ..translate import Dialect, queries_for
from ..workbench import Workbench
from .twitter_api import Calls, Explanation, LostPlace
from .twitter_polls import MARGIN, WINDOW, Poll, Reading, rule_key
from .twitter_posts import NAME, Found, number_of, read_answer
from .twitter_purse import LEAST, NotYet, Purse

MOST_RECENT, MOST_ARCHIVE, MOST_IDS = 100, 500, 100
MOST_LOOKUPS = 1_000
LATE = timedelta(hours=6)
"""So long the rest of a poll may wait for money; then what is new comes first."""
MOST_REQUESTS = 100
"""Of one run: pages may be empty and still lead to further ones."""


def sources(bench: Workbench) -> Iterable[Twitter]:
    """The one source there is."""
    settings, platform = bench.settings, bench.platforms[NAME]
    token = settings.twitter_bearer_token.get_secret_value()
    explain = Explanation(token, str(platform.key_page or platform.base), bench.clock)
    api = Api(bench.http, platform.base, platform.delay, {"Authorization": f"Bearer {token}"}, explain=explain)
    dollars = Meter(f"{NAME}.dollars", Quota(settings.twitter_monthly_cap, "month"), bench.ledger, bench.clock)
    post, user = (max(0.0, platform.prices.get(name, 0.0)) for name in ("post", "user"))
    purse = Purse(dollars, bench.meter(NAME, "posts"), post, user)
    yield Twitter(platform, Calls(api, bench.clock), purse, bench.clock, settings.twitter_archive, bool(token))


@dataclass(frozen=True)
class Twitter:
    """Searches for keywords and looks posts up again; what either may cost is taken from ``purse`` before."""

    settings: Platform
    calls: Calls
    purse: Purse
    clock: Callable[[], datetime]
    archive: bool
    ready: bool

    name = NAME
    platform = NAME
    url = "https://x.com"
    most_lookups = MOST_LOOKUPS

    @property
    def label(self) -> str:
        """See ``Source``."""
        return self.settings.label

    @property
    def dialect(self) -> Dialect:
        """X's query language: the length counts before the address is encoded."""
        longest = self.settings.option("longest_archive", 1024) if self.archive else None
        language = self.settings.word("language", "in")
        return Dialect(
            suffix=f" lang:{language}" if language else "",
            longest=longest or self.settings.option("longest_recent", 512),
        )

    def needs(self) -> tuple[str, ...]:
        """See ``Source``."""
        return () if self.ready else ("TWITTER_BEARER_TOKEN",)

    def budgets(self) -> tuple[Budget, ...]:
        """The money of the month."""
        dollars = self.purse.dollars
        limit, window = dollars.quota.limit, dollars.quota.window
        each = self.purse.post + self.purse.user
        return (Budget(dollars.bucket, limit, window, MONEY, each, self.purse.request),)

    def fetch(self, keywords: Sequence[Keyword], cursor: Mapping[str, Any], limit: int) -> Iterator[Batch]:
        """See ``Source``; ``SourcePaidOut`` where the month's cap allows no further request."""
        now = self.clock()
        run = _Run(self, Reading.from_cursor(cursor, now, archive=self.archive), limit, now)
        yield from run.read([k for k in keywords if k.monitoring_start is None or k.monitoring_start < now])

    def search(self, poll: Poll, size: int, *, ahead: bool) -> Found:
        """The next page of a poll, of at most ``size`` posts, or of as many as may be paid; ``NotYet`` for none."""
        path, most = ("all", MOST_ARCHIVE) if self.archive else ("recent", MOST_RECENT)
        with self.purse.searching(max(LEAST, min(size, most)), ahead=ahead) as purchase:
            parameters = {
                **poll.parameters(),
                "max_results": purchase.size,
                "sort_order": "recency",
                "expansions": "author_id",
                "user.fields": "username,name,public_metrics,verified",
                **self._fields(),
            }
            answer = self.calls.get(f"2/tweets/search/{path}", parameters)
            found = read_answer(answer.data, self.clock())
            purchase.settle(found.returned, found.users)
        return found

    def native_id(self, mention: Mention) -> str:
        """See ``Refreshing``: from the raw data, or from an address such as ``https://x.com/name/status/1``."""
        _, status, rest = urlsplit(mention.url).path.rpartition("/status/")
        return number_of(mention.raw_data.get("id")) or (number_of(rest.strip("/")) if status else "")

    def lookup(self, ids: Sequence[str]) -> Iterator[Batch]:
        """See ``Refreshing``. Authors are not asked for, since each would cost more than its post."""
        wanted = [id for id in dict.fromkeys(ids) if number_of(id)]
        while wanted:
            with self.purse.looking_up(min(len(wanted), MOST_IDS)) as purchase:
                asked, wanted = wanted[: purchase.size], wanted[purchase.size :]
                answer = self.calls.get("2/tweets", {"ids": ",".join(asked)} | self._fields())
                found = read_answer(answer.data, self.clock())
                purchase.settle(found.returned, found.users)
            told = tuple(post for post in found.posts if post.native_id in set(asked))
            done = {"asked": ids.index(asked[-1]) + 1}
            yield Batch(told, done, len(ids), _note(found.unreadable, found.withheld))

    def _fields(self) -> dict[str, str]:
        """X is between two names of everything: ``fields`` in the platform file says which one to send."""
        parameter = self.settings.word("fields", "tweet.fields")
        noun = parameter.partition(".")[0]
        told = f"created_at,public_metrics,author_id,lang,conversation_id,referenced_{noun}s,note_{noun}"
        return {parameter: told}


@dataclass
class _Run:
    """One run: polls in turn, a page each, so that none waits for the end of a long one."""

    source: Twitter
    state: Reading
    limit: int
    now: datetime
    bought: int = 0
    requests: int = 0
    unreadable: int = 0
    withheld: list[str] = field(default_factory=list)
    waiting: int = 0
    given_up: int = 0

    def read(self, keywords: Sequence[Keyword]) -> Iterator[Batch]:
        """What is under way and what is new; then, for what was under way and has ended, what came meanwhile."""
        open_polls = self.state.under_way(map(rule_key, keywords))
        resumed = {rule for poll in open_polls for rule in poll.rules}
        fresh = [keyword for keyword in keywords if rule_key(keyword) not in resumed]
        yield from self._in_turn([*open_polls, *self._begin(fresh)])
        if self._room():
            still = {rule for poll in self.state.polls for rule in poll.rules}
            later = [k for k in keywords if rule_key(k) in resumed - still]
            yield from self._in_turn(self._begin(later))
        yield Batch((), self.state.as_cursor(), None, self._note())

    def _begin(self, keywords: Sequence[Keyword]) -> list[Poll]:
        """Polls for keywords, the important first; those never read are asked for apart, or all would be read anew.

        They come before the others, so that these are known to be read up to what they found.
        """
        known = [k for k in keywords if rule_key(k) in self.state.read_to]
        others = [k for k in keywords if rule_key(k) not in self.state.read_to]
        by_id = {keyword.id: keyword for keyword in keywords}
        queries = [query for group in (others, known) for query in queries_for(group, self.source.dialect)]
        return self.state.begin(self._poll(query.text, [by_id[id] for id in query.keywords]) for query in queries)

    def _poll(self, query: str, keywords: Sequence[Keyword]) -> Poll:
        """Bounded by the time from which all of its keywords are watched, if the search reaches back that far."""
        starts = [keyword.monitoring_start for keyword in keywords]
        start = None if None in starts else min(filter(None, starts))
        if start and not self.source.archive and start < self.now - WINDOW + MARGIN:
            start = None
        return Poll(query, tuple(dict.fromkeys(map(rule_key, keywords))), self.now, start=start)

    def _in_turn(self, polls: Iterable[Poll]) -> Iterator[Batch]:
        waiting = deque(polls)
        while waiting and (room := self._room()):
            poll = waiting.popleft()
            try:
                yield self._page(poll, room, room // (len(waiting) + 1))
            except NotYet:
                self._let_wait(poll)
                continue
            if poll in self.state.polls:
                waiting.append(poll)

    def _let_wait(self, poll: Poll) -> None:
        """For want of money; one that has waited for long gives way to what is new."""
        if poll.top and self.now - poll.begun >= LATE:
            self.given_up += 1
            self.state.end(poll)
        else:
            self.waiting += 1

    def _room(self) -> int:
        """Posts that may still be bought; a handful is left to the next run, since a request brings ten."""
        room = self.limit - self.bought
        return 0 if self.requests >= MOST_REQUESTS or (self.bought and room < LEAST) else max(0, room)

    def _page(self, poll: Poll, room: int, share: int) -> Batch:
        found = self._search(poll, min(room, max(LEAST, share)))
        given = found.posts[:room]
        self.bought += found.returned
        self.unreadable += found.unreadable
        self.withheld += found.withheld
        if poll in self.state.polls:
            self.state.advance(poll, found, [post.native_id for post in given], self.now)
        return Batch(given, self.state.as_cursor(), None, self._note())

    def _note(self) -> str:
        waits = f"{self.waiting} searches wait, so that the month's money lasts." if self.waiting else ""
        late = (
            f"{self.given_up} searches were not read to their end: there is no money for it." if self.given_up else ""
        )
        return " ".join(filter(None, (waits, late, _note(self.unreadable, self.withheld))))

    def _is_first_look(self, poll: Poll) -> bool:
        """Whether rules that were never read are asked for the first time; what is left of them then is not urgent."""
        return poll.since is None and (poll.top is None or poll.begun == self.now)

    def _search(self, poll: Poll, size: int) -> Found:
        """The next page without what was read before; nothing, and the poll ended, where the rest is out of reach."""
        while True:
            self.requests += 1
            try:
                found = self.source.search(poll, size, ahead=self._is_first_look(poll))
            except LostPlace as lost:
                if poll.without(lost.parameters):
                    continue
                if "until_id" not in lost.parameters or poll.token or not poll.oldest:
                    raise
                self.state.end(poll)
                return Found()
            since = int(poll.since.id) if poll.since else 0
            posts = tuple(post for post in found.posts if int(post.native_id) > since)
            return replace(found, posts=posts, token=found.token if posts or not found.posts else "")


def _note(unreadable: int, withheld: Sequence[str]) -> str:
    parts = []
    if unreadable:
        parts.append(f"{unreadable} posts could not be read.")
    if withheld:
        parts.append(f"X could not show {len(withheld)} things ({', '.join(sorted(set(withheld))[:3])}).")
    return " ".join(parts)
