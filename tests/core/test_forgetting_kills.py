"""Killed at random moments and begun again, cleanup and erasure end where an undisturbed run does."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from pasip_core.commands import privacy as commands
from pasip_core.domain.privacy import account
from pasip_core.pipeline.rollup import rollup
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.builders import NOW, make_mention
from tests.contracts.helpers import EVER, everything

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
MARK = "zwarkofim"
KILLS = 12
PREPARE = """
import sys
from pathlib import Path
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.pipeline import retention
from tests.builders import NOW
settings = Settings(_env_file=None, data_dir=Path(sys.argv[1]), retention_days="twitter=30")
stores = connect(settings)
retention.BATCH, retention.ROUND, retention.LEASE_PAUSE = 20, 60, 0.05
print("ready", flush=True)
"""
CLEANUP = (
    PREPARE
    + """
retention.cleanup(stores, settings, owner="killed", clock=lambda: NOW)
print("done", flush=True)
"""
)
ERASE = (
    PREPARE
    + """
from pasip_core.pipeline import erasure
erasure.BATCH = 20
erasure.erase(stores, settings, sys.argv[2], sys.argv[3], owner="killed", scrub_queue=lambda holds: ())
print("done", flush=True)
"""
)


def fill(folder: Path) -> None:
    """Tweets and news of 60 days, some by the one account, with logs that name it."""
    stores = connect(Settings(_env_file=None, data_dir=folder))
    stores.mentions.upsert(
        [
            make_mention(
                f"kabar {n} {MARK if n % 4 == 0 else 'lain'}", author=MARK if n % 4 == 0 else f"a{n}",
                platform="twitter" if n % 3 else "news", published_at=NOW - timedelta(hours=n), keywords=("k",),
                sentiment="negative",
            )
            for n in range(1_440)
        ]
    )  # fmt: skip
    rollup(stores, owner="test", clock=lambda: NOW)
    stores.close()
    (folder / "logs").mkdir()
    (folder / "logs" / "pasip.log").write_text("".join(f"baris {n} {MARK}\nbaris {n} lain\n" for n in range(500)))


def state(stores: Stores, folder: Path) -> tuple[object, ...]:
    """Everything that must be the same."""
    numbers = [
        (set(read.cells), set(read.sets), {hour: set(cells) for hour, cells in read.hours.items() if cells})
        for read in map(stores.metrics.read, stores.metrics.days())
    ]
    erased = {(e.kind, e.platform) for e in stores.erased.list()}
    return (
        {m.id for m in stores.mentions.stream(everything())}, numbers, stores.frozen.list(),
        stores.metrics.sums(EVER, ()), stores.mentions.touched_days(9), stores.mentions.remove_excluded(9),
        len(stores.erased.list()), erased, (folder / "logs" / "pasip.log").read_bytes(),
    )  # fmt: skip


def run(code: str, *arguments: object, kill_after: float | None = None) -> bool:
    """Run it in a process of its own, killed so long after it is ready; whether it came to its end."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        bufsize=0,
    )  # fmt: skip
    # Unbuffered: what a quick process said behind "ready" is otherwise read with it, and lost to communicate().
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    if kill_after is not None:
        time.sleep(kill_after)  # the moment is the point: it is not waiting for anything
        process.send_signal(signal.SIGKILL)
    told, complaint = process.communicate()
    assert kill_after is not None or process.returncode == 0, complaint.decode()
    return told == b"done\n"


def killed_again_and_again(code: str, *arguments: object, whole: float) -> None:
    """Kill it at random moments of the time that a whole run takes, then let it end."""
    chance = random.Random(20261125)
    for _ in range(KILLS):
        if run(code, *arguments, kill_after=chance.uniform(0.0, whole / 2)):
            break
    assert run(code, *arguments)


def timed(code: str, *arguments: object) -> float:
    begun = time.monotonic()
    assert run(code, *arguments)
    return time.monotonic() - begun


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """The same installation twice."""
    fill(tmp_path / "calm")
    shutil.copytree(tmp_path / "calm", tmp_path / "killed")
    return tmp_path / "calm", tmp_path / "killed"


def opened(folder: Path) -> Stores:
    return connect(Settings(_env_file=None, data_dir=folder))


def test_a_killed_cleanup_ends_in_the_same_state(folders: tuple[Path, Path]) -> None:
    calm, killed = folders
    before = opened(calm)
    totals = before.metrics.sums(EVER, ("day", "platform", "sentiment"))
    before.close()
    whole = timed(CLEANUP, calm)
    killed_again_and_again(CLEANUP, killed, whole=whole)
    first, second = opened(calm), opened(killed)
    wanted = state(first, calm)
    assert len(wanted[0]) < 1_440
    assert state(second, killed) == wanted
    assert second.metrics.sums(EVER, ("day", "platform", "sentiment")) == totals
    first.close()
    second.close()


def test_a_killed_erasure_ends_in_the_same_state_and_leaves_no_byte(folders: tuple[Path, Path]) -> None:
    keys = []
    for folder in folders:
        stores = opened(folder)
        request, key = commands.begin(stores, account("twitter", MARK), reason="permohonan", others=True)
        keys.append((request.id, key))
        stores.close()
    calm, killed = folders
    whole = timed(ERASE, calm, *keys[0])
    killed_again_and_again(ERASE, killed, *keys[1], whole=whole)
    first, second = opened(calm), opened(killed)
    wanted = state(first, calm)
    assert state(second, killed) == wanted
    results = [s.erasures.get(id) for s, (id, _) in zip((first, second), keys, strict=True)]
    assert [(r.removed, r.by_platform, r.proven) for r in results] == [(240, {"twitter": 240}, True)] * 2
    left = [m.id for m in second.mentions.holding([MARK]) if m.platform == "twitter"]
    assert left == []
    first.close()
    second.close()
