"""Moving, backing up and restoring 200,000 mentions: seconds and memory, and the same with ten kills on the way.

Memory is what a process has for itself: pages of the database that the system maps into it are not counted.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from pasip_core.stores.ports import Stores
from tests.benchmarks import corpus
from tests.builders import NOW
from tests.contracts.helpers import roll_up
from tests.core.moving_kit import checksums, open_store, run

MENTIONS, FEW, KILLS = 200_000, 20_000, 10
ACTIONS = (("migrate", "old.db", "new.db"), ("backup", "old.db", "b.zip"), ("restore", "b.zip", "again.db"))


def moving() -> dict[str, float]:
    """Seconds and peak MB of each action, the memory against that of 20,000 mentions, and seconds with kills."""
    with TemporaryDirectory(prefix="pasip-bench-") as few, TemporaryDirectory(prefix="pasip-bench-") as many:
        small = _measured(Path(few), FEW)
        found = _measured(Path(many), MENTIONS)
        grown = {
            f"{action} memory, {MENTIONS:,} against {FEW:,}": found[f"{action}_mb"] / small[f"{action}_mb"]
            for action, *_ in ACTIONS
        }
        return found | grown | _killed(Path(many), found)


def _measured(folder: Path, count: int) -> dict[str, float]:
    with closing(open_store(folder / "old.db")) as stores:
        begun = time.perf_counter()
        _fill(stores, count)
        found = {"filling_s": time.perf_counter() - begun}
        wanted = checksums(stores)
    for action, source, target in ACTIONS:
        done = subprocess.run(_command(action, folder / source, folder / target), check=True, capture_output=True)
        told = json.loads(done.stdout.decode().rpartition("\n")[2])
        print(f"    {count:,} mentions: {told}", flush=True)  # what follows may take an hour
        found |= told
        found[f"{action} result MB"] = (folder / target).stat().st_size / 1e6
        _check(folder / target, wanted)
    return found


def _fill(stores: Stores, count: int) -> None:
    mentions = corpus.mentions(count)
    while some := list(islice(mentions, 5000)):
        stores.mentions.upsert(some)
        analysed = [mention for mention in some if mention.analysis][:50]
        for mention in analysed:
            stores.mentions.correct(mention.id, "positive", at=NOW, keyword=next(iter(mention.keywords), None))
        stores.mentions.exclude([mention.id for mention in some[-20:]])
        roll_up(stores)


def _killed(folder: Path, measured: dict[str, float]) -> dict[str, float]:
    """Ten kills spread over twice the time of an undisturbed run; the state at the end is the same."""
    with closing(open_store(folder / "old.db")) as stores:
        wanted = checksums(stores)
    rng, found = random.Random(4), {}
    for action, source, target in ACTIONS:
        command = _command(action, folder / source, folder / f"killed-{target}")
        longest = measured[f"{action}_s"] / KILLS * 4
        begun, kills = time.perf_counter(), 0
        while kills < KILLS:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            time.sleep(1 + rng.random() * longest)
            process.kill()
            kills += process.wait() < 0
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        found[f"{action} with {KILLS} kills (s)"] = time.perf_counter() - begun
        _check(folder / f"killed-{target}", wanted)
    return found


def _check(target: Path, wanted: dict[str, tuple[int, str]]) -> None:
    if target.suffix == ".db":
        with closing(open_store(target)) as stores:
            assert checksums(stores) == wanted
    else:
        told = json.loads(zipfile.ZipFile(target).read("manifest.json"))["parts"]
        assert {name: (part["count"], part["sha256"]) for name, part in told.items()} == wanted


def _command(action: str, source: Path, target: Path) -> list[str]:
    return [sys.executable, "-m", "tests.benchmarks.bench_moving", action, str(source), str(target)]


@contextmanager
def _peak_mb() -> Iterator[list[float]]:
    """The most memory of this process, looked at twenty times a second."""
    peak, over = [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            status = Path("/proc/self/status").read_text()
            peak[0] = max(peak[0], int(status.split("RssAnon:")[1].split()[0]) / 1024)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


def _alone(action: str, source: Path, target: Path) -> None:
    begun = time.perf_counter()
    with _peak_mb() as peak:
        run(action, source, target)
    took = time.perf_counter() - begun
    found = {f"{action}_s": took, f"{action}_cpu_s": time.process_time(), f"{action}_mb": peak[0]}
    print("\n" + json.dumps(found), end="")


if __name__ == "__main__":
    if sys.argv[1:]:
        _alone(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        print(json.dumps(moving(), indent=2))
