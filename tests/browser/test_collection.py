"""Collecting, as a person does it in the browser: six outlets and a feed, most of them in some trouble."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Error as PlaywrightError

from pasip_core.dispatch import job_id_for, job_status
from pasip_core.domain.filters import Filters
from pasip_core.domain.period import Period
from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores
from tests.browser.calm import choose
from tests.browser.test_app import add_keyword
from tests.replicas import OUTLETS, Site, Story, World
from tests.waiting import wait_until

pytestmark = pytest.mark.browser

NEW = re.compile(r"\d+ new mentions?")
SLOW = "kompas"
TROUBLE = {
    SLOW: "slow", "tempo": "rate_limited", "antaranews": "challenge", "cnnindonesia": "truncated",
    "tribunnews": "endless_redirect",
}  # fmt: skip
TOLD = {
    "antaranews": "the site shows a block page",
    "tribunnews": "the site did not answer",
}


@pytest.fixture(scope="package")
def watched(browser, address: str) -> None:
    """There is a keyword, without which nothing is collected."""
    page = browser.new_page(locale="en-US")
    add_keyword(page, address, "banjir")
    page.close()


def scrape(page, *sources: str) -> None:
    """Press the button, for all sources where none is named."""
    field = page.locator(".st-key-scrape_sources input")
    for source in sources:
        choose(page, field, source)
        page.locator(".st-key-scrape_sources .react-aria-ComboBox [data-tag]").get_by_text(source).wait_for()
    if sources:
        page.keyboard.press("Escape")
    page.locator(".st-key-scrape_now button").click()


def told(page, source: str):
    """The line about the latest run of a source."""
    return page.locator(f"[class*='st-key-run_{source}']").first


def cancelled(page, source: str) -> bool:
    """Whether the collection is; presses the button where it is not. While the list is redrawn it may stand twice."""
    button = page.locator(f".st-key-cancel_collect-{source} button")
    if button.count() == 1:
        with contextlib.suppress(PlaywrightError):
            button.first.click(timeout=3_000)
    return told(page, source).get_by_text("was cancelled").count() > 0


def has_all(stores: Stores, site: Site) -> bool:
    """Whether every story of the site is stored, under its own address."""
    today = datetime.now(UTC).date()
    recent = Filters(Period(today - timedelta(days=60), today + timedelta(days=1)))
    stored = {mention.title for mention in stores.mentions.stream(recent) if mention.url.startswith(site.base)}
    return {story.title for story in site.stories} <= stored


def check_feed(page, url: str) -> None:
    page.locator(".st-key-add_source summary").click()
    page.locator(".st-key-source_address input").fill(url)
    page.locator(".st-key-check_source button").click()


def watch_feed(page, url: str) -> None:
    check_feed(page, url)
    page.locator(".st-key-add_source_now button").click()
    page.get_by_text("is watched from now on").wait_for()


def test_one_press_collects_from_all_and_a_broken_outlet_costs_only_itself(
    open_page, watched, sites: World, stores: Stores
):
    feed = sites.replicas["feed"]
    watch_feed(open_page("/sources"), f"{feed.url}/")
    page = open_page("/collection")
    feed_id = stores.feeds.list()[0].id
    for name, state in TROUBLE.items():
        sites.replicas[name].set_state(state)
    page.evaluate("window.sameDocument = true")

    scrape(page)
    page.locator("[data-testid=stProgress]").first.wait_for()
    for source in ("detik", "tempo", feed_id):
        told(page, source).get_by_text(NEW).wait_for(timeout=120_000)
    for source, words in TOLD.items():
        told(page, source).get_by_text(words).wait_for(timeout=120_000)
    told(page, "cnnindonesia").get_by_text("came cut off").wait_for(timeout=120_000)
    told(page, SLOW).get_by_text("running").wait_for()

    scrape(page, "Kompas")
    page.get_by_text("was under way already").wait_for()
    wait_until(lambda: cancelled(page, SLOW), 60, "the running collection is cancelled")

    for source in ("detik", "tempo", "feed"):
        wait_until(lambda source=source: has_all(stores, sites.sites[source]), 60, source)
    newest = max((story for name in ("detik", "tempo", "feed") for story in sites.sites[name].stories), key=_published)
    page.locator(".st-key-arrived [role=gridcell]").get_by_text(newest.title).first.wait_for(state="attached")
    assert page.evaluate("window.sameDocument")


def _published(story: Story) -> datetime:
    return story.published_at


def test_a_second_collection_asks_only_for_what_is_new_and_the_broken_are_well_again(
    open_page, watched, sites: World, stores: Stores
):
    page = open_page("/collection")
    scrape(page)
    for source in set(OUTLETS) - {"antaranews"}:
        wait_until(lambda source=source: has_all(stores, sites.sites[source]), 120, source)
    feed = sites.replicas["feed"]
    told(page, stores.feeds.list()[0].id).get_by_text("0 new mentions").wait_for()
    assert set(feed.paths()) == {"/feed"}  # once, or twice where the schedule's minute fell into this test
    assert all("if-none-match" in asked.headers for asked in feed.asked if asked.path == "/feed")
    assert sites.replicas["antaranews"].asked == []  # it refused repeatedly and is left alone for an hour


@pytest.mark.parametrize("url", ["http://10.0.0.1/feed", "http://169.254.169.254/latest", "file:///etc/passwd", "x y"])
def test_a_feed_at_a_private_or_senseless_address_is_refused(open_page, watched, stores: Stores, url: str):
    page = open_page("/sources")
    before = len(stores.feeds.list())
    check_feed(page, url)
    page.locator("[data-testid=stAlertContentError]").first.wait_for()
    said = page.locator("[data-testid=stAlertContentError]").first.inner_text()
    assert "PRIVATE_HOSTS_ALLOWED" in said or "no address of a feed" in said
    assert len(stores.feeds.list()) == before


def test_a_failed_job_tells_why_and_can_be_run_again(open_page, watched, installation: Settings):
    url = "http://10.0.0.2/feed"
    job_id = job_id_for("check_feed", (url,))

    def ended_at() -> datetime | None:
        job = job_status(job_id, settings=installation)
        return job.ended_at if job else None

    check_feed(open_page("/sources"), url)
    page = open_page("/collection")
    failed = page.locator(".st-key-failed_jobs")
    failed.get_by_role("button").first.or_(failed.locator("summary")).first.click()
    failed.get_by_text("10.0.0.2").first.wait_for()
    before = ended_at()
    assert before is not None
    page.locator(f".st-key-again_{job_id} button").click()
    wait_until(lambda: (ended_at() or before) > before, 30, "the job ran again")
