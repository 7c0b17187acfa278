"""Which model read which mention, from the index by model."""

from __future__ import annotations

from collections.abc import Iterator

from pymongo import ASCENDING

from .server import Document, Server

FIELD = "analysis.model_version"
BY_MODEL = [(FIELD, ASCENDING)]


def of(version: str) -> Document:
    """Mentions whose current analysis is by this model."""
    return {FIELD: version, "excluded": False}


def versions(server: Server) -> Iterator[str]:
    """Every model version there is, one step in the index each."""
    last = ""
    while True:
        later = {FIELD: {"$gt": last}, "excluded": False}
        found = list(server["scraped_data"].find(later, {FIELD: 1}).sort(BY_MODEL).limit(1))
        if not found:
            return
        last = found[0]["analysis"]["model_version"]
        yield last
