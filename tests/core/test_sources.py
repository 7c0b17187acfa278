"""News sources against local stand-ins of the outlets."""

from __future__ import annotations

from datetime import UTC

import pytest

from pasip_core.domain.mention import mention_id
from pasip_core.errors import (
    SourceBlocked,
)
from pasip_core.settings import Settings
from pasip_core.sources.base import Source
from pasip_core.sources.http import PoliteClient
from pasip_core.sources.registry import build_sources
from tests.builders import make_keyword
from tests.core.sources_kit import QUICK, run
from tests.guard import pace
from tests.replicas import OUTLETS, World, make_stories


@pytest.mark.parametrize("name", OUTLETS)
def test_an_outlet_gives_every_article_whole_and_only_once(name: str, world: World, sources: dict[str, Source]):
    first = run(sources[name])
    stories = {story.title: story for story in world.sites[name].stories}
    assert {m.title for m in first.mentions} == set(stories)
    for mention in first.mentions:
        story = stories[mention.title]
        assert mention.content.split("\n") == story.paragraphs()
        assert mention.author == "Budi Santoso"
        assert mention.published_at.astimezone(UTC) == story.published_at
        assert mention.url == world.sites[name].address(story)
        assert mention.source == f"{name}.co{'' if name == 'tempo' else 'm'}"
        assert mention.platform == "news"
        assert mention.engagement.total is None
    assert first.note == ""
    assert run(sources[name], cursor=first.cursor).mentions == []


@pytest.mark.parametrize("name", ["detik", "kompas", "tribunnews"])
def test_an_article_of_several_pages_is_joined_where_the_one_page_variant_is_gone(name, world, sources):
    world.replicas[name].set_state("one_page_gone")
    for mention in run(sources[name], limit=3).mentions:
        assert "Penutup laporan" in mention.content
        assert len(mention.content.split("\n")) == 5


def test_nothing_new_is_a_good_empty_run_that_asks_for_feeds_only(world, sources):
    first = run(sources["tempo"])
    world.replicas["tempo"].asked.clear()
    second = run(sources["tempo"], cursor=first.cursor)
    assert second.error is None
    assert second.mentions == []
    assert second.cursor == first.cursor
    assert all(
        "if-none-match" in asked.headers for asked in world.replicas["tempo"].asked if asked.path != "/robots.txt"
    )
    assert not [path for path in world.replicas["tempo"].paths() if path.startswith("/politik/")]


def test_an_article_that_is_announced_later_is_found_later(world, sources):
    site = world.sites["tempo"]
    newest, site.stories = site.stories[0], site.stories[1:]
    first = run(sources["tempo"])
    site.stories = [newest, *site.stories]
    second = run(sources["tempo"], cursor=first.cursor)
    assert [m.title for m in second.mentions] == [newest.title]


@pytest.mark.parametrize("name", ["detik", "tempo"])
def test_a_run_killed_after_any_batch_loses_nothing(name, world, sources):
    world.sites[name].stories = make_stories(9, 25)
    killed = run(sources[name], batches=1)
    again = run(sources[name], cursor=killed.cursor, batches=1)
    rest = run(sources[name], cursor=again.cursor)
    urls = [m.url for ran in (killed, again, rest) for m in ran.mentions]
    assert len(urls) == len(set(urls)) == 25


@pytest.mark.parametrize("name", ["detik", "tempo"])
def test_a_limit_leaves_the_rest_for_the_next_run(name, world, sources):
    first = run(sources[name], limit=5)
    second = run(sources[name], cursor=first.cursor, limit=5)
    third = run(sources[name], cursor=second.cursor, limit=5)
    assert [len(ran.mentions) for ran in (first, second, third)] == [5, 5, 2]
    assert "waiting" in first.note
    assert run(sources[name], cursor=third.cursor).mentions == []


def test_articles_about_a_keyword_come_first_in_the_order_of_priority(world, sources):
    keywords = [make_keyword("pemilu", priority=2), make_keyword("beras", priority=1)]
    titles = [m.title for m in run(sources["tempo"], keywords).mentions]
    assert "beras" in titles[0]
    assert "pemilu" in titles[1]


@pytest.mark.parametrize("name", ["kompas", "detik", "antaranews"])
def test_a_search_finds_what_is_no_longer_announced(name, world, sources):
    site = world.sites[name]
    site.announced = 2
    old = site.stories[7]
    found = run(sources[name], [make_keyword(old.topic)]).mentions
    assert old.title in {m.title for m in found}
    assert len(found) >= 3


def test_a_search_that_finds_nothing_is_no_failure(world, sources):
    ran = run(sources["kompas"], [make_keyword("kata yang tidak ada di mana pun")])
    assert ran.note == ""


def test_a_search_page_that_is_only_a_shell_is_said_to_be_broken(world, sources):
    world.replicas["kompas"].set_state("empty", "/search")
    ran = run(sources["kompas"], [make_keyword("pemilu")])
    assert len(ran.mentions) == 12
    assert "1 of 2 feeds and searches failed (parse 1)" in ran.note


def test_a_search_that_refuses_is_left_alone_so_that_its_host_still_serves_articles(world, sources):
    world.replicas["antaranews"].set_state("forbidden", "/search")
    ran = run(sources["antaranews"], [make_keyword(word) for word in ("pemilu", "beras", "debat", "banjir", "tarif")])
    assert len(ran.mentions) == 12
    assert {m.raw_data["taken_from"] for m in ran.mentions} == {"page"}
    assert len([path for path in world.replicas["antaranews"].paths() if path.startswith("/search")]) == 1


@pytest.mark.parametrize("state", ["error", "gone", "wrong_type", "empty", "challenge_with_200"])
def test_a_page_that_fails_is_replaced_by_what_the_feed_tells(state, world, sources):
    story = world.sites["tempo"].stories[3]
    world.replicas["tempo"].set_state(state, "/politik/" + story.slug)
    ran = run(sources["tempo"])
    mention = next(m for m in ran.mentions if m.title == story.title)
    assert mention.content == story.summary
    assert mention.published_at.astimezone(UTC) == story.published_at
    assert len(ran.mentions) == 12
    assert "1 article pages could not be read" in ran.note


def test_a_page_that_failed_for_a_while_is_read_whole_later_under_the_same_id(world, sources):
    story = world.sites["tempo"].stories[0]
    world.replicas["tempo"].set_state("error", "/politik/" + story.slug)
    first = run(sources["tempo"])
    world.replicas["tempo"].reset()
    second = run(sources["tempo"], cursor=first.cursor)
    short = next(m for m in first.mentions if m.title == story.title)
    assert [m.title for m in second.mentions] == [story.title]
    assert mention_id(second.mentions[0]) == mention_id(short)
    assert second.mentions[0].content.split("\n") == story.paragraphs()


def test_a_page_that_fails_for_ever_is_given_up_after_three_runs(world, sources):
    world.replicas["tempo"].set_state("error", "/politik/" + world.sites["tempo"].stories[0].slug)
    cursor = {}
    for _ in range(3):
        cursor = run(sources["tempo"], cursor=cursor).cursor
    world.replicas["tempo"].asked.clear()
    assert run(sources["tempo"], cursor=cursor).mentions == []
    assert not [path for path in world.replicas["tempo"].paths() if path.startswith("/politik/")]


def test_one_broken_feed_costs_only_itself(world, sources):
    world.replicas["tempo"].set_state("error", "/hukum")
    ran = run(sources["tempo"])
    assert len(ran.mentions) == 12
    assert "1 of 5 feeds and searches failed (upstream 1)" in ran.note


def test_pages_that_are_all_refused_are_reported_after_what_the_feeds_tell(world, sources):
    world.replicas["cnnindonesia"].set_state("challenge", "/nasional/2")
    ran = run(sources["cnnindonesia"])
    assert isinstance(ran.error, SourceBlocked)
    assert len(ran.mentions) == 12
    world.replicas["cnnindonesia"].reset()


def test_a_feed_that_was_cut_off_gives_what_came_and_is_read_again(world, sources):
    world.replicas["tempo"].set_state("truncated")
    first = run(sources["tempo"])
    assert "came cut off" in first.batches[-1].note
    assert first.cursor["validators"] == {}
    world.replicas["tempo"].reset()
    second = run(sources["tempo"], cursor=first.cursor)
    assert second.batches[-1].note == ""
    assert len({m.title for m in (*first.mentions, *second.mentions)}) == 12


def test_a_source_asks_its_host_no_faster_than_the_delay(world):
    """That no request came sooner is seen after every test, to the millisecond (``guard.pace``)."""
    settings = Settings(_env_file=None, scraping_delay=0.3, **world.settings())
    with pace.watched() as turns, PoliteClient(settings, limits=QUICK) as client:
        run(build_sources(settings, [], client)["tempo"], limit=3)
    assert len(turns) == len(world.replicas["tempo"].arrivals) > 5
    assert min(turn.delay for turn in turns) >= 0.3


def test_a_cursor_holds_plain_json_and_nonsense_in_it_does_no_harm(world, sources):
    import json

    ran = run(sources["tempo"], limit=2)
    assert json.loads(json.dumps(ran.cursor)) == ran.cursor
    nonsense = {"validators": [1], "seen": {"a": 1}, "tries": "x", "more": None}
    assert len(run(sources["tempo"], cursor=nonsense).mentions) == 12
