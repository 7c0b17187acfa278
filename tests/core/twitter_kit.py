"""X over a replica, for tests that read from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from pasip_core.sources.ledger import Ledger, LocalLedger
from pasip_core.sources.limiter import LocalLimiter
from pasip_core.sources.platform_file import load_platforms
from pasip_core.sources.platforms import twitter
from pasip_core.sources.platforms.twitter import Twitter
from pasip_core.sources.workbench import Workbench
from tests.core.sources_kit import client_for, settings_for
from tests.replicas import Replica
from tests.replicas.twitter import TOKEN, X

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@contextmanager
def opened(
    x: X, *, at: datetime = NOW, ledger: Ledger | None = None, limiter: LocalLimiter | None = None,
    options: dict[str, Any] | None = None, token: str = TOKEN, **settings: Any,
) -> Iterator[tuple[Twitter, Replica]]:  # fmt: skip
    """The source over a replica."""
    with ExitStack() as stack:
        replica = stack.enter_context(Replica(x))
        client = stack.enter_context(client_for(replica, limiter=limiter, clock=lambda: at))
        platforms = load_platforms()
        ours = platforms["twitter"]
        changes = {"base": replica.url, "delay": 0.0, "options": {**ours.options, **(options or {})}}
        platforms["twitter"] = ours.model_copy(update=changes)
        told = settings_for(replica, twitter_bearer_token=SecretStr(token), **settings)
        bench = Workbench(told, client, ledger or LocalLedger(), platforms, (), {}, lambda url: "", lambda: at)
        (source,) = twitter.sources(bench)
        yield source, replica
