"""Asking X: its errors in our terms, and its limits kept before they are met."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pasip_core.errors import (
    SourceAuth,
    SourceBadQuery,
    SourceError,
    SourceForbidden,
    SourcePaidOut,
    SourceQuota,
)

from ..answers import reset_moment
from ..api import Answer, Api, Parameters, error_json
from ..exchange import Response
from ..fields import count, items, mapping, text

FEW_LEFT = 20
"""With fewer requests left until the limit is lifted, they are spread over that time."""
LONGEST_PAUSE = 30.0
LIMIT_WINDOW = timedelta(hours=1)
"""A reset further away than this is not believed; windows of X are 15 minutes."""
CAPPED_FOR = timedelta(hours=6)
"""When to ask again after a usage cap: nobody is told when the billing month begins."""
PLACES = frozenset({"since_id", "until_id", "start_time", "next_token", "pagination_token"})


class LostPlace(SourceBadQuery):
    """X does not accept where the search should go on (``parameters``): too old, or no longer known."""

    parameters: frozenset[str] = frozenset()


@dataclass
class Calls:
    """Calls of one source. Each path has a limit of its own, of which every answer tells what is left."""

    api: Api
    clock: Callable[[], datetime]
    _left: dict[str, tuple[int, datetime]] = field(default_factory=dict)

    def get(self, path: str, parameters: Parameters) -> Answer:
        """GET; ``SourceQuota`` without asking where the last answer said that nothing is left."""
        answer = replace(self.api, delay=self._delay(path)).get(path, parameters)
        left = count(answer.headers.get("x-rate-limit-remaining"))
        reset = reset_moment(answer.headers.get("x-rate-limit-reset"), self.clock(), LIMIT_WINDOW)
        self._left.pop(path, None)
        if left is not None and reset is not None:
            self._left[path] = left, reset
        return answer

    def _delay(self, path: str) -> float:
        """Seconds until the request after the next one."""
        left, reset = self._left.get(path, (FEW_LEFT, self.clock()))
        seconds = (reset - self.clock()).total_seconds()
        if left >= FEW_LEFT or seconds <= 0:
            return self.api.delay
        if left == 0:
            raise SourceQuota(f"X wants fewer requests, until {reset:%H:%M} UTC.", retry_at=reset)
        return max(self.api.delay, min(LONGEST_PAUSE, seconds / left))


@dataclass(frozen=True)
class Explanation:
    """X's own errors (``application/problem+json``, or a bare code and message), told without the ``token``.

    Facts: types end in ``client-forbidden``, ``usage-capped``, ``invalid-request`` and the like; ``about:blank`` with
    403 is also what a withdrawn plan looks like; 402 or ``CreditsDepleted`` means that prepaid credits are gone.
    """

    token: str = field(repr=False)
    key_page: str
    clock: Callable[[], datetime]

    def __call__(self, answer: Response) -> SourceError | None:
        """See ``http.Explain``."""
        body = error_json(answer)
        kind = text(body.get("type")).rpartition("/")[2]
        said = self._said(body, kind)
        if answer.status == 402 or "creditsdepleted" in answer.body.lower().decode("utf-8", "replace").replace(" ", ""):
            return SourcePaidOut(f"X: the prepaid credits are used up ({said}); buy more at {self.key_page}.")
        if not body:
            return self._too_fast(answer) if answer.status == 429 else None
        if answer.status == 429:
            return self._capped(said) if kind == "usage-capped" else self._too_fast(answer)
        if answer.status == 401:
            return SourceAuth(f"X refuses TWITTER_BEARER_TOKEN ({said}); make a new one at {self.key_page}.")
        if answer.status == 403:
            return SourceForbidden(f"X does not allow this ({said}); see what the app may do at {self.key_page}.")
        if answer.status == 400:
            return _bad_query(body, said)
        return None

    def _said(self, body: Mapping[str, Any], kind: str) -> str:
        """X's own words in one line, the kind of the problem first."""
        inner = next(iter(items(body.get("errors"))), body)
        told = text(inner.get("message"), inner.get("detail"), body.get("detail"), body.get("message"))
        told = ": ".join(dict.fromkeys(filter(None, (kind, text(body.get("title")), told))))
        return " ".join((told.replace(self.token, "…") if self.token else told).split())[:300] or "no reason given"

    def _capped(self, said: str) -> SourceError:
        error = SourceQuota(f"X: the app may not read more for now ({said}).")
        error.retry_at = self.clock() + CAPPED_FOR
        return error

    def _too_fast(self, answer: Response) -> SourceError | None:
        reset = reset_moment(answer.headers.get("x-rate-limit-reset"), self.clock(), LIMIT_WINDOW)
        if reset is None:
            return None
        return SourceQuota(f"X wants fewer requests, until {reset:%H:%M} UTC.", retry_at=reset)


def _bad_query(body: Mapping[str, Any], said: str) -> SourceError:
    problems = [body, *items(body.get("errors"))]
    named = {name for each in problems for name in (*mapping(each, "parameters"), text(each.get("parameter")))}
    if lost := frozenset(named & PLACES):
        error = LostPlace(f"X does not accept the question ({said}).")
        error.parameters = lost
        return error
    return SourceBadQuery(f"X does not accept the question ({said}).")
