"""The matrix: every registered source in every situation, and the error kind that it tells.

Rows are in ``source_rows``; columns are what any server may answer (``SITUATIONS``) and what only this platform
answers (``OWN``). A source that answers a situation in its own way says why in ``OTHERWISE``; a kind that it cannot
raise has its reason in ``CANNOT``. A registered source without a row fails, and so does a kind that is neither reached
nor excused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import ModuleType
from typing import Any, get_args
from urllib.parse import urlsplit

import pytest

from pasip_core.domain.mention import mention_id
from pasip_core.errors import SourceError
from pasip_core.sources import registry
from pasip_core.sources.http import Limits, PoliteClient
from pasip_core.sources.ledger import LocalLedger
from pasip_core.sources.limiter import LocalLimiter
from pasip_core.sources.outlet import ListingSpec, SearchSpec
from pasip_core.sources.platforms.telegram_snscrape import is_usable
from pasip_core.sources.registry import sites, sources_of
from pasip_core.sources.workbench import Workbench
from tests.core.source_own_errors import OWN, Own
from tests.core.source_rows import LIVE, PEMILU, ROWS, SECRETS, Row, Spoiled, built_in, opened, source_of
from tests.core.sources_kit import QUICK, Ran, run, settings_for
from tests.replicas import Page, Replica
from tests.replicas.server import Answer, Asked

NO_ERROR = ""
KINDS = {kind.kind for kind in SourceError.__subclasses__()}
PACE = 0.01
IMPATIENT = Limits(connect=1, read=1, total=0.15)
IN_JSON = [row for row in LIVE if not row.crawls or row.name in ("listing-wordpress", "search-json")]
IN_PAGES = [row for row in LIVE if not row.crawls or row.name == "telegram"]
"""Those whose replica has more than one page of what they ask."""


def told(status: int, **headers: str) -> Page:
    return Page.of_json({"error": "tidak"}, status, **headers)


def in_twenty_minutes() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=20)


@dataclass(frozen=True)
class Situation:
    """What a server does, as a state of the replica or a page; the kinds that an API and a crawled site tell for it."""

    what: str | Page | Callable[[], Page]
    api: str
    page: str
    limits: Limits = QUICK


def same(what: str | Page | Callable[[], Page], kind: str, limits: Limits = QUICK) -> Situation:
    return Situation(what, kind, kind, limits)


SITUATIONS: Mapping[str, Situation] = {
    "normal": same("normal", NO_ERROR),
    "gzip": same("gzip", NO_ERROR),
    "500 once": same("error_once", NO_ERROR),
    "429 once": same("rate_limited", NO_ERROR),
    "400": same(told(400), "bad_query"),
    "401": same(told(401), "auth"),
    "402": same(told(402), "paid_out"),
    "403": same(told(403), "forbidden"),
    "403 page": same(Page(b"<html><h1>Forbidden</h1></html>", status=403), "forbidden"),
    "404": same(told(404), "gone"),
    "410": same("gone", "gone"),
    "429 seconds": same(told(429, Retry_After="1200"), "quota"),
    "429 date": same(lambda: told(429, Retry_After=format_datetime(in_twenty_minutes(), usegmt=True)), "quota"),
    "429 epoch": same(lambda: told(429, X_RateLimit_Reset=f"{in_twenty_minutes().timestamp():.0f}"), "quota"),
    "429 time": same(lambda: told(429, X_RateLimit_Reset=in_twenty_minutes().isoformat()), "quota"),
    "429 bare": same(told(429), "quota"),
    "500": same("error", "upstream"),
    "dropped": same("dropped", "upstream"),
    "stalled": same("stalled", "upstream", IMPATIENT),
    "cut off": same("wrong_length", "upstream"),
    "redirects": same("endless_redirect", "upstream"),
    "login": Situation("login", "upstream", "blocked"),
    "to private": Situation("to_private", "upstream", "bad_query"),
    "challenge": same("challenge", "blocked"),
    "challenge 200": same("challenge_with_200", "blocked"),
    "empty": same("empty", "parse"),
    "wrong type": same("wrong_type", "parse"),
    "truncated": Situation("truncated", "parse", NO_ERROR),
    "other page": same(Page(b"<html><body><p>Sedang dipelihara</p></body></html>"), "parse"),
    "other data": same(Page.of_json({"halo": 1}), "parse"),
    "no data": same(Page.of_json(None), "parse"),
}
"""APIs are not followed where they redirect to: credentials would travel along. Of a page or feed that was cut off
what came is read."""

_UNTOLD = "what one address answers says nothing of the others: nothing is found, which is no error and is noted"
_TAG = "a tag that nobody used is answered so"
_BY_APP = "Reddit refuses readers without an app so, whatever the reason"
_ITS_WORD = "without a word of the API's own it is what stands between"

OTHERWISE: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "bluesky": {"403 page": ("blocked", _ITS_WORD)},
    "reddit": {"403 page": ("blocked", _ITS_WORD)},
    "reddit-subreddit": {"403 page": ("blocked", _ITS_WORD)},
    "reddit-feeds": {"403": ("blocked", _BY_APP), "403 page": ("blocked", _BY_APP)},
    "mastodon": {"404": (NO_ERROR, _TAG), "410": (NO_ERROR, _TAG)},
    "instagram-account": {"other data": ("gone", "nothing is told of an account that is none")},
    "youtube": {"other data": (NO_ERROR, "nothing found is answered without a list")},
    "youtube-channel": {"other data": (NO_ERROR, "nothing found is answered without a list")},
    "gdelt": {
        "empty": (NO_ERROR, "no articles are answered so"),
        "other data": (NO_ERROR, "no articles are answered by an object without a list"),
        "other page": ("bad_query", "what GDELT says of a query comes as a short page with status 200"),
    },
    "listing-wordpress": {"truncated": ("parse", "half a JSON is none")},
    "search-wordpress": {"truncated": ("parse", "half a JSON is none")},
    "search-json": {"truncated": ("parse", "half a JSON is none")},
    "discovery": {
        **dict.fromkeys(("400", "401", "402", "404", "410", "to private"), (NO_ERROR, _UNTOLD)),
        **dict.fromkeys(("empty", "wrong type", "other page", "other data", "no data"), (NO_ERROR, _UNTOLD)),
        "403": ("blocked", "the third refusal in a row stops the host"),
        "403 page": ("blocked", "the third refusal in a row stops the host"),
    },
}  # fmt: skip

_NEVER_ASKED = dict.fromkeys(KINDS - {"gone"}, "it is never asked")
CANNOT: Mapping[str, Mapping[str, str]] = {
    **{row.name: _NEVER_ASKED for row in ROWS if row not in LIVE},
    "mastodon": {"gone": _TAG},
    "discovery": dict.fromkeys(("auth", "paid_out", "forbidden", "gone", "bad_query", "parse"), _UNTOLD),
}
"""The kinds that a source cannot raise, and why."""


def expected(row: Row, situation: str) -> str:
    """The kind that a row tells in a situation; "" for none."""
    if row not in LIVE:
        return "gone"
    if situation in OTHERWISE.get(row.name, {}):
        return OTHERWISE[row.name][situation][0]
    kinds = SITUATIONS[situation]
    return kinds.page if row.crawls else kinds.api


def own_of(row: Row) -> tuple[Own, ...]:
    return OWN.get(row.name, ())


@dataclass(frozen=True)
class Stand:
    """A row at its replica."""

    row: Row
    replica: Replica
    spoiled: Spoiled

    def ran(self, what: str | Answer | None = None, limits: Limits = QUICK, **options: Any) -> Ran:
        """One run of a source that is new, while its main question is answered like this."""
        self.replica.reset()
        self.spoiled.instead = None if isinstance(what, str) else what
        if isinstance(what, str):
            self.replica.set_state(what, self.row.call)
        with source_of(self.row, self.replica, limits=limits, sleep=lambda _: None, **options) as source:
            return run(source, PEMILU)


@pytest.fixture(scope="module")
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    row: Row = request.param
    if row.name == "telegram-snscrape" and not is_usable():
        pytest.skip("snscrape cannot be imported by this Python")
    with opened(row, 2) as (replica, spoiled):
        yield Stand(row, replica, spoiled)


def at(rows: list[Row], *more: str) -> pytest.MarkDecorator:
    """Parametrised by the rows, one replica for all tests of a row."""
    return pytest.mark.parametrize("stand", rows, ids=[row.name for row in rows], indirect=True, scope="module")


def check(ran: Ran, kind: str, since: datetime) -> None:
    """The kind, a time to come back where it is a quota, and no secret in anything that is told."""
    assert (ran.error.kind if ran.error else NO_ERROR) == kind, ran.error
    shown = f"{ran.error!r} {ran.error} {ran.error and ran.error.url} {[batch.note for batch in ran.batches]}"
    assert not any(secret in shown for secret in SECRETS)
    if kind == "quota":
        assert ran.error.retry_at is not None
        assert since < ran.error.retry_at < since + timedelta(days=8)


@at(LIVE)
@pytest.mark.parametrize("situation", list(SITUATIONS))
def test_each_situation_has_its_kind(stand: Stand, situation: str) -> None:
    now, what = datetime.now(UTC), SITUATIONS[situation].what
    ran = stand.ran(what() if callable(what) else what, SITUATIONS[situation].limits)
    check(ran, expected(stand.row, situation), now)
    if situation in ("normal", "gzip", "500 once", "429 once"):
        assert len({mention_id(mention) for mention in ran.mentions}) == 2
        assert "fail" not in ran.note


@pytest.mark.parametrize(
    ("stand", "own"),
    [pytest.param(row, own, id=f"{row.name}-{own.kind}-{n}") for row in LIVE for n, own in enumerate(own_of(row))],
    indirect=["stand"], scope="module",
)  # fmt: skip
def test_what_only_this_platform_answers_has_its_kind(stand: Stand, own: Own) -> None:
    now = datetime.now(UTC)
    ran = stand.ran(own.page(now) if callable(own.page) else own.page)
    check(ran, own.kind, now)
    assert own.says in str(ran.error)
    if own.after is not None:
        assert abs(ran.error.retry_at - now - own.after) < timedelta(minutes=1)


@at([row for row in ROWS if row not in LIVE])
def test_what_is_no_more_says_so_without_asking_anybody(stand: Stand) -> None:
    check(stand.ran(), "gone", datetime.now(UTC))
    assert stand.replica.asked == []


@at(LIVE)
def test_robots_txt_rules_what_is_crawled_and_no_api(stand: Stand) -> None:
    stand.replica.robots = "User-agent: *\nDisallow: /\n"
    ran = stand.ran()
    stand.replica.robots = ""
    if not stand.row.crawls:
        assert (ran.error, len(ran.mentions)) == (None, 2)
        return
    if stand.row.name != "discovery":
        check(ran, "forbidden", datetime.now(UTC))
    assert stand.replica.paths() == []


@at(LIVE)
def test_each_source_keeps_the_pace_of_its_platform(stand: Stand) -> None:
    """Seen at the limiter, where the delay in force is known; that it holds is seen in every test."""
    paces, row = Paces(), stand.row
    ran = stand.ran(limiter=paces, **{"delay" if row.platform else "general_delay": PACE})
    assert (ran.error, len(ran.mentions)) == (None, 2)
    if row.platform and row.crawls:
        del paces.kept[0]  # of robots.txt, which no platform sets a pace for
    if row.name in ("gdelt", "newsapi", "google_news"):
        del paces.kept[1:]  # the articles of other sites
    assert min(paces.kept) >= PACE


class Paces(LocalLimiter):
    """A limiter that remembers the delay in force at each turn."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[float] = []

    def try_enter(self, host: str, delay: float, hold: float) -> tuple[str, float]:
        token, wait = super().try_enter(host, delay, hold)
        if token:
            self.kept.append(delay)
        return token, wait


def changed(node: Any, leaf: Callable[[str, Any], Any], more: Mapping[str, Any]) -> Any:
    """JSON with each value that is no container changed, and more in each object."""
    if isinstance(node, dict):
        inner = {
            key: changed(value, leaf, more) if isinstance(value, dict | list) else leaf(key, value)
            for key, value in node.items()
        }
        return inner | dict(more)
    return [changed(each, leaf, more) for each in node] if isinstance(node, list) else node


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


TWISTS: Mapping[str, Callable[[Any], Any]] = {
    "unknown fields": lambda data: changed(data, lambda _, value: value, {"x_baru": {"a": [1, None]}, "x_lagi": "?"}),
    "numbers as strings": lambda data: changed(data, lambda _, value: str(value) if is_number(value) else value, {}),
    "no metrics": lambda data: changed(
        data, lambda key, value: None if is_number(value) and key not in ("created_utc", "id") else value, {}
    ),
}
"""Honest JSON with a difference that must not cost a mention. Only times and ids have to be there."""


def twisted(site: Callable[[str], Answer | None], twist: Callable[[Any], Any]) -> Callable[[Asked], Page | None]:
    def answer(asked: Asked) -> Page | None:
        page = answered(site, asked)
        if page is None or page.status != 200 or "json" not in page.media_type:
            return page
        return Page(json.dumps(twist(json.loads(page.body))).encode(), page.media_type, headers=page.headers)

    return answer


def answered(site: Callable[[str], Answer | None], asked: Asked) -> Page | None:
    answer = site(asked.path)
    return answer(asked) if callable(answer) else answer


@at(IN_JSON)
@pytest.mark.parametrize("twist", list(TWISTS))
def test_what_an_api_adds_leaves_out_or_writes_otherwise_costs_no_mention(stand: Stand, twist: str) -> None:
    wanted = {(mention_id(m), m.content, m.published_at) for m in stand.ran().mentions}
    ran = stand.ran(twisted(stand.spoiled.site, TWISTS[twist]))
    assert ran.error is None
    assert {(mention_id(m), m.content, m.published_at) for m in ran.mentions} == wanted
    assert len(wanted) == 2


@pytest.mark.parametrize("row", IN_PAGES, ids=[row.name for row in IN_PAGES])
def test_pages_that_repeat_themselves_end_a_run(row: Row) -> None:
    first: dict[str, Page | None] = {}
    with opened(row, 12) as (replica, spoiled):

        def answer(asked: Asked) -> Page | None:
            key = f"{asked.method} {urlsplit(asked.path).path}"
            if key not in first:
                first[key] = answered(spoiled.site, asked)
            return first[key]

        spoiled.instead = answer
        with source_of(row, replica) as source:
            ran = run(source, PEMILU)
        assert ran.error is None
        assert ran.mentions
        assert len(replica.asked) < 60


def test_every_registered_source_has_a_row() -> None:
    rows = {row.name for row in ROWS}
    platforms = {_module(make).__name__.rpartition(".")[2] for make in registry.PLATFORMS}
    assert {name for name in platforms if not any(row == name or row.startswith(f"{name}-") for row in rows)} == set()
    kinds = {"listing": ListingSpec, "search": SearchSpec}
    engines = {f"{of}-{kind}" for of, spec in kinds.items() for kind in get_args(spec.model_fields["kind"].annotation)}
    assert engines | {"search-form", "search-tag", "discovery", "feed", "site"} <= rows
    assert made_by_the_registry() <= {row.source for row in ROWS}


def _module(make: Callable[..., Any]) -> ModuleType:
    import sys

    return sys.modules[make.__module__]


def made_by_the_registry() -> set[str]:
    """The names of all that the registry makes where everything that people can add and switch on is there."""
    base = "http://127.0.0.1:{port}"
    told: dict[str, Any] = {}
    for row in ROWS:
        told |= row.told_settings(base)
    settings = settings_for(**told | {"mastodon_servers": "127.0.0.1"})
    feeds = {feed.id: feed for row in ROWS for feed in row.feeds(base)}
    outlets = ROWS[-1].outlets("http://127.0.0.1", "127.0.0.1")
    with PoliteClient(settings) as client:
        bench = Workbench(settings, client, LocalLedger(), built_in(), tuple(feeds.values()), outlets, sites(outlets))
        names = {source.name for source in sources_of(bench)}
    return {f"{name}-{{port}}" if name == "mastodon-127-0-0-1" else name for name in names}


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_each_kind_is_reached_or_there_is_a_reason_why_not(row: Row) -> None:
    reached = {expected(row, situation) for situation in SITUATIONS} | {own.kind for own in own_of(row)}
    reached |= {"forbidden"} if row.crawls and row.name != "discovery" else set()
    assert KINDS - reached == CANNOT.get(row.name, {}).keys()
    assert all(reason for reason in CANNOT.get(row.name, {}).values())


def test_nothing_stands_in_the_tables_that_is_in_no_row() -> None:
    names = {row.name for row in ROWS}
    assert {*OTHERWISE, *OWN, *CANNOT} <= names
    assert {situation for own in OTHERWISE.values() for situation in own} <= SITUATIONS.keys()
