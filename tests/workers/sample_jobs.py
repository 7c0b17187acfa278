"""Jobs that tests run on real workers."""

from __future__ import annotations

import time
from pathlib import Path

from workers.reporting import reported


def touch(path: str) -> None:
    """Add a line to ``path``."""
    with Path(path).open("a") as file:
        file.write("ran\n")


def wait_for_file(started: str, release: str) -> None:
    """Say that it runs, then wait until ``release`` is there."""
    touch(started)
    with reported() as progress:
        progress(1, 3, "waiting")
        while not Path(release).exists():
            time.sleep(0.02)


def fail_until_file(started: str, release: str) -> None:
    """Fail for as long as ``release`` is not there."""
    with reported():
        touch(started)
        if not Path(release).exists():
            raise RuntimeError("not yet\nwith a second line")
