"""What single platforms answer instead, each in its own words, and what that means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.core.source_rows import SECRET
from tests.replicas import Page
from tests.replicas.aggregators import NewsApi
from tests.replicas.graph import refused
from tests.replicas.server import CHALLENGE
from tests.replicas.twitter import TOKEN, problem
from tests.replicas.youtube import YouTubeSite

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Own:
    """An answer, or what makes it of the time; the kind it means, words of the error, and when to come back."""

    page: Page | Callable[[datetime], Page]
    kind: str
    says: str = ""
    after: timedelta | None = None


def epoch(name: str, after: timedelta, page: Page) -> Callable[[datetime], Page]:
    """The page with a header that tells a moment in seconds since 1970."""
    return lambda now: Page(
        page.body, page.media_type, page.status, headers={**page.headers, name: f"{(now + after).timestamp():.0f}"}
    )


def written(name: str, after: timedelta, page: Page) -> Callable[[datetime], Page]:
    """The page with a header that tells a moment as an ISO time."""
    return lambda now: Page(page.body, page.media_type, page.status, headers={name: (now + after).isoformat()})


def _json(data: Any, status: int = 200, **headers: str) -> Page:
    return Page.of_json(data, status, **headers)


META = (
    Own(refused(1, status=500), "upstream", "error 1"),
    Own(refused(2, status=503), "upstream", "error 2"),
    Own(refused(3), "forbidden", "error 3"),
    Own(refused(10, "(#10) needs 'pages_read_engagement'", 403), "forbidden", "pages_read_engagement"),
    Own(refused(200, status=403), "forbidden", "error 200"),
    Own(refused(299, status=403), "forbidden", "error 299"),
    Own(refused(4, status=403), "quota", "error 4", HOUR),
    Own(refused(17), "quota", "error 17", HOUR),
    Own(refused(32), "quota", "error 32", HOUR),
    Own(refused(613), "quota", "error 613", HOUR),
    Own(refused(80001), "quota", "error 80001", HOUR),
    Own(refused(341), "quota", "error 341", HOUR),
    Own(refused(190, f"Malformed access token {SECRET}", 401, error_subcode=463), "auth", "token …"),
    Own(refused(190, "Bad EAAB" + "x1" * 40, 400), "auth", "Bad …"),
    Own(refused(100), "bad_query", "error 100"),
    Own(refused(100, error_subcode=33), "gone", "error 100"),
    Own(refused(368), "blocked", "error 368"),
    Own(refused(803, status=404), "gone", "error 803"),
    Own(refused(99_999, is_transient=True, status=400), "upstream", "99999"),
    Own(refused(99_999, status=400), "bad_query", "answered 400"),
    Own(refused(99_999, status=500), "upstream", "answered 500"),
    Own(refused(190, status=200), "auth", "error 190"),
    Own(_json({"data": {}}), "parse", "no list"),
)
META_IN_SHORT = (
    Own(refused(190, f"bad {SECRET}", 401), "auth"),
    Own(refused(10, status=403), "forbidden"),
    Own(refused(4, status=403), "quota", after=HOUR),
    Own(refused(110, "Invalid user id"), "gone"),
    Own(refused(368), "blocked"),
    Own(refused(1, status=500), "upstream"),
)
YOUTUBE = (
    Own(YouTubeSite.refused("quotaExceeded"), "quota", "quotaExceeded"),
    Own(YouTubeSite.refused("rateLimitExceeded", 403), "quota", "rateLimitExceeded"),
    Own(YouTubeSite.refused("badRequest", 400, details=[{"reason": "API_KEY_INVALID"}]), "auth", "KEY_INVALID"),
    Own(YouTubeSite.refused("keyInvalid", 400), "auth", "keyInvalid"),
    Own(YouTubeSite.refused("accessNotConfigured"), "forbidden", "accessNotConfigured"),
    Own(YouTubeSite.refused("badRequest", 400), "bad_query", "badRequest"),
    Own(YouTubeSite.refused("tidakDikenal", 403), "forbidden", "403"),
    Own(YouTubeSite.refused("backendError", 500), "upstream", "backendError"),
    Own(_json([]), "parse", "no list"),
    Own(_json({"items": "x"}), "parse", "no list"),
)  # fmt: skip
REDDIT = (
    Own(_json({"message": "Forbidden", "error": 403, "reason": "private"}, 403), "forbidden", "private"),
    Own(Page(b"<html><h1>whoa there, pardner!</h1></html>", status=403), "blocked", "refuses requests from here"),
    Own(_json({"message": "Not Found", "error": 404}, 404), "gone", "no such subreddit"),
    Own(_json({"message": "Too Many"}, 429, X_Ratelimit_Reset="600"), "quota", after=timedelta(minutes=10)),
    Own(_json([]), "parse", "no list"),
)
RESET = timedelta(minutes=9)
CREDITS = problem(402, "credits", title="CreditsDepleted", detail="No credits")
TWITTER = (
    Own(problem(401, "about:blank", title="Unauthorized"), "auth", "TWITTER_BEARER_TOKEN"),
    Own(CREDITS, "paid_out", "credits are used up"),
    Own(Page(b"Credits Depleted", "text/plain", 403), "paid_out", "no reason given"),
    Own(problem(403, "client-forbidden", detail=f"Attach {TOKEN} to a project"), "forbidden", "to a project"),
    Own(problem(403, "about:blank", title="Forbidden"), "forbidden", "about:blank: Forbidden"),
    Own(problem(403, "not-authorized-for-resource"), "forbidden", "not-authorized"),
    Own(Page(CHALLENGE, "text/html", 403), "blocked", "challenge"),
    Own(problem(404, "resource-not-found"), "gone", "404"),
    Own(problem(400, "invalid-request", errors=[{"message": "query: bad"}]), "bad_query", "query: bad"),
    Own(_json({"code": 88, "message": "over capacity"}, 400), "bad_query", "over capacity"),
    Own(problem(429, "usage-capped", title="UsageCapExceeded", period="Monthly"), "quota", "UsageCap", 6 * HOUR),
    Own(epoch("x-rate-limit-reset", RESET, Page(b"", "text/plain", 429)), "quota", "fewer requests", RESET),
    Own(epoch("x-rate-limit-reset", RESET, problem(429, "rate-limit-exceeded")), "quota", "fewer requests", RESET),
    Own(Page(b'{"data": [{"id"', "application/json"), "parse", "no JSON"),
    Own(_json({"posts": []}), "parse", "no posts"),
    Own(_json({"meta": {"result_count": 3}}), "parse", "no posts"),
    Own(_json({"data": [{"id": "1"}, 3]}), "parse", "no posts"),
)  # fmt: skip

OWN: Mapping[str, tuple[Own, ...]] = {
    "bluesky": (
        Own(Page(b"<html>Request forbidden by administrative rules.</html>", status=403), "blocked"),
        Own(_json({"error": "AccountTakedown"}, 403), "forbidden", "AccountTakedown"),
        Own(_json({"error": "BadQueryString", "message": "q"}, 400), "bad_query", "BadQueryString"),
        Own(_json({"error": "AuthMissing"}, 401), "auth", "BLUESKY_APP_PASSWORD"),
        Own(epoch("RateLimit-Reset", 5 * HOUR, _json({"error": "RateLimitExceeded"}, 429)), "quota", after=5 * HOUR),
        Own(_json({"posts": [{"uri": "x"}] * 3}), "parse"),
    ),
    "facebook": META,
    "instagram": META_IN_SHORT,
    "instagram-account": META_IN_SHORT,
    "threads": META_IN_SHORT,
    "mastodon": (
        Own(_json({"error": "The access token is invalid"}, 401), "auth", "logged in"),
        Own(written("X-RateLimit-Reset", HOUR / 2, _json({"error": "Too many"}, 429)), "quota", after=HOUR / 2),
        Own(_json([{"id": "1"}] * 3), "parse", "format has changed"),
    ),
    "reddit": REDDIT,
    "reddit-subreddit": REDDIT,
    "reddit-feeds": (
        Own(Page(b"<html><h1>whoa there, pardner!</h1></html>", status=403), "blocked", "REDDIT_CLIENT_ID"),
        Own(Page(b"", status=429, headers={"X-Ratelimit-Reset": "600"}), "quota", after=timedelta(minutes=10)),
    ),
    "youtube": YOUTUBE,
    "youtube-channel": (*YOUTUBE, Own(YouTubeSite.refused("playlistNotFound", 404), "gone", "playlistNotFound")),
    "twitter": TWITTER,
    "gdelt": (
        Own(Page(b"Your query was too short.", "text/html"), "bad_query", "too short"),
        Own(Page(b"<html>" + b"<p>halo</p>" * 300, "text/html"), "parse", "a page came"),
        Own(Page(b"Please limit requests to one every 5 seconds", "text/plain", 429), "quota", "429"),
    ),
    "newsapi": (
        Own(NewsApi.refused("apiKeyInvalid", 401), "auth", "apiKeyInvalid"),
        Own(NewsApi.refused("apiKeyExhausted", 429), "quota", "apiKeyExhausted"),
        Own(NewsApi.refused("rateLimited", 429), "quota", "rateLimited"),
        Own(NewsApi.refused("upgradeRequired", 426), "forbidden", "upgradeRequired"),
        Own(NewsApi.refused("parameterInvalid", 400), "bad_query", "parameterInvalid"),
        Own(NewsApi.refused("unexpectedError", 500), "upstream", "unexpectedError"),
        Own(_json({"status": "ok"}), "parse", "no list of articles"),
    ),
}
