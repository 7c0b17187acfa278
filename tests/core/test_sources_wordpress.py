"""Sites that give their articles through the interface of WordPress."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasip_core.errors import SourceError
from pasip_core.sources.exchange import Response
from pasip_core.sources.news import NewsSource
from pasip_core.sources.registry import sites
from tests.builders import make_keyword
from tests.core.mutating import QUIET, assert_sound, mutated_json
from tests.core.outlet_kit import NOW, article, outlet_at, source_at
from tests.core.sources_kit import run
from tests.replicas import Asked, Page, Replica

API = "{base}/wp-json/wp/v2/posts"
BOTH = {"listings": [{"url": API, "kind": "wordpress", "pages": 3}], "search": {"url": API, "kind": "wordpress"}}


def post(base: str, number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "date": "2026-11-23T10:15:00",
        "date_gmt": "2026-11-23T03:15:00",
        "link": f"{base}/2026/11/hutan-{number}/",
        "title": {"rendered": f"Hutan &#8216;{number}&#8217; dijaga"},
        "content": {
            "rendered": "<p>Paragraf satu.</p><figure>foto</figure><p>Baca juga: lain</p><p>Paragraf dua.</p>",
            "protected": False,
        },
        "excerpt": {"rendered": "<p>Ringkas</p>"},
        "_embedded": {"author": [{"name": "Sari Uji"}]},
    } | changes


class Blog:
    """Answers like WordPress: pages of 20, a header with their number, 400 past the end."""

    def __init__(self, number: int, header: bool = True) -> None:
        self.number, self.header = number, header

    def __call__(self, path: str) -> Any:
        return self.answer if path.startswith("/wp-json") else Page(article("Halaman").encode())

    def answer(self, asked: Asked) -> Page:
        base = f"http://{asked.headers['host']}"
        page = int(asked.query["page"])
        posts = [post(base, n) for n in range(self.number)]
        if "search" in asked.query:
            posts = [post(base, 99)] if asked.query["search"] == "hutan" else []
        shown = posts[(page - 1) * 20 : page * 20]
        if page > 1 and not shown:
            return Page.of_json({"code": "rest_post_invalid_page_number"}, 400)
        return Page.of_json(shown, **({"X_WP_TotalPages": str(-(-len(posts) // 20))} if self.header else {}))


def test_posts_are_articles_without_their_pages_being_asked_for():
    with Replica(Blog(1)) as replica:
        first = run(source_at(replica, **BOTH))
        second = run(source_at(replica, **BOTH), cursor=first.cursor)
        asked = replica.asked
    (mention,) = first.mentions
    assert mention.title == "Hutan ‘0’ dijaga"
    assert mention.content == "Paragraf satu.\nParagraf dua."
    assert mention.author == "Sari Uji"
    assert mention.published_at == datetime(2026, 11, 23, 3, 15, tzinfo=UTC)
    assert mention.url == f"{replica.url}/2026/11/hutan-0"
    assert mention.raw_data["taken_from"] == "api"
    assert second.mentions == []
    assert {a.path.partition("?")[0] for a in asked} == {"/robots.txt", "/wp-json/wp/v2/posts"}
    assert asked[-1].query == {"after": "2026-11-16T00:00:00", "per_page": "20", "page": "1", "_embed": "1"}


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize(("number", "requests"), [(0, 1), (20, 1), (25, 2), (100, 3)])
def test_pages_are_walked_to_the_last_or_the_most(number: int, requests: int, header: bool):
    with Replica(Blog(number, header)) as replica:
        ran = run(source_at(replica, listings=BOTH["listings"]))
        asked = len(replica.paths())
    assert len(ran.mentions) == min(number, 60)
    assert asked == requests + (number == 20 and not header)  # a page past the end is refused, and that is the end


def test_a_keyword_is_searched_for():
    with Replica(Blog(0)) as replica:
        ran = run(source_at(replica, **BOTH), [make_keyword("hutan")])
    assert [m.url for m in ran.mentions] == [f"{replica.url}/2026/11/hutan-99"]


def test_a_post_behind_a_password_or_without_a_date_is_read_from_its_page():
    def site(path: str) -> Any:
        if not path.startswith("/wp-json"):
            return Page(article("Halaman").encode())
        return lambda a: Page.of_json([
            post(f"http://{a.headers['host']}", 1, content={"rendered": "", "protected": True}),
            post(f"http://{a.headers['host']}", 2, date_gmt=None),
        ])  # fmt: skip

    with Replica(site) as replica:
        ran = run(source_at(replica, **BOTH))
    assert [m.raw_data["taken_from"] for m in ran.mentions] == ["page", "page"]


class Posts:
    """A transport that answers with these bytes, and with an article for every page."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def get(self, url: str, **_: object) -> Response:
        body = self.body if "wp-json" in url else article("Halaman").encode()
        return Response(url, 200, {"Content-Type": "text/html; charset=utf-8"}, body)


class Somewhere:
    url, host = "http://blog.test", "blog.test"


@QUIET
@given(body=mutated_json([post(Somewhere.url, n) for n in range(3)]), total=st.sampled_from(["", "x", "-1", "3"]))
def test_however_posts_are_damaged_what_comes_is_sound(body: bytes, total: str):
    source = NewsSource(outlet_at(Somewhere, **BOTH), Posts(body), sites([]), clock=lambda: NOW)
    ran = run(source, [make_keyword("hutan")])
    assert ran.error is None or isinstance(ran.error, SourceError)
    assert_sound(ran.mentions)
