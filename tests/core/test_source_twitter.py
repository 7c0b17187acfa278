"""X: what its posts become, that no page is skipped or bought twice, and that no more is spent than may be."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pasip_core.domain.mention import Engagement
from pasip_core.domain.quotas import MONEY, Budget
from pasip_core.domain.rules import Matcher
from pasip_core.errors import (
    SourcePaidOut,
    SourceQuota,
    SourceUnavailable,
)
from pasip_core.pipeline.prepare import prepare
from pasip_core.sources.base import Budgeted, Refreshing
from pasip_core.sources.ledger import LocalLedger
from pasip_core.sources.limiter import LocalLimiter
from pasip_core.sources.platforms.twitter import Twitter
from tests.builders import make_keyword, make_mention
from tests.core.mutating import QUIET, assert_sound, mutated_json
from tests.core.sources_kit import Ran, run
from tests.core.twitter_kit import NOW, opened
from tests.replicas import Page
from tests.replicas.server import Asked
from tests.replicas.twitter import X, problem

BANJIR, PEMILU = make_keyword("banjir"), make_keyword("pemilu")
EACH = 0.015
LAST = datetime(2026, 11, 30, 23, 45, tzinfo=UTC)
"""When nothing has to be saved any more."""
RESET = str(int((NOW + timedelta(minutes=9)).timestamp()))


@pytest.fixture
def x() -> X:
    return X(NOW)


def kept(ran: Ran) -> Any:
    """The cursor as a store gives it back."""
    return json.loads(json.dumps(ran.cursor))


def ids(*runs: Ran) -> list[str]:
    return [mention.native_id for ran in runs for mention in ran.mentions]


def spent(source: Twitter) -> float:
    return round(source.purse.dollars.used(), 6)


@pytest.mark.parametrize("noun", ["tweet", "post"])
def test_every_field_is_read_in_either_vocabulary(noun: str):
    x = X(NOW, noun)
    id = x.say(
        "Banjir di mana-…", author="501",
        **{f"note_{noun}": {"text": "Banjir di mana-mana &amp; tak surut"},
           f"referenced_{noun}s": [{"type": "quoted", "id": "77"}]},
    )  # fmt: skip
    lost = x.say("banjir lagi", author="999", minutes_ago=90, lang="und")
    x.join("501", "warga_uji")
    with opened(x, options={"fields": f"{noun}.fields"}) as (source, replica):
        whole, alone = run(source, [BANJIR]).mentions
        asked = replica.asked[0].query
    assert (whole.source, whole.platform, whole.native_id) == ("twitter", "twitter", id)
    assert whole.url == f"https://x.com/warga_uji/status/{id}"
    assert (whole.author, whole.author_followers, whole.language) == ("warga_uji", 120, "id")
    assert whole.engagement == Engagement(likes=10, shares=4, comments=2)
    assert whole.published_at == NOW - timedelta(hours=1)
    assert whole.raw_data["referenced"] == [{"type": "quoted", "id": "77"}]
    assert (whole.raw_data["author_id"], whole.raw_data["impressions"]) == ("501", 420)
    assert prepare(whole, Matcher([BANJIR]), NOW).content == "Banjir di mana-mana & tak surut"
    assert (alone.author, alone.author_followers, alone.url) == ("", None, f"https://x.com/i/status/{lost}")
    assert alone.language == ""
    assert asked["query"] == "banjir lang:in"
    assert f"note_{noun}" in asked[f"{noun}.fields"]


def test_what_is_written_as_an_entity_is_decoded_once_and_metrics_that_are_not_told_are_unknown(x: X):
    x.say("banjir &amp;lt; 1 &amp; &lt;b&gt;", public_metrics={"like_count": 0, "retweet_count": None})
    with opened(x) as (source, _):
        (mention,) = run(source, [BANJIR]).mentions
    assert prepare(mention, Matcher([]), NOW).content == "banjir &lt; 1 & <b>"
    assert mention.engagement == Engagement(likes=0, shares=None, comments=None)


def test_the_next_poll_asks_since_the_newest_of_the_first_page_and_gives_only_what_is_new(x: X):
    old = [x.say(f"banjir {n}", minutes_ago=n) for n in range(250)]
    with opened(x) as (source, replica):
        first = run(source, [BANJIR], limit=1000)
        new = x.say("banjir baru", minutes_ago=-1)
        second = run(source, [BANJIR], kept(first))
        third = run(source, [BANJIR], kept(second))
        asked = [each.query for each in replica.asked]
    assert ids(first) == old
    assert [each.get("next_token") for each in asked[:3]] == [None, "p100", "p200"]
    assert (ids(second), ids(third)) == ([new], [])
    assert [each.get("since_id") for each in asked] == [None, None, None, old[0], new]


def test_since_id_is_kept_while_paging_and_moves_when_the_poll_has_ended(x: X):
    x.say("banjir lama", minutes_ago=500)
    with opened(x) as (source, replica):
        first = run(source, [BANJIR])
        known = ids(first)[0]
        later = [x.say(f"banjir {n}", minutes_ago=n) for n in range(150)]
        second = run(source, [BANJIR], kept(first), limit=1000)
        run(source, [BANJIR], kept(second))
        asked = [each.query.get("since_id") for each in replica.asked]
    assert ids(second) == later
    assert asked == [None, known, known, later[0]]


@pytest.mark.parametrize("killed_after", [1, 2, 3])
def test_a_killed_run_goes_on_with_the_page_behind_the_last_that_was_kept(x: X, killed_after: int):
    old = [x.say(f"banjir {n}", minutes_ago=n) for n in range(330)]
    with opened(x) as (source, replica):
        killed = run(source, [BANJIR], limit=1000, batches=killed_after)
        replica.asked.clear()
        rest = run(source, [BANJIR], kept(killed), limit=1000)
        first = replica.asked[0].query
        replica.asked.clear()
        run(source, [BANJIR], kept(rest))
        since = replica.asked[0].query["since_id"]
    assert (first["next_token"], first.get("since_id")) == (f"p{100 * killed_after}", None)
    assert [*ids(killed), *ids(rest)] == old
    assert since == old[0]


def test_after_what_was_under_way_the_same_run_asks_for_what_came_meanwhile(x: X):
    [x.say(f"banjir {n}", minutes_ago=n) for n in range(150)]
    with opened(x) as (source, _):
        killed = run(source, [BANJIR], limit=1000, batches=1)
        x.tokens_known = False  # its token is forgotten by now: the last post that was kept shows the place
        new = x.say("banjir baru", minutes_ago=-1)
        rest = run(source, [BANJIR], kept(killed), limit=1000)
    assert new in ids(rest)
    assert len(ids(killed, rest)) == len(set(ids(killed, rest))) == 151


@pytest.mark.parametrize("limit", [4, 37, 100])
def test_a_limit_is_never_passed_and_what_it_leaves_comes_next(x: X, limit: int):
    old = [x.say(f"banjir {n}", minutes_ago=n) for n in range(120)]
    given, cursor = [], {}
    with opened(x) as (source, _):
        while len(given) < 120:
            ran = run(source, [BANJIR], cursor, limit)
            assert 0 < len(ran.mentions) <= limit
            given += ids(ran)
            cursor = kept(ran)
    assert given == old


def test_long_polls_take_turns_so_that_no_keyword_waits_for_the_end_of_another(x: X):
    for n in range(300):
        x.say(f"banjir {n}", minutes_ago=n)
    x.say("pemilu damai")
    long = replace(PEMILU, aliases=tuple(f"{'x' * 30}{n}" for n in range(14)), priority=5)  # a query of its own
    words = [long, BANJIR]
    with opened(x) as (source, replica):
        ran = run(source, words, limit=100)
        queries = [each.query["query"] for each in replica.asked]
    assert len(set(queries)) == 2
    assert sum("pemilu" in mention.content for mention in ran.mentions) == 1
    assert len(ran.mentions) > 50


def test_a_new_keyword_is_asked_apart_and_one_that_seldom_finds_anything_holds_nobody_back(x: X):
    x.say("banjir lama", minutes_ago=60 * 24 * 5)
    with opened(x) as (source, replica):
        first = run(source, [BANJIR])
        debate = [x.say(f"pemilu damai {n}", minutes_ago=60 * n) for n in range(20)]
        second = run(source, [BANJIR, PEMILU], kept(first))
        third = run(source, [BANJIR, PEMILU], kept(second))
        queries = [(each.query["query"], each.query.get("since_id")) for each in replica.asked]
    assert (ids(second), ids(third)) == (debate, [])  # nothing is bought twice
    assert queries[1:3] == [("pemilu lang:in", None), ("banjir lang:in", ids(first)[0])]
    assert queries[3] == ("(banjir OR pemilu) lang:in", debate[0])


def test_a_place_that_is_out_of_reach_is_given_up(x: X):
    x.say("banjir lama", minutes_ago=60 * 24 * 6)
    with opened(x) as (source, _):
        first = run(source, [BANJIR])
        x.out_of_reach = 10**19
        new = x.say("banjir baru")
        assert new in ids(run(source, [BANJIR], kept(first)))
    with opened(x, at=NOW + timedelta(days=3)) as (source, replica):
        run(source, [BANJIR], kept(first))
        assert "since_id" not in replica.asked[0].query


def test_the_archive_is_asked_where_it_is_set_and_from_when_a_keyword_is_watched(x: X):
    since = NOW - timedelta(days=400)
    old = x.say("banjir bandang", minutes_ago=60 * 24 * 399)
    x.say("banjir purba", minutes_ago=60 * 24 * 500)
    with opened(x, twitter_archive=True) as (source, replica):
        ran = run(source, [replace(BANJIR, monitoring_start=since)], limit=400)
        asked = replica.asked[0]
    assert ids(ran) == [old]
    assert asked.path.startswith("/2/tweets/search/all?")
    assert (asked.query["start_time"], asked.query["max_results"]) == (f"{since:%Y-%m-%dT%H:%M:%SZ}", "400")


@pytest.mark.parametrize(
    ("page", "posts", "asked"),
    [
        (problem(401, "about:blank", title="Unauthorized"), 0, 1),
        (problem(402, "credits", title="CreditsDepleted"), 0, 1),
        (problem(429, "rate-limit-exceeded", headers={"x_rate_limit_reset": RESET}), 0, 1),
        (Page(b"oops", "text/plain", 503), 0, 3),
        (Page(b'{"data": [{"id"', "application/json"), 100, 1),
    ],
)
def test_an_error_costs_nothing_unless_posts_may_have_come(page: Page, posts: int, asked: int, x: X):
    x.before = lambda _: page
    with opened(x) as (source, replica):
        assert run(source, [BANJIR]).error is not None
        assert spent(source) == round(posts * EACH, 6)
        assert len(replica.asked) == asked


def test_errors_beside_posts_are_noted_and_a_post_that_cannot_be_read_costs_only_itself(x: X):
    good = x.say("banjir")
    x.say("banjir tanpa waktu", created_at="kemarin", minutes_ago=61)
    with opened(x) as (source, _):
        answer = {"data": x.posts, "meta": {"result_count": 2}, "errors": [{"title": "Authorization Error"}, None]}
        x.before = lambda asked: Page.of_json(answer)
        ran = run(source, [BANJIR])
    assert ids(ran) == [good]
    assert ran.note == "1 posts could not be read. X could not show 1 things (Authorization Error)."


def test_pages_that_lead_in_a_circle_and_posts_from_before_end_a_poll(x: X):
    only = x.say("banjir")
    answer = {"data": [x.posts[0]], "meta": {"newest_id": only, "next_token": "again"}}
    x.before = lambda asked: Page.of_json(answer)
    with opened(x) as (source, replica):
        ran = run(source, [BANJIR])
        assert set(ids(ran)) == {only}
        again = run(source, [BANJIR], kept(ran))
    assert again.mentions == []
    assert len(replica.asked) == 3


class Recording(LocalLimiter):
    """Lets everybody pass at once, and remembers what pace was asked for."""

    def try_enter(self, host: str, delay: float, hold: float) -> tuple[str, float]:
        self.paces = [*getattr(self, "paces", []), delay]
        return super().try_enter(host, 0.0, hold)


def test_it_slows_down_before_the_limit_and_stops_at_it_without_asking(x: X):
    for n in range(300):
        x.say(f"banjir {n}", minutes_ago=n)
    left = iter(["30", "5", "0"])
    pace = Recording()
    with opened(x, limiter=pace) as (source, replica):
        x.before = lambda asked: x.headers.update(x_rate_limit_remaining=next(left), x_rate_limit_reset=RESET)
        ran = run(source, [BANJIR], limit=50, batches=1)
        rest = run(source, [BANJIR], kept(ran), limit=1000)
    assert isinstance(rest.error, SourceQuota)
    assert rest.error.retry_at == NOW + timedelta(minutes=9)
    assert len(replica.asked) == 3
    assert pace.paces[:2] == [0, 0]
    assert 30 <= pace.paces[2] <= 36


def test_a_request_is_made_smaller_to_fit_what_is_left_and_the_cap_ends_the_run(x: X):
    for n in range(300):
        x.say(f"banjir {n}", minutes_ago=n)
    x.join("501", "warga_uji")
    with opened(x, twitter_monthly_cap=0.4, at=NOW + timedelta(days=5)) as (source, replica):  # the last of the month
        ran = run(source, [BANJIR], limit=1000)
        sizes = [int(each.query["max_results"]) for each in replica.asked]
        assert spent(source) <= 0.4
        assert isinstance(ran.error, SourcePaidOut)
        assert "0.40 US dollars" in str(ran.error)
        assert f"{spent(source):.2f} are spent" in str(ran.error)
        assert "anew on 2026-12-01" in str(ran.error)
        assert source.purse.dollars.left() < 10 * EACH
        assert source.purse.posts.used() == len(ran.mentions) == sum(sizes)
        again = run(source, [BANJIR], kept(ran))
        assert isinstance(again.error, SourcePaidOut)
        assert len(replica.asked) == len(sizes)
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == 26


def test_the_month_is_not_spent_in_a_day_and_where_money_is_short_what_is_new_comes_first(x: X):
    ledger, cursor, given, notes = LocalLedger(), {}, [], []
    bought: Counter[date] = Counter()
    behind = []
    for hours in range(0, 132, 3):  # until the month ends: six days, with 1.50 dollars
        if hours % 12 == 0:
            x.now = NOW + timedelta(hours=hours)
            [x.say(f"banjir {hours} {n}", minutes_ago=n) for n in range(100)]
        now = NOW + timedelta(hours=hours)
        with opened(x, ledger=ledger, at=now, twitter_monthly_cap=1.5) as (source, _):
            ran = run(source, [BANJIR], cursor)
        assert ran.error is None or isinstance(ran.error, SourcePaidOut)
        cursor, given = kept(ran) if ran.batches else cursor, given + ids(ran)
        bought[now.date()] += len(ran.mentions)
        notes.append(ran.note if ran.batches else "")
        if ran.mentions:
            behind.append(now - max(mention.published_at for mention in ran.mentions))
    first, *others = bought.values()
    assert len(given) == len(set(given)), "nothing is bought twice"
    assert 90 <= first <= 150, "a first look takes three shares of 50 posts"
    assert all(0 < each <= 75 for each in others)
    assert max(behind) < timedelta(hours=24)
    assert any("1 searches wait, so that the month's money lasts." in note for note in notes)
    assert any("1 searches were not read to their end" in note for note in notes)


def test_a_new_keyword_is_looked_for_at_once_though_the_others_wait(x: X):
    for n in range(200):
        x.say(f"banjir {n}", minutes_ago=n)
    new = x.say("pemilu")
    ledger, cap = LocalLedger(), {"twitter_monthly_cap": 1.5}
    with opened(x, ledger=ledger, **cap) as (source, _):
        first = run(source, [BANJIR], limit=60)
    with opened(x, ledger=ledger, at=NOW + timedelta(minutes=30), **cap) as (source, _):
        second = run(source, [BANJIR, PEMILU], kept(first))
    assert ids(second) == [new]
    assert second.note == "1 searches wait, so that the month's money lasts."


def test_what_came_is_charged_and_the_month_begins_anew(x: X):
    for n in range(3):
        x.say("banjir", minutes_ago=n, author=str(n % 2))
    x.join("0", "a")
    x.join("1", "b")
    ledger = LocalLedger()
    with opened(x, ledger=ledger) as (source, _):
        run(source, [BANJIR])
        assert spent(source) == round(3 * 0.005 + 2 * 0.010, 6)
    with opened(x, ledger=ledger, at=datetime(2026, 12, 1, tzinfo=UTC)) as (source, _):
        assert spent(source) == 0


@pytest.mark.parametrize(("state", "taken"), [("dropped", 1.5), ("stalled", 1.5), ("error", 0), ("gone", 0)])
def test_an_answer_that_was_lost_stays_counted_as_it_may_have_been_charged(x: X, state: str, taken: float):
    with opened(x) as (source, replica):
        replica.set_state(state)
        assert run(source, [BANJIR]).error is not None
        assert spent(source) == taken


def test_a_network_that_is_away_costs_nothing(x: X):
    with opened(x) as (source, replica):
        replica.__exit__()
        ran = run(source, [BANJIR])
        assert isinstance(ran.error, SourceUnavailable)
        assert spent(source) == 0


def test_posts_are_looked_up_again_a_hundred_at_a_time_without_buying_their_authors(x: X):
    known = [x.say(f"banjir {n}", minutes_ago=n) for n in range(120)]
    x.posts[0]["public_metrics"] |= {"like_count": 99}
    with opened(x) as (source, replica):
        batches = list(source.lookup([*known, "404404", "abc", known[0]]))
        assert spent(source) == round(120 * 0.005, 6)
    told = [mention for batch in batches for mention in batch.mentions]
    assert {mention.native_id for mention in told} == set(known)
    assert next(m for m in told if m.native_id == known[0]).engagement.likes == 99
    assert [len(each.query["ids"].split(",")) for each in replica.asked] == [100, 21]
    assert batches[-1].note == "X could not show 1 things (Not Found Error)."


def test_a_lookup_keeps_to_what_is_left(x: X):
    known = [x.say(f"banjir {n}", minutes_ago=n) for n in range(30)]
    with opened(x, twitter_monthly_cap=0.1, at=LAST) as (source, _):
        batches = source.lookup(known)
        assert len(next(batches).mentions) == 20
        with pytest.raises(SourcePaidOut):
            next(batches)


def test_a_lookup_leaves_what_the_next_search_needs_and_keeps_to_the_days(x: X):
    known = [x.say(f"banjir {n}", minutes_ago=n) for n in range(100)]
    with opened(x, twitter_monthly_cap=1.5) as (source, _):
        batches = source.lookup(known)
        assert 0 < len(next(batches).mentions) < 25
        with pytest.raises(SourceQuota, match="no more of it is spent for now"):
            next(batches)
        x.say("pemilu")
        assert len(run(source, [PEMILU]).mentions) == 1


@pytest.mark.parametrize(
    ("url", "raw", "id"),
    [
        ("https://x.com/a/status/12", {"id": "34"}, "34"),
        ("https://twitter.com/a/status/12?s=20", {}, "12"),
        ("https://x.com/i/status/12/", {"id": None}, "12"),
        ("https://x.com/12", {}, ""),
        ("", {}, ""),
    ],
)
def test_the_id_of_a_stored_post_is_in_its_raw_data_or_its_address(x: X, url: str, raw: dict[str, Any], id: str):
    with opened(x) as (source, _):
        assert source.native_id(make_mention(url=url, raw_data=raw)) == id


def test_without_a_token_it_says_what_it_lacks_and_with_one_what_it_may_cost(x: X):
    with opened(x, token="") as (source, _):
        assert source.needs() == ("TWITTER_BEARER_TOKEN",)
    with opened(x) as (source, _):
        assert source.needs() == ()
        assert isinstance(source, Budgeted)
        assert isinstance(source, Refreshing)
        (budget,) = source.budgets()
        assert budget == Budget("twitter.dollars", 25.0, "month", MONEY, pytest.approx(EACH), pytest.approx(10 * EACH))


SEEN = X(NOW)
for _number in range(3):
    SEEN.say(f"banjir {_number}", minutes_ago=_number + 1, author=str(_number), note_tweet={"text": "banjir panjang"})
    SEEN.join(str(_number), f"warga_{_number}")
ANSWER = {
    "data": SEEN.posts, "includes": {"users": SEEN.users}, "errors": [{"title": "Galat", "type": "about:blank"}],
    "meta": {"newest_id": SEEN.posts[0]["id"], "result_count": 3, "next_token": "p3"},
}  # fmt: skip


@pytest.fixture(scope="module")
def damaged() -> Iterator[tuple[Twitter, dict[str, bytes]]]:
    body = {"now": b""}

    def answer(asked: Asked) -> Page:
        return Page(body["now"], "application/json")

    x = X(NOW, before=answer)
    with opened(x, twitter_monthly_cap=1e9) as (source, _):
        yield source, body


@settings(QUIET, max_examples=30)
@given(st.data())
def test_damaged_answers_give_sound_posts_or_a_source_error(damaged: tuple[Twitter, dict[str, bytes]], data: Any):
    source, body = damaged
    body["now"] = data.draw(mutated_json(ANSWER))
    ran = run(source, [BANJIR], limit=60)
    assert_sound(ran.mentions)
    assert len(ran.mentions) <= 60
    if ran.batches:
        assert_sound(run(source, [BANJIR, PEMILU], data.draw(mutated_cursor(kept(ran))), limit=20).mentions)


@st.composite
def mutated_cursor(draw: st.DrawFn, cursor: Any) -> Any:
    try:
        changed = json.loads(draw(mutated_json(cursor)))
    except ValueError:
        return {}
    return changed if isinstance(changed, dict) else {}
