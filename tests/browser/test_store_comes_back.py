"""The store goes away while people look at pages, and comes back: nobody has to press anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pasip_core.dispatch import dispatch, job_status
from pasip_core.settings import Settings
from tests import trouble
from tests.waiting import wait_until

pytestmark = pytest.mark.browser

GONE = "The data store does not answer."
PAGES = ("/", "/mentions", "/comparison", "/keywords", "/collection", "/import")


@contextmanager
def taken_away(data_dir: Path) -> Iterator[None]:
    """The database is gone; the queue, in the same folder, stays."""
    away = data_dir / "away"
    away.mkdir()
    for path in data_dir.glob("pasip.db*"):
        path.rename(away / path.name)
    try:
        yield
    finally:
        for path in data_dir.glob("pasip.db*"):
            path.unlink()
        for path in away.iterdir():
            path.rename(data_dir / path.name)
        away.rmdir()


def is_still(page) -> bool:
    return page.locator("[data-testid=stApp]").get_attribute("data-test-script-state") == "notRunning"


def test_open_pages_tell_that_the_store_went_and_that_it_is_back(open_page, data_dir: Path):
    opened = {path: open_page(path) for path in PAGES}
    titles = {path: page.locator("h1").inner_text() for path, page in opened.items()}
    for page in opened.values():
        page.evaluate("window.sameDocument = true")
    with taken_away(data_dir):
        opened["/collection"].keyboard.press("r")  # drawn at once, before anything looked whether the store is there
        for path, page in opened.items():
            page.get_by_text(GONE).first.wait_for(timeout=180_000)  # each part of a page may say so for a moment
            wait_until(lambda page=page: page.locator("h1").count() == 0, 60, f"{path} shows the message alone")
            page.get_by_text("looks again by itself").wait_for()
        late = open_page_of_a_late_visitor(open_page)
    for path, page in opened.items():
        wait_until(lambda page=page: page.get_by_text(GONE).count() == 0, 90, f"{path} is back")
        page.locator("h1").wait_for()
        assert page.locator("h1").inner_text() == titles[path]
        assert page.evaluate("window.sameDocument")
    late.locator("h1").wait_for()


def open_page_of_a_late_visitor(open_page):
    """Someone who comes while the store is away, from a phone, in Indonesian."""
    page = open_page("/mentions", locale="id-ID", width=390, height=844, wait_for="[data-testid=stAlert]")
    page.get_by_text("Penyimpanan data tidak menjawab.").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return page


def test_a_job_that_met_no_store_is_said_to_wait_and_is_done_by_itself(open_page, data_dir: Path):
    settings = Settings(_env_file=None, data_dir=data_dir)
    with taken_away(data_dir):
        job_id = dispatch("publish_sources", settings=settings).job_id
        wait_until(lambda: job_status(job_id, settings=settings).store_away_since, 60, "the job waits")
    page = open_page("/collection")
    page.get_by_text("waits for the data store since").first.wait_for()
    wait_until(lambda: job_status(job_id, settings=settings).state == "done", 60, "the job is done")
    wait_until(lambda: page.get_by_text("waits for the data store since").count() == 0, 60, "it is said no more")


def test_a_change_while_another_program_writes_ends_in_words_and_can_be_made_afterwards(open_page, data_dir: Path):
    page = open_page("/keywords")
    with trouble.held(data_dir / "pasip.db"):
        add(page, "kursi kosong")
        page.get_by_text("The data store is too busy to answer.").wait_for(timeout=180_000)
        wait_until(lambda: is_still(page), 30, "the page is drawn")
        assert page.locator("h1").is_visible()
    page.locator(".st-key-save_keyword button").click()
    page.get_by_text("is watched now").wait_for()


def add(page, name: str) -> None:
    opener = page.locator(".st-key-add_keyword button")
    field = page.locator(".st-key-form_new_keyword input")
    opener.or_(field).first.wait_for()
    if not field.is_visible():
        opener.click()
    field.fill(name)
    field.press("Tab")
    page.locator(".st-key-save_keyword button").click()
