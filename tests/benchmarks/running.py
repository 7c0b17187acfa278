"""What starting the app costs, and what everything that ``make up`` starts takes while idle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from pasip_core.dispatch import queue_overview
from pasip_core.settings import Settings
from tests.waiting import free_port
from workers.processes import spawn
from workers.up import answers

ROOT = Path(__file__).parents[2]
START_BUDGET_SECONDS = 3.0
MEMORY_BUDGET_MB = 700.0


def starting() -> dict[str, float]:
    """Seconds until the app can be imported, and until ``streamlit run`` answers with the first page."""
    return {"import_s": import_seconds(), "first_page_s": first_page_seconds(), "budget": START_BUDGET_SECONDS}


def import_seconds() -> float:
    """Wall time of a fresh process that imports ``streamlit_app``, the interpreter's own start taken off."""
    return _run("import streamlit_app") - _run("pass")


def _run(code: str) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - begun


def first_page_seconds() -> float:
    """From ``streamlit run`` to the first page answered."""
    port = free_port()
    argv = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.address", "127.0.0.1"]
    with tempfile.TemporaryDirectory(prefix="pasip-") as folder:
        begun = time.perf_counter()
        app = spawn(
            [*argv, "--server.port", str(port), "--server.headless", "true"],
            env=_environment(Path(folder)),
            cwd=ROOT,
            output=subprocess.DEVNULL,
        )
        try:
            _wait(lambda: answers(port))
            return time.perf_counter() - begun
        finally:
            app.terminate()
            app.wait(10)


def idle_megabytes() -> dict[str, float]:
    """Resident memory of each process of ``make up`` once nothing is left to do; ``total``, and ``total without nlp``.

    Pages that processes share count in each of them.
    """
    with tempfile.TemporaryDirectory(prefix="pasip-") as folder, _everything(Path(folder)) as supervisor:
        settings = Settings(_env_file=None, data_dir=Path(folder))
        _wait(lambda: len(queue_overview(settings=settings).workers) >= settings.scrape_workers + 2)
        _wait(lambda: _is_idle(settings))
        return _memory(psutil.Process(supervisor.pid))


def _memory(supervisor: psutil.Process) -> dict[str, float]:
    found: dict[str, float] = {}
    for process in [supervisor, *supervisor.children()]:
        name = _name(process.cmdline())
        found[name] = found.get(name, 0.0) + process.memory_info().rss / 1e6
    total = sum(found.values())
    return {
        **found,
        "budget": MEMORY_BUDGET_MB,
        "total": total,
        "total without nlp": total - found.get("workers.main nlp", 0.0),
    }


def _name(command: list[str]) -> str:
    words = command[command.index("-m") + 1 :] if "-m" in command else [Path(command[0]).name]
    return " ".join(words[:2]) if words[0] == "workers.main" else words[0].split(" ")[0]


def _is_idle(settings: Settings) -> bool:
    overview = queue_overview(settings=settings)
    return not overview.running and not overview.waiting


@contextmanager
def _everything(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    port = free_port()
    argv = [sys.executable, "-m", "workers.up", "--port", str(port)]
    supervisor = spawn(argv, env=_environment(folder), cwd=ROOT, output=subprocess.DEVNULL)
    try:
        _wait(lambda: answers(port))
        yield supervisor
    finally:
        supervisor.send_signal(signal.SIGTERM)
        supervisor.wait(60)


def _environment(folder: Path) -> dict[str, str]:
    ours = {name.upper() for name in Settings.model_fields}
    return {**{name: value for name, value in os.environ.items() if name not in ours}, "DATA_DIR": str(folder)}


def _wait(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not start within a minute")
        time.sleep(0.01)


BENCHMARKS = [starting, idle_megabytes]
