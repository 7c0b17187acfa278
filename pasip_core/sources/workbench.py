"""What the sources of every platform are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pasip_core.domain.runs import Feed
from pasip_core.settings import Settings

from .http import PoliteClient
from .ledger import Ledger, Meter
from .outlet import Outlet
from .platform_file import Platform


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Workbench:
    """``feeds`` are those that people added and that are active; ``site_of`` names the outlet of an address."""

    settings: Settings
    http: PoliteClient
    ledger: Ledger
    platforms: Mapping[str, Platform]
    feeds: tuple[Feed, ...]
    outlets: Mapping[str, Outlet]
    site_of: Callable[[str], str]
    clock: Callable[[], datetime] = _utc_now

    def feeds_of(self, kind: str) -> list[Feed]:
        """The feeds of one kind."""
        return [feed for feed in self.feeds if feed.kind == kind]

    def meter(self, platform: str, quota: str) -> Meter:
        """The meter of one quota in ``platforms.toml``."""
        return Meter(f"{platform}.{quota}", self.platforms[platform].quotas[quota], self.ledger, self.clock)
