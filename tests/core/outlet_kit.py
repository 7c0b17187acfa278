"""Outlets made for a test, at a local server."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pasip_core.sources.http import PoliteClient
from pasip_core.sources.news import NewsSource
from pasip_core.sources.outlet import Outlet
from pasip_core.sources.registry import sites
from tests.core.sources_kit import client_for
from tests.replicas import Replica

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
TEXT = "Warga menyambut jembatan yang diresmikan pagi ini setelah menunggu dua tahun lamanya di tepi sungai. " * 4


def outlet_at(replica: Replica, **values: Any) -> Outlet:
    """An outlet on this server; ``{base}`` in its addresses is where the server is."""
    filled = json.loads(json.dumps(values).replace("{base}", replica.url))
    return Outlet.model_validate({"name": "uji", "label": "Uji", "site": replica.host, "home": replica.url} | filled)


def source_at(
    replica: Replica, clock: Callable[[], datetime] = lambda: NOW, client: PoliteClient | None = None, **values: Any
) -> NewsSource:
    """A source over such an outlet."""
    return NewsSource(outlet_at(replica, **values), client or client_for(replica), sites([]), clock=clock)


def article(title: str) -> str:
    """A page with an article."""
    return (
        f"<html><head><meta property='article:published_time' content='2026-11-23T10:15:00+07:00'></head>"
        f"<body><article><h1>{title}</h1><p>{TEXT}</p></article></body></html>"
    )
