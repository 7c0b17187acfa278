"""The money that X may cost in a month: spread over it, taken before each request, put back where not charged."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from pasip_core.domain.pace import BETWEEN_RUNS, pace
from pasip_core.domain.quotas import Use
from pasip_core.errors import SourceError, SourcePaidOut, SourceParse, SourceQuota, SourceUnavailable

from ..exchange import SourceUnreached
from ..ledger import Meter

LEAST = 10
"""Posts that one search has to ask for at least."""
TRIES = 3
"""Another process may take what was left between the look at it and the reservation."""


class NotYet(SourceQuota):
    """There is money, but so that it lasts no more of it is spent for now."""


@dataclass
class Purchase:
    """One request: X may be asked for ``size`` posts. ``settle`` says what came."""

    size: int
    purse: Purse
    _dollars: Use | None = None
    _posts: Use | None = None

    def settle(self, posts: int, users: int) -> None:
        """What X returned, and therefore charges for."""
        if self._dollars:
            self.purse.dollars.settle(self._dollars, posts * self.purse.post + users * self.purse.user)
        if self._posts:
            self.purse.posts.settle(self._posts, posts)


@dataclass(frozen=True)
class Purse:
    """``post`` and ``user`` are US dollars for one of each that is returned.

    Facts (August 2026): each returned resource is charged, the same one once a UTC day, which is promised only
    softly and so not counted on here; failed requests are not charged; whether expanded users are is told nowhere,
    so they are taken to be.
    """

    dollars: Meter
    posts: Meter
    post: float
    user: float

    @property
    def request(self) -> float:
        """What the smallest search may cost."""
        return LEAST * (self.post + self.user)

    def searching(self, wanted: int, *, ahead: bool) -> AbstractContextManager[Purchase]:
        """A search for at most ``wanted`` posts with their authors; ``ahead`` where a keyword is read for the first
        time."""
        return self._buying(wanted, LEAST, self.post + self.user, lambda: self._paced(ahead=ahead))

    def looking_up(self, wanted: int) -> AbstractContextManager[Purchase]:
        """At most ``wanted`` single posts without authors, of what the next search does not need."""
        return self._buying(wanted, 1, self.post, self._spare)

    def _spare(self) -> float:
        needed = self.request if self.dollars.left() >= self.request else 0.0
        return self._paced(ahead=False) - needed

    def _paced(self, *, ahead: bool) -> float:
        now = pace(self.dollars.quota, self.dollars.uses(), self.dollars.clock(), self.request)
        return now.ahead if ahead else now.run

    @contextmanager
    def _buying(self, wanted: int, least: int, each: float, allowed: Callable[[], float]) -> Iterator[Purchase]:
        """A request for at most ``wanted`` posts, or as many as may be paid now, but no fewer than ``least``.

        ``SourcePaidOut`` where the month's cap allows no request, ``NotYet`` where only ``allowed`` does not. What X
        may have charged, because its answer was lost, stays taken.
        """
        purchase = self._reserve(wanted, least, each, allowed)
        try:
            yield purchase
        except SourceError as error:
            if not _may_be_charged(error):
                purchase.settle(0, 0)
            raise

    def _reserve(self, wanted: int, least: int, each: float, allowed: Callable[[], float]) -> Purchase:
        for _ in range(TRIES):
            size = min(wanted, _times(self.dollars.left(), each))
            if size < least:
                break
            size = min(size, _times(allowed(), each))
            if size < least:
                raise NotYet(
                    "X: so that the money lasts until the month ends, no more of it is spent for now.",
                    retry_at=self.dollars.clock() + BETWEEN_RUNS,
                )
            size = max(least, min(size, int(self.posts.left())))
            try:
                dollars = self.dollars.reserve(size * each) if each else None
            except SourceQuota:
                continue
            try:
                return Purchase(size, self, dollars, self.posts.reserve(size))
            except SourceQuota:
                if dollars:
                    self.dollars.settle(dollars, 0)
                raise
        raise self._empty()

    def _empty(self) -> SourceError:
        cap, used, anew = self.dollars.quota.limit, self.dollars.used(), self.dollars.renewed()
        return SourcePaidOut(
            f"X: of the {cap:.2f} US dollars that it may cost in a month (TWITTER_MONTHLY_CAP), {used:.2f} are spent, "
            f"too much for another request; the month begins anew on {anew:%Y-%m-%d}.",
            retry_at=anew,
        )


def _times(money: float, each: float) -> int:
    """How many can be had."""
    return int(money / each + 1e-9) if each else sys.maxsize


def _may_be_charged(error: SourceError) -> bool:
    """Whether X may have answered all the same: what came could not be read, or was lost on the way."""
    if isinstance(error, SourceUnreached):
        return False
    return isinstance(error, SourceParse) or (isinstance(error, SourceUnavailable) and error.status is None)
