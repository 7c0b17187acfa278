"""What was already asked of a platform that counts: reserved before the call, so that nothing is overspent."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from pasip_core.domain.pace import BETWEEN_RUNS
from pasip_core.domain.quotas import Quota, Use
from pasip_core.errors import SourceQuota


class Ledger(Protocol):
    """Keeps uses of quotas; safe to share between processes."""

    def uses(self, bucket: str, since: datetime) -> Sequence[Use]:
        """Every use of ``bucket`` from ``since`` on, oldest first."""

    def put(self, use: Use) -> None:
        """Keep a use; one of the same id is replaced."""

    def drop(self, use: Use) -> None:
        """Forget a use that was not made after all."""


@dataclass
class LocalLedger:
    """Holds within this process: for trials of a source without a store."""

    _uses: dict[str, Use] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def uses(self, bucket: str, since: datetime) -> Sequence[Use]:
        """See :class:`Ledger`."""
        with self._lock:
            kept = [use for use in self._uses.values() if use.bucket == bucket and use.at >= since]
        return sorted(kept, key=lambda use: use.at)

    def put(self, use: Use) -> None:
        """See :class:`Ledger`."""
        with self._lock:
            self._uses[use.id] = use

    def drop(self, use: Use) -> None:
        """See :class:`Ledger`."""
        with self._lock:
            self._uses.pop(use.id, None)


@dataclass(frozen=True)
class Meter:
    """One quota of one platform, such as ``youtube.search``."""

    bucket: str
    quota: Quota
    ledger: Ledger
    clock: Callable[[], datetime]

    def uses(self) -> Sequence[Use]:
        """What counts now, oldest first."""
        return self.ledger.uses(self.bucket, self.quota.since(self.clock()))

    def used(self) -> float:
        """How much of it is taken now."""
        return sum(use.amount for use in self.uses())

    def left(self) -> float:
        """How much of it is free now; never below 0."""
        return max(0.0, self.quota.limit - self.used())

    def renewed(self) -> datetime:
        """When something of it is free again."""
        counted = self.uses()
        return self.quota.renewed(self.clock(), counted[0].at if counted else None)

    def reserve(self, amount: float = 1.0, what: str = "") -> Use:
        """Take ``amount`` before the call is made; ``SourceQuota`` with ``retry_at`` where so much is not free.

        With ``what``, a thing that was taken within the window costs nothing more. Two processes that take the
        last at once may both be refused, but never both be served.
        """
        now = self.clock()
        counted = self.uses()
        known = next((use for use in counted if what and use.what == what), None)
        if known:
            return known
        use = Use(f"{self.bucket}-{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}", self.bucket, now, amount, what)
        self.ledger.put(use)
        if sum(each.amount for each in self.uses()) > self.quota.limit + 1e-9:
            self.ledger.drop(use)
            retry_at = self.quota.renewed(now, counted[0].at if counted else None)
            raise SourceQuota(
                f"{self.bucket}: {self.quota.limit:g} in {self.quota.window} are used up, as counted here.",
                retry_at=retry_at,
            )
        return use

    def share(self, cost: float = 1.0) -> int:
        """How many calls of this cost one run may make so that the quota lasts; at least one while one is left."""
        now, left = self.clock(), int(self.left() // cost)
        if self.quota.is_rolling:
            whole = now - self.quota.since(now)
            return min(left, max(1, int(self.quota.limit / cost * (BETWEEN_RUNS / whole))))
        rest = max(BETWEEN_RUNS, self.renewed() - now)
        return min(left, max(1, int(left * (BETWEEN_RUNS / rest))))

    def settle(self, use: Use, amount: float) -> None:
        """Say what a reserved call really took; 0 gives all of it back."""
        if amount:
            self.ledger.put(replace(use, amount=amount))
        else:
            self.ledger.drop(use)
