"""What a million mentions take: on disk by table and index, and in the memory of a process that asks or writes."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from pasip_core.stores.ports import Stores
from tests.benchmarks.stores import filled, large, path_of
from tests.scale.questions import page_questions
from tests.scale.sample import MONTH
from tests.scale.writers import batches, write

TEXT_INDEX = "mention_text"
BATCHES = 3


def disk_and_memory() -> dict[str, float]:
    """GB a million mentions for each part of the file; MB of a process of its own, shared pages of the file apart."""
    filled(large())
    found = {f"{name}_gb_a_million": size for name, size in _sizes().items()}
    for role in ROLES:
        command = [sys.executable, "-m", "tests.benchmarks.bench_disk", role, str(path_of(large()).parent)]
        done = subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[2])
        found |= json.loads(done.stdout)
    return found


def _sizes() -> dict[str, float]:
    """Parts below a hundredth of the whole are left out; the tables inside the text index count as one."""
    with sqlite3.connect(f"file:{path_of(large())}?mode=ro", uri=True) as connection:
        page = connection.execute("PRAGMA page_size").fetchone()[0]
        # pages and not bytes: their sum overflows beyond 2 GB
        rows = connection.execute("SELECT name, pageno FROM dbstat WHERE aggregate = TRUE").fetchall()
    connection.close()
    sizes: dict[str, float] = {}
    for name, pages in rows:
        part = TEXT_INDEX if name.startswith(TEXT_INDEX) else name
        sizes[part] = sizes.get(part, 0) + pages * page / 1e3 / large()
    whole = sum(sizes.values())
    ordered = sorted(sizes.items(), key=lambda item: -item[1])
    return {"whole": whole, **{name: size for name, size in ordered if size > whole / 100}}


def _ask(stores: Stores) -> None:
    for name, ask in page_questions(stores, MONTH):
        if not name.startswith("export"):
            ask()


def _write(stores: Stores) -> None:
    for _, batch in zip(range(BATCHES), batches(77), strict=False):
        write(stores, batch, "bench")


ROLES: dict[str, Callable[[Stores], None]] = {"pages": _ask, "worker": _write}


def _measure(role: str, folder: Path) -> dict[str, float]:
    from pasip_core.settings import Settings
    from pasip_core.stores.connect import connect

    ROLES[role](connect(Settings(_env_file=None, data_dir=folder)))
    status = Path("/proc/self/status").read_text()
    own, of_files = (int(status.split(f"{name}:")[1].split()[0]) / 1024 for name in ("RssAnon", "RssFile"))
    return {f"{role}_own_mb": own, f"{role}_mapped_mb": of_files}


BENCHMARKS = [disk_and_memory]

if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1], Path(sys.argv[2]))))
