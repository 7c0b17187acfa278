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
from pasip_core.sources.outlet_file import ListingSpec, load_outlets
from pasip_core.sources.registry import sites
from tests.builders import make_keyword
from tests.core.sources_kit import run
from tests.replicas import Site, atom, make_stories, news_sitemap, path_of, rss

NOW = datetime(2026, 11, 23, 3, 15, tzinfo=UTC)
BASE = "http://a.test"
STORIES = make_stories(1, 3, NOW)
TOLD = [(story, BASE + path_of("kompas", story)) for story in STORIES]
SITE = Site("kompas", STORIES, BASE)
ANSWERS = {"rss": rss(TOLD), "atom": atom(TOLD), "sitemap": news_sitemap(TOLD)}
SCRAPS = st.sampled_from([
    b"", b"<", b">", b"&", b"]]>", b"<![CDATA[", b"\x00", b"\xff\xfe", b"\xc3", b"</item>", b"<item>", b"<entry>",
    b"<!--", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&#0;", b"&#xD800;", b"&#99999999999;", b"http://[::1",
    b"javascript:alert(1)", b"//", b"http://a:99999999/", b"/etc/passwd", b"9999-99-99",
    b"Mon, 99 Foo 99999 99:99:99", b"\xe2\x80\xae", b"<p>" * 50, b"0001-01-01T00:00:00+23:59",
    b"9999-12-31T23:59:59-23:59", b"xmlns='x'", b"base='http://[x'", b"\xf0\x9f\x98\x80",
])  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, body: bytes) -> bytes:
    """Pieces cut out, doubled, swapped for scraps, bytes flipped."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 80)))
        piece = draw(st.one_of(SCRAPS, st.binary(max_size=8), st.just(body[start:end] * 2)))
        body = body[:start] + piece + body[end:]
    return body[: draw(st.integers(0, len(body)))] if draw(st.integers(0, 4)) == 0 else body


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
