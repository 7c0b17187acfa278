"""A file far larger than the memory that reading it may take."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROWS, ROW_CHARACTERS, MEGABYTES = 2_050, 100_000, 200
SENTENCE = "warga menilai harga beras naik lagi dan berharap pemerintah segera turun tangan "
# VmHWM, because ru_maxrss of a new process starts at what its parent held.
IMPORT = r"""
import json, re, sys
from pathlib import Path
from pasip_core.pipeline.importing import import_file
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect

stores = connect(Settings(_env_file=None, data_dir=Path(sys.argv[2])))
run = import_file(stores, Path(sys.argv[1]), platform="twitter")
peak = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024
print(json.dumps({"read": run.read, "inserted": run.inserted, "rejected": run.rejected, "megabytes": peak}))
"""


def test_a_file_of_200_megabytes_is_imported_in_a_fraction_of_that_memory(tmp_path: Path) -> None:
    file = tmp_path / "large.csv"
    body = (SENTENCE * (ROW_CHARACTERS // len(SENTENCE) + 1))[:ROW_CHARACTERS]
    with file.open("w", encoding="utf-8") as out:
        out.write("date,username,text\n")
        for number in range(ROWS):
            moment = "never" if number % 100 == 99 else f"2026-11-{number % 20 + 1:02d} 10:00:{number % 60:02d}"
            out.write(f"{moment},akun{number},{number} {body}\n")
    assert file.stat().st_size > MEGABYTES * 1_000_000
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, file, tmp_path / "data"], capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)
    rejected = ROWS // 100
    assert (counts["read"], counts["inserted"], counts["rejected"]) == (ROWS, ROWS - rejected, rejected)
    assert counts["megabytes"] < MEGABYTES
