"""Collecting, as a person does it in the browser: six outlets and a feed, most of them in some trouble."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from tests.browser.conftest import wait_until
from tests.replicas import World

pytestmark = pytest.mark.browser

TROUBLE = {
    "kompas": "slow",
    "tempo": "rate_limited",
    "antaranews": "challenge",
    "cnnindonesia": "truncated",
    "tribunnews": "endless_redirect",
}
TOLD = {
    "antaranews": "the site shows a block page",
    "tribunnews": "the site did not answer",
}


@pytest.fixture
def stores(data_dir, address: str):
    with_stores = connect(Settings(_env_file=None, data_dir=data_dir))
    yield with_stores
    with_stores.close()


@pytest.fixture
def quiet_world(world: World):
    """Every site in good health before and after."""
    for replica in (*world.replicas.values(), world.google):
        replica.reset()
    yield world
    for replica in (*world.replicas.values(), world.google):
        replica.reset()


def press_scrape(page, *sources: str) -> None:
    """Choose the sources by their labels, none for all, and press the button."""
    field = page.locator(".st-key-scrape_sources input")
    for source in sources:
        field.fill(source)
        page.get_by_role("option", name=source, exact=True).click()
    if sources:
        page.keyboard.press("Escape")
    page.locator(".st-key-scrape_now button").click()


def outcome(page, source: str):
    return page.locator(f".st-key-run_{source}")
