"""Files of rejected rows that lie outside DATA_DIR, beside what was imported on the command line.

Imports remember where they wrote them; what was moved since is out of our reach.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pasip_core.domain.runs import ImportRun
from pasip_core.stores.ports import Stores

from .copies import BROKEN, holds
from .scrubbing import Copies

ENDINGS = (".rejected.csv", ".rejected.jsonl")
"""Nothing else is ever deleted here, whatever a record says."""


def scrub_rejected(data_dir: Path, stores: Stores, copies: Copies) -> tuple[list[str], list[str]]:
    """Delete those that hold the person; sentences on what was done, and on what could not be."""
    done: list[str] = []
    left: list[str] = []
    gone = 0
    for run, path in _written_outside(data_dir, stores):
        try:
            if not path.is_file():
                gone += bool(run.rejected)
            elif _tells(path, copies):
                path.unlink()
                stores.imports.save(replace(run, rejected_file=""))
                done.append(f"deleted the rejected rows of the import {run.id}")
        except BROKEN as error:
            left.append(f"the rejected rows of the import {run.id} cannot be read or deleted ({type(error).__name__})")
    if gone:
        done.append(f"imports whose rejected rows were moved or deleted: {gone}; who took them away looks after them")
    return done, left


def search_rejected(data_dir: Path, stores: Stores, copies: Copies) -> tuple[int, list[str]]:
    """How many were searched, and a sentence for each that still tells of the person."""
    searched, findings = 0, []
    for run, path in _written_outside(data_dir, stores):
        try:
            found = path.is_file() and _tells(path, copies)
        except BROKEN:
            continue  # told of when it was to be deleted
        searched += path.is_file()
        if found:
            findings.append(f"the rejected rows of the import {run.id} still hold it")
    return searched, findings


def _written_outside(data_dir: Path, stores: Stores) -> Iterator[tuple[ImportRun, Path]]:
    for run in stores.imports.list():
        path = Path(run.rejected_file)
        if path.is_absolute() and path.name.endswith(ENDINGS) and not path.is_relative_to(data_dir):
            yield run, path


def _tells(path: Path, copies: Copies) -> bool:
    return copies.in_text(path.name) or holds(path, copies.in_table)
