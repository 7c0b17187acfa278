"""The outlets, a feed and Google News as local servers, and the sources that ask them; nobody is asked too fast."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pasip_core.domain.runs import Feed
from pasip_core.settings import Settings
from pasip_core.sources.base import Source
from pasip_core.sources.http import PoliteClient
from pasip_core.sources.registry import build_sources
from tests.core.sources_kit import QUICK
from tests.guard import pace
from tests.replicas import World, open_world


@pytest.fixture(autouse=True)
def _nobody_is_asked_too_fast() -> Iterator[None]:
    """Fails a test in which a client asks a replica faster than the delay in force allows, or past its limiter."""
    begun = time.monotonic()
    with pace.watched() as turns:
        yield
    assert pace.faults(turns, begun) == []


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        yield open_world(stack, tmp_path / "outlets", stories=12)


@pytest.fixture
def sources(world: World) -> Iterator[dict[str, Source]]:
    settings = Settings(_env_file=None, scraping_delay=0, **world.settings())
    feed = Feed("umpan", "Umpan", f"{world.replicas['feed'].url}/feed", datetime.now(UTC))
    with PoliteClient(settings, limits=QUICK) as client:
        yield build_sources(settings, [feed], client)
