"""Any feed by its address."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pasip_core.domain.mention import mention_id
from pasip_core.domain.runs import Feed
from pasip_core.errors import (
    SourceError,
    SourceGone,
    SourceParse,
)
from pasip_core.settings import Settings
from pasip_core.sources.feeds import check_feed, feed_source
from pasip_core.sources.http import PoliteClient
from pasip_core.sources.registry import build_sources, sites
from tests.core.sources_kit import QUICK, client_for, pages, run
from tests.replicas import Replica, World


@pytest.mark.parametrize("path", ["/feed", "/atom.xml", "/"])
def test_a_feed_is_recognised_by_its_address_or_by_the_page_that_names_it(path: str, world: World):
    replica = world.replicas["feed"]
    with client_for(replica) as client:
        preview = check_feed(client, replica.url + path)
    assert len(preview.entries) == 12
    assert preview.title
    assert preview.url.startswith(replica.url)


def test_an_address_without_a_feed_is_refused_in_words():
    told = pytest.raises(SourceParse, match="neither a feed nor a page that names one")
    with Replica(pages(halaman="<html><p>Bukan umpan</p></html>")) as replica, client_for(replica) as client, told:
        check_feed(client, f"{replica.url}/halaman")


def test_any_feed_is_collected(world, sources):
    ran = run(sources["umpan"])
    assert len(ran.mentions) == 12
    assert {m.source for m in ran.mentions} == {"127.0.0.1"}
    assert run(sources["umpan"], cursor=ran.cursor).mentions == []


def test_a_feed_of_a_known_outlet_counts_for_that_outlet_and_makes_no_second_mention(world, sources):
    outlet = world.replicas["antaranews"]
    settings = Settings(_env_file=None, scraping_delay=0, **world.settings())
    feed = Feed("antara-lagi", "", f"{outlet.url}/rss/terkini.xml", datetime.now(UTC))
    with PoliteClient(settings, limits=QUICK) as client:
        by_feed = run(build_sources(settings, [feed], client)["antara-lagi"]).mentions
    by_outlet = run(sources["antaranews"]).mentions
    assert {mention_id(m) for m in by_feed} == {mention_id(m) for m in by_outlet}


def test_a_body_that_names_a_file_is_not_read_as_one():
    refused = pytest.raises(SourceParse)
    with Replica(pages(feed="/etc/passwd")) as replica, client_for(replica) as client, refused as caught:
        check_feed(client, f"{replica.url}/feed")
    assert "root" not in str(caught.value)


def test_a_sitemap_cannot_read_files_or_blow_up():
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
        + ']><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>http://a.test/&x;&j;</loc></url>'
        "<url><loc>http://a.test/2</loc><lastmod>2026-11-23</lastmod></url></urlset>"
    )
    with Replica(pages(peta=bomb)) as replica, client_for(replica) as client:
        try:
            entries = check_feed(client, f"{replica.url}/peta").entries
        except SourceError:
            entries = ()
    assert all("root" not in entry.url and len(entry.url) < 100 for entry in entries)


def test_times_without_a_zone_and_in_wib_are_read_as_jakarta_time():
    feed = """<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>
    <item><title>a</title><link>http://a.test/1</link><pubDate>Mon, 23 Nov 2026 10:15:00 WIB</pubDate></item>
    <item><title>b</title><link>http://a.test/2</link><pubDate>2026-11-23 10:15:00</pubDate></item>
    <item><title>c</title><link>http://a.test/3</link><pubDate>Senin, 23 November 2026 10:15 WIB</pubDate></item>
    <item><title>d</title><link>http://a.test/4</link><pubDate>Mon, 23 Nov 2026 03:15:00 GMT</pubDate></item>
    </channel></rss>"""
    with Replica(pages(feed=feed)) as replica, client_for(replica) as client:
        preview = check_feed(client, f"{replica.url}/feed", now=datetime(2026, 11, 24, tzinfo=UTC))
    assert [entry.published_at for entry in preview.entries] == [datetime(2026, 11, 23, 3, 15, tzinfo=UTC)] * 4


def test_a_feed_that_carries_whole_articles_is_not_asked_for_their_pages():
    text = "<p>" + "Kalimat panjang tentang pemilu. " * 60 + "</p>"
    feed = f"""<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
    <title>x</title><item><title>Judul</title><link>/artikel</link>
    <pubDate>{datetime.now(UTC):%a, %d %b %Y %H:%M:%S} GMT</pubDate>
    <content:encoded><![CDATA[{text}]]></content:encoded></item></channel></rss>"""
    with Replica(pages(feed=feed)) as replica, client_for(replica) as client:
        source = feed_source(Feed("x", "", f"{replica.url}/feed", datetime.now(UTC)), client, sites([]))
        mention = run(source).mentions[0]
    assert mention.content.startswith("Kalimat panjang tentang pemilu.")
    assert replica.paths() == ["/feed"]


def index_of(*addresses: str) -> str:
    """A sitemap index that names these sitemaps."""
    named = "".join(f"<sitemap><loc>{address}</loc></sitemap>" for address in addresses)
    return f'<?xml version="1.0"?><sitemapindex>{named}</sitemapindex>'


def sitemap_of(*addresses: str) -> str:
    """A sitemap of these pages."""
    named = "".join(f"<url><loc>{address}</loc></url>" for address in addresses)
    return f'<?xml version="1.0"?><urlset>{named}</urlset>'


@pytest.mark.parametrize(
    ("state", "said"), [("truncated", "1 feeds came cut off"), ("error", "1 of 2 feeds and searches failed")]
)
def test_a_part_of_a_sitemap_index_that_fails_costs_only_itself(state: str, said: str):
    site = pages(index=index_of("/a", "/b", "/c"), **{part: sitemap_of(f"/berita-{part}") for part in "abc"})
    with Replica(site) as replica, client_for(replica) as client:
        source = feed_source(Feed("x", "", f"{replica.url}/index", datetime.now(UTC)), client, sites([]))
        replica.set_state(state, "/b")
        first = run(source)
        assert said in first.note
        assert {"/a", "/b", "/c", "/berita-c"} <= set(replica.paths())
        replica.reset()
        run(source, cursor=first.cursor)
        assert "/berita-b" in replica.paths()


def test_a_sitemap_index_that_stays_the_same_does_not_hide_that_its_parts_change():
    site = pages(index=index_of("/a"), a=sitemap_of("/berita"))
    with Replica(site) as replica, client_for(replica) as client:
        source = feed_source(Feed("x", "", f"{replica.url}/index", datetime.now(UTC)), client, sites([]))
        first = run(source)
        assert first.cursor["validators"] == {}
        replica.reset()
        run(source, cursor=first.cursor)
        assert replica.paths() == ["/index", "/a"]


def test_a_sitemap_index_all_of_whose_parts_fail_has_failed():
    site = pages(index=index_of("/a", "/b"), a=sitemap_of("/berita"), b=sitemap_of("/kabar"))
    with Replica(site) as replica, client_for(replica) as client:
        source = feed_source(Feed("x", "", f"{replica.url}/index", datetime.now(UTC)), client, sites([]))
        replica.set_state("gone", "/a")
        replica.set_state("error", "/b")
        assert isinstance(run(source).error, SourceGone)
