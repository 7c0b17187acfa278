"""The money that X may cost in a month: taken before each request, put back as far as it was not charged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pasip_core.domain.quotas import Use
from pasip_core.errors import SourceError, SourcePaidOut, SourceParse, SourceQuota, SourceUnavailable

from ..exchange import SourceUnreached
from ..ledger import Meter

TRIES = 3
"""Another process may take what was left between the look at it and the reservation."""


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

    @contextmanager
    def buying(self, wanted: int, least: int, *, users: bool) -> Iterator[Purchase]:
        """A request for at most ``wanted`` posts, or as many as can be paid, but no fewer than ``least``.

        ``users`` says whether each may bring its author. ``SourcePaidOut`` where the month's cap allows no request.
        What X may have charged, because its answer was lost, stays taken.
        """
        purchase = self._reserve(wanted, least, self.post + (self.user if users else 0.0))
        try:
            yield purchase
        except SourceError as error:
            if not _may_be_charged(error):
                purchase.settle(0, 0)
            raise

    def _reserve(self, wanted: int, least: int, each: float) -> Purchase:
        for _ in range(TRIES):
            affordable = int(self.dollars.left() / each + 1e-9) if each else wanted
            size = min(wanted, affordable)
            if size < least:
                break
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


def _may_be_charged(error: SourceError) -> bool:
    """Whether X may have answered all the same: what came could not be read, or was lost on the way."""
    if isinstance(error, SourceUnreached):
        return False
    return isinstance(error, SourceParse) or (isinstance(error, SourceUnavailable) and error.status is None)
