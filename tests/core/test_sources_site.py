"""A news site by its front page: what is found there, and what is collected by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pasip_core.domain.runs import Feed
from pasip_core.errors import SourceParse, SourceUnavailable
from pasip_core.settings import Settings
from pasip_core.sources.http import PoliteClient
from pasip_core.sources.registry import build_sources
from pasip_core.sources.site import check_site
from tests.core.sources_kit import QUICK, client_for, pages, run
from tests.replicas import Replica, World, make_stories, news_sitemap, rss

NOW = datetime.now(UTC)
FRONT = (
    '<html><head><title>Kabar &amp; Uji</title><link rel="alternate" type="application/rss+xml" href="/umpan"></head>'
)


def stories_at(base: str, *, age: timedelta = timedelta()) -> list[tuple[object, str]]:
    return [(story, f"{base}/berita/{n}") for n, story in enumerate(make_stories(5, 4, NOW - age))]


def test_feeds_that_the_page_names_and_news_sitemaps_of_robots_txt_are_found() -> None:
    with Replica(pages()) as replica, client_for(replica) as http:
        told = stories_at(replica.url)
        old = news_sitemap(stories_at(replica.url, age=timedelta(days=400)))
        replica.robots = f"Sitemap: {replica.url}/arsip.xml\nSitemap: {replica.url}/news.xml\n"
        replica.site = pages(**{"": FRONT, "umpan": rss(told, "uji"), "news.xml": news_sitemap(told), "arsip.xml": old})
        found = check_site(http, replica.url)
    assert found.title == "Kabar & Uji"
    assert [address.removeprefix(replica.url) for address in found.listings] == ["/umpan", "/news.xml"]
    assert found.entries == 8


def test_a_site_that_announces_nothing_is_refused_in_words() -> None:
    with Replica(pages(**{"": "<html><title>Kosong</title>"})) as replica, client_for(replica) as http:
        with pytest.raises(SourceParse, match="no feed or news sitemap was found"):
            check_site(http, replica.url)
        replica.set_state("error")
        with pytest.raises(SourceUnavailable):
            check_site(http, replica.url)


def test_a_site_is_collected_by_its_listings(world: World) -> None:
    replica = world.replicas["feed"]
    settings = Settings(_env_file=None, scraping_delay=0, **world.settings())
    with PoliteClient(settings, limits=QUICK) as http:
        found = check_site(http, replica.url)
        site = Feed("site-uji", "Uji", replica.url, NOW, kind="site", handle=" ".join(found.listings))
        ran = run(build_sources(settings, [site], http)["site-uji"])
    assert len(ran.mentions) == 12
    assert all(mention.url.startswith(replica.url) for mention in ran.mentions)
