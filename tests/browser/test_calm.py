"""What helps the other tests to click must not let them pass where nothing was heard."""

from __future__ import annotations

import pytest

from tests.browser import calm

PAGE = '<b id=mark onclick="{}">x</b>'
LEADS = "setTimeout(() => {{ history.pushState({{}}, '', '/mentions?to={}'); document.body.innerHTML = 'y' }}, {})"


@pytest.fixture
def mark(browser, monkeypatch: pytest.MonkeyPatch):
    """The one thing on a page at an address that says, when clicked, what is asked for."""
    monkeypatch.setattr(calm, "SECONDS_A_TRY", 0.5)
    context = browser.new_context()

    def at(path: str, clicked: str = ""):
        page = context.new_page()
        page.route("**/*", lambda route: route.fulfill(body=PAGE.format(clicked), content_type="text/html"))
        page.goto(f"http://halaman.example/{path}")
        return page.locator("#mark")

    yield at
    context.close()


@pytest.mark.parametrize("path", ["sentiment", "mentions?to=1"])
def test_a_mark_that_leads_nowhere_is_found_out_wherever_it_is(mark, path: str) -> None:
    dead = mark(path)
    with pytest.raises(AssertionError, match="does not lead"):
        calm.click_through(dead.page, dead, "**/mentions?**")


@pytest.mark.parametrize("milliseconds", [0, 700])
def test_a_mark_that_leads_there_late_is_followed(mark, milliseconds: int) -> None:
    slow = mark("mentions?to=1", LEADS.format(2, milliseconds))
    calm.click_through(slow.page, slow, "**/mentions?**")
    assert slow.page.url.endswith("to=2")
