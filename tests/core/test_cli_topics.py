"""``topics`` on the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from tests.topic_texts import ALL, theme_mentions, theme_of


@pytest.fixture
def cli(tmp_path: Path) -> Callable[..., CompletedProcess[str]]:
    env = {**os.environ, "DATA_DIR": str(tmp_path), "COLUMNS": "200"}

    def run(*arguments: str) -> CompletedProcess[str]:
        command = [sys.executable, "-m", "pasip_core", "topics", *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=env, timeout=400)

    return run


def test_topics_are_told_to_people_and_machines(cli: Callable[..., CompletedProcess[str]], tmp_path: Path) -> None:
    stores = connect(Settings(_env_file=None, data_dir=tmp_path))
    stores.mentions.upsert(theme_mentions(80, last=datetime.now(UTC)))
    stores.close()
    done = cli("--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["mentions"], told["texts"], told["assigned"]) == (80, 80, 80)
    assert {theme_of(topic["topic"].split(", ")[0]) for topic in told["topics"]} == set(ALL)
    assert {topic["state"] for topic in told["topics"]} == {"new"}
    said = cli()
    assert "80 of 80 mentions in 4 topics" in said.stdout
    few = cli("--from", "2019-01-01", "--to", "2019-01-31", "--json")
    assert json.loads(few.stdout)["topics"] == []
    wrong = cli("--from", "2019-02-01", "--to", "2019-01-31")
    assert wrong.returncode == 2
    assert "swap them" in wrong.stderr
