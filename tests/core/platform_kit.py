"""A workbench whose platform is one local server, without a pace of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from pasip_core.domain.runs import Feed
from pasip_core.sources.ledger import Ledger, LocalLedger
from pasip_core.sources.platform_file import load_platforms
from pasip_core.sources.workbench import Workbench
from tests.core.sources_kit import client_for, settings_for
from tests.replicas import Replica
from tests.replicas.server import Answer

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SECRET = "rahasia-sekali"


@contextmanager
def opened(
    platform: str,
    site: Callable[[str], Answer | None],
    *,
    feeds: tuple[Feed, ...] = (),
    ledger: Ledger | None = None,
    now: datetime = NOW,
    changes: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Iterator[tuple[Workbench, Replica]]:
    """``changes`` replaces values of the platform (``quotas``, ``options``, ``delay``)."""
    with Replica(site) as replica, client_for(replica, clock=lambda: now) as client:
        known = load_platforms()
        mine = known[platform].model_copy(update={"base": replica.url, "delay": 0.0} | dict(changes or {}))
        yield (
            Workbench(
                settings_for(replica, **settings), client, ledger or LocalLedger(), known | {platform: mine}, feeds,
                {}, lambda url: "web", lambda: now,
            ),
            replica,
        )  # fmt: skip


def make_feed(kind: str, handle: str) -> Feed:
    """A channel, page or account that a person added."""
    return Feed(f"{kind}-{handle.strip('@').lower()}", "", "", NOW, kind=kind, handle=handle)
