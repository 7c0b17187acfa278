"""Outlet files: what is built in, and mistakes in one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from pasip_core.errors import (
    InputError,
)
from pasip_core.sources.outlet_file import load_outlets, read_outlet
from pasip_core.sources.registry import sites
from tests.replicas import OUTLETS


def test_the_built_in_outlets_are_sound():
    outlets = load_outlets()
    assert set(OUTLETS) <= set(outlets)
    for outlet in outlets.values():
        assert outlet.site in outlet.home
        assert outlet.name == "tribunnews" or "tribunnews.com" not in outlet.hosts
        assert all(outlet.owns(listing.url) for listing in outlet.listings)


@pytest.mark.parametrize(
    ("name", "url", "taken"),
    [
        ("detik", "https://news.detik.com/berita/d-7016153/judul-uji", True),
        ("detik", "https://20.detik.com/berita/d-7016153/judul-uji", False),
        ("detik", "https://news.detik.com/foto-news/d-7016153/foto-banjir", False),
        ("detik", "https://notdetik.com/berita/d-7016153/judul-uji", False),
        ("kompas", "https://nasional.kompas.com/read/2026/11/23/10153001/judul-uji", True),
        ("kompas", "https://video.kompas.com/read/2026/11/23/10153001/judul-uji", False),
        ("tempo", "https://www.tempo.co/politik/judul-uji-1178342", True),
        ("tempo", "https://www.tempo.co/arsip/judul-uji-1178342", False),
        ("antaranews", "https://www.antaranews.com/berita/4432101/judul-uji", True),
        ("antaranews", "https://www.antaranews.com/video/4432101/judul-uji", False),
        ("cnnindonesia", "https://www.cnnindonesia.com/nasional/20261123101530-12-1180001/judul-uji", True),
        ("cnnindonesia", "https://www.cnnindonesia.com/nasional/indeks/3", False),
        ("tribunnews", "https://www.tribunnews.com/nasional/2026/11/23/judul-uji", True),
        ("tribunnews", "https://jabar.tribunnews.com/2026/11/23/judul-uji", True),
        ("tribunnews", "https://www.tribunnews.com/", False),
    ],
)
def test_addresses_of_articles_are_told_from_others(name: str, url: str, taken: bool):
    assert load_outlets()[name].is_article(url) is taken


GOOD = 'name = "uji"\nlabel = "Uji"\nsite = "uji.test"\nhome = "https://uji.test"\n'
LISTING = '[[listings]]\nurl = "https://uji.test/rss"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD, "listings: name at least one"),
        (GOOD + "[[listings]]\nurl = 'uji.test/rss'\n", r"listings\.0\.url: 'uji\.test/rss'.*http"),
        (
            GOOD + "[[listings]]\nurl = 'https://uji.test/{halaman}'\n",
            r"listings\.0\.url.*\{halaman\} is no placeholder",
        ),
        (GOOD + "[[listings]]\nurl = 'https://uji.test/'\nkind = 'index'\n", r"listings\.0\.links: an index page"),
        (GOOD + "[[listings]]\nurl = 'https://uji.test/'\nkind = 'podcast'\n", r"listings\.0\.kind: 'podcast'"),
        (GOOD + LISTING + "[addresses]\ntake = ['(']\n", r"addresses\.take\.0.*not a regular expression"),
        (GOOD + LISTING + "[article]\nbody = ['div[']\n", r"article\.body\.0.*not a CSS selector"),
        (GOOD + LISTING + "[artikel]\n", "artikel"),
        (GOOD + LISTING + "[search]\nurl = 'https://uji.test/'\nlinks = 'a'\n", r"search\.url.*\{query\}"),
        (GOOD + LISTING + "[search]\nurl = 'https://uji.test/{slug}'\n", r"search\.links: a search page needs"),
        (GOOD + "[search]\nurl = 'https://uji.test/{query}'\nkind = 'json'\n", r"search\.address: a search in JSON"),
        (GOOD + "[search]\nurl = 'https://uji.test/'\nform = {q = '{kata}'}\n", r"search\.form\.q.*\{kata\} is no"),
        (GOOD.replace('"uji"', '"Uji Coba"') + LISTING, "name: 'Uji Coba'"),
        ("name = ", "cannot be read as TOML"),
    ],
)
def test_a_mistake_in_an_outlet_file_is_told_with_file_and_field(text: str, told: str, tmp_path: Path):
    path = tmp_path / "uji.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=told) as caught:
        read_outlet(path)
    assert str(path) in str(caught.value)


PORTAL = (
    'name = "anak"\nlike = "induk"\nlabel = "Anak"\nsite = "anak.uji.test"\nhome = "https://anak.uji.test/"\n'
    "[addresses]\nskip = ['/video/']\n"
)
PARENT = (
    GOOD.replace('"uji"', '"induk"')
    + "[[listings]]\nurl = '{home}/sitemap-news.xml'\nkind = 'sitemap'\nconfidence = 'A'\n"
    + LISTING
    + "[addresses]\nhosts = ['uji.test']\ntake = ['^/read/']\nskip = ['/foto/']\n"
    + "[article]\nbody = ['.isi']\none_page = 'page=all'\n"
)


def test_an_outlet_like_another_takes_over_its_patterns_and_selectors_but_not_its_addresses(tmp_path: Path):
    (tmp_path / "induk.toml").write_text(PARENT)
    (tmp_path / "anak.toml").write_text(PORTAL)
    outlets = load_outlets(tmp_path)
    parent, child = outlets["induk"], outlets["anak"]
    assert [(listing.url, listing.confidence) for listing in child.listings] == [
        ("https://anak.uji.test/sitemap-news.xml", "C")
    ]
    assert child.article == parent.article
    assert child.addresses.skip == ("/video/",)
    assert child.is_article("https://anak.uji.test/read/1")
    assert not child.is_article("https://uji.test/read/1")
    assert parent.is_article("https://anak.uji.test/read/1")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (PORTAL.replace("induk", "siapa"), "like: there is no outlet file 'siapa'"),
        (PORTAL.replace("induk", "anak"), "like: there is no outlet file 'anak'"),
        (PORTAL.replace("induk", "../anak"), "like: there is no outlet file"),
        (PORTAL.replace("induk", "tribun-bali"), "like: tribun-bali is itself like another"),
    ],
)
def test_a_model_that_cannot_be_followed_is_told(text: str, told: str, tmp_path: Path):
    path = tmp_path / "anak.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=told):
        read_outlet(path)


@pytest.mark.parametrize("listings", ["3", '["{home}/rss"]', '[{ kind = "feed" }]', "[{ url = 3 }]"])
@pytest.mark.parametrize("where", ["induk", "anak"])
def test_listings_that_are_none_are_told_where_another_outlet_takes_them_over_too(
    listings: str, where: str, tmp_path: Path
):
    texts = {"induk": PARENT, "anak": PORTAL}
    texts[where] = f"listings = {listings}\n" + texts[where].replace(LISTING, "").replace(
        "[[listings]]\nurl = '{home}/sitemap-news.xml'\nkind = 'sitemap'\nconfidence = 'A'\n", ""
    )
    for name, text in texts.items():
        (tmp_path / f"{name}.toml").write_text(text)
    with pytest.raises(InputError, match=r"toml: listings"):
        load_outlets(tmp_path)


def test_a_mark_that_some_editors_put_before_a_file_does_not_matter(tmp_path: Path):
    path = tmp_path / "uji.toml"
    path.write_text(GOOD + LISTING, "utf-8-sig")
    assert read_outlet(path).name == "uji"


def test_a_portal_counts_for_itself_and_everything_else_of_the_network_for_the_network():
    site_of = sites(load_outlets())
    assert site_of("https://bali.tribunnews.com/2026/11/23/judul") == "bali.tribunnews.com"
    assert site_of("https://www.tribunnews.com/nasional/2026/11/23/judul") == "tribunnews.com"
    assert site_of("https://www.lain.test/a") == "lain.test"


def test_a_built_in_outlet_can_be_taken_out(tmp_path: Path):
    (tmp_path / "detik.toml").write_text('name = "detik"\nactive = false\n')
    assert set(load_outlets()) - set(load_outlets(tmp_path)) == {"detik"}


def test_a_folder_of_outlets_adds_and_replaces(tmp_path: Path):
    (tmp_path / "uji.toml").write_text(GOOD + LISTING)
    (tmp_path / "detik.toml").write_text(GOOD.replace('"uji"', '"detik"') + LISTING)
    outlets = load_outlets(tmp_path)
    assert outlets["uji"].label == "Uji"
    assert outlets["detik"].label == "Uji"
    assert outlets["kompas"].label == "Kompas.com"
    with pytest.raises(InputError, match="OUTLETS_DIR"):
        load_outlets(tmp_path / "nirgends")
