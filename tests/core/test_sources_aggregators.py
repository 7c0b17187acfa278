"""GDELT and NewsAPI: articles by address, read at the outlets; windows that count only when they were read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from pasip_core.domain.quotas import Quota
from pasip_core.errors import (
    SourceQuota,
)
from pasip_core.sources import gdelt, newsapi
from pasip_core.sources.aggregator import Aggregator
from pasip_core.sources.ledger import LocalLedger
from pasip_core.sources.outlet_file import load_outlets
from pasip_core.sources.platform_file import load_platforms
from pasip_core.sources.registry import sites
from pasip_core.sources.workbench import Workbench
from tests.builders import make_keyword
from tests.core.mutating import QUIET, assert_sound, mutated_json
from tests.core.sources_kit import client_for, run, settings_for
from tests.replicas import Page, Replica, Site, make_stories, replica_outlets
from tests.replicas.aggregators import Gdelt, NewsApi
from tests.replicas.server import Answer

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PEMILU = [make_keyword("pemilu")]


@contextmanager
def opened(
    kind: str, tmp_path: Any, site: Callable[[str], Answer | None] | None = None, *, at: datetime = NOW, key: str = "k"
) -> Iterator[tuple[Aggregator, Replica, Site]]:
    """An aggregator over a replica, which names articles of one outlet."""
    with ExitStack() as stack:
        kompas = Site("kompas", make_stories(1, 8, NOW))
        outlet = stack.enter_context(Replica(kompas))
        kompas.base = outlet.url
        aggregates = site or (Gdelt([kompas]) if kind == "gdelt" else NewsApi([kompas]))
        replica = stack.enter_context(Replica(aggregates))
        client = stack.enter_context(client_for(replica, outlet))
        outlets = load_outlets(replica_outlets({"kompas": outlet.url}, tmp_path / "outlets"))
        base = f"{replica.url}/{'api/v2' if kind == 'gdelt' else 'v2'}"
        platforms = {
            name: each.model_copy(update={"base": base, "delay": 0.0}) for name, each in load_platforms().items()
        }
        settings = settings_for(replica, outlet, news_api_key=SecretStr(key))
        bench = Workbench(settings, client, LocalLedger(), platforms, (), outlets, sites(outlets), lambda: at)
        (source,) = (gdelt if kind == "gdelt" else newsapi).sources(bench)
        yield source, replica, kompas


@pytest.mark.parametrize("kind", ["gdelt", "newsapi"])
def test_what_it_names_is_read_at_the_outlet_with_its_own_selectors(kind: str, tmp_path):
    with opened(kind, tmp_path) as (source, _, kompas):
        ran = run(source, PEMILU)
    (mention,) = ran.mentions
    story = next(story for story in kompas.stories if "pemilu" in story.title)
    assert (mention.title, mention.source, mention.platform) == (story.title, "kompas.com", "news")
    assert (mention.author, mention.published_at.replace(second=0)) == (story.author, story.published_at)
    assert mention.content.count("\n") >= 3


@pytest.mark.parametrize("kind", ["gdelt", "newsapi"])
def test_a_second_run_asks_only_for_the_time_since(kind: str, tmp_path):
    with opened(kind, tmp_path) as (source, replica, _):
        first = run(source, PEMILU)
        again = run(source, PEMILU, first.cursor)
        begins = [asked.query.get("startdatetime", asked.query.get("from")) for asked in replica.asked]
    assert again.mentions == []
    assert begins[0] < begins[1]


@pytest.mark.parametrize("kind", ["gdelt", "newsapi"])
def test_a_window_that_was_not_read_to_its_end_is_asked_for_again(kind: str, tmp_path):
    keywords = [make_keyword(word) for word in ("pemilu", "banjir", "debat")]
    with opened(kind, tmp_path) as (source, _, _):
        cut = run(source, keywords, limit=1)
        rest = run(source, keywords, cut.cursor)
        done = run(source, keywords, rest.cursor)
    assert not cut.cursor["asked"]
    assert (len(cut.mentions), len(rest.mentions), len(done.mentions)) == (1, 2, 0)
    assert rest.cursor["asked"]


def test_a_full_answer_of_gdelt_is_asked_for_in_halves(tmp_path, monkeypatch):
    monkeypatch.setattr(gdelt, "MOST_RECORDS", 3)
    keywords = [
        make_keyword(word, id=word[:4]) for word in ("pemilu", "banjir", "debat", "relawan", "buruh", "sekolah")
    ]
    stories = Gdelt(most=3)
    with opened("gdelt", tmp_path, stories) as (source, replica, kompas):
        stories.sites.append(kompas)
        ran = run(source, keywords)
        windows = [(asked.query["startdatetime"], asked.query["enddatetime"]) for asked in replica.asked[1:]]
    wanted = {s.title for s in kompas.stories if any(k.keyword in s.title.lower() for k in keywords)}
    assert {mention.title for mention in ran.mentions} == wanted
    assert len(wanted) > 3
    assert any(later[1] == earlier[0] for earlier, later in pairwise(windows))


def test_newsapi_counts_its_requests_and_stops_where_the_plan_ends(tmp_path):
    with opened("newsapi", tmp_path) as (source, replica, _):
        meter = source.finder.meter
        meter.reserve(meter.quota.limit - 1)
        run(source, PEMILU)
        refused = run(source, PEMILU)
        asked = len(replica.paths())
    assert isinstance(refused.error, SourceQuota)
    assert refused.error.retry_at == datetime(2026, 11, 26, tzinfo=UTC)
    assert asked == 1


def test_newsapi_without_a_key_says_what_it_lacks(tmp_path):
    with opened("newsapi", tmp_path, key="") as (source, _, _):
        assert source.needs() == ("NEWS_API_KEY",)


def test_the_end_of_a_free_plan_is_no_failure(tmp_path):
    page = NewsApi.refused("maximumResultsReached", 426)
    with opened("newsapi", tmp_path, lambda _: page) as (source, _, _):
        ran = run(source, PEMILU)
    assert ran.error is None
    assert ran.mentions == []


GDELT_ANSWER = {"articles": [{"url": "http://127.0.0.1:9/artikel/1/a", "url_mobile": "", "title": "Pemilu uji",
                "seendate": "20261125T101500Z", "domain": "uji.test", "language": "Indonesian"}]}  # fmt: skip
NEWSAPI_ANSWER = {"status": "ok", "totalResults": 1, "articles": [{"source": {"id": None, "name": "Uji"},
                  "author": "Budi", "title": "Pemilu uji", "description": "Ringkasan",
                  "url": "http://127.0.0.1:9/artikel/1/a", "publishedAt": "2026-11-25T10:15:00Z"}]}  # fmt: skip


@pytest.mark.parametrize(("kind", "answer"), [("gdelt", GDELT_ANSWER), ("newsapi", NEWSAPI_ANSWER)])
def test_a_damaged_answer_does_no_harm(kind: str, answer: dict[str, Any], tmp_path):
    bodies: list[bytes] = []
    with opened(kind, tmp_path, lambda _: Page(bodies[-1], "application/json")) as (source, _, _):

        @QUIET
        @given(body=st.data())
        def check(body: st.DataObject) -> None:
            bodies.append(body.draw(mutated_json(answer)))
            ran = run(source, PEMILU)
            assert_sound(ran.mentions)

        source.news.http._limiter.stopped = lambda host: None  # each answer is a first one
        if kind == "newsapi":
            object.__setattr__(source.finder.meter, "quota", Quota(10**6, "day"))
        check()


def test_overlapping_windows_never_reach_further_back_than_three_days(tmp_path):
    with opened("gdelt", tmp_path) as (source, replica, _):
        old = {"asked": dict.fromkeys([q.key for q in _queries(source)], (NOW - timedelta(days=30)).isoformat())}
        run(source, PEMILU, old)
        begins = replica.asked[0].query["startdatetime"]
    assert begins == f"{NOW - timedelta(days=3):%Y%m%d%H%M%S}"


def _queries(source: Aggregator) -> Any:
    from pasip_core.sources.translate import queries_for

    return queries_for(PEMILU, source.dialect)
