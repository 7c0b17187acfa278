"""Waiting for what happens by itself, and ports for what answers meanwhile."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

PATIENCE = 3
"""A machine that does other things as well takes longer; where the condition holds, nobody waits for it."""


def wait_until(condition: Callable[[], object], seconds: float = 20, what: str = "") -> None:
    """Return as soon as the condition holds; fail the test where it never does.

    ``seconds`` is within which it should hold on an idle machine.
    """
    deadline = time.monotonic() + PATIENCE * seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {PATIENCE * seconds:.0f} s: {what or condition}"
        time.sleep(0.03)


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
