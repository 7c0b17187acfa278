"""``compose.yaml``: it says what it should, and its commands are run as they stand, without an engine.

What only an engine can show (images, networks, MongoDB and InfluxDB themselves) is not tested here.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from redis import Redis
from redis.exceptions import AuthenticationError, RedisError

from pasip_core.dispatch import queue_overview
from pasip_core.settings import Settings
from tests.waiting import free_port, wait_until
from tests.workers.conftest import ROOT
from workers.processes import spawn
from workers.redis_server import redis_executable
from workers.up import Installation

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PARTS = sorted(name for name, service in SERVICES.items() if service["image"] == "pasip-ai")
WORKERS = [name for name in PARTS if name.startswith("worker-")]
STORES = ("mongo", "redis", "influxdb")
SECRETS = ("MONGO_USER", "MONGO_PASSWORD", "REDIS_PASSWORD", "INFLUXDB_TOKEN", "INFLUXDB_PASSWORD")
GIVEN_ELSEWHERE = {
    "SCRAPE_WORKERS": "scale", "OUTLETS_DIR": "a folder of this machine", "PLATFORMS_FILE": "a file of this machine",
}  # fmt: skip


def test_every_part_of_make_up_is_there_as_often(tmp_path: Path) -> None:
    installation = Installation(Settings(_env_file=None, data_dir=tmp_path), 8501)
    started = [re.sub(r"-\d+$", "", child.name) for child in installation._programs()]
    counterparts = {"web": "app"}
    ours = {counterparts.get(name, name): started.count(name) for name in started}
    assert {name: SERVICES[name].get("scale", 1) for name in PARTS if name != "setup"} == ours
    assert SERVICES["setup"]["command"][-1] == "init-db"


def test_only_the_page_is_published_and_only_on_loopback() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"app": ["127.0.0.1:8501:8501"]}
    assert not [name for name, service in SERVICES.items() if "network_mode" in service]


def test_stores_stand_in_a_network_without_a_way_out() -> None:
    assert COMPOSE["networks"]["stores"] == {"internal": True}
    for name in (*STORES, "mongo-init"):
        assert SERVICES[name]["networks"] == ["stores"]


def test_every_variable_of_a_part_is_a_setting_and_every_setting_gets_there() -> None:
    settings = {name.upper() for name in Settings.model_fields}
    for name in PARTS:
        assert set(SERVICES[name]["environment"]) == settings - GIVEN_ELSEWHERE.keys()


def test_secrets_have_no_default_and_are_explained() -> None:
    text = (ROOT / "compose.yaml").read_text()
    required = set(re.findall(r"\$\{(\w+):\?", text))
    assert required == set(SECRETS)
    assert set(re.findall(r"\$\{(\w+)", text)) - required == {"INFLUXDB_ORG", "INFLUXDB_BUCKET"}
    example = (ROOT / ".env.example").read_text()
    for name in SECRETS:
        assert re.search(rf"^#?{name}=$", example, re.M), name


def test_every_volume_is_declared_and_every_declared_one_is_used() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())}
    assert used == set(COMPOSE["volumes"])


def test_images_are_pinned_and_everything_long_lived_is_watched_limited_and_restarted() -> None:
    for name, service in SERVICES.items():
        if "build" not in service and service["image"] != "pasip-ai":
            assert re.fullmatch(r"[a-z]+:\d+\.\d+\.\d+(-\w+)?", service["image"]), name
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}
        assert service["mem_limit"]
        once = name in {"setup", "mongo-init"}
        assert service["restart"] == ("no" if once else "unless-stopped"), name
        assert ("healthcheck" in service) == (not once), name


def test_parts_start_after_what_they_need() -> None:
    for name in PARTS:
        needs = {of: how["condition"].removeprefix("service_") for of, how in SERVICES[name]["depends_on"].items()}
        if name == "setup":
            assert needs == {"mongo-init": "completed_successfully", "influxdb": "healthy"}
        else:
            assert needs == {"setup": "completed_successfully", "redis": "healthy"}
    for service in SERVICES.values():
        assert set(service.get("depends_on", ())) <= SERVICES.keys()


def config(tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """What docker-compose makes of the file with only these variables given."""
    tool = shutil.which("docker-compose")
    if tool is None:
        pytest.skip("docker-compose is not installed (Debian: apt-get install docker-compose)")
    (tmp_path / "none.env").touch()
    argv = [tool, "--env-file", str(tmp_path / "none.env"), "-f", str(ROOT / "compose.yaml"), "config"]
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **variables}
    return subprocess.run(argv, capture_output=True, text=True, env=env, timeout=60, check=False)


def test_docker_compose_reads_it(tmp_path: Path) -> None:
    given = {name: f"{name.lower()}x" for name in SECRETS}
    done = config(tmp_path, **given, TIMEZONE="Asia/Jayapura")
    assert done.returncode == 0, done.stderr
    services = yaml.safe_load(done.stdout)["services"]
    assert set(services) == set(SERVICES)
    environment = services["worker-nlp"]["environment"]
    assert environment["DATABASE_URL"].startswith("mongodb://mongo_userx:mongo_passwordx@mongo:27017/pasip?")
    assert environment["REDIS_URL"] == "redis://:redis_passwordx@redis:6379/0"
    assert environment["TIMEZONE"] == "Asia/Jayapura"
    assert environment.get("LOG_LEVEL") is None
    assert services["influxdb"]["environment"]["DOCKER_INFLUXDB_INIT_ADMIN_TOKEN"] == environment["INFLUXDB_TOKEN"]


@pytest.mark.parametrize("missing", SECRETS)
@pytest.mark.parametrize("how", ["left out", "empty"])
def test_docker_compose_names_the_secret_that_is_missing(tmp_path: Path, missing: str, how: str) -> None:
    given = {name: "x" for name in SECRETS if name != missing} | ({missing: ""} if how == "empty" else {})
    done = config(tmp_path, **given)
    assert done.returncode != 0
    assert f"{missing} is missing, see the end of .env.example" in done.stderr


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder ``/app`` of the image: what ``deploy/Dockerfile`` copies, of what ``.dockerignore`` lets through."""
    folder = tmp_path_factory.mktemp("app")
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (\S+) (\S+)$", (ROOT / "deploy" / "Dockerfile").read_text(), re.M)
    assert {source for source, _ in copied} == allowed
    for source, target in copied:
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, folder / target)
    return folder


@pytest.fixture
def run(image: Path, redis: Redis, redis_url: str, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Runs a command of the file in the image's folder, over the embedded store and a real Redis."""
    started: list[subprocess.Popen[bytes]] = []
    env = {**os.environ, "DATA_DIR": str(tmp_path / "data"), "REDIS_URL": redis_url, "PYTHONDONTWRITEBYTECODE": "1"}

    def start(command: list[str]) -> subprocess.Popen[bytes]:
        program, *arguments = command
        assert program == "python"
        process = spawn([sys.executable, *arguments], env=env, cwd=image, by=signal.SIGKILL)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def healthy(run: Callable[..., subprocess.Popen[bytes]], service: str) -> bool:
    kind, *command = SERVICES[service]["healthcheck"]["test"]
    assert kind == "CMD"
    return run(command).wait(60) == 0


@pytest.mark.slow
@pytest.mark.parametrize("service", [*WORKERS, "schedule"])
def test_workers_and_timetable_run_are_healthy_and_stop(service: str, run, redis_url: str, tmp_path: Path) -> None:
    assert not healthy(run, service)
    process = run(SERVICES[service]["command"])
    wait_until(lambda: healthy(run, service) or process.poll() is not None, 90, f"{service} is healthy")
    assert process.poll() is None
    if service in WORKERS:
        settings = Settings(_env_file=None, data_dir=tmp_path / "data", redis_url=redis_url)
        assert [w.queues for w in queue_overview(settings=settings).workers] == [(service.removeprefix("worker-"),)]
    process.terminate()
    assert process.wait(60) == 0
    assert not healthy(run, service)


@pytest.mark.slow
def test_setup_makes_the_store_and_the_page_is_served(run, tmp_path: Path) -> None:
    assert run(SERVICES["setup"]["command"]).wait(60) == 0
    assert (tmp_path / "data" / "pasip.db").is_file()
    port = str(free_port())
    process = run([word.replace("8501", port) for word in SERVICES["app"]["command"]])
    check = [word.replace("8501", port) for word in SERVICES["app"]["healthcheck"]["test"][1:]]
    wait_until(lambda: run(check).wait(30) == 0, 90, "the page is healthy")
    with urllib.request.urlopen(f"http://localhost:{port}/") as answer:
        assert answer.status == 200
    stranger = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Host": "example.org"})
    with pytest.raises(urllib.error.HTTPError, match="421"):
        urllib.request.urlopen(stranger)
    process.terminate()
    process.wait(30)


def test_redis_wants_the_password_and_tells_it_to_no_list_of_processes(tmp_path: Path) -> None:
    shell, flag, script = SERVICES["redis"]["command"]
    script = script.replace("$$", "$").replace("dir /data", f"dir {tmp_path}\nport 0\nunixsocket {tmp_path}/r.sock")
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir()
    (bin_dir / "redis-server").symlink_to(redis_executable())
    entry = bin_dir / "docker-entrypoint.sh"  # what the image's own script comes to
    entry.write_text('#!/bin/sh\nexec "$@"\n')
    entry.chmod(0o755)
    env = {"PATH": f"{bin_dir}:{os.environ['PATH']}", "REDISCLI_AUTH": "s3cret"}
    process = subprocess.Popen([shell, flag, script], env=env, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: (tmp_path / "r.sock").exists() or process.poll() is not None)
        assert b"s3cret" not in Path(f"/proc/{process.pid}/cmdline").read_bytes()
        with Redis(unix_socket_path=f"{tmp_path}/r.sock", password="s3cret") as redis:
            wait_until(lambda: answers(redis))
            wanted = {"appendonly": "yes", "save": "", "maxmemory-policy": "noeviction", "dir": str(tmp_path)}
            assert {name: redis.config_get(name)[name] for name in wanted} == wanted
        with Redis(unix_socket_path=f"{tmp_path}/r.sock") as stranger, pytest.raises(AuthenticationError):
            stranger.ping()
    finally:
        process.terminate()
        assert process.wait(20) == 0


def answers(redis: Redis) -> bool:
    try:
        return bool(redis.ping())
    except RedisError:
        return False


def test_the_key_of_the_replica_set_is_random_private_and_kept(tmp_path: Path) -> None:
    shell, flag, script = SERVICES["mongo"]["entrypoint"]
    script = (
        script.replace("$$", "$").replace("/data/configdb", str(tmp_path)).replace("exec docker-entrypoint.sh", ":")
    )
    keys = []
    for _ in range(2):
        subprocess.run([shell, "-e", flag, script], check=True, timeout=20)
        keys.append((tmp_path / "keyfile").read_text())
    assert keys[0] == keys[1]
    assert len(base64.b64decode(keys[0], validate=True)) == 96
    assert (tmp_path / "keyfile").stat().st_mode & 0o777 == 0o400
