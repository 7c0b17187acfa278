"""The log while something is away: a line when it goes and one when it is back, however many look."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest
import streamlit as st
from loguru import logger
from streamlit.testing.v1 import AppTest

from pages.components import cached
from pages.components.outages import Outage
from pages.components.web import health
from pasip_core.errors import StoreFull, StoreUnavailable
from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores
from tests import trouble


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What is logged from warnings on, but for what Streamlit says of being tested without a browser."""
    told: list[str] = []
    sink = logger.add(
        told.append, level="WARNING", format="{message}", diagnose=False,
        filter=lambda record: "missing ScriptRunContext" not in record["message"],
    )  # fmt: skip
    yield told
    logger.remove(sink)


def test_it_is_told_once_and_again_only_for_a_reason_of_another_kind(lines: list[str]) -> None:
    outage = Outage("disk")
    outage.end()
    for error in (StoreUnavailable("gone"), StoreUnavailable("gone still"), StoreFull("full")):
        outage.begin(error)
    outage.end()
    outage.end()
    outage.begin(StoreFull("full"))
    assert [line.strip() for line in lines] == ["disk: gone", "disk: full", "disk: back", "disk: full"]


def test_pages_and_health_that_look_again_and_again_do_not_fill_the_log(
    open_app: Callable[..., AppTest], here: Settings, stores: Stores, lines: list[str]
) -> None:
    pages = [open_app(), open_app("collection")]
    with trouble.moved(here.data_dir):
        for _ in range(3):
            cached.look_again()
            for app in pages:
                app.run()
            assert asyncio.run(health(None)).status_code == 503
        st.cache_resource.clear()
    cached.look_again()
    for app in pages:
        app.run()
    assert asyncio.run(health(None)).status_code == 200
    told = [line for line in lines if not line.startswith("refused")]
    assert [line.partition(":")[0] for line in told if "back" in line.partition(":")[2][:6]] == ["store", "health"]
    assert [line.partition(":")[0] for line in told if "is not there" in line] == ["store", "health"]
    assert len(told) == 4, told
