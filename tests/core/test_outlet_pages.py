"""Every outlet file against a made-up page in the outlet's markup.

``tests/fixtures/outlets/NAME.json`` says what the page ``NAME.html`` must give, and which addresses are articles. An
outlet whose pages are read by no more than another's may name that one's page (``"page": "tribunnews"``). Where a
search has a selector of its own, ``NAME.search.html`` is what it is tried on.
"""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

from pasip_core.sources.exchange import Response
from pasip_core.sources.extract import ArticleRules, extract
from pasip_core.sources.outlet import ArticleSpec, Outlet
from pasip_core.sources.outlet_file import BASES, BUILT_IN, load_outlets, read_outlet
from pasip_core.sources.pages import entries_on

FIXTURES = Path(__file__).parents[1] / "fixtures" / "outlets"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OUTLETS = load_outlets()
PLAIN = tomllib.loads((BASES / "plain.toml").read_text("utf-8"))


@cache
def told(name: str) -> dict[str, Any]:
    path = FIXTURES / f"{name}.json"
    assert path.is_file(), f"{name} has no made-up page: add {path.name} and {name}.html to tests/fixtures/outlets"
    return json.loads(path.read_text("utf-8"))


@cache
def page(name: str) -> bytes:
    return (FIXTURES / f"{name}.html").read_bytes()


def markup(article: ArticleSpec) -> dict[str, Any]:
    """What of the rules speaks of a page's markup."""
    return article.model_dump(exclude={"names", "one_page"})


@pytest.mark.parametrize("name", OUTLETS)
def test_an_outlet_reads_its_page(name: str):
    outlet, expected = OUTLETS[name], told(name)
    shared = expected.get("page")
    if shared:
        model = OUTLETS[shared].article if shared in OUTLETS else ArticleSpec(**PLAIN.get("article", {}))
        assert markup(outlet.article) == markup(model), f"{name} reads pages in its own way: give it a page of its own"
    else:
        article = extract(page(name), expected["url"], outlet.rules, now=NOW).as_json()
        given = expected["article"]
        assert article | {"content": article["content"].split("\n"), "url": ""} == given | {"url": ""}
    assert outlet.is_article(expected["url"])
    assert not [url for url in (*expected.get("not_articles", ()), outlet.home) if outlet.is_article(url)]


def test_a_page_of_which_nothing_is_known_is_read():
    article = extract(page("plain"), told("plain")["url"], ArticleRules(), now=NOW).as_json()
    assert article | {"content": article["content"].split("\n"), "url": ""} == told("plain")["article"] | {"url": ""}


@pytest.mark.parametrize("name", [n for n, o in OUTLETS.items() if o.search and o.search.kind != "wordpress"])
def test_an_outlet_finds_the_results_of_its_search(name: str):
    outlet = OUTLETS[name]
    assert outlet.search is not None
    fixture = "plain" if outlet.search.links == PLAIN["search"]["links"] else name
    path = FIXTURES / f"{fixture}.search.html"
    assert path.is_file(), f"{name} has a search of its own: add {path.name} to tests/fixtures/outlets"
    answer = Response(outlet.search.url, 200, {"Content-Type": "text/html"}, path.read_bytes())
    found, recognised = entries_on(answer, outlet, outlet.search)
    assert recognised
    assert [entry.url for entry in found] == [urljoin(outlet.search.url, url) for url in told(fixture)["found"]]
    assert all(entry.title for entry in found)


@pytest.mark.parametrize("path", sorted(BUILT_IN.glob("*.toml")), ids=lambda path: path.stem)
def test_an_outlet_says_of_each_address_how_sure_it_is(path: Path):
    raw = tomllib.loads(path.read_text("utf-8"))
    parts = [*raw.get("listings", ()), *([raw["search"]] if "search" in raw else [])]
    assert raw["name"] == path.stem
    assert all("confidence" in part for part in parts)
    assert parts or "confidence" in raw


def test_every_large_region_is_heard():
    regions = {outlet.region for outlet in OUTLETS.values()}
    wanted = {"sumatra", "java", "kalimantan", "sulawesi", "bali-nusa-tenggara", "maluku", "papua"}
    assert regions == {"national"} | wanted
    assert len(OUTLETS) >= 80


def test_no_made_up_page_is_left_behind():
    left = {path.name.partition(".")[0] for path in FIXTURES.iterdir()} - set(OUTLETS) - {"plain"}
    assert not left


def test_a_file_without_a_page_fails(tmp_path: Path):
    path = tmp_path / "baru.toml"
    path.write_text('name = "baru"\nlabel = "Baru"\nsite = "b.test"\nhome = "https://b.test"\ndiscover = true\n')
    outlet: Outlet = read_outlet(path)
    with pytest.raises(AssertionError, match="baru has no made-up page"):
        told(outlet.name)
