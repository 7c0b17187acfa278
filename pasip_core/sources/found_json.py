"""Search results that come as JSON, by themselves or within the script of a page."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from bs4 import BeautifulSoup

from pasip_core.errors import SourceParse

from .addresses import shown_url
from .entries import Entry, joined
from .exchange import Response
from .fields import items, mapping, text
from .outlet import Outlet, SearchSpec


def results(answer: Response, outlet: Outlet, spec: SearchSpec) -> tuple[list[Entry], bool]:
    """The articles of one answer, and whether the list of results is where it should be (it may be empty).

    ``SourceParse`` where there is no JSON at all.
    """
    *way, name = spec.items.split(".") if spec.items else [""]
    told = _loaded(answer, spec)
    found = mapping(told, *way).get(name) if name else told
    entries = (_entry(item, answer.url, spec) for item in items(found))
    return [entry for entry in entries if entry and outlet.is_article(entry.url)], isinstance(found, list)


def _loaded(answer: Response, spec: SearchSpec) -> Any:
    body: str | bytes = answer.body
    if spec.script:
        script = BeautifulSoup(body, "lxml").select_one(spec.script)
        body = script.get_text() if script else ""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        shown = shown_url(answer.url)
        raise SourceParse(f"{shown}: no JSON where the results should be.", url=shown) from error


def _entry(item: Mapping[str, Any], base: str, spec: SearchSpec) -> Entry | None:
    """``None`` where a part of the address is missing."""
    values = {way: _value(item, way) for way in re.findall(r"\{([\w.]+)\}", spec.address)}
    if not all(values.values()):
        return None
    url = joined(base, re.sub(r"\{([\w.]+)\}", lambda match: values[match[1]], spec.address))
    return Entry(url=url, title=_value(item, spec.title)[:500]) if url else None


def _value(item: Mapping[str, Any], way: str) -> str:
    *path, name = way.split(".")
    return text(mapping(item, *path).get(name))
