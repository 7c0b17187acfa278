"""A page that is being drawn moves under the pointer: what is pressed meanwhile may be gone before it hears of it."""

from __future__ import annotations

from typing import Any

DRAWING = '[data-testid="stApp"][data-test-script-state="running"]'


def act_when_calm(page: Any) -> None:
    """Have every later action on the page wait until nothing is being drawn: Playwright waits behind a handler until
    what called it is out of sight."""
    page.add_locator_handler(page.locator(DRAWING), lambda drawing: None)


def press_when_calm(page: Any, key: str) -> None:
    """A key goes to whatever is there: it is held back until what will listen to it is drawn."""
    page.locator(DRAWING).wait_for(state="detached")
    page.keyboard.press(key)
