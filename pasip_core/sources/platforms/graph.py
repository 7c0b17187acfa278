"""Meta's Graph API, which Facebook, Instagram and Threads share: its errors, its limits, its pages.

Facts: https://developers.facebook.com/docs/graph-api/guides/error-handling and
https://developers.facebook.com/docs/graph-api/overview/rate-limiting. Throttling is no 429 but a 400 or 403 with a
code; ``paging.next`` holds the token, so that pages are asked for by their cursor.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from pasip_core.errors import (
    SourceAuth,
    SourceBadQuery,
    SourceBlocked,
    SourceError,
    SourceForbidden,
    SourceGone,
    SourceParse,
    SourceQuota,
    SourceUnavailable,
)

from ..addresses import shown_url
from ..api import Api, Parameters, error_json
from ..exchange import Response
from ..fields import count, items, mapping, text
from ..workbench import Workbench

SLOW, STOP = 75.0, 95.0
"""Percent of the limits: slower above the one, no further call above the other."""
SLOWER = 5.0
WINDOW = timedelta(hours=1)
"""Limits of calls are counted over a rolling hour."""


class TooManyHashtags(SourceQuota):
    """Instagram counts more hashtags in seven days than it allows; those it knows already are still told."""


_KINDS: Mapping[int, type[SourceError]] = {
    1: SourceUnavailable, 2: SourceUnavailable,
    3: SourceForbidden, 10: SourceForbidden,
    4: SourceQuota, 17: SourceQuota, 18: TooManyHashtags, 32: SourceQuota, 341: SourceQuota, 613: SourceQuota,
    24: SourceGone, 110: SourceGone, 803: SourceGone,
    100: SourceBadQuery, 102: SourceAuth, 190: SourceAuth, 368: SourceBlocked,
}  # fmt: skip
_NO_SUCH_OBJECT = 33
_SECRET = re.compile(r"[\w|.%+/=-]{30,}")


@dataclass(frozen=True)
class Listed:
    """One page of a list; ``after`` asks for the next one, "" where this is the last."""

    items: list[Mapping[str, Any]]
    after: str = ""


@dataclass
class Room:
    """How many mentions a run may still give, and how many are asked for at once."""

    left: int
    at_once: int


@dataclass
class Graph:
    """The calls of one run. They come slower above 75 percent of what Meta says may be asked, and end above 95.

    ``ends_silently``: the last page has a cursor like any other, and only what it holds tells that it is the last.
    """

    api: Api
    clock: Callable[[], datetime]
    ends_silently: bool = False
    _used: float = 0.0
    _regained: timedelta = field(default=WINDOW)

    def get(self, path: str, parameters: Parameters) -> Mapping[str, Any]:
        """One call. Raises the ``SourceError`` tree; ``SourceQuota`` instead of a call that would go too far."""
        if self._used > STOP:
            raise SourceQuota(
                f"Meta: {self._used:.0f} percent of the calls that may be made are used up.",
                retry_at=self.clock() + self._regained,
            )
        pace = SLOWER if self._used > SLOW else 1.0
        answer = replace(self.api, delay=self.api.delay * pace).get(path, parameters)
        self._used, regained = usage(answer.headers)
        self._regained = regained or WINDOW
        if not isinstance(answer.data, Mapping):
            raise SourceParse(f"{path}: the answer is no object.")
        data = mapping(answer.data)
        if "data" not in data and (error := mapping(data.get("error"))):
            raise _error(error, path, self.clock(), self._regained) or SourceParse(f"{path}: an error without a code.")
        return data

    def page(self, path: str, parameters: Parameters, after: str = "") -> Listed:
        """One page of a list, the first one without ``after``. ``SourceParse`` where none came."""
        data = self.get(path, {**parameters, "after": after or None})
        if not isinstance(data.get("data"), list):
            raise SourceParse(f"{path}: the answer holds no list.")
        return Listed(items(data["data"]), self.following(mapping(data.get("paging")), bool(data["data"])))

    def following(self, paging: Mapping[str, Any], filled: bool) -> str:
        """What asks for the page after this one: a page without ``next`` is the last where that is said at all."""
        more = filled if self.ends_silently else bool(text(paging.get("next")))
        return text(mapping(paging.get("cursors")).get("after"))[:1_000] if more else ""

    def pages(self, path: str, parameters: Parameters, most: int, room: Room) -> Iterator[Listed]:
        """At most ``most`` pages, while there is room; a page that repeats what was there is the last."""
        after, met = "", set[str]()
        for _ in range(most):
            if (wanted := min(room.at_once, room.left)) <= 0:
                return
            page = self.page(path, {**parameters, "limit": wanted}, after)
            ids = {text(item.get("id")) for item in page.items}
            if ids and ids <= met:
                page = Listed([], "")
            yield page
            if not page.after:
                return
            met |= ids
            after = page.after


def open_graph(bench: Workbench, platform: str, token: str, *, ends_silently: bool = False) -> Graph:
    """The API of a platform, with a token that goes along as a parameter and is never shown."""
    known = bench.platforms[platform]
    explain = _explain(token, bench.clock)
    api = Api(bench.http, known.base, known.delay, parameters={"access_token": token}, explain=explain)
    return Graph(api, bench.clock, ends_silently)


def segment(name: str) -> str:
    """A name or number as a part of a path."""
    return quote(name.strip().strip("/@")[:200], safe="", errors="replace")


def usage(headers: Mapping[str, str]) -> tuple[float, timedelta | None]:
    """Percent of the tightest limit that is used, and how long until something is free again, where told.

    ``X-App-Usage`` holds percents by what is counted; ``X-Business-Use-Case-Usage`` lists of such, with
    ``estimated_time_to_regain_access`` in minutes, by business.
    """
    told = [mapping(_json(headers.get("X-App-Usage"))), mapping(_json(headers.get("X-Page-Usage")))]
    for business in mapping(_json(headers.get("X-Business-Use-Case-Usage"))).values():
        told += items(business)
    names = ("call_count", "total_time", "total_cputime")
    used = max((count(each.get(name)) or 0 for each in told for name in names), default=0)
    minutes = max((count(each.get("estimated_time_to_regain_access")) or 0 for each in told), default=0)
    return float(used), timedelta(minutes=min(minutes, 24 * 60)) if minutes else None


def _json(value: str | None) -> object:
    try:
        return json.loads(value or "null")
    except (ValueError, RecursionError):
        return None


def _explain(token: str, clock: Callable[[], datetime]) -> Callable[[Response], SourceError | None]:
    def explain(answer: Response) -> SourceError | None:
        error = mapping(error_json(answer).get("error"))
        _, regained = usage(answer.headers)
        return _error(error, shown_url(answer.url), clock(), regained or WINDOW, token) if error else None

    return explain


def _error(
    error: Mapping[str, Any], shown: str, now: datetime, regained: timedelta, token: str = ""
) -> SourceError | None:
    """What an error object means; ``None`` where its code says nothing to us."""
    code = count(error.get("code"))
    kind = _kind(code, error)
    if kind is None:
        return None
    found = kind(f"{shown}: Meta answers with error {code}: {_said(error, token)}", url=shown)
    if isinstance(found, SourceQuota):
        found.retry_at = now + (timedelta(days=1) if isinstance(found, TooManyHashtags) else regained)
    return found


def _kind(code: int | None, error: Mapping[str, Any]) -> type[SourceError] | None:
    if code is None:
        return None
    if 200 <= code <= 299:
        return SourceForbidden
    if 80_000 <= code <= 80_014:
        return SourceQuota
    if code == 100 and count(error.get("error_subcode")) == _NO_SUCH_OBJECT:
        return SourceGone
    return _KINDS.get(code) or (SourceUnavailable if error.get("is_transient") is True else None)


def _said(error: Mapping[str, Any], token: str) -> str:
    """Meta's own words, which repeat a bad token: that, and whatever looks like one, is taken out."""
    words = text(error.get("error_user_msg"), error.get("message"))[:1_000]
    words = words.replace(token, "…") if token else words
    words = _SECRET.sub("…", words)
    return "".join(c if c.isprintable() else " " for c in words)[:300] or "without a word."
