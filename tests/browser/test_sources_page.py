"""The Sources page, as a person uses it: adding, testing what is broken, and seeing who is silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pasip_core.dispatch import dispatch, job_status
from pasip_core.domain.rhythm import HOUR, judged_until
from pasip_core.domain.runs import SourceRun
from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores
from tests.browser.calm import choose
from tests.builders import make_mention
from tests.replicas import World
from tests.waiting import wait_until

pytestmark = pytest.mark.browser


def open_form(page, kind: str = "") -> None:
    page.locator(".st-key-add_source summary").click()
    if kind:
        page.locator(".st-key-source_kind").get_by_text(kind).click()


def look_at(page, source: str) -> None:
    choose(page, page.locator(".st-key-source_chosen input"), source)
    page.locator(".st-key-source_card").get_by_role("heading", name=source).wait_for()


def test_a_channel_and_a_site_are_added_and_a_wrong_address_says_what_to_write(open_page, sites: World, stores: Stores):
    page = open_page("/sources")
    open_form(page, "Telegram channel")
    field = page.locator(".st-key-source_address input")
    field.fill("https://t.me/+undangan")
    page.locator(".st-key-add_place button").click()
    page.get_by_text("only public channels can be read").wait_for()
    field.fill("https://t.me/s/KanalUji")
    page.locator(".st-key-add_place button").click()
    page.get_by_text("is watched from now on").wait_for()
    page.locator(".st-key-source_card").get_by_role("heading", name="@kanaluji").wait_for()

    page.locator(".st-key-source_kind").get_by_text("News site").click()
    field.fill(sites.replicas["feed"].url)
    page.locator(".st-key-check_source button").click()
    page.locator(".st-key-source_found").get_by_text("Found:").wait_for()
    page.locator(".st-key-source_name input").fill("Situs Uji")
    page.locator(".st-key-add_source_now button").click()
    page.locator(".st-key-source_card").get_by_role("heading", name="Situs Uji").wait_for()
    assert {(feed.kind, feed.name) for feed in stores.feeds.list()} >= {
        ("telegram", "@kanaluji"), ("site", "Situs Uji"),
    }  # fmt: skip
    site = next(feed for feed in stores.feeds.list() if feed.kind == "site")
    page.locator(f".st-key-remove_{site.id} button").first.click()
    wait_until(lambda: stores.feeds.get(site.id) is None, 20, "the site is removed")
    wait_until(lambda: stores.sources.get(site.id) is None, 20, "it is not listed any more")


def test_testing_a_broken_source_says_why_and_a_sound_one_what_was_read(open_page, sites: World, stores: Stores):
    page = open_page("/sources")
    look_at(page, "CNN Indonesia")
    for _ in range(3):
        before, runs = what_collecting_changes(stores), stores.source_runs.list()
        try_a_broken_and_a_sound_one(page, sites)
        if stores.source_runs.list() == runs:  # or the timetable collected meanwhile
            break
    assert stores.source_runs.list() == runs
    assert what_collecting_changes(stores) == before


def what_collecting_changes(stores: Stores) -> tuple[object, ...]:
    return {cursor.id: cursor for cursor in stores.cursors.list()}, stores.mentions.watermark()


def try_a_broken_and_a_sound_one(page, sites: World) -> None:
    sites.replicas["cnnindonesia"].set_state("error")
    page.locator(".st-key-test_source button").first.click()
    told = page.locator(".st-key-test_told")
    told.get_by_text("the site did not answer").wait_for(timeout=180_000)
    told.get_by_text("asked again by itself").wait_for()
    sites.replicas["cnnindonesia"].reset()
    page.locator(".st-key-test_source button").first.click()
    told.get_by_text("It works").wait_for(timeout=180_000)


def plant_a_month_and_a_silence(stores: Stores, source: str, voice: str, silent: int) -> None:
    """Two mentions an hour for four weeks, save for so many hours that ended yesterday at this time."""
    now = datetime.now(UTC)
    end = judged_until(now)
    hours = [n for n in range(28 * 24) if not 24 <= n < 24 + silent]
    moments = [end - (n + 1) * HOUR + timedelta(minutes=m) for n in hours for m in (5, 35)]
    one = make_mention("Kabar tentang hujan", platform="news", source=voice)
    stores.mentions.upsert([
        replace(one, id=f"{silent:04x}{n:020x}", published_at=moment, scraped_at=moment + timedelta(minutes=4), url=f"https://{n}.id")
        for n, moment in enumerate(moments)
    ])  # fmt: skip
    stores.source_runs.save(SourceRun(f"{source}-uji", source, now, now, voices=(voice,)))


def test_the_strip_shows_when_a_source_should_have_spoken(open_page, installation: Settings, stores: Stores):
    plant_a_month_and_a_silence(stores, "tempo", "uji-irama.example", 6)
    job_id = dispatch("rhythms", settings=installation).job_id
    wait_until(lambda: job_status(job_id, settings=installation).state == "done", 60, "rhythms are learnt")
    page = open_page("/sources")
    page.locator(".st-key-rhythm canvas, .st-key-rhythm [role=graphics-document]").first.wait_for()
    words = page.locator(".st-key-blind_spots")
    words.locator("summary").click()
    words.get_by_text("where about 12 mentions are usual").wait_for()
    look_at(page, "Tempo")
    page.locator(".st-key-source_card").get_by_text("Visible 4 minutes after publication").wait_for()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_days_on_which_a_source_was_blind_are_hatched_in_the_overview(
    open_page, installation: Settings, stores: Stores, width: int, scheme: str
):
    plant_a_month_and_a_silence(stores, "cnnindonesia", "uji-arsir.example", 16)
    for job in ("rhythms", "rollup"):
        job_id = dispatch(job, settings=installation).job_id
        wait_until(lambda id=job_id: job_status(id, settings=installation).state == "done", 60, f"{job} is done")
    page = open_page("/?source=uji-arsir.example", width=width, scheme=scheme)
    page.locator(".st-key-blind_days").get_by_text("Hatched").wait_for()
    chart = page.locator(".stVegaLiteChart").first
    chart.locator("g.mark-rule line").first.wait_for(state="attached")
    drawn = chart.evaluate(
        """chart => {
            const band = chart.querySelector("g.mark-rect.layer_0_marks path").getBoundingClientRect();
            const lines = [...chart.querySelectorAll("g.mark-rule.layer_1_marks line")];
            const clip = chart.querySelector("g.mark-rule.layer_1_marks").getAttribute("clip-path");
            return {
                width: band.width, clip, slopes: lines.map(line => -line.getAttribute("y2") / line.getAttribute("x2")),
                colour: lines[0].getAttribute("stroke"), inside: band.width > 10 && band.height > 100,
            };
        }"""
    )
    assert drawn["inside"]
    assert drawn["clip"]
    assert len(drawn["slopes"]) > 20
    assert all(abs(slope - 1) < 0.01 for slope in drawn["slopes"])
    assert drawn["colour"] == ("#e4e8ec" if scheme == "dark" else "#1f2933")
