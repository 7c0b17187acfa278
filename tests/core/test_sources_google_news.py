"""Leads of Google News are found at the outlets."""

from __future__ import annotations

from pasip_core.domain.mention import mention_id
from pasip_core.sources.outlet_file import load_outlets
from tests.builders import make_keyword
from tests.core.sources_kit import run
from tests.replicas import OUTLETS


def test_leads_are_found_at_the_outlets_and_what_is_not_is_counted(world, sources):
    ran = run(sources["google-news"], [make_keyword("pemilu")])
    assert {m.source for m in ran.mentions} == {load_outlets()[name].site for name in OUTLETS}
    assert all(m.url.startswith("http://127.0.0.1") and "rss/articles" not in m.url for m in ran.mentions)
    assert "1 leads could not be resolved (1 from outlets that are not collected)" in ran.note
    assert not [path for path in world.google.paths() if path.startswith("/rss/articles")]


def test_a_lead_that_is_no_longer_announced_is_found_through_the_search(world, sources):
    for site in world.sites.values():
        site.announced = 1
    found = run(sources["google-news"], [make_keyword("relawan")]).mentions
    assert {"kompas.com", "detik.com", "antaranews.com"} <= {m.source for m in found}


def test_a_resolved_lead_has_the_id_that_the_outlet_itself_gives(world, sources):
    leads = {mention_id(m) for m in run(sources["google-news"], [make_keyword("pemilu")]).mentions}
    direct = {mention_id(m) for name in OUTLETS for m in run(sources[name]).mentions}
    assert leads <= direct


def test_resolved_leads_are_not_asked_for_again(world, sources):
    first = run(sources["google-news"], [make_keyword("pemilu")])
    assert run(sources["google-news"], [make_keyword("pemilu")], first.cursor).mentions == []


def test_without_keywords_google_news_is_not_asked(world, sources):
    ran = run(sources["google-news"])
    assert ran.mentions == []
    assert world.google.asked == []
