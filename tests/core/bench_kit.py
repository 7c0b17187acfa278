"""A workbench over local servers, for tests of platforms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from pasip_core.domain.runs import Feed
from pasip_core.sources.http import PoliteClient
from pasip_core.sources.ledger import LocalLedger
from pasip_core.sources.platform_file import load_platforms
from pasip_core.sources.registry import sites
from pasip_core.sources.workbench import Workbench
from tests.builders import NOW
from tests.core.sources_kit import QUICK, settings_for
from tests.replicas import Replica


def bench_for(
    platform: str,
    replica: Replica,
    feeds: Sequence[Feed] = (),
    *,
    clock: Callable[[], datetime] = lambda: NOW,
    options: dict[str, Any] | None = None,
    **settings: Any,
) -> Workbench:
    """One whose ``platform``, all its addresses included, lies at the replica and wants no delay."""
    known = load_platforms()
    ours = known[platform]
    changes = {
        "base": replica.url,
        "bases": dict.fromkeys(ours.bases, replica.url),
        "delay": 0,
        "options": {**ours.options, **(options or {})},
    }
    made = settings_for(replica, **settings)
    client = PoliteClient(made, limits=QUICK, clock=clock)
    platforms = {**known, platform: ours.model_copy(update=changes)}
    return Workbench(made, client, LocalLedger(), platforms, tuple(feeds), {}, sites({}), clock)


def make_feed(kind: str, handle: str, **changes: Any) -> Feed:
    """One that a person added."""
    values: dict[str, Any] = {"id": f"{kind}-{handle.lower()}", "name": "", "url": "", "created_at": NOW}
    return Feed(**values | {"kind": kind, "handle": handle} | changes)
