"""Looking after the addresses of outlets: what no longer answers is switched off until it does again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from pasip_core.domain.runs import AddressState
from pasip_core.sources.http import PoliteClient
from pasip_core.sources.outlet import Outlet
from pasip_core.sources.probing import ALIVE, DEAD, Probe, probe
from pasip_core.stores.ports import Stores

from .progress import Clock, Progress, silent, utc_now


@dataclass(frozen=True, slots=True)
class Finding:
    """One address after a check, and in words what is new about it; "" where nothing is."""

    state: AddressState
    kind: str
    change: str = ""


def switched_off(stores: Stores) -> dict[str, set[str]]:
    """By outlet, the addresses that collections leave alone."""
    off: dict[str, set[str]] = defaultdict(set)
    for state in stores.addresses.list({"off": True}):
        off[state.source].add(state.address)
    return dict(off)


def switch_all_on(stores: Stores) -> int:
    """Forget every check, so that every address is asked again; how many had been off."""
    states = stores.addresses.list()
    for state in states:
        stores.addresses.delete(state.id)
    return sum(state.off for state in states)


def check_outlets(
    outlets: Mapping[str, Outlet],
    http: PoliteClient,
    stores: Stores,
    *,
    at_once: int,
    clock: Clock = utc_now,
    progress: Progress = silent,
) -> list[Finding]:
    """Ask every address once, outlets side by side at the pace that each host wants, and write down what came.

    An address that is dead (gone, no longer what it was, without articles, forbidden by robots.txt) is switched
    off, and on again once it answers. One that only refuses or is away for now stays as it is; and where not one
    address is well, nothing is switched off, since that speaks of our own network.
    """
    now = clock()
    probes: list[Probe] = []
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        for done, found in enumerate(pool.map(lambda outlet: probe(http, outlet, now), outlets.values()), start=1):
            probes += found
            progress(done, len(outlets), "outlets")
    known = {state.id: state for state in stores.addresses.list()}
    dead = DEAD if any(found.state in ALIVE for found in probes) else frozenset()
    findings = [_finding(found, known.get(_id(found)), dead, now) for found in probes]
    for finding in findings:
        stores.addresses.save(finding.state)
    for gone in set(known) - {finding.state.id for finding in findings}:  # no file names it any more
        stores.addresses.delete(gone)
    return findings


def _id(found: Probe) -> str:
    return f"{found.source} {found.address}"


def _finding(found: Probe, before: AddressState | None, dead: frozenset[str], now: datetime) -> Finding:
    since = before.since if before and before.state == found.state else now
    stays_off = before is not None and before.off and found.state not in ALIVE
    off = found.kind != "discovery" and (found.state in dead or stays_off)
    state = AddressState(_id(found), found.source, found.address, found.state, found.told, now, since, off)
    return Finding(state, found.kind, _change(state, before))


def _change(state: AddressState, before: AddressState | None) -> str:
    if state.off and not (before and before.off):
        return "switched off" + (f"; it was {before.state} since {before.since:%Y-%m-%d}" if before else "")
    if before and before.off and not state.off:
        return f"switched on again after being {before.state} since {before.since:%Y-%m-%d}"
    if before and before.state != state.state:
        return f"was {before.state} since {before.since:%Y-%m-%d}"
    return ""
