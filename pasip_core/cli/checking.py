"""``sources --check``: how the addresses of the outlets are doing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import typer

from pasip_core.domain.addresses import without_secrets
from pasip_core.pipeline.source_check import Finding, check_outlets, switch_all_on
from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores

from .output import progress_bar, say, say_json, show_table

HEALTHY = "ok"


def check(settings: Settings, stores: Stores, json: bool) -> None:
    """Ask every address once, tell what is not well or has changed, and leave with 1 where nothing is well."""
    from pasip_core.sources.http import open_client
    from pasip_core.sources.outlet_file import load_outlets

    outlets = load_outlets(settings.outlets_dir)
    with open_client(settings) as http, progress_bar(json) as progress:
        findings = check_outlets(outlets, http, stores, at_once=settings.max_concurrent_requests, progress=progress)
    findings = [_shown(finding) for finding in findings]
    if json:
        say_json(findings)
    else:
        _tell(findings)
    if findings and not any(finding.state.state == HEALTHY for finding in findings):
        raise typer.Exit(1)


def _shown(finding: Finding) -> Finding:
    state = finding.state
    address = without_secrets(state.address)
    return replace(finding, state=replace(state, id=f"{state.source} {address}", address=address))


def switch_on(stores: Stores, json: bool) -> None:
    """Have every address asked again."""
    count = switch_all_on(stores)
    if json:
        say_json({"switched_on": count})
    else:
        say(f"{count} addresses are asked again.")


def _tell(findings: Sequence[Finding]) -> None:
    rows = [
        [f.state.source, f.kind, f.state.address, f.state.state, f.change, f.state.told]
        for f in findings
        if f.state.state != HEALTHY or f.change
    ]
    if rows:
        show_table(["source", "kind", "address", "state", "change", "what came"], rows)
    counts = Counter(finding.state.state for finding in findings)
    off = sum(finding.state.off for finding in findings)
    told = ", ".join(f"{number} {state}" for state, number in counts.most_common())
    say(f"{len(findings)} addresses: {told or 'none'}; {off} switched off. `sources --check --on` has all asked again.")
