"""Exporting 100,000 mentions: time, and the most memory of a process that does nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryFile
from zoneinfo import ZoneInfo

from pasip_core.domain.mention import Mention
from pasip_core.reports import export
from tests.builders import NOW, make_mention

MENTIONS = 100_000
FORMATS = {"csv": export.write_csv, "xlsx": export.write_xlsx, "jsonl": export.write_jsonl}


def export_memory() -> dict[str, float]:
    """Peak MB (budget: at most 300) and seconds of each format, each in a process of its own."""
    found: dict[str, float] = {}
    for form in FORMATS:
        command = [sys.executable, "-m", "tests.benchmarks.bench_export", form]
        done = subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[2])
        found |= json.loads(done.stdout)
    return found


BENCHMARKS = [export_memory]


def _export(form: str) -> dict[str, float]:
    start = time.perf_counter()
    with TemporaryFile() as out:
        rows = FORMATS[form](_mentions(), out, {"jokowi": "Jokowi"}, ZoneInfo("Asia/Jakarta"))
    assert rows == MENTIONS
    return {f"{form}_mb": _peak_mb(), f"{form}_seconds": time.perf_counter() - start}


def _mentions() -> Iterator[Mention]:
    for number in range(MENTIONS):
        text = f"Jokowi meresmikan jalan tol nomor {number}. " + "Warga menyambut dengan gembira. " * 20
        moment = NOW - timedelta(seconds=number)
        yield make_mention(text, sentiment="positive", keywords=("jokowi",), published_at=moment)


def _peak_mb() -> float:
    """The most memory that this process ever had; unlike rusage not inherited from its parent."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    print(json.dumps(_export(sys.argv[1]) if sys.argv[1:] else export_memory()))
