"""Around the pages: headers that keep a browser safe, what is not served at all, health, and the error log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from loguru import logger
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from pasip_core.errors import PasipError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

POLICY = "; ".join((
    "default-src 'self'",
    # Vega compiles the expressions of our charts, and Streamlit's bundle holds inline styles and WebAssembly
    "script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
))  # fmt: skip
HEADERS = {
    "content-security-policy": POLICY,
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
}
REFUSED = ("/_stcore/metrics", "/_stcore/agent")
"""Streamlit serves these to anyone who asks."""


OUR_NAMES = {"localhost", "127.0.0.1", "::1"}
"""While there is no login, only this machine may ask; a name that a stranger's DNS points here is not ours."""


class Guard:
    """Adds ``HEADERS`` to every answer; refuses ``REFUSED``, hosts that are not ours, and WebSockets of other sites."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "websocket" and not (_is_ours(scope) and _same_site(scope)):
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                ours = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                kept = [pair for pair in message.get("headers", ()) if pair[0].decode().lower() not in HEADERS]
                message["headers"] = [*kept, *ours]
            await send(message)

        if not _is_ours(scope):
            await PlainTextResponse("unknown host; open http://localhost", 421)(scope, receive, with_headers)
            return
        if scope["path"].startswith(REFUSED):
            await PlainTextResponse("not served", 404)(scope, receive, with_headers)
            return
        await self.app(scope, receive, with_headers)


def _is_ours(scope: Scope) -> bool:
    """Whether the request names this machine by a name of its own."""
    try:
        return urlsplit(f"//{_header(scope, 'host') or ''}").hostname in OUR_NAMES
    except ValueError:
        return False


def _same_site(scope: Scope) -> bool:
    """Whether a page of this very host asks; programs that send no Origin are no browser."""
    origin = _header(scope, "origin")
    return origin is None or urlsplit(origin).netloc == _header(scope, "host")


def _header(scope: Scope, name: str) -> str | None:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key.decode().lower() == name), None)


async def health(request: Request) -> JSONResponse:
    """``GET /api/health``: 200 where the store answers, else 503. Tells nothing about the machine."""
    from pages.components import cached, outages

    try:
        await run_in_threadpool(lambda: cached.stores().mentions.watermark())
    except PasipError as error:
        outages.health.begin(error)
        return JSONResponse({"status": "unavailable", "store": "unavailable"}, 503)
    outages.health.end()
    return JSONResponse({"status": "ok", "store": "ok"})


HEALTH = Route("/api/health", health)


def log_script_error(error: Exception) -> bool:
    """What no page expected: the whole story into the log, one calm sentence onto the page."""
    import streamlit as st

    from pages.components.i18n import t

    logger.opt(exception=error).error("a page failed")
    st.error(
        t("Something went wrong on this page. It was written to the log; reload the page to try again."),
        icon=":material/error:",
    )
    return True
