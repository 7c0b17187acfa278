"""Article extraction on made-up pages of six outlets, with and without what is known of them."""

# ruff: noqa: E501
from __future__ import annotations

import json
import os
import socket
from datetime import datetime
from pathlib import Path

import pytest

from pasip_core.errors import InputError, SourceParse
from pasip_core.sources.dates import WIB
from pasip_core.sources.extract import Article, ArticleRules, extract, join_pages, next_pages, one_page_url
from pasip_core.sources.outlet_file import load_outlets
from tests.core.extract_kit import DETIK, NOW, OUTLETS, PARAGRAPHS, RELATED, TRIBUN, page, ps

URLS = {
    "detik": "https://news.detik.com/berita/d-1/jembatan",
    "kompas": "https://regional.kompas.com/read/2026/08/02/10150011/jembatan",
    "tempo": "https://www.tempo.co/politik/jembatan-12345",
    "cnnindonesia": "https://www.cnnindonesia.com/nasional/20261122101500-20-1/jembatan",
    "antaranews": "https://www.antaranews.com/berita/1/jembatan",
    "tribunnews": "https://www.tribunnews.com/regional/2026/11/22/jembatan",
}
AUTHORS = {
    "detik": "Budi Santoso", "kompas": "Sari", "tempo": "Rini, Agus Salim", "cnnindonesia": "",
    "antaranews": "Dewi Lestari", "tribunnews": "Tono Wibowo",
}  # fmt: skip
JUNK = ("baca juga", "baca:", "advertisement", "scroll", "gambas", "simak video", "pilihan editor", "whatsapp", "(bud/sa)",
        "(abc/def)", "judul lain", "foto:", "pewarta", "editor", "copyright")  # fmt: skip


@pytest.mark.parametrize("known", [True, False], ids=["rules", "unknown"])
@pytest.mark.parametrize("name", sorted(OUTLETS))
def test_each_outlets_page_is_read(name: str, known: bool) -> None:
    rules = load_outlets()[name].rules if known else None
    article = extract(OUTLETS[name], URLS[name], rules, now=NOW)
    assert article.title == "Jembatan Pasar Lama Diresmikan"
    if name != "cnnindonesia":
        assert article.author == AUTHORS[name]
    day = (2026, 8, 3) if name == "kompas" else (2026, 11, 23)
    assert article.published_at is not None
    assert article.published_at.replace(second=0) == datetime(*day, 10, 15, tzinfo=WIB)
    for paragraph in PARAGRAPHS:
        assert paragraph in article.content
    assert len(article.content.splitlines()) == len(PARAGRAPHS)
    assert [junk for junk in JUNK if junk in article.content.casefold()] == []


def test_a_dateline_stays_with_its_sentence() -> None:
    assert extract(DETIK, URLS["detik"]).content.startswith(f"Jakarta - {PARAGRAPHS[0]}")


def test_a_short_article_is_taken_as_the_outlets_selector_gives_it() -> None:
    html = page("<div class='isi'><p>Paragraf satu.</p><p>ADVERTISEMENT</p><p>Paragraf dua.</p></div>" + RELATED)
    article = extract(html, "https://uji.test/a", ArticleRules(body=("div.isi",)))
    assert article.content == "Paragraf satu.\nParagraf dua."


@pytest.mark.parametrize(
    "data",
    [
        {"@type": "NewsArticle", "headline": "Judul", "author": "Budi"},
        [{"@type": "WebSite"}, {"@type": ["ReportageNewsArticle"], "headline": "Judul", "author": {"name": "Budi"}}],
        {"@graph": [{"@type": "Article", "headline": "Judul", "author": [{"@type": "Person", "name": "Budi"}]}]},
        {"@type": "WebPage", "mainEntity": {"@type": "NewsArticle", "headline": "Judul", "author": ["Budi"]}},
    ],
)
def test_structured_data_is_read_in_every_shape(data: object) -> None:
    head = f"<script type='application/ld+json'>{json.dumps(data)}</script>"
    article = extract(page(ps(*PARAGRAPHS), head), "https://uji.test/a")
    assert (article.title, article.author) == ("Judul", "Budi")


@pytest.mark.parametrize(
    "broken", ['{"headline": "X",', '{"author": {"name": 1}, "headline": ["a", 2]}', "[" * 9000, ""]
)
def test_broken_structured_data_leaves_the_meta_tags(broken: str) -> None:
    head = (
        f"<script type='application/ld+json'>{broken}</script><meta property='og:title' content='Judul'>"
        "<meta name='author' content='Budi'><meta property='article:published_time' content='2026-11-23 10:15'>"
    )
    article = extract(page(ps(*PARAGRAPHS), head), "https://uji.test/a", now=NOW)
    assert (article.title, article.author) == ("Judul", "Budi")
    assert article.published_at == datetime(2026, 11, 23, 10, 15, tzinfo=WIB)


def test_trailing_commas_and_raw_newlines_in_structured_data_are_forgiven() -> None:
    head = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Judul\n uji",}</script>'
    assert extract(page(ps(*PARAGRAPHS), head), "https://uji.test/a").title == "Judul uji"


def test_the_date_in_the_address_is_the_last_resort() -> None:
    url = "https://uji.test/read/2026/11/20/judul"
    bare = extract(page(ps(*PARAGRAPHS)), url, now=NOW)
    shown = extract(page("<span>Senin, 23 Nov 2026 10:15 WIB</span>" + ps(*PARAGRAPHS)), url, now=NOW)
    assert bare.published_at == datetime(2026, 11, 20, tzinfo=WIB)
    assert shown.published_at == datetime(2026, 11, 23, 10, 15, tzinfo=WIB)


@pytest.mark.parametrize(
    ("byline", "author"),
    [
        ("Budi - detikNews", "Budi"),
        ("Penulis: Budi Santoso, Sari Dewi", "Budi Santoso, Sari Dewi"),
        ("By Jane Roe and John Doe", "Jane Roe, John Doe"),
        ("Budi Santoso, S.H.", "Budi Santoso, S.H."),
        ("https://www.facebook.com/uji", ""),
        ("redaksi@uji.test", ""),
        ("Uji.com", ""),
    ],
)
def test_bylines_become_names(byline: str, author: str) -> None:
    html = page(ps(*PARAGRAPHS), f"<meta name='author' content='{byline}'>")
    assert extract(html, "https://uji.test/a").author == author


def test_the_canonical_address_counts_only_on_the_same_site() -> None:
    link = "<link rel='canonical' href='{}'>"
    same = extract(page(ps(*PARAGRAPHS), link.format("/asli")), "https://www.uji.test/a?page=2")
    other = extract(
        page(ps(*PARAGRAPHS), link.format("https://lain.test/x")), "https://www.uji.test/a?utm_source=x&id=7"
    )
    assert same.url == "https://www.uji.test/asli"
    assert other.url == "https://www.uji.test/a?id=7"


def test_long_sentences_that_begin_like_junk_stay() -> None:
    line = "Follow the money, said the auditor, and the instagram accounts of the three officials led straight to a villa on the coast."
    html = page("<article>" + ps(*PARAGRAPHS, line, "Read more: another story") + "</article>")
    content = extract(html, "https://uji.test/a").content
    assert line in content
    assert "Read more" not in content


@pytest.mark.parametrize("empty", ["", "  \n ", b"", b"\0\0"])
def test_an_empty_page_is_refused(empty: str | bytes) -> None:
    with pytest.raises(InputError, match="html is empty"):
        extract(empty, "https://uji.test/a")


@pytest.mark.parametrize(
    "other", [b"%PDF-1.7", b'{"a": "<p>"}', b"hello", "<?xml version='1.0'?><rss></rss>", b"\x89PNG\r\n"]
)
def test_what_is_not_html_is_refused(other: str | bytes) -> None:
    with pytest.raises(SourceParse):
        extract(other, "https://uji.test/a")


def test_a_selector_that_cannot_be_read_is_named() -> None:
    with pytest.raises(InputError, match="div\\[\\["):
        extract(DETIK, URLS["detik"], ArticleRules(body=("div[[",)))


@pytest.mark.parametrize(
    ("name", "declared", "header"),
    [("utf-8", "iso-8859-1", ""), ("utf-16", "", ""), ("cp1252", "windows-1252", ""), ("utf-8-sig", "", "latin-1"),
     ("gb18030", "gb2312", ""), ("cp1252", "", "iso-8859-1"), ("utf-16-le", "", "")],
)  # fmt: skip
def test_bytes_are_decoded_as_what_they_are(name: str, declared: str, header: str) -> None:
    text = "Café dan naïf: “kutipan” Pemerintah kota menyatakan hal ini kepada wartawan pada hari Senin siang."
    html = (
        f"<html><head><meta charset='{declared}'></head><body><article>{ps(text, *PARAGRAPHS)}</article></body></html>"
    )
    assert text in extract(html.encode(name), "https://uji.test/a", encoding=header).content


def test_further_pages_are_those_of_the_same_article() -> None:
    url = URLS["tribunnews"]
    assert next_pages(TRIBUN, url) == [f"{url}?page=2", f"{url}?page=3"]
    assert next_pages(TRIBUN, url + "?page=2") == [f"{url}?page=3"]
    assert next_pages(DETIK, URLS["detik"]) == []
    many = page("<div class='paging'>" + "".join(f"<a href='?page={n}'>{n}</a>" for n in range(900)) + "</div>")
    assert len(next_pages(many, url)) == 20


def test_joined_pages_repeat_nothing() -> None:
    one = Article("https://uji.test/a", "Judul", "Budi", None, "Satu.\nDua.")
    two = Article("https://uji.test/a?page=2", "Judul", "", None, "Dua.\nTiga.")
    assert join_pages([one, two]).content == "Satu.\nDua.\nTiga."
    assert join_pages([one, two]).author == "Budi"


def test_the_one_page_variant_is_asked_for_once() -> None:
    rules = ArticleRules(one_page="page=all")
    assert one_page_url("https://uji.test/a?page=2&id=7#x", rules) == "https://uji.test/a?id=7&page=all"
    assert one_page_url("https://uji.test/a", None) == "https://uji.test/a"


def test_no_connection_is_opened() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        place = f"http://127.0.0.1:{server.getsockname()[1]}/"
        head = f"<meta property='og:image' content='{place}a.jpg'><meta http-equiv='refresh' content='0;url={place}'>"
        body = RELATED * 3 + f"<div>{ps(PARAGRAPHS[0])}<img src='{place}b.jpg'></div>" + RELATED
        extract(page(body, head), place)
        with pytest.raises(TimeoutError):
            server.accept()


DATA = Path(os.environ.get("EVAL_DATA", "../shared/data")) / "pages"


@pytest.mark.skipif(not DATA.is_dir(), reason=f"no data folder at {DATA}: set EVAL_DATA")
@pytest.mark.parametrize("known", [True, False], ids=["rules", "unknown"])
def test_real_pages_are_read_whole(known: bool) -> None:
    outlets = load_outlets()
    detik = extract(
        (DATA / "health_detik_2023-11-02.html").read_bytes(), "https://health.detik.com/true-story/d-7016153/x",
        outlets["detik"].rules if known else None,
    )  # fmt: skip
    assert detik.title.startswith("Curhat Wanita Kena Stroke di Umur 26")
    assert detik.author == "Vidya Pinandhita"
    assert detik.published_at == datetime(2023, 11, 2, 20, 59, 53, tzinfo=WIB)
    assert len(detik.content.splitlines()) == 10
    assert detik.content.startswith("Jakarta - Seorang wanita muda")
    assert detik.content.endswith("serupa dengan dirinya.")
    tribun = extract(
        (DATA / "tribunnews_2020-05-04.html").read_bytes(), "https://www.tribunnews.com/pendidikan/2020/05/04/jawaban",
        outlets["tribunnews"].rules if known else None,
    )  # fmt: skip
    assert tribun.title.endswith("Belajar dari Rumah SMA di TVRI")
    assert tribun.author == "Muhammad Renald Shiftanto"
    assert tribun.published_at == datetime(2020, 5, 4, 4, 25, 13, tzinfo=WIB)
    assert len(tribun.content.splitlines()) == 10
    assert not any(
        junk in (detik.content + tribun.content).casefold() for junk in ("baca", "advert", "video", "gambas")
    )
