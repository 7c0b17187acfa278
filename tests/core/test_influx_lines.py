"""Our line protocol, taken by a real InfluxDB server and read back: version 1.6, as Debian has it.

Version 2 reads the same line protocol. The package has no Flux and none of the API of version 2.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pasip_core.domain.metrics import Cell, DayNumbers
from pasip_core.domain.period import JAKARTA, day_start
from pasip_core.stores.influx.points import DAYS, HOURS, Place, fits, line, points_of, tag_value
from tests.builders import NOW
from tests.core.test_influx_flux import NASTY
from tests.replicas.influx import parse_line
from tests.waiting import free_port

CONFIG = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
dir = "{folder}/meta"
[data]
dir = "{folder}/data"
wal-dir = "{folder}/wal"
[http]
bind-address = "127.0.0.1:{http}"
log-enabled = false
[monitor]
store-enabled = false
"""
BIG = 2**62
Point = tuple[dict[str, str], int, dict[str, int]]


class Server:
    """A running ``influxd``."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def write(self, lines: list[str]) -> None:
        """POST them as our client does; an error of the server is one here."""
        body = "\n".join(lines).encode()
        with urllib.request.urlopen(f"{self.url}/write?db=pasip&precision=s", body, timeout=30) as answer:
            assert answer.status == 204

    def ask(self, question: str) -> list[dict[str, object]]:
        """The series that an InfluxQL question gives."""
        query = urlencode({"db": "pasip", "q": question, "epoch": "s"})
        with urllib.request.urlopen(f"{self.url}/query?{query}", b"", timeout=30) as answer:
            (result,) = json.load(answer)["results"]
        assert "error" not in result, result
        return result.get("series", [])

    def points(self, measurement: str) -> list[Point]:
        """Tags as they stand, second and fields of every point."""
        found = []
        for series in self.ask(f'SELECT * FROM "{measurement}" GROUP BY *'):
            for second, *values in series["values"]:
                found.append((series["tags"], second, dict(zip(series["columns"][1:], values, strict=True))))
        return found


@pytest.fixture(scope="module")
def influxd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    program = shutil.which("influxd")
    if not program:
        pytest.skip("no influxd here (Debian: apt-get install influxdb)")
    told = subprocess.run([program, "version"], capture_output=True, text=True).stdout
    if "v1." not in told:
        pytest.skip(f"influxd is not version 1, whose /write needs no token: {told.strip()}")
    folder = tmp_path_factory.mktemp("influxd")
    server = Server(port := free_port())
    (folder / "influxd.conf").write_text(CONFIG.format(folder=folder, http=port, rpc=free_port()))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "-config", folder / "influxd.conf"], stdout=log, stderr=log)
    try:
        _wait(server, process, folder / "log")
        server.ask("CREATE DATABASE pasip")
        yield server
    finally:
        process.terminate()
        process.wait(20)


def _wait(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/ping", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"influxd did not start:\n{log.read_text()[-2000:]}")


def told(places: dict[Place, Cell | None]) -> dict[tuple[str, str, str, int], dict[str, int]]:
    """What the points should hold."""
    return {
        (p.keyword, p.platform, p.sentiment, p.seconds): {
            "count": cell.count if cell else 0,
            "volume": cell.volume if cell else 0,
            "engagement_total": (cell.engagement_total or 0) if cell else 0,
            "engagement_known": int(cell is not None and cell.engagement_total is not None),
        }
        for p, cell in places.items()
    }


def stored(points: list[Point]) -> dict[tuple[str, str, str, int], dict[str, int]]:
    """What the points do hold, in our names."""
    return {
        (*(tag_value(tags[name]) for name in ("keyword", "platform", "sentiment")), second): fields
        for tags, second, fields in points
    }


def numbers() -> DayNumbers:
    day = NOW.astimezone(JAKARTA).date()
    cells = [Cell("*", "news", "negative", 2, 3, 40), Cell("jokowi", "twitter", "pending", 1, 1, None)]
    cells += [Cell(name, name, "positive", n, n + 1, BIG) for n, name in enumerate(NASTY)]
    return DayNumbers(day, {day_start(day, JAKARTA): tuple(cells), NOW.replace(minute=0): ()}, tuple(cells), ())


def test_a_real_server_keeps_every_tag_and_field(influxd: Server) -> None:
    places = points_of(numbers(), JAKARTA)
    lines = [line(place, cell) for place, cell in places.items()]
    assert len(lines) == 2 * (2 + len(NASTY))
    influxd.write(lines)
    for measurement in (DAYS, HOURS):
        wanted = {place: cell for place, cell in places.items() if place.measurement == measurement}
        assert stored(influxd.points(measurement)) == told(wanted)


def test_a_point_written_again_is_replaced_whole(influxd: Server) -> None:
    place = Place("replaced", 1_700_000_000, "a\\", "", "negative")
    influxd.write([line(place, Cell("a\\", "", "negative", 1, 2, 3))])
    influxd.write([line(place, Cell("a\\", "", "negative", 4, 5, None))])
    assert stored(influxd.points("replaced")) == told({place: Cell("a\\", "", "negative", 4, 5, None)})
    influxd.write([line(place, None)])
    assert stored(influxd.points("replaced")) == told({place: None})


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(names=st.lists(st.text(st.characters(), max_size=30), min_size=1, max_size=30, unique=True))
def test_any_names_come_back(influxd: Server, names: list[str]) -> None:
    influxd.ask('DROP MEASUREMENT "any"')
    places = {
        Place("any", n, name, name[::-1], "neutral"): Cell(name, "", "neutral", n, n, n) for n, name in enumerate(names)
    }
    influxd.write([line(place, cell) for place, cell in places.items()])
    assert stored(influxd.points("any")) == told(places)


def test_the_stand_in_reads_lines_as_the_server_does(influxd: Server) -> None:
    lines = [line(Place("both", n, name, name + "\\,", "neutral"), None) for n, name in enumerate(NASTY)]
    odd = "both,keyword=a\\\\\\,b,platform=\\ \\=,sentiment=\\x"
    lines.append(f"{odd} count=1i,engagement_known=1i,engagement_total=-2i,volume=3i 99")
    influxd.write(lines)
    ours = [parse_line(one) for one in lines]
    assert sorted(influxd.points("both"), key=repr) == sorted(
        ((dict(tags), second, fields) for ((_, tags), second), fields in ours), key=repr
    )


@pytest.mark.parametrize(("year", "kept"), [(1678, False), (1679, True), (2260, True), (2261, False), (1, False)])
def test_days_that_fit_can_be_written(influxd: Server, year: int, kept: bool) -> None:
    day = NOW.replace(year=year).date()
    assert fits(day, day) == kept
    if kept:
        place = Place(f"year{year}", int(day_start(day, JAKARTA).timestamp()), "*", "news", "neutral")
        influxd.write([line(place, None)])
        assert stored(influxd.points(f"year{year}")) == told({place: None})
