"""Whatever can be asked for single posts again tells their new figures, and never harms or costs more than it may."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as examples

from pasip_core.domain.quotas import Quota
from pasip_core.errors import (
    SourceAuth,
    SourceBadQuery,
    SourceBlocked,
    SourceError,
    SourceForbidden,
    SourceParse,
    SourceQuota,
    SourceUnavailable,
)
from pasip_core.pipeline.collect import collect
from pasip_core.pipeline.refresh import Refreshed, refresh
from pasip_core.settings import Settings
from pasip_core.sources.base import Refreshing
from pasip_core.sources.http import open_client
from pasip_core.sources.registry import build_sources
from pasip_core.stores.connect import connect
from tests.core.lookup_kit import GROWN, OPENERS, PEMILU, POSTS, Asking, _youtube, spoiled
from tests.core.mutating import QUIET, assert_sound, mutated_json
from tests.core.platform_kit import make_feed
from tests.replicas import Page
from tests.replicas.graph import refused
from tests.replicas.server import CHALLENGE
from tests.replicas.twitter import problem
from tests.replicas.youtube import YouTubeSite

KEYS = {
    "twitter_bearer_token": "x", "youtube_api_key": "x", "facebook_access_token": "x", "instagram_access_token": "x",
    "instagram_user_id": "1", "threads_access_token": "x", "bluesky_identifier": "x", "bluesky_app_password": "x",
    "mastodon_servers": "contoh.social", "reddit_client_id": "x", "reddit_client_secret": "x",
}  # fmt: skip
FEEDS = [make_feed(kind, "uji") for kind in ("youtube", "facebook", "instagram", "reddit", "telegram")]
BAD_REQUEST, OOPS = Page.of_json({"error": "InvalidRequest"}, 400), Page(b"oops", "text/plain", 503)
LATER = {"Retry-After": "7200"}
ERRORS: dict[str, list[tuple[Page, type[SourceError]]]] = {
    "bluesky": [
        (Page.of_json({"error": "AuthMissing"}, 401), SourceAuth),
        (Page.of_json({"error": "RateLimitExceeded"}, 429, RateLimit_Reset="1795406400"), SourceQuota),
        (BAD_REQUEST, SourceBadQuery),
        (Page.of_json({}), SourceParse),
    ],
    "facebook": [
        (refused(190, "Malformed access token kunci", 401), SourceAuth),
        (refused(4, status=403), SourceQuota),
        (refused(10, status=403), SourceForbidden),
        (Page.of_json({}), SourceParse),
    ],
    "mastodon": [
        (Page.of_json({"error": "The access token is invalid"}, 401), SourceAuth),
        (Page.of_json({"error": "Too many"}, 429, X_RateLimit_Reset="2026-11-23T03:55:00.000Z"), SourceQuota),
        (Page.of_json([]), SourceParse),
    ],
    "reddit": [
        (Page.of_json({"message": "Unauthorized"}, 401), SourceAuth),
        (Page.of_json({"message": "Too Many"}, 429, X_Ratelimit_Reset="600"), SourceQuota),
        (Page.of_json({"message": "Forbidden", "error": 403}, 403), SourceForbidden),
        (Page.of_json({"data": {}}), SourceParse),
    ],
    "twitter": [
        (problem(401, "about:blank", title="Unauthorized"), SourceAuth),
        (Page(b"", "text/plain", 429, headers=LATER), SourceQuota),
        (Page.of_json({"posts": []}), SourceParse),
    ],
    "youtube": [
        (YouTubeSite.refused("keyInvalid", 400), SourceAuth),
        (YouTubeSite.refused("quotaExceeded"), SourceQuota),
        (Page.of_json({"items": "x"}), SourceParse),
    ],
}  # fmt: skip
EVERYWHERE = [
    (OOPS, SourceUnavailable),
    (Page(CHALLENGE, "text/html", 403), SourceBlocked),
    (Page(b"<html>x</html>"), SourceParse),
    (Page(b'{"data": [', "application/json"), SourceParse),
]


@pytest.fixture(params=sorted(OPENERS))
def asking(request: pytest.FixtureRequest) -> Iterator[Asking]:
    with OPENERS[request.param]() as opened:
        yield opened


def built(**told: str) -> dict[str, Refreshing]:
    """The registered sources that can be asked again."""
    made = Settings(_env_file=None, **told)
    with open_client(made) as http:
        sources = build_sources(made, FEEDS, http)
    return {name: source for name, source in sources.items() if isinstance(source, Refreshing)}


def test_every_registered_source_that_can_be_asked_again_is_tried_here() -> None:
    able = built(**KEYS)
    assert {source.platform for source in able.values()} == set(OPENERS) == set(ERRORS)
    assert all(source.most_lookups > 0 for source in able.values())


def test_reddit_without_an_app_is_not_asked_since_its_feeds_tell_no_figures() -> None:
    assert "reddit" in built(**KEYS)
    assert "reddit" not in built(**KEYS | {"reddit_client_id": "", "reddit_client_secret": ""})


def test_one_source_is_asked_for_each_post(asking: Asking) -> None:
    """Those of a page, or of a server, know only what they gave; for all others one source knows them all."""
    mention = asking.collected()[0]
    able = [source for source in built(**KEYS).values() if source.platform == asking.source.platform]
    others = [source for source in able if source.name != asking.source.name]
    assert asking.source.native_id(mention)
    assert [source.native_id(mention) for source in others] == [""] * len(others)


def test_posts_are_known_by_id_and_their_new_figures_come(asking: Asking) -> None:
    before = asking.collected()
    ids = [asking.source.native_id(mention) for mention in before]
    assert len(set(ids)) == POSTS
    assert all(ids)
    asking.set_likes(GROWN)
    batches = list(asking.source.lookup(ids))
    told = [mention for batch in batches for mention in batch.mentions]
    assert len(told) == POSTS
    assert {mention.native_id for mention in told} == set(ids)
    assert {mention.engagement.likes for mention in told} == {GROWN}
    assert {mention.engagement.likes for mention in before} != {GROWN}
    done = [0, *(batch.cursor["asked"] for batch in batches)]
    assert done[-1] == POSTS
    assert all(earlier < later for earlier, later in pairwise(done))


def test_what_is_no_id_and_what_was_asked_already_is_not_asked_for(asking: Asking) -> None:
    id = asking.source.native_id(asking.collected()[0])
    batches = list(asking.source.lookup([id, "../etc/passwd", "", id, "1 2"]))
    assert [m.native_id for batch in batches for m in batch.mentions] == [id]
    assert len(asking.asked()) == 1
    assert "passwd" not in asking.asked()[0].path
    assert list(asking.source.lookup(["?"])) == [] or len(asking.asked()) == 1


def test_what_is_gone_there_is_left_out_and_costs_no_other(asking: Asking) -> None:
    before = asking.collected()
    ids = {asking.source.native_id(mention): mention for mention in before}
    asking.drop()
    told = {m.native_id for batch in asking.source.lookup(list(ids)) for m in batch.mentions}
    (gone,) = ids.keys() - told
    assert ids[gone].published_at == max(mention.published_at for mention in before)


def test_one_post_that_cannot_be_read_costs_only_itself_and_of_several_it_is_told(asking: Asking) -> None:
    ids = [asking.source.native_id(mention) for mention in asking.collected()]
    asking.site.change = spoiled(asking.sign, 1)
    batches = list(asking.source.lookup(ids))
    assert sum(len(batch.mentions) for batch in batches) == POSTS - 1
    assert any("1 posts could not be read." in batch.note for batch in batches)
    asking.site.change = spoiled(asking.sign, 10**6)
    with pytest.raises(SourceParse):
        list(asking.source.lookup(ids))


@pytest.mark.parametrize(
    ("platform", "page", "error"),
    [(platform, page, error) for platform in sorted(OPENERS) for page, error in (*ERRORS[platform], *EVERYWHERE)],
)
def test_what_a_platform_answers_instead_is_told_by_its_kind(
    platform: str, page: Page, error: type[SourceError]
) -> None:
    with OPENERS[platform]() as asking:
        ids = [asking.source.native_id(mention) for mention in asking.collected()]
        asking.site.instead = page
        with pytest.raises(error) as told:
            list(asking.source.lookup(ids))
    assert type(told.value) is error
    assert "kunci" not in f"{told.value} {told.value!r} {told.value.url}"
    if error is SourceQuota:
        assert told.value.retry_at is not None


def test_units_of_youtube_are_counted_and_when_they_are_used_up_what_came_before_stays() -> None:
    quotas = {"searches": Quota(100, "day America/Los_Angeles"), "units": Quota(2, "day America/Los_Angeles")}
    with _youtube(changes={"quotas": quotas}) as asking:
        batches = asking.source.lookup([f"video-{n:05}" for n in range(POSTS)] + [f"lain-{n:05}" for n in range(70)])
        assert [batch.cursor["asked"] for batch in (next(batches), next(batches))] == [50, 100]
        with pytest.raises(SourceQuota) as told:
            next(batches)
        assert told.value.retry_at is not None
        assert len(asking.asked()) == 2


@pytest.mark.parametrize("platform", sorted(OPENERS))
def test_however_an_answer_is_damaged_figures_are_of_posts_that_were_asked_for(platform: str) -> None:
    with OPENERS[platform]() as asking:
        ids = [asking.source.native_id(mention) for mention in asking.collected()][:3]
        list(asking.source.lookup(ids))
        honest = json.loads(asking.site.last)

        @examples(QUIET, max_examples=25)
        @given(mutated_json(honest))
        def check(body: bytes) -> None:
            asking.site.instead = Page(body, "application/json")
            try:
                told = [mention for batch in asking.source.lookup(ids) for mention in batch.mentions]
            except SourceError:
                return
            assert_sound(told)
            assert {mention.native_id for mention in told} <= set(ids)

        check()


def test_what_was_collected_is_refreshed_and_what_was_imported_is_not(asking: Asking, settings: Settings) -> None:
    stores, later = connect(settings), asking.now + timedelta(minutes=90)
    stores.keywords.save(PEMILU)
    collect(asking.source, stores=stores, clock=lambda: asking.now, settings=settings, limit=1_000)
    known = stores.mentions.unanalysed(1_000)
    assert len(known) == POSTS
    stores.mentions.upsert([replace(known[0], id="ab" * 12, source="impor")])
    asking.set_likes(GROWN)
    # An hour old since they were collected, and not yet six.
    due = {m.id for m in known if asking.now - timedelta(hours=1) < m.published_at}
    assert refresh(asking.source, stores=stores, settings=settings, clock=lambda: later) == Refreshed(20, 20, 20)
    assert {m.id for m in stores.mentions.unanalysed(1_000) if m.engagement.likes == GROWN} == due
    assert refresh(asking.source, stores=stores, settings=settings, clock=lambda: later) == Refreshed()
    stores.close()
