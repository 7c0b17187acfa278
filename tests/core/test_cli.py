"""The command line as a person or a script calls it, in a process of its own."""

from __future__ import annotations

import csv
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from pasip_core.domain.runs import SourceRun
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.sqlite.database import SCHEMA_VERSION
from tests import trouble
from tests.contracts.helpers import everything
from tests.replicas.influx import ORG, TOKEN, VERSION, InfluxReplica

Cli = Callable[..., "CompletedProcess[str]"]
ROWS = [
    ("2026-11-20 08:00", "ani", "Jokowi hebat sekali, saya suka dan bangga", 5),
    ("2026-11-20 09:00", "budi", "kecewa berat dengan prabowo, buruk sekali", 2),
    ("2026-11-21 23:30", "cici", "Jokowi dan Prabowo bertemu di istana", 0),
    ("2026-11-22 00:30", "dodi", "harga beras hari ini", 1),
]


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Runs ``python -m pasip_core`` over a data folder of its own."""
    environment = {**os.environ, "DATA_DIR": str(tmp_path / "data"), "COLUMNS": "200"}

    def run(*arguments: object, given: str | None = None, **variables: str) -> CompletedProcess[str]:
        command = [sys.executable, "-m", "pasip_core", *map(str, arguments)]
        env = environment | variables
        return subprocess.run(command, capture_output=True, text=True, env=env, input=given, timeout=120)

    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tweets.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([("date", "username", "text", "likes"), *ROWS])
    return path


def answer(done: CompletedProcess[str]) -> dict[str, object]:
    assert done.returncode == 0, done.stderr
    value = json.loads(done.stdout)
    assert isinstance(value, dict)
    return value


def test_names_are_read_once(cli: Cli, file: Path, tmp_path: Path) -> None:
    assert cli("import", file, "--platform", "twitter").returncode == 0
    assert answer(cli("entities", "--json")) == {"read": 4, "left": 0}
    assert answer(cli("entities", "--json")) == {"read": 0, "left": 0}
    stores = connect(Settings(_env_file=None, data_dir=tmp_path / "data"))
    assert {"Joko Widodo", "Prabowo Subianto"} <= {name.name for name in stores.mentions.known_names()}
    stores.close()


def test_from_a_file_to_numbers_and_back_to_a_file(cli: Cli, file: Path, tmp_path: Path) -> None:
    counts = answer(cli("import", file, "--platform", "twitter", "--json"))
    assert (counts["read"], counts["inserted"], counts["rejected"]) == (4, 4, 0)
    assert answer(cli("import", file, "--platform", "twitter", "--json"))["duplicates"] == 4
    assert cli("keyword", "add", "jokowi").returncode == 0
    assert cli("keyword", "add", "prabowo").returncode == 0
    stats = answer(cli("stats", "--from", "2026-11-20", "--to", "2026-11-21", "--json"))
    assert (stats["total_mentions"], stats["platforms"]) == (3, {"twitter": 3})
    assert stats["keywords"] == {"jokowi": 2, "prabowo": 2}
    assert stats["trending_score"] == 56.5  # (3 + 10) / (0 + 10)
    nothing = answer(cli("stats", "--from", "2020-01-01", "--to", "2020-01-07", "--json"))
    assert (nothing["total_mentions"], nothing["trending_score"]) == (0, None)
    both = ("--keyword", "jokowi", "--keyword", "prabowo")
    assert answer(cli("stats", "--from", "2026-11-20", "--to", "2026-11-22", *both, "--json"))["total_mentions"] == 3
    out = tmp_path / "out.jsonl"
    assert answer(cli("export", "--format", "jsonl", "--keyword", "jokowi", out, "--json"))["rows"] == 2
    assert len(out.read_text(encoding="utf-8").splitlines()) == 2


def test_what_cannot_be_used_leaves_with_status_2_and_one_sentence(cli: Cli, file: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    for arguments in (
        ("stats", "--from", "yesterday"), ("stats", "--from", "2026-02-02", "--to", "2026-01-01"),
        ("stats", "--keyword", "nobody"), ("stats", "--sentiment", "angry"), ("stats", "--emotion", "negative"),
        ("stats", "--no-such-option"),
        ("keyword", "add", "anies", "--rule", "(anies OR"), ("keyword", "rm", "nobody"), ("import", empty),
        ("import", file), ("import", tmp_path / "none.csv"), ("export", "--format", "pdf", tmp_path / "x"),
        ("analyze", "--task", "horoscope", file), ("extract", file), ("collect", "--source", "nobody"),
        ("sources", "--on"),
        ("import", file, "--platform", "twitter", "--map", "content=nothing"),
    ):  # fmt: skip
        done = cli(*arguments)
        assert done.returncode == 2, (arguments, done.stdout, done.stderr)
        assert done.stderr.strip()
        assert "Traceback" not in done.stderr


def test_analyze_answers_a_line_for_each_line_in_order(cli: Cli, tmp_path: Path) -> None:
    texts = ["pelayanannya bagus sekali, saya sangat puas", "", "mengecewakan, tidak akan kembali lagi\u2028"]
    done = cli("analyze", "--task", "sentiment", "-", given="\n".join(texts) + "\n")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a["sentiment"] for a in answers] == ["positive", "neutral", "negative"]
    for a in answers:
        assert sum(a["sentiment_scores"].values()) == pytest.approx(1)
        assert a["confidence"] == pytest.approx(max(a["sentiment_scores"].values()))


@pytest.mark.parametrize(
    ("task", "key", "said"), [("emotion", "emotion", ["fear", "neutral"]), ("entities", "entities", [[], []])]
)
def test_analyze_tells_emotions_and_entities(cli: Cli, task: str, key: str, said: list[object]) -> None:
    done = cli("analyze", "--task", task, "-", given="aku takut sekali, merinding\n\n")

    assert [json.loads(line)[key] for line in done.stdout.splitlines()] == said


def test_mentions_are_narrowed_by_emotion(cli: Cli, file: Path, tmp_path: Path) -> None:
    cli("import", file, "--platform", "twitter")
    stores = connect(Settings(_env_file=None, data_dir=tmp_path / "data"))
    felt = {m.content: m.analysis.emotion for m in stores.mentions.stream(everything())}
    stores.close()
    one, *others = sorted(set(felt.values()))
    chosen = {text for text, emotion in felt.items() if emotion == one}
    days = ("--from", "2026-11-20", "--to", "2026-11-22")
    out = tmp_path / "out.jsonl"

    def exported(*options: str) -> set[str]:
        assert cli("export", "--format", "jsonl", *options, out).returncode == 0
        return {json.loads(line)["content"] for line in out.read_text(encoding="utf-8").splitlines()}

    assert exported("--emotion", one) == chosen
    assert others
    assert exported(*(part for emotion in (one, *others) for part in ("--emotion", emotion))) == set(felt)
    assert exported("--emotion", "pending") == set()
    assert answer(cli("stats", *days, "--emotion", one, "--json"))["total_mentions"] == len(chosen)
    assert len(json.loads(cli("influencers", *days, "--emotion", one, "--json").stdout)) == len(chosen)
    refused = cli("export", "--emotion", "marah", tmp_path / "none.csv")
    assert refused.returncode == 2
    assert "--emotion: 'marah' is none; use anger, fear, happy, love, sadness, neutral or pending" in refused.stderr


def test_a_sentiment_model_is_not_asked_for_emotions(cli: Cli) -> None:
    done = cli("analyze", "--task", "emotion", "--model", "someone/some-model", "-", given="senang\n")

    assert done.returncode == 2
    assert "someone/some-model" in done.stderr


def test_models_are_judged_on_a_file(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "judged.csv"
    file.write_text("label,tweet\nfear,aku takut sekali\nfear;tanpa koma\nlove,aku cinta dan sayang kamu\n")

    report = answer(cli("models", "eval", file, "--task", "emotion", "--json"))

    assert (report["texts"], report["rejected"]) == (2, 1)
    assert set(report["f1"]) == {"fear", "love"}
    assert report["macro_f1"] == 1


@pytest.mark.parametrize("command", ["train", "eval"])
def test_an_unknown_task_of_models_is_named(cli: Cli, tmp_path: Path, command: str) -> None:
    done = cli("models", command, *(["--data"] if command == "train" else []), tmp_path, "--task", "horoscope")

    assert done.returncode == 2
    assert "horoscope" in done.stderr


def test_too_few_corrections_are_told_before_anything_is_learnt(cli: Cli, tmp_path: Path) -> None:
    done = cli("models", "train", "--data", tmp_path, "--corrections", "--name", "ours")

    assert done.returncode == 2
    assert "30 are needed" in done.stderr
    assert not (tmp_path / "data" / "models").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--corrections", "--task", "emotion"), "--task"),
        (("--corrections", "--name", "../ours"), "../ours"),
        (("--name", "ours"), "--corrections"),
    ],
)
def test_what_does_not_go_with_corrections_is_refused(
    cli: Cli, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = cli("models", "train", "--data", tmp_path, *arguments)

    assert done.returncode == 2
    assert said in done.stderr


def test_a_model_is_shown_beside_another_one_only(cli: Cli, tmp_path: Path) -> None:
    done = cli("models", "eval", tmp_path, "--model", "bundled", "--against", "bundled")

    assert done.returncode == 2
    assert "same model" in done.stderr


def test_a_rule_can_be_tried_before_it_is_kept(cli: Cli) -> None:
    assert answer(cli("keyword", "test", "anies NEAR/2 ganjar", "--text", "Anies dan Ganjar", "--json"))["matches"]
    assert not answer(cli("keyword", "test", "anies NOT ganjar", "--text", "Anies dan Ganjar", "--json"))["matches"]


@pytest.mark.parametrize("command", ["doctor", "stats", "backup", "cleanup", "sources", "init-db"])
def test_a_store_that_is_gone_is_made_anew_only_when_asked_to(
    cli: Cli, file: Path, tmp_path: Path, command: str
) -> None:
    cli("import", file, "--platform", "twitter")
    (tmp_path / "data" / "logs").mkdir(exist_ok=True)
    store = tmp_path / "data" / "pasip.db"
    store.rename(tmp_path / "elsewhere.db")
    done = cli(command)
    asked = command == "init-db"
    assert store.exists() == asked
    assert done.returncode == (0 if asked else 1)
    assert asked or "init-db" in done.stdout + done.stderr
    assert not list((tmp_path / "data").rglob("*.zip"))


def test_doctor_tells_what_is_missing_and_what_to_do(cli: Cli) -> None:
    assert not doctors(cli("doctor", "--json"))["store"]["ok"]
    cli("init-db")
    done = cli("doctor", "--json")
    assert done.returncode == 1
    parts = doctors(done)
    assert "series" not in parts
    assert parts["store"]["ok"]
    assert parts["sentiment model"]["ok"]
    assert not parts["queue"]["ok"]
    assert "make up" in parts["queue"]["remedy"]


def test_series_in_influxdb_are_set_up_answered_and_examined(cli: Cli, file: Path) -> None:
    answer(cli("import", file, "--platform", "twitter", "--json"))
    with InfluxReplica() as replica:
        variables = {"INFLUXDB_URL": replica.url, "INFLUXDB_ORG": ORG, "INFLUXDB_BUCKET": "pasip"}
        refused = cli("init-db", **variables)
        assert refused.returncode == 2
        assert "INFLUXDB_TOKEN" in refused.stderr
        variables["INFLUXDB_TOKEN"] = TOKEN
        unknown = cli("stats", "--from", "2026-11-20", **variables)
        assert unknown.returncode == 2
        assert "init-db" in unknown.stderr
        state = answer(cli("init-db", "--json", **variables))
        assert (state["series"], state["bucket"]) == (f"InfluxDB {VERSION}", "pasip")
        stats = answer(cli("stats", "--from", "2026-11-20", "--to", "2026-11-22", "--json", **variables))
        assert stats["total_mentions"] == 4
        assert "/api/v2/query" in {path for _, path, _ in replica.asked}
        assert doctors(cli("doctor", "--json", **variables))["series"]["ok"]
    gone = doctors(cli("doctor", "--json", **variables))
    assert gone["store"]["ok"]
    assert not gone["series"]["ok"]
    assert "does not accept connections" in gone["series"]["detail"]
    assert "INFLUXDB_" in gone["series"]["remedy"]
    assert TOKEN not in str(gone)


def doctors(done: CompletedProcess[str]) -> dict[str, dict[str, object]]:
    return {finding["part"]: finding for finding in json.loads(done.stdout)}


def test_the_sample_set_comes_and_goes_without_a_trace(cli: Cli, file: Path) -> None:
    answer(cli("import", file, "--platform", "twitter", "--json"))
    planted = answer(cli("demo", "--json"))["planted"]
    assert planted == 1500
    assert answer(cli("demo", "--remove", "--json"))["removed"] == 1500
    assert answer(cli("stats", "--from", "2020-01-01", "--json"))["total_mentions"] == 4
    assert json.loads(cli("keyword", "list", "--json").stdout) == []


def test_a_damaged_store_is_said_to_be_one(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "pasip.db").write_bytes(b"not a database" * 1000)
    done = cli("stats")
    assert done.returncode == 1
    assert "is not" in done.stderr
    assert "Traceback" not in done.stderr


def test_fast_commands_load_no_heavy_library() -> None:
    code = (
        "import sys; from pasip_core.cli import app; heavy = 'torch transformers spacy sklearn streamlit trafilatura'; "
        "print([name for name in heavy.split() if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("stats", "--from", "0001-01-01", "--to", "9999-12-31"), "--from"),
        (("export", "--format", "csv", "out.csv", "--to", "9999-12-31"), "--to"),
        (("keyword", "add", "x", "--monitoring-start", "0001-01-01"), "monitoring_start"),
        (("keyword", "add", "bad\udcff"), "UTF-8"),
        (("stats", "--platform", "bad\udcff"), "--platform"),
        (("stats", "--keyword", "bad\udcff"), "--keyword"),
        (("export", "--format", "csv", "out.csv", "--text", "bad\udcff"), "--text"),
        (("import", "none.csv", "--source", "bad\udcff"), "--source"),
    ],
)
def test_what_no_calendar_and_no_text_can_hold_is_refused_in_a_sentence(
    cli: Cli, arguments: tuple[str, ...], said: str
) -> None:
    done = cli(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_malformed_queue_address_is_named_without_its_password(cli: Cli) -> None:
    done = cli("doctor", REDIS_URL="redis://:sekretpw@127.0.0.1:bad/0")
    assert done.returncode == 2
    assert "REDIS_URL" in done.stderr
    assert "sekretpw" not in done.stderr + done.stdout


def test_numbers_are_told_in_lines_that_people_can_read(cli: Cli, file: Path) -> None:
    assert [line.split()[0] for line in cli("init-db").stdout.splitlines()] == [
        "The", "backend", "schema", "file", "size", "mentions",
    ]  # fmt: skip
    cli("import", file, "--platform", "twitter")
    cli("keyword", "add", "jokowi")
    done = cli("stats", "--from", "2026-11-20", "--to", "2026-11-21")
    told = {name.strip(): value.strip() for name, value in re.findall(r"(?m)^(.+?)  +(.+)$", done.stdout)}
    assert told["period"] == "2026-11-20 to 2026-11-21 (Asia/Jakarta)"
    assert told["mentions"] == "3 (nothing in the period before)"
    assert told["platforms"] == "twitter 3 (100.0%)"
    assert told["keywords"] == "jokowi 2"
    assert re.fullmatch(r"positive \d \([\d.]+%\), neutral .*, negative .*, pending 0", told["sentiment"])


def test_the_last_run_of_a_source_is_told_in_the_time_of_the_installation(cli: Cli, tmp_path: Path) -> None:
    stores = connect(Settings(_env_file=None, data_dir=tmp_path / "data"))
    stores.source_runs.save(SourceRun("r1", "detik", datetime(2026, 11, 20, 20, 30, tzinfo=UTC), new=7))
    stores.close()
    assert "2026-11-21 03:30 WIB, 7 new" in cli("sources").stdout
    assert "2026-11-21 05:30 WIT, 7 new" in cli("sources", TIMEZONE="Asia/Jayapura").stdout


def test_erasing_shows_first_and_does_it_only_when_told(cli: Cli, file: Path, tmp_path: Path) -> None:
    cli("import", file, "--platform", "twitter")
    seen = answer(cli("erase", "--account", "twitter:@ANI", "--json"))
    assert (seen["own"]["mentions"], seen["own"]["by_platform"]) == (1, {"twitter": 1})
    assert answer(cli("erase", "--account", "twitter:ani", "--json"))["own"]["mentions"] == 1
    without_reason = cli("erase", "--account", "twitter:@ani", "--yes")
    assert (without_reason.returncode, "reason:" in without_reason.stderr) == (2, True)
    done = answer(cli("erase", "--account", "twitter:@ani", "--yes", "--reason", "permohonan 12", "--json"))
    assert (done["removed"], done["proven"], done["sealed"]) == (1, True, "")
    again = answer(cli("import", file, "--platform", "twitter", "--json"))
    assert (again["inserted"], again["duplicates"], again["erased"]) == (0, 3, 1)
    (tmp_path / "data" / "redis").mkdir()
    unsure = cli("erase", "--name", "Siapa Saja", "--yes", "--reason", "permohonan 13")
    assert (unsure.returncode, "job queue does not answer" in unsure.stdout) == (1, True)


@pytest.mark.parametrize("given", [
    (), ("--account", "twitter:a", "--name", "Budi Santoso"), ("--account", "ani"), ("--account", "twitter:"),
    ("--name", "ab"),
])  # fmt: skip
def test_it_is_clear_who_is_meant_or_nothing_happens(cli: Cli, given: tuple[str, ...]) -> None:
    done = cli("erase", *given)
    assert done.returncode == 2
    assert done.stderr.startswith(("--account", "name:"))


def test_cleaning_up_lets_go_of_what_is_old_and_keeps_the_numbers(cli: Cli, file: Path) -> None:
    cli("import", file, "--platform", "twitter")
    goes = cli("cleanup", "--preview", "--json", RETENTION_DAYS="twitter=1,twiter=9")
    assert [(one["platform"], one["mentions"]) for one in json.loads(goes.stdout)] == [("twitter", 4)]
    assert "perhaps twitter is meant" in goes.stderr
    shown = cli("cleanup", "--preview", RETENTION_DAYS="twitter=1").stdout
    assert re.search(r"twitter +\d{4}-\d\d-\d\d +4 *\n", shown), shown
    assert "Nothing was changed" in shown
    done = answer(cli("cleanup", "--json", RETENTION_DAYS="twitter=1"))
    assert (done["left"], done["mentions"]) == (False, 4)
    findings = json.loads(cli("doctor", "--json", RETENTION_DAYS="twiter=1").stdout)
    keeping = next(finding for finding in findings if finding["part"] == "keeping")
    assert (keeping["ok"], "perhaps twitter is meant" in keeping["detail"]) == (True, True)
    assert "RETENTION_DAYS" in keeping["remedy"]
    assert answer(cli("stats", "--from", "2026-11-20", "--to", "2026-11-22", "--json"))["total_mentions"] == 4
    refused = cli("cleanup", RETENTION_DAYS="twitter=sebulan")
    assert (refused.returncode, "'twitter=sebulan'" in refused.stderr) == (2, True)


@pytest.mark.parametrize(
    ("state", "said", "remedy"),
    [
        ("damaged", "no longer, a database", "backup"),
        ("newer", "newer version", "update"),
        ("held", "locked by another program", "end the program"),
        ("read-only", "may not be written", "right to write"),
        ("full", "no space is left", "free some space"),
    ],
)
def test_doctor_names_what_is_wrong_with_the_store_and_what_to_do(
    cli: Cli, tmp_path: Path, state: str, said: str, remedy: str
) -> None:
    folder = tmp_path / "data"
    path = folder / "pasip.db"
    ways = {
        "damaged": lambda: trouble.damaged(path),
        "newer": lambda: trouble.schema(path, SCHEMA_VERSION + 1),
        "held": lambda: trouble.held(path, "everything"),
        "read-only": lambda: trouble.read_only(folder),
        "full": lambda: trouble.filled(folder),
    }
    disk = trouble.small_disk(folder, 40) if state == "full" else nullcontext()
    with disk:
        assert cli("init-db").returncode == 0
        # while one process has it open, what others need to read it lies beside it
        with closing(sqlite3.connect(path)) as reader:
            reader.execute("SELECT count(*) FROM scraped_data").fetchone()
            if state in {"held", "full"}:
                reader.close()
            with ways[state]():
                begun = time.monotonic()
                done = cli("doctor", "--json")
                store = {finding["part"]: finding for finding in json.loads(done.stdout)}["store"]
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert (store["ok"], said in store["detail"], remedy in store["remedy"]) == (False, True, True), store
        assert time.monotonic() - begun < 60


def test_doctor_on_a_path_that_can_be_no_folder_says_so(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    done = cli("doctor", "--json")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    parts = {finding["part"]: finding for finding in json.loads(done.stdout)}
    assert not parts["store"]["ok"]
    assert not parts["disk"]["ok"]
