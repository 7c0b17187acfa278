"""No page, however broken, makes extraction raise anything but its own two errors."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pasip_core.errors import InputError, SourceParse
from pasip_core.sources.extract import extract, next_pages
from tests.core.extract_kit import DETIK, OUTLETS, PARAGRAPHS, RELATED, page, ps

PAGES = [html.encode() for html in OUTLETS.values()]
CALM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read(html: str | bytes) -> None:
    with contextlib.suppress(InputError, SourceParse):
        extract(html, "https://uji.test/2026/11/23/a")
        next_pages(html, "https://uji.test/2026/11/23/a")


@CALM
@given(
    st.sampled_from(PAGES),
    st.integers(0, 9000),
    st.lists(st.tuples(st.integers(0, 9000), st.binary(max_size=6)), max_size=40),
)
def test_cut_and_changed_pages(html: bytes, end: int, changes: list[tuple[int, bytes]]) -> None:
    for place, piece in changes:
        html = html[:place] + piece + html[place + 1 :]
    read(html[: max(end, 200)])


@CALM
@given(st.one_of(st.text(max_size=400), st.binary(max_size=400)))
def test_anything_between_tags(content: str | bytes) -> None:
    around = ("<html><p>", "</p>") if isinstance(content, str) else (b"<html><p>", b"</p>")
    read(around[0] + content + around[1])  # type: ignore[operator]
    read(content)


@CALM
@given(st.text(max_size=200), st.text(max_size=100))
def test_any_address_and_metadata(value: str, url: str) -> None:
    head = (
        f"<meta name='author' content='{value}'><meta name='date' content='{value}'><link rel=canonical href='{value}'>"
    )
    with contextlib.suppress(InputError, SourceParse):
        extract(page(ps(*PARAGRAPHS), head), url)


@pytest.mark.parametrize(
    "html",
    [
        "<html><body>" + "<div>" * 50_000 + ps(*PARAGRAPHS) + "</div>" * 50_000,
        "<html><body>" + "<div class=a>x" * 50_000 + ps(*PARAGRAPHS),
        "<html><body>" + "<p " * 500_000,
        "<html><!--" + "a" * 1_000_000,
        DETIK.replace("a", "a\0"),
        DETIK + "\ud800",
    ],
    ids=["deep", "deep-text", "open-tags", "open-comment", "nul", "surrogate"],
)
def test_hostile_pages_end(html: str) -> None:
    read(html)


def test_deep_nesting_keeps_the_article() -> None:
    html = "<html><body>" + "<div>" * 50_000 + ps(*PARAGRAPHS) + "</div>" * 50_000
    assert PARAGRAPHS[0] in extract(html, "https://uji.test/a").content


def test_nul_bytes_disappear() -> None:
    assert PARAGRAPHS[0] in extract(DETIK.replace("a", "a\0").encode(), "https://news.detik.com/d-1/a").content


def test_control_characters_written_as_references_do_not_come_back() -> None:
    html = page(
        "<div><div class='share'>x</div>\x41&#1;&#31;&#xd800;"
        + ps(PARAGRAPHS[0] + "&#2;", *PARAGRAPHS)
        + RELATED
        + "&#8;</div>"
    )
    content = extract(html, "https://uji.test/a").content
    assert PARAGRAPHS[1] in content
    assert content.replace("\n", "").isprintable()


@pytest.mark.slow
def test_five_megabytes_are_read() -> None:
    html = page("<article>" + ps(*PARAGRAPHS) * 11_000 + "</article>")
    assert PARAGRAPHS[3] in extract(html, "https://uji.test/a").content
