"""Uses of quotas, kept beside the mentions: they outlive restarts and are shared by all workers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pasip_core.domain.quotas import Use
from pasip_core.stores.ports import Stores

KEPT = timedelta(days=40)
"""Longer than the longest window, a month."""
FORGOTTEN_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class QuotaBook:
    """A ``Ledger`` (see ``pasip_core.sources.ledger``) over the stores."""

    stores: Stores

    def uses(self, bucket: str, since: datetime) -> Sequence[Use]:
        """See ``Ledger``."""
        return [use for use in self.stores.quota_uses.list({"bucket": bucket}, order_by="at") if use.at >= since]

    def put(self, use: Use) -> None:
        """See ``Ledger``."""
        self.stores.quota_uses.save(use)

    def drop(self, use: Use) -> None:
        """See ``Ledger``."""
        self.stores.quota_uses.delete(use.id)


def forget_old_uses(stores: Stores, now: datetime) -> int:
    """Remove uses that no quota counts any more; how many were removed."""
    oldest = stores.quota_uses.list(order_by="at", limit=FORGOTTEN_AT_ONCE)
    gone = [use for use in oldest if use.at < now - KEPT]
    for use in gone:
        stores.quota_uses.delete(use.id)
    return len(gone)
