"""One real installation (Redis, workers, web) and one headless Chromium for all browser tests."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.browser.calm import act_when_calm
from tests.replicas import World, open_world
from tests.waiting import free_port, wait_until

ROOT = Path(__file__).parents[2]
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
OPENED = pytest.StashKey[list[Any]]()
MOST_SHOWN = 3_000
"""Characters of a page that a failed test tells."""
NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """The browser's path, or the test is skipped and says why."""
    found = os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), "")
    if not found:
        pytest.skip("no Chromium found; install chromium or set CHROMIUM to its path")
    return found


@pytest.fixture(scope="package")
def browser():
    """One Chromium for these tests; Playwright's event loop is gone when others begin."""
    path = chromium()
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield opened
        opened.close()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="package")
def data_dir() -> Iterator[Path]:
    """Short, because a socket lies in it."""
    folder = Path(tempfile.mkdtemp(prefix="pasip-b-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="package")
def world() -> Iterator[World]:
    """The sites that the installation collects from."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        yield open_world(stack, Path(folder), stories=12)


@pytest.fixture(scope="package")
def address(browser, data_dir: Path, world: World) -> Iterator[str]:
    """The address of a running installation; ``browser`` first, so that without one nothing starts."""
    port = free_port()
    given = {name.upper(): str(value) for name, value in world.settings().items()}
    env = {
        **os.environ, **given, "DATA_DIR": str(data_dir), "SCRAPING_DELAY": "0.05", "LOG_LEVEL": "WARNING",
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    log = (data_dir / "up.log").open("wb")
    argv = [sys.executable, "-m", "workers.up", "--port", str(port)]
    process = subprocess.Popen(argv, env=env, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
    base = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(f"{base}/api/health") or process.poll() is not None, 60, "the app answers")
        assert process.poll() is None, (data_dir / "up.log").read_text()
        yield base
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
        process.kill()
        log.close()


@pytest.fixture
def installation(data_dir: Path, address: str) -> Settings:
    """Settings that reach the running installation's store and queue."""
    return Settings(_env_file=None, data_dir=data_dir)


@pytest.fixture
def stores(installation: Settings) -> Iterator[Stores]:
    """What the installation has stored, read beside it."""
    opened = connect(installation)
    yield opened
    opened.close()


@pytest.fixture
def sites(world: World) -> Iterator[World]:
    """Every site, in good health before and after."""
    for replica in world.replicas.values():
        replica.reset()
    yield world
    for replica in world.replicas.values():
        replica.reset()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """A test that failed tells what its pages showed."""
    report = yield
    if report.failed:
        for page in item.stash.get(OPENED, []):
            with contextlib.suppress(Exception):  # of a page that is gone nothing can be told
                report.sections.append((f"shown at {page.url}", page.inner_text("body", timeout=5_000)[:MOST_SHOWN]))
    return report


@pytest.fixture
def open_page(browser, address: str, request: pytest.FixtureRequest):
    """Opens a page of the app in a fresh context; fails the test on an error in the browser's console."""
    contexts, problems = [], []
    opened = request.node.stash.setdefault(OPENED, [])

    def start(
        path: str = "/", *, width: int = 1440, height: int = 1000, locale: str = "en-US", scheme: str = "light",
        zone: str | None = None, wait_for: str = "h1",
    ):  # fmt: skip
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=locale, color_scheme=scheme, timezone_id=zone,
            accept_downloads=True,
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        opened.append(page)
        page.set_default_timeout(60_000)
        act_when_calm(page)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda dialog: (problems.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("console", lambda m: problems.append(m.text) if "Content Security Policy" in m.text else None)
        page.goto(address + path)
        page.wait_for_selector(wait_for)
        return page

    yield start
    opened.clear()
    for context in contexts:
        context.close()
    assert problems == []
