"""However an answer is damaged, a source gives sound mentions or a source error, and soon."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pasip_core.domain.runs import Feed
from pasip_core.sources.exchange import Response
from pasip_core.sources.feeds import feed_source
from pasip_core.sources.news import NewsSource
from pasip_core.sources.outlet import ListingSpec
from pasip_core.sources.outlet_file import load_outlets
from pasip_core.sources.registry import sites
from tests.builders import make_keyword
from tests.core.mutating import damaged
from tests.core.sources_kit import run
from tests.replicas import Site, atom, make_stories, news_sitemap, path_of, rss

NOW = datetime(2026, 11, 23, 3, 15, tzinfo=UTC)
BASE = "http://a.test"
STORIES = make_stories(1, 3, NOW)
TOLD = [(story, BASE + path_of("kompas", story)) for story in STORIES]
SITE = Site("kompas", STORIES, BASE)
ANSWERS = {"rss": rss(TOLD), "atom": atom(TOLD), "sitemap": news_sitemap(TOLD)}


class Given:
    """A transport that answers with what a test gives: listings and pages."""

    def __init__(self, listing: bytes, page: bytes | None = None, media_type: str = "") -> None:
        self.listing, self.page, self.media_type = listing, page, media_type

    def get(self, url: str, **_: object) -> Response:
        if urlsplit(url).path == "/listing":
            return Response(url, 200, {"Content-Type": self.media_type}, self.listing)
        body = self.page if self.page is not None else getattr(SITE(url.removeprefix(BASE)), "body", b"")
        return Response(url, 200, {"Content-Type": "text/html; charset=utf-8"}, body)


def check(source: NewsSource) -> None:
    began = time.monotonic()
    ran = run(source, [make_keyword("pemilu")])  # lets out anything that is no SourceError
    for mention in ran.mentions:
        assert mention.url.startswith(("http://", "https://"))
        assert mention.content.strip()
        assert mention.published_at.tzinfo is not None
        mention.published_at.astimezone(UTC)
    assert time.monotonic() - began < 10


def outlet_source(kind: str, transport: Given) -> NewsSource:
    listing = ListingSpec(url=f"{BASE}/listing", kind=kind, links="a[href]")
    kompas = load_outlets()["kompas"]
    addresses = kompas.addresses.model_copy(update={"hosts": ("a.test",)})
    outlet = kompas.model_copy(update={"listings": (listing,), "search": None, "addresses": addresses})
    return NewsSource(outlet, transport, sites([]), clock=lambda: NOW)


QUIET = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.mark.parametrize("kind", list(ANSWERS))
@QUIET
@given(data=st.data())
def test_a_damaged_listing_does_no_harm(kind: str, data: st.DataObject):
    body = data.draw(damaged(ANSWERS[kind]))
    media_type = data.draw(
        st.sampled_from(["", "text/html", "application/xml", "text/xml; charset=utf-16", "x; charset=\x00"])
    )
    check(outlet_source("feed", Given(body, media_type=media_type)))
    feed = Feed("x", "x", f"{BASE}/listing", NOW)
    check(feed_source(feed, Given(body, media_type=media_type), sites([])))


@QUIET
@given(data=st.data())
def test_a_damaged_index_page_does_no_harm(data: st.DataObject):
    page = SITE("/")
    assert page is not None
    check(outlet_source("index", Given(data.draw(damaged(page.body)))))


@pytest.mark.parametrize("outlet", ["detik", "kompas", "tempo", "antaranews", "cnnindonesia", "tribunnews"])
@settings(QUIET, max_examples=15)
@given(data=st.data())
def test_a_damaged_article_page_does_no_harm(outlet: str, data: st.DataObject):
    page = Site(outlet, STORIES, BASE)(path_of(outlet, STORIES[0]))
    assert page is not None
    check(outlet_source("feed", Given(ANSWERS["rss"], data.draw(damaged(page.body)))))


def test_a_name_that_cannot_be_characters_does_no_harm():
    check(outlet_source("feed", Given(ANSWERS["sitemap"].replace(b'xmlns="', b'xmlns="&#xD800;', 1))))
