"""Outlets of which only the front page is known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pasip_core.errors import SourceBlocked, SourceUnavailable
from pasip_core.sources.discovery import find_listings
from pasip_core.sources.google_news import GoogleNewsSource
from pasip_core.sources.registry import sites
from pasip_core.sources.state import NewsState
from tests.builders import make_keyword
from tests.core.outlet_kit import NOW, article, outlet_at, source_at
from tests.core.sources_kit import client_for, run
from tests.replicas import Page, Replica, make_stories, news_sitemap, rss

STORIES = make_stories(1, 3, NOW)
OLD = make_stories(1, 3, NOW - timedelta(days=60))
FRONT = "".join(f"<h2><a href='/berita/{n}'>Judul berita nomor {n} di halaman muka</a></h2>" for n in range(6))


class Town:
    """A site whose addresses are known once it is served. ``has`` maps paths to a feed, a sitemap, or a page."""

    def __init__(self, **has: Any) -> None:
        self.has, self.base = has, ""

    def __call__(self, path: str) -> Page | None:
        if path.startswith("/berita/"):
            return Page(article(f"Judul {path}").encode())
        body = self.has.get(path.strip("/").replace("-", "_").replace(".", "_") or "front")
        if callable(body):
            body = body()
        return Page(body.encode() if isinstance(body, str) else body) if body else None

    def feed(self) -> bytes:
        return rss([(story, f"{self.base}/berita/{story.number}") for story in STORIES])

    def stale(self) -> bytes:
        return rss([(story, f"{self.base}/berita/{story.number}") for story in OLD])

    def sitemap(self) -> bytes:
        return news_sitemap([(story, f"{self.base}/berita/{story.number}") for story in STORIES])


def look(town: Town, robots: str = "") -> tuple[list[str], list[str]]:
    """Paths that were found, and those that were asked for."""
    with Replica(town, robots=None) as replica, client_for(replica) as client:
        town.base, replica.robots = replica.url, robots.replace("{base}", replica.url)
        found = find_listings(client, outlet_at(replica, discover=True), NewsState(), NOW)
        return [spec.url.removeprefix(replica.url) for spec in found], replica.paths()


def test_a_sitemap_that_robots_txt_names_is_taken_first_and_one_of_news_before_others():
    town = Town()
    town.has = {"a_xml": town.sitemap, "news_xml": town.sitemap, "front": FRONT}
    found, asked = look(town, "Sitemap: {base}/a.xml\nSitemap: {base}/news.xml\nSitemap: {base}/gone.xml")
    assert found == asked == ["/news.xml"]


def test_then_a_feed_that_the_front_page_names():
    town = Town()
    named = "<link rel='alternate' type='application/rss+xml' href='/umpan'>"
    town.has = {"front": f"<html><head>{named}</head>{FRONT}</html>", "umpan": town.feed, "rss": town.feed}
    assert look(town) == (["/umpan"], ["/", "/umpan"])


def test_then_a_well_known_address_that_tells_of_late():
    town = Town()
    town.has = {"front": "<html></html>", "rss": town.stale, "feed": town.feed}
    assert look(town) == (["/feed"], ["/", "/sitemap-news.xml", "/rss", "/feed"])


def test_then_the_front_page_itself_and_nothing_where_it_is_a_shell():
    places = ["/", "/sitemap-news.xml", "/rss", "/feed", "/rss.xml", "/news-sitemap.xml", "/sitemap.xml"]
    assert look(Town(front=FRONT)) == ([""], places)
    assert look(Town(front="<div id='app'></div>"))[0] == []


def test_what_was_found_is_read_and_remembered_for_a_week():
    town = Town()
    town.has = {"rss": town.feed, "front": FRONT}
    with Replica(town) as replica:
        town.base = replica.url
        first = run(source_at(replica, discover=True))
        replica.asked.clear()
        second = run(source_at(replica, discover=True), cursor=first.cursor)
        soon = replica.paths()
        replica.asked.clear()
        run(source_at(replica, lambda: NOW + timedelta(days=8), discover=True), cursor=second.cursor)
        later = replica.paths()
    assert {m.url for m in first.mentions} == {f"{replica.url}/berita/{story.number}" for story in STORIES}
    assert second.mentions == []
    assert soon == ["/rss"]
    assert "/sitemap-news.xml" in later


def test_what_cannot_be_read_of_what_was_remembered_counts_as_never_looked_for():
    town, state = Town(), NewsState()
    town.has = {"rss": town.feed, "front": FRONT}
    with Replica(town) as replica, client_for(replica) as client:
        town.base, outlet = replica.url, outlet_at(replica, discover=True)
        for kept in (3, {"at": "?"}, {"at": NOW.isoformat(), "listings": [{"url": f"{town.base}/x", "kind": "?"}]}):
            state.found[outlet.name] = kept
            assert [spec.url for spec in find_listings(client, outlet, state, NOW)] == [f"{town.base}/rss"]


@pytest.mark.parametrize("names", [("umpan", "lain"), ("lain", "umpan")])
def test_a_feed_under_two_addresses_is_found_once(names: tuple[str, str]):
    town = Town()
    named = "".join(f"<link rel='alternate' type='application/rss+xml' href='/{name}'>" for name in names)
    town.has = {"front": f"<html><head>{named}</head>", "lain": town.feed}

    def site(path: str) -> Page | None:
        return Page(b"", status=301, location="/lain") if path == "/umpan" else town(path)

    with Replica(site) as replica, client_for(replica) as client:
        town.base = replica.url
        found = find_listings(client, outlet_at(replica, discover=True), NewsState(), NOW)
    assert [spec.url for spec in found] == [f"{town.base}/{names[0]}"]


def test_that_nothing_was_found_is_said_and_remembered():
    with Replica(Town(front="<div id='app'></div>")) as replica:
        first = run(source_at(replica, discover=True))
        replica.asked.clear()
        second = run(source_at(replica, discover=True), cursor=first.cursor)
        assert replica.paths() == []
    assert first.note == second.note == "No feed or sitemap was found at the site; it is looked for again in a week."


def test_what_no_longer_answers_is_looked_for_again_at_once():
    town = Town()
    town.has = {"rss": town.feed, "front": "<div id='app'></div>"}
    with Replica(town) as replica:
        town.base = replica.url
        first = run(source_at(replica, discover=True), limit=1)
        town.has = {"feed": town.feed, "front": FRONT}
        second = run(source_at(replica, discover=True), cursor=first.cursor)
        assert len(second.mentions) == 2
        assert "1 of 2 feeds and searches failed (gone 1)" in second.note
        town.has = {}
        third = run(source_at(replica, discover=True), cursor=second.cursor)
        replica.asked.clear()
        run(source_at(replica, discover=True), cursor=third.cursor)
        assert third.error is None
        assert "No feed or sitemap was found" in third.note
        assert replica.paths() == []


def test_a_named_feed_that_is_gone_is_replaced_by_what_is_found_and_one_that_is_there_is_not():
    town = Town()
    town.has = {"rss": town.feed, "front": FRONT}
    with Replica(town) as replica:
        town.base = replica.url
        gone = run(source_at(replica, discover=True, listings=[{"url": "{base}/hilang"}]))
        replica.asked.clear()
        there = run(source_at(replica, discover=True, listings=[{"url": "{base}/rss"}]))
        assert not [path for path in replica.paths() if path == "/"]
    assert len(gone.mentions) == len(there.mentions) == 3


@pytest.mark.parametrize(("state", "error"), [
    ("challenge", SourceBlocked), ("dropped", SourceUnavailable), ("error", SourceUnavailable),
])  # fmt: skip
def test_a_site_that_refuses_or_is_away_is_not_searched_further_and_nothing_is_remembered(state, error):
    with Replica(Town(front=FRONT)) as replica:
        replica.set_state(state)
        state_of_run = NewsState()
        with client_for(replica) as client, pytest.raises(error):
            find_listings(client, outlet_at(replica, discover=True), state_of_run, NOW)
        assert set(replica.paths()) == {"/"}
    assert state_of_run.found == {}


def test_google_news_is_asked_for_outlets_by_name_and_leads_are_found_on_their_front_pages():
    title = "Judul berita nomor 4 di halaman muka"
    with Replica(Town(front=FRONT)) as replica:
        item = f"<title>{title} - Uji</title><link>https://news.test/x</link><source url='{replica.url}'>Uji</source>"
        feed = f"<?xml version='1.0'?><rss version='2.0'><channel><title>x</title><item>{item}</item></channel></rss>"
        with Replica(lambda path: Page(feed.encode(), "application/xml")) as google:
            outlet = outlet_at(replica, discover=True, google_news=True)
            with client_for(replica, google) as client:
                source = GoogleNewsSource(google.url, client, {"uji": outlet}, sites([outlet]), lambda: NOW)
                ran = run(source, [make_keyword("berita")])
            asked = [one.query["q"] for one in google.asked if one.path != "/robots.txt"]
    assert asked == ["berita when:3d", f"berita (site:{replica.host}) when:3d"]
    assert [m.url for m in ran.mentions] == [f"{replica.url}/berita/4"]
