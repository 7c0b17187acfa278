"""Log files: rotation by day, what is kept, who goes where, and that no secret gets in."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from loguru import logger

from pasip_core.logs import DailyFile, Redactor, setup_logging
from pasip_core.settings import Settings

NOW = datetime(2026, 11, 24, 23, 59, 50).astimezone()


@pytest.fixture
def logs(settings: Settings) -> Iterator[Path]:
    """The log folder of a process with logging set up."""
    before = logging.getLogger().handlers, logging.getLogger().level
    setup_logging(settings, "test", stdout=False)
    yield settings.data_dir / "logs"
    logger.remove()
    logging.getLogger().handlers, logging.getLogger().level = before


def test_lines_name_process_and_place_and_scraping_has_a_file_of_its_own(logs: Path) -> None:
    logger.info("ordinary {}", "line")
    logger.bind(scraping=True).info("fetched")
    logging.getLogger("rq.worker").warning("from %s", "rq")
    lines = (logs / "pasip.log").read_text()
    assert "ordinary line" in lines
    assert "fetched" in lines
    assert "rq.worker" in lines
    assert "from rq" in lines
    assert "| test |" in lines
    assert "ordinary" not in (logs / "scraping.log").read_text()


def test_the_files_are_for_their_owner_only(logs: Path) -> None:
    logger.info("x")
    assert (logs / "pasip.log").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "line",
    [
        "GET https://api.example/v3?part=snippet&key=hunter2hunter2&q=x",
        "GET https://graph.example/me?access_token=hunter2hunter2",
        "{'Authorization': 'Bearer hunter2hunter2'}",
        "authorization: Basic hunter2hunter2",
        "redis://someone:hunter2hunter2@redis:6379/0",
        "HUGGINGFACE_API_KEY=hunter2hunter2",
        '{"password": "hunter2hunter2"}',
        "the bearer hunter2hunter2 was refused",
        "no answer from https://contoh.example/rss?auth=hunter2hunter2",
        "no answer from HTTPS://CONTOH.EXAMPLE/RSS?AUTH=hunter2hunter2",
        "'https://contoh.example/private-hunter2hunter2hunter2/rss': gone",
    ],
)
def test_what_looks_like_a_secret_is_hidden(settings: Settings, line: str) -> None:
    hidden = Redactor(settings)(line)
    assert "hunter2" not in hidden
    assert "***" in hidden


def test_a_secret_setting_is_hidden_wherever_it_stands(tmp_path: Path) -> None:
    redact = Redactor(Settings(_env_file=None, data_dir=tmp_path, smtp_password="rahasia sekali"))
    assert redact("login with rahasia sekali failed") == "login with *** failed"


def test_ordinary_words_stay(settings: Settings) -> None:
    line = "keyword: jokowi, monkey=1, tokens counted 3, https://kompas.com/read?page=2&id=7"
    assert Redactor(settings)(line) == line


@pytest.mark.parametrize("filling", ["a-", "a.+", "token", "authorization ", "?a", "&a="])
def test_a_line_that_a_site_filled_comes_through_with_its_secret_hidden(settings: Settings, filling: str) -> None:
    line = "https://a.example/" + filling * 100_000
    assert Redactor(settings)(f"{line} x-api-key=geheim x-key=geheim") == f"{line} x-api-key=*** x-key=***"


def test_a_traceback_hides_secrets_too(logs: Path) -> None:
    try:
        raise ValueError("https://user:hunter2hunter2@host/")
    except ValueError:
        logger.exception("failed")
    text = (logs / "pasip.log").read_text()
    assert "ValueError" in text
    assert "hunter2" not in text


def test_a_new_day_begins_a_new_file_and_forgets_old_ones(tmp_path: Path) -> None:
    clock = [NOW]
    file = DailyFile(tmp_path / "pasip.log", 30, lambda: clock[0])
    for day in ("2026-10-24", "2026-10-25", "2026-10-26"):
        (tmp_path / f"pasip-{day}.log").touch()
    file.write("before midnight\n")

    clock[0] = NOW + timedelta(seconds=20)
    file.write("after midnight\n")
    assert (tmp_path / "pasip.log").read_text() == "after midnight\n"
    assert (tmp_path / "pasip-2026-11-24.log").read_text() == "before midnight\n"
    assert sorted(p.name for p in tmp_path.glob("pasip-2026-10*")) == ["pasip-2026-10-26.log"]


def test_several_processes_lose_no_line_over_midnight(tmp_path: Path) -> None:
    code = f"""
from datetime import datetime, timedelta
from pathlib import Path
from pasip_core.logs import DailyFile
import os, sys
start = datetime.fromisoformat({NOW.isoformat()!r})
step = [0]
def clock():
    step[0] += 1
    return start + timedelta(seconds=step[0] / 10)
path = Path({str(tmp_path)!r}) / "pasip.log"
file = DailyFile(path, 30, clock)
for n in range(200):
    file.write(f"{{sys.argv[1]}} {{n}}\\n")
"""
    running = [subprocess.Popen([sys.executable, "-c", code, name]) for name in "abc"]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    lines = [line for path in tmp_path.glob("pasip*.log") for line in path.read_text().splitlines()]
    assert sorted(lines) == sorted(f"{name} {n}" for name in "abc" for n in range(200))


def test_a_folder_that_cannot_be_written_costs_only_the_line(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    DailyFile(tmp_path / "logs" / "pasip.log", 30, lambda: NOW).write("lost\n")
