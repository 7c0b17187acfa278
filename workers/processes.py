"""Child processes that never outlive their parent."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int, by: signal.Signals) -> None:
    """Have the kernel send ``by`` to this process when ``parent``, which just forked it, is gone (Linux only).

    Kept over ``exec``, not over another ``fork``. Elsewhere than on Linux nothing happens.
    """
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, int(by))
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)


def spawn(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    by: signal.Signals = signal.SIGTERM,
    output: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that Ctrl-C reaches only us; when we die it gets ``by``.

    Call it from the main thread: the kernel counts the thread that forked as the parent.
    """
    return subprocess.Popen(  # noqa: S603 - our own commands, no shell
        [os.fspath(part) for part in argv],
        env=dict(env) if env is not None else None,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        preexec_fn=_before_exec(os.getpid(), by),
    )


def _before_exec(parent: int, by: signal.Signals) -> Callable[[], None]:
    return lambda: die_with_parent(parent, by)
