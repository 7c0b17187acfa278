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


def http(path: str, host: str = "localhost:8501") -> dict[str, Any]:
    return {"type": "http", "method": "GET", "path": path, "headers": [(b"host", host.encode())]}


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


@pytest.mark.parametrize("host", ["evil.example:8501", "127.0.0.1.evil.example", "localhost.evil.example", "", "[::1"])
def test_a_name_that_a_stranger_points_at_this_machine_is_refused(host: str):
    start, body = ask(http("/download/mentions.csv", host))
    assert start["status"] == 421
    assert b"hello" not in body["body"]
    assert ask(socket(origin=f"http://{host}", host=host))[0]["type"] == "websocket.close"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8501", "127.0.0.1:8600", "[::1]:8501"])
def test_each_name_of_this_machine_is_answered(host: str):
    assert ask(http("/", host))[0]["status"] == 200


def test_a_page_of_another_site_cannot_open_a_websocket():
    assert ask(socket(origin="https://evil.example", host="localhost:8501"))[0]["type"] == "websocket.close"


def test_our_own_page_can():
    assert ask(socket(origin="http://localhost:8501", host="localhost:8501"))[0]["type"] == "websocket.accept"
