"""``migrate``, ``backup`` and ``restore`` as a person or a script calls them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from pasip_core.pipeline.rollup import LEASE
from tests.core.moving_kit import checksums, fill_everything, open_store

Cli = Callable[..., "CompletedProcess[str]"]


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Runs ``python -m pasip_core`` over a filled data folder."""
    with closing(open_store(tmp_path / "data" / "pasip.db")) as stores:
        fill_everything(stores, 60)
    environment = {**os.environ, "DATA_DIR": str(tmp_path / "data"), "COLUMNS": "200"}

    def run(*arguments: object, **variables: str) -> CompletedProcess[str]:
        command = [sys.executable, "-m", "pasip_core", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, env=environment | variables, timeout=120)

    return run


def held(path: Path) -> dict[str, tuple[int, str]]:
    with closing(open_store(path)) as stores:
        return checksums(stores)


def test_everything_moves_to_another_address(cli: Cli, tmp_path: Path) -> None:
    done = cli("migrate", "--to", f"sqlite:///{tmp_path}/new.db", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["from"], told["to"]) == (f"sqlite:///{tmp_path}/data/pasip.db", f"sqlite:///{tmp_path}/new.db")
    wanted = held(tmp_path / "data" / "pasip.db")
    assert {name: (part["count"], part["sha256"]) for name, part in told["parts"].items()} == wanted
    assert held(tmp_path / "new.db") == wanted
    back = cli("migrate", "--from", f"sqlite:///{tmp_path}/new.db", DATA_DIR=str(tmp_path / "again"))
    assert back.returncode == 0, back.stderr
    assert re.search(r"mentions +60\b", back.stdout)
    assert held(tmp_path / "again" / "pasip.db") == wanted


def test_a_tilde_in_an_address_is_the_home_and_no_folder(cli: Cli, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    there = {"HOME": str(tmp_path / "home"), "PYTHONPATH": str(Path(__file__).parents[2])}
    done = cli("migrate", "--to", "sqlite:///~/new.db", **there)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "home" / "new.db").is_file()
    for arguments, variables, told in (
        (("migrate", "--to", "sqlite:///~nobodyhere/x.db"), {}, "--to: sqlite:///~nobodyhere/x.db lies in the home of"),
        (("stats",), {"DATA_DIR": "~nobodyhere/data"}, "DATA_DIR: "),
    ):
        refused = cli(*arguments, **there, **variables)
        assert (refused.returncode, refused.stderr.startswith(told)) == (2, True), refused.stderr
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("~")]


def test_an_address_serves_as_the_store_of_everything(cli: Cli, tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/data/pasip.db"
    done = cli("keyword", "list", "--json", DATABASE_URL=address, DATA_DIR=str(tmp_path / "elsewhere"))
    assert len(json.loads(done.stdout)) == 4
    assert not (tmp_path / "elsewhere" / "pasip.db").exists()


def test_a_backup_is_restored_elsewhere(cli: Cli, tmp_path: Path) -> None:
    done = cli("backup", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    file = Path(told["file"])
    assert file.parent == tmp_path / "data" / "backups"
    assert told["size"] == file.stat().st_size
    assert told["manifest"]["parts"]["mentions"]["count"] == 60
    restored = cli("restore", file, "--json", DATA_DIR=str(tmp_path / "again"))
    assert restored.returncode == 0, restored.stderr
    wanted = held(tmp_path / "data" / "pasip.db")
    assert {n: (p["count"], p["sha256"]) for n, p in json.loads(restored.stdout)["parts"].items()} == wanted
    assert held(tmp_path / "again" / "pasip.db") == wanted
    assert cli("backup", tmp_path / "mine.zip").returncode == 0
    assert (tmp_path / "mine.zip").is_file()


def test_whom_another_store_has_erased_a_restored_backup_does_not_bring_back(cli: Cli, tmp_path: Path) -> None:
    file = json.loads(cli("backup", tmp_path / "old.zip", "--json").stdout)["file"]
    erased = cli("erase", "--account", "twitter:a6", "--yes", "--reason", "permohonan 1/2026", "--json")
    assert json.loads(erased.stdout)["removed"] == 1, erased.stderr
    live, again = f"sqlite:///{tmp_path}/data/pasip.db", {"DATA_DIR": str(tmp_path / "again")}
    missing = cli("restore", file, "--erased-in", f"sqlite:///{tmp_path}/none.db", **again)
    assert (missing.returncode, "--erased-in: there is no database" in missing.stderr) == (2, True), missing.stderr
    assert not (tmp_path / "none.db").exists()
    restored = cli("restore", file, "--erased-in", live, **again)
    assert restored.returncode == 0, restored.stderr
    assert "1 mentions were left out: their persons were erased" in restored.stdout
    told = json.loads(cli("restore", file, "--json", **again).stdout)
    assert (told["erased"], told["parts"]["mentions"]["count"]) == (1, 59)


def test_what_cannot_be_used_leaves_with_status_2_and_one_sentence(cli: Cli, tmp_path: Path) -> None:
    data, text = tmp_path / "data" / "pasip.db", tmp_path / "text.zip"
    text.write_text("no archive")
    for arguments, said in (
        (("migrate",), "--to"), (("migrate", "--to", f"sqlite:///{data}"), "--to"),
        (("migrate", "--from", f"sqlite:///{tmp_path}/none.db"), "--from: there is no database"),
        (("migrate", "--to", "foxpro://x"), "--to: there is no backend for 'foxpro'"),
        (("migrate", "--to", "nothing at all"), "--to: there is no backend"),
        (("restore", text), "is no complete backup"), (("restore", tmp_path / "none.zip"), "cannot be read"),
        (("restore",), "Missing argument"), (("backup", text / "x.zip"), "cannot be written"),
    ):  # fmt: skip
        done = cli(*arguments)
        assert done.returncode == 2, (arguments, done.stdout, done.stderr)
        assert said in done.stderr, (arguments, done.stderr)
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "none.db").exists()
    file = json.loads(cli("backup", "--json").stdout)["file"]
    full = cli("restore", file)
    assert (full.returncode, full.stderr.strip()) == (
        2,
        "target: the store already holds keywords; it takes an empty one",
    )


def test_no_password_of_an_address_is_shown(cli: Cli, tmp_path: Path) -> None:
    address = "mongodb://siti:sekretpw@127.0.0.1:1/pasip?serverSelectionTimeoutMS=200&authSource=sekretpw"
    for arguments in (("--to", address), ("--from", address), ("--from", address, "--to", f"{address}x")):
        done = cli("migrate", *arguments)
        assert done.returncode in {1, 2}
        assert done.stderr.strip()
        assert "sekretpw" not in done.stdout + done.stderr


def test_a_rollup_under_way_in_the_target_is_waited_for(cli: Cli, tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "new.db")) as new:
        assert new.leases.acquire(LEASE, "a worker", 2)
        assert cli("migrate", "--to", f"sqlite:///{tmp_path}/new.db").returncode == 0
