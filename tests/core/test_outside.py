"""The guard that every test stands under sees what it has to see."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from pasip_core.errors import SourceUnavailable
from tests.core.sources_kit import client_for
from tests.guard import outside

ELSEWHERE = "192.0.2.7"
"""An address of no machine anywhere (RFC 5737)."""
ASK = f"import socket; socket.create_connection(({ELSEWHERE!r}, 80), timeout=5)"


def test_a_connection_and_a_question_to_a_name_server_are_refused_and_noted() -> None:
    with pytest.raises(ConnectionRefusedError, match=ELSEWHERE):
        socket.create_connection((ELSEWHERE, 80), timeout=5)
    with pytest.raises(ConnectionRefusedError), socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.sendto(b"?", (ELSEWHERE, 53))
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("berita.example", 443)
    assert [line.split()[0] for line in outside.noted()] == ["socket.connect", "socket.sendto", "socket.getaddrinfo"]


def test_what_the_polite_client_would_ask_is_noted() -> None:
    with client_for() as client, pytest.raises(SourceUnavailable):
        client.get("http://berita.example/feed")
    assert any("berita.example" in line for line in outside.noted())


def test_child_processes_are_watched_too() -> None:
    child = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=False)
    assert "tests ask nobody outside" in child.stderr
    (line,) = outside.noted()
    assert line.startswith(f"socket.connect ('{ELSEWHERE}', 80) by")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1"])
def test_this_machine_may_be_asked(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection((host, server.getsockname()[1]), timeout=5).close()
    assert outside.noted() == []
