"""The ways in which outlets are searched: forms, JSON, tags, counters; and pages that repeat."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from pasip_core.errors import SourceForbidden, SourceParse
from pasip_core.sources.exchange import Response
from pasip_core.sources.outlet import Outlet
from pasip_core.sources.pages import entries_on
from tests.builders import make_keyword
from tests.core.mutating import QUIET, mutated_json
from tests.core.outlet_kit import article, source_at
from tests.core.sources_kit import Ran, run
from tests.replicas import Asked, Page, Replica

HIT = "<div class='hasil'><a href='{}'>Jembatan pasar diresmikan warga</a></div>"
FOUND = {"slug": "jembatan", "article_id": 7, "category": {"slug": "daerah"}, "title": "Jembatan pasar"}


def searched(answer: Callable[[Asked], Page | None], robots: str = "", **search: Any) -> tuple[Ran, list[Asked]]:
    """One run over a site that answers like this; every other address is an article."""

    def site(path: str) -> Any:
        return Page(article(path).encode()) if path.startswith("/daerah/") else answer

    values = {"pages": 3, "links": ".hasil a", "empty": ["tidak ditemukan"], "url": "{base}/cari?q={query}&p={page}"}
    with Replica(site, robots=robots) as replica:
        ran = run(source_at(replica, search=values | search), [make_keyword("jembatan kota")])
        asked = [one for one in replica.asked if not one.path.startswith(("/daerah/", "/robots"))]
    return ran, asked


def html(*links: str) -> Page:
    return Page("".join(HIT.format(link) for link in links).encode())


def test_a_search_form_is_sent_with_its_fields_filled_in():
    form = {"keyword": "{query}", "ctype": "art", "page": "{page}"}
    ran, asked = searched(
        lambda a: html(f"/daerah/{a.query['page']}/jembatan"), url="{base}/muat?x=1", form=form, pages=2
    )
    assert [(a.method, a.query) for a in asked] == [
        ("POST", {"x": "1", "keyword": "jembatan kota", "ctype": "art", "page": n}) for n in ("1", "2")
    ]
    assert [m.url.rpartition("/daerah")[2] for m in ran.mentions] == ["/1/jembatan", "/2/jembatan"]


def test_robots_txt_holds_for_search_forms_too():
    ran, asked = searched(
        lambda a: html("/daerah/1/a"), "User-agent: *\nDisallow: /muat", url="{base}/muat", form={"q": "{query}"}
    )
    assert isinstance(ran.error, SourceForbidden)
    assert asked == []


def test_pages_past_the_end_that_repeat_end_the_search():
    _, asked = searched(lambda a: html("/daerah/1/jembatan"), pages=10)
    assert [a.query["p"] for a in asked] == ["1", "2"]


def test_a_tag_is_asked_for_as_sites_write_it_and_a_query_in_a_path_is_escaped():
    _, asked = searched(lambda a: html("/daerah/1/a"), url="{base}/tag/{slug}/{query}", pages=1)
    assert [a.path for a in asked] == ["/tag/jembatan-kota/jembatan%20kota"]


def test_links_through_a_counter_lead_to_what_they_count():
    link = "/link?url=http%3A%2F%2F127.0.0.1:{port}%2Fdaerah%2F1%2Fjembatan&amp;n=1"
    ran, _ = searched(lambda a: html(link.format(port=a.headers["host"].partition(":")[2])), decode="url", pages=1)
    assert [m.url.rpartition("/daerah")[2] for m in ran.mentions] == ["/1/jembatan"]
    ran, _ = searched(lambda a: html("/link?url=javascript:alert(1)", "/daerah/2/b"), decode="url", pages=1)
    assert [m.url.rpartition("/daerah")[2] for m in ran.mentions] == ["/2/b"]


SCRIPT = {
    "kind": "json", "script": "script#__NEXT_DATA__", "items": "props.pageProps.initialArticles",
    "address": "/{category.slug}/{article_id}/{slug}", "pages": 1,
}  # fmt: skip


def in_script(data: Any) -> Page:
    return Page(f"<script id='__NEXT_DATA__' type='application/json'>{json.dumps(data)}</script>".encode())


def articles(*found: Any) -> dict[str, Any]:
    return {"props": {"pageProps": {"initialArticles": list(found)}}}


def test_results_in_the_script_of_a_page_are_found():
    ran, _ = searched(lambda a: in_script(articles(FOUND, {"slug": "tanpa-kanal"}, "bukan", None)), **SCRIPT)
    assert [m.url.rpartition("/daerah")[2] for m in ran.mentions] == ["/7/jembatan"]


def test_results_of_an_answer_in_json_are_found():
    told = {"kind": "json", "items": "hits", "address": "{url}", "pages": 1}
    ran, _ = searched(lambda a: Page.of_json({"hits": [{"url": "/daerah/9/jembatan"}]}), **told)
    assert [m.url.rpartition("/daerah")[2] for m in ran.mentions] == ["/9/jembatan"]


def test_an_empty_list_in_json_is_no_failure():
    ran, _ = searched(lambda a: in_script(articles()), **SCRIPT)
    assert ran.error is None
    assert ran.mentions == []


@pytest.mark.parametrize(
    "page",
    [
        Page(b"<html><body>galat</body></html>"), in_script({"props": {}}), in_script([]), in_script(None),
        Page(b"<script id='__NEXT_DATA__'>{\"props\":"),
    ],
)  # fmt: skip
def test_a_page_whose_script_has_changed_says_so(page: Page):
    ran, _ = searched(lambda a: page, **SCRIPT)
    assert isinstance(ran.error, SourceParse)


@QUIET
@given(body=mutated_json(articles(FOUND, FOUND | {"article_id": 8})))
def test_however_results_are_damaged_what_comes_is_an_address_of_the_outlet(body: bytes):
    spec = {name: value for name, value in SCRIPT.items() if name != "script"}
    spec["url"] = "http://uji.test/cari?q={query}"
    outlet = Outlet.model_validate(
        {"name": "uji", "label": "Uji", "site": "uji.test", "home": "http://uji.test", "search": spec}
    )
    assert outlet.search is not None
    try:
        entries, _ = entries_on(Response("http://uji.test/cari", 200, {}, body), outlet, outlet.search)
    except SourceParse:
        return
    assert all(entry.url.startswith("http://uji.test/") for entry in entries)
