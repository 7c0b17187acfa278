"""A page that is being drawn moves under the pointer: what is pressed meanwhile may be gone before it hears of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import Any

from tests.waiting import wait_until

TRIES, SECONDS_A_TRY = 5, 5
DRAWING = '[data-testid="stApp"][data-test-script-state="running"]'


def act_when_calm(page: Any) -> None:
    """Have every later action on the page wait until nothing is being drawn: Playwright waits behind a handler until
    what called it is out of sight."""
    page.add_locator_handler(page.locator(DRAWING), lambda drawing: None)


def choose(page: Any, field: Any, option: str) -> None:
    """Type into a field that offers a list, and take this of it; a list that a redrawn page closed is opened again."""
    from playwright.sync_api import TimeoutError as TooLate

    offered = page.get_by_role("option", name=option).first
    for _ in range(TRIES):
        field.scroll_into_view_if_needed()
        field.click()
        field.fill(option)
        with suppress(TooLate):
            return offered.click(timeout=1000 * SECONDS_A_TRY)
        page.keyboard.press("Escape")
    raise AssertionError(f"nothing offers {option}")


def click_through(page: Any, mark: Any, to: str) -> None:
    """Click on a part of a chart until it leads to another address: while a chart is put into its page it hears
    nothing. One that leads there late is not there to be clicked on again."""
    from playwright.sync_api import TimeoutError as TooLate

    before, patience = page.url, 1000 * SECONDS_A_TRY
    for _ in range(TRIES):
        with suppress(TooLate):
            mark.click(force=True, timeout=patience)
        with suppress(TooLate):
            return page.wait_for_url(lambda url: url != before and fnmatchcase(url, to), timeout=patience)
    raise AssertionError(f"the chart does not lead to {to}")


def press_until(page: Any, key: str, heard: Callable[[], object], what: str) -> None:
    """A key goes to whatever listens at that moment: where nothing did, it is pressed again, as a person would."""
    for _ in range(TRIES):
        page.locator(DRAWING).wait_for(state="detached")
        page.keyboard.press(key)
        with suppress(AssertionError):
            return wait_until(heard, SECONDS_A_TRY, what)
    raise AssertionError(f"nobody heard {key}: {what}")
