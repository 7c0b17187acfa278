"""Being logged in to Bluesky: one session a process, renewed when it has run out, never written anywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from pasip_core.errors import (
    SourceAuth,
    SourceBadQuery,
    SourceBlocked,
    SourceError,
    SourceForbidden,
    SourceParse,
    SourceQuota,
)
from pasip_core.sources.addresses import shown_url
from pasip_core.sources.answers import reset_moment
from pasip_core.sources.api import Answer, Api, Parameters, error_json
from pasip_core.sources.exchange import Response
from pasip_core.sources.fields import mapping, text
from pasip_core.sources.kept import Kept, key_of
from pasip_core.sources.workbench import Workbench

EXPIRED = frozenset({"ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired"})
LONGEST_WAIT = timedelta(hours=24)
_SESSIONS: Kept[Session] = Kept()


@dataclass(frozen=True)
class Session:
    """Two tokens: one to ask with, one to get new ones."""

    access: str
    refresh: str

    def __repr__(self) -> str:
        return "Session(…)"


class Account:
    """Calls with the account of the settings. Logging in is tightly limited there, so a session is kept."""

    def __init__(self, bench: Workbench) -> None:
        platform, settings = bench.platforms["bluesky"], bench.settings
        self.base = platform.base
        self._identifier = settings.bluesky_identifier
        self._password = settings.bluesky_app_password
        self._api = Api(bench.http, f"{platform.base}/xrpc", platform.delay, explain=partial(explained, bench.clock()))

    def get(self, method: str, parameters: Parameters) -> Answer:
        """Ask; once more with a renewed session where the old one is not accepted. Raises the ``SourceError`` tree."""
        session = _SESSIONS.of(self._key, self._log_in)
        try:
            return self._as(session.access).get(method, parameters)
        except SourceAuth:
            fresh = _SESSIONS.renewed(self._key, session, lambda: self._refreshed(session) or self._log_in())
            return self._as(fresh.access).get(method, parameters)

    def _as(self, token: str) -> Api:
        return replace(self._api, headers={"Authorization": f"Bearer {token}"})

    @property
    def _key(self) -> str:
        return key_of(self.base, self._identifier, self._password.get_secret_value())

    def _refreshed(self, old: Session) -> Session | None:
        try:
            return self._read(self._as(old.refresh).post("com.atproto.server.refreshSession"))
        except (SourceAuth, SourceBadQuery):
            return None

    def _log_in(self) -> Session:
        body = {"identifier": self._identifier, "password": self._password.get_secret_value()}
        return self._read(self._api.post("com.atproto.server.createSession", body=body))

    def _read(self, answer: Answer) -> Session:
        told = mapping(answer.data)
        session = Session(text(told.get("accessJwt")), text(told.get("refreshJwt")))
        if not re.fullmatch(r"[\w.~+/=-]+", session.access) or not re.fullmatch(r"[\w.~+/=-]*", session.refresh):
            shown = shown_url(self.base)
            raise SourceParse(f"{shown}: logging in gave no session.", url=shown)
        return session


def explained(now: datetime, answer: Response) -> SourceError | None:
    """Bluesky's own word for what is wrong. Its sentences are left out: they may repeat what was sent."""
    shown, told = shown_url(answer.url), error_json(answer)
    name = found[0] if (found := re.match(r"[A-Za-z]{1,60}", text(told.get("error")))) else ""
    if answer.status == 429:
        retry_at = reset_moment(answer.headers.get("RateLimit-Reset"), now, LONGEST_WAIT)
        if retry_at is None:
            return None  # what every server tells of it is read elsewhere
        return SourceQuota(f"{shown}: too many requests for this account.", url=shown, retry_at=retry_at)
    if name in EXPIRED or answer.status == 401:
        return SourceAuth(
            f"{shown}: the account was not accepted ({name or 401}); check BLUESKY_IDENTIFIER and "
            "BLUESKY_APP_PASSWORD.",
            url=shown,
        )
    if answer.status == 403 and not told:
        return SourceBlocked(f"{shown}: the server refuses requests from here (403).", url=shown)
    if answer.status in (400, 403) and name:
        kind = SourceBadQuery if answer.status == 400 else SourceForbidden
        return kind(f"{shown}: not accepted ({name}).", url=shown)
    return None
