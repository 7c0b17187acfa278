"""Looking after outlets' addresses: what is told, what is switched off, and what collections make of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer

from pasip_core.cli import checking
from pasip_core.pipeline.catalogue import open_sources
from pasip_core.pipeline.source_check import Finding, check_outlets, switch_all_on, switched_off
from pasip_core.settings import Settings
from pasip_core.sources.outlet import Outlet
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.core.outlet_kit import outlet_at
from tests.core.sources_kit import client_for, run
from tests.replicas import Page, Replica, make_stories, rss
from tests.replicas.sites import replica_outlets

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
OTHER = "/lain"
"""A feed that is always well, so that the network is known to be."""


class Town:
    """A site with a feed at ``/rss``, one at ``OTHER``, a search, and a front page."""

    def __init__(self) -> None:
        self.base, self.age, self.hit = "", timedelta(), "<div class='hasil'><a href='/berita/9'>Jembatan</a></div>"

    def __call__(self, path: str) -> Page | None:
        if path.startswith("/cari"):
            return Page(self.hit.encode())
        if path in ("/rss", OTHER):
            moment = NOW - (self.age if path == "/rss" else timedelta())
            told = [(story, f"{self.base}/berita/{story.number}") for story in make_stories(1, 3, moment)]
            return Page(rss(told), "application/xml")
        return Page(b"<html><body>Halaman</body></html>")


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    opened = connect(Settings(_env_file=None, data_dir=tmp_path / "data"))
    yield opened
    opened.close()


@pytest.fixture
def town() -> Iterator[tuple[Town, Replica]]:
    site = Town()
    with Replica(site) as replica:
        site.base = replica.url
        yield site, replica


def outlet(replica: Replica) -> Outlet:
    listings = [{"url": f"{replica.url}/rss"}, {"url": replica.url + OTHER}]
    search = {"url": f"{replica.url}/cari?q={{query}}", "links": ".hasil a", "empty": ["nihil"]}
    return outlet_at(replica, listings=listings, search=search, addresses={"take": ["^/berita/"]})


def check(replica: Replica, stores: Stores, at: datetime = NOW) -> dict[str, Finding]:
    """A check; findings by path."""
    with client_for(replica) as client:
        findings = check_outlets({"uji": outlet(replica)}, client, stores, at_once=2, clock=lambda: at)
    return {f.state.address.removeprefix(replica.url).partition("?")[0]: f for f in findings}


def gone(town: Town, replica: Replica) -> None:
    replica.set_state("gone", "/rss")


def now_a_page(town: Town, replica: Replica) -> None:
    replica.set_state("wrong_type", "/rss")


def stale(town: Town, replica: Replica) -> None:
    town.age = timedelta(days=45)


def refused(town: Town, replica: Replica) -> None:
    replica.set_state("forbidden", "/rss")


def challenged(town: Town, replica: Replica) -> None:
    replica.set_state("challenge_with_200", "/rss")


def away(town: Town, replica: Replica) -> None:
    replica.set_state("error", "/rss")


def forbidden_to_robots(town: Town, replica: Replica) -> None:
    replica.robots = "User-agent: *\nDisallow: /rss"


def other_articles(town: Town, replica: Replica) -> None:
    town.base = "https://lain.test"


@pytest.mark.parametrize(
    ("trouble", "state", "told", "off"),
    [
        (gone, "gone", "410", True), (now_a_page, "unreadable", "application/pdf that is no feed", True),
        (forbidden_to_robots, "robots", "robots.txt forbids", True), (stale, "old", "the newest 45 days old", False),
        (refused, "refused", "403", False), (challenged, "blocked", "challenge page", False),
        (away, "away", "500", False), (lambda town, replica: None, "ok", "3 articles, the newest of 2026-11-23", False),
    ],
)  # fmt: skip
def test_each_trouble_is_told_and_only_what_is_dead_is_switched_off(
    trouble: Callable[[Town, Replica], None], state: str, told: str, off: bool, town, stores: Stores
):
    trouble(*town)
    finding = check(town[1], stores)["/rss"]
    assert (finding.state.state, finding.state.off) == (state, off)
    assert told in finding.state.told
    assert bool(switched_off(stores)) is off


def test_a_feed_of_other_sites_articles_and_a_search_whose_markup_changed_are_dead(town, stores: Stores):
    town[0].hit = "<p>Sudah lain</p>"
    assert check(town[1], stores)["/cari"].state.state == "unreadable"
    town[0].hit = "<div class='hasil'><a href='/topik/9'>Topik</a></div>"
    found = check(town[1], stores)["/cari"]
    assert (found.state.state, found.state.off) == ("empty", True)
    assert "(0 links)" in found.state.told


def test_what_changed_is_told_and_what_answers_again_is_switched_on(town, stores: Stores):
    site, replica = town
    assert {finding.change for finding in check(replica, stores).values()} == {""}
    gone(site, replica)
    second = check(replica, stores, NOW + timedelta(days=1))["/rss"]
    assert second.change == "switched off; it was ok since 2026-11-23"
    third = check(replica, stores, NOW + timedelta(days=2))["/rss"]
    assert (third.change, third.state.since, third.state.off) == ("", NOW + timedelta(days=1), True)
    replica.set_state("error", "/rss")  # away for now: it stays as it was
    assert check(replica, stores, NOW + timedelta(days=3))["/rss"].state.off
    replica.reset()
    last = check(replica, stores, NOW + timedelta(days=4))["/rss"]
    assert last.change == "switched on again after being away since 2026-11-26"
    assert switched_off(stores) == {}


def test_where_nothing_is_well_nothing_is_switched_off(town, stores: Stores):
    town[1].set_state("wrong_type")
    assert {f.state.state for f in check(town[1], stores).values()} == {"unreadable"}
    assert switched_off(stores) == {}


def test_everything_can_be_switched_on_again(town, stores: Stores):
    gone(*town)
    check(town[1], stores)
    assert switch_all_on(stores) == 1
    assert switched_off(stores) == {}


def test_each_address_is_asked_once(town, stores: Stores):
    check(town[1], stores)
    assert sorted(town[1].paths()) == ["/cari?q=indonesia", OTHER, "/rss"]


def test_an_address_that_no_file_names_any_more_is_forgotten(town, stores: Stores):
    gone(*town)
    check(town[1], stores)
    with client_for(town[1]) as client:
        check_outlets({}, client, stores, at_once=1)
    assert stores.addresses.list() == []


@pytest.fixture
def settings(town, tmp_path: Path) -> Settings:
    """Settings under which the town's outlet is the only one."""
    _, replica = town
    folder = replica_outlets({}, tmp_path / "outlets")
    (folder / "uji.toml").write_text(
        f'name = "uji"\nlabel = "Uji"\nsite = "{replica.host}"\nhome = "{replica.url}"\n'
        f'[[listings]]\nurl = "{replica.url}/rss"\n[[listings]]\nurl = "{replica.url}{OTHER}"\n'
        f"[search]\nurl = \"{replica.url}/cari?q={{query}}\"\nlinks = '.hasil a'\n"
    )
    return Settings(
        _env_file=None, scraping_delay=0, private_hosts_allowed=replica.host, outlets_dir=folder,
        data_dir=tmp_path / "data",
    )  # fmt: skip


def test_a_collection_leaves_alone_what_is_switched_off(town, stores: Stores, settings: Settings):
    site, replica = town
    gone(site, replica)
    check(replica, stores)
    replica.asked.clear()
    with open_sources(settings, stores) as sources:
        run(sources["uji"])
        assert "/rss" not in replica.paths()
        assert OTHER in replica.paths()
    for finding in check(replica, stores).values():
        stores.addresses.save(replace(finding.state, off=True))
    replica.asked.clear()
    with open_sources(settings, stores) as sources:
        assert "switched every address of this outlet off" in run(sources["uji"]).note
    assert replica.paths() == []


def test_the_command_line_tells_what_is_not_well_and_its_json_tells_all(
    town, stores: Stores, settings: Settings, capsys: pytest.CaptureFixture[str]
):
    site, replica = town
    site.age = timedelta()
    gone(site, replica)
    checking.check(settings, stores, json=False)
    told = capsys.readouterr().out
    assert "switched off" in told
    assert OTHER not in told
    assert "3 addresses: " in told
    checking.check(settings, stores, json=True)
    states = {f["state"]["address"]: f["state"]["state"] for f in json.loads(capsys.readouterr().out)}
    assert states[f"{replica.url}/rss"] == "gone"
    assert len(states) == 3
    checking.switch_on(stores, json=False)
    assert capsys.readouterr().out == "1 addresses are asked again.\n"
    replica.set_state("gone")
    with pytest.raises(typer.Exit):
        checking.check(settings, stores, json=True)


def test_the_command_line_hides_secrets_of_addresses(
    town, stores: Stores, settings: Settings, capsys: pytest.CaptureFixture[str]
):
    _, replica = town
    file = settings.outlets_dir / "uji.toml"
    file.write_text(file.read_text().replace('/rss"', '/rss?token=rahasia"'))
    for as_json in (False, True):
        checking.check(settings, stores, json=as_json)
        told = capsys.readouterr().out
        assert "/rss?token=***" in "".join(told.split())
        assert "rahasia" not in told
    assert f"{replica.url}/rss?token=rahasia" in {state.address for state in stores.addresses.list()}
