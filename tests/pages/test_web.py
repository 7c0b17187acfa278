"""What stands around the pages: headers, what is refused, and who may open a WebSocket."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pages.components.web import HEADERS, Guard


def ask(scope: dict[str, Any]) -> list[dict[str, Any]]:
    """What a browser gets for this request, from an app that answers everything."""
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-frame-options", b"ALLOWALL")]})
        await send({"type": "http.response.body", "body": b"hello"})

    async def send(message: Any) -> None:
        sent.append(dict(message))

    async def receive() -> Any:
        return {"type": "http.request"}

    asyncio.run(Guard(app)(scope, receive, send))
    return sent


def http(path: str) -> dict[str, Any]:
    return {"type": "http", "method": "GET", "path": path, "headers": []}


def socket(**headers: str) -> dict[str, Any]:
    return {
        "type": "websocket",
        "path": "/_stcore/stream",
        "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
    }


def test_every_answer_carries_each_header_once():
    headers = [(k.decode(), v.decode()) for k, v in ask(http("/"))[0]["headers"]]
    assert dict(headers) == HEADERS
    assert len(headers) == len(HEADERS)


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/openapi.json"])
def test_what_tells_about_the_machine_is_not_served(path: str):
    start, body = ask(http(path))
    assert start["status"] == 404
    assert b"hello" not in body["body"]


def test_a_page_of_another_site_cannot_open_a_websocket():
    assert ask(socket(origin="https://evil.example", host="localhost:8501"))[0]["type"] == "websocket.close"


def test_our_own_page_can():
    assert ask(socket(origin="http://localhost:8501", host="localhost:8501"))[0]["type"] == "websocket.accept"
