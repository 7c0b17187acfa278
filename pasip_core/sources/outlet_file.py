"""News outlets as declarative files: read and checked, never executed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pasip_core.errors import InputError

from .outlet import Outlet, SearchSpec

BUILT_IN = Path(__file__).parent / "outlets"
BASES = BUILT_IN / "bases"
"""What outlets have in common that are not outlets themselves."""
INHERITED = ("addresses", "article")
HOME = "{home}"
"""Stands for the outlet's front page in the addresses of its listings."""


def load_outlets(folder: Path | None = None) -> dict[str, Outlet]:
    """The built-in outlets; a file in ``folder`` replaces the one of the same ``name``, or adds to them.

    One that says ``active = false`` takes the outlet out. ``InputError`` names the file and the field that cannot
    be used.
    """
    outlets = _read_folder(BUILT_IN)
    if folder is not None:
        if not folder.is_dir():
            raise InputError(f"OUTLETS_DIR: {folder} is no folder.", field="OUTLETS_DIR", value=str(folder))
        outlets |= _read_folder(folder)
    return {name: outlet for name, outlet in sorted(outlets.items()) if outlet is not None}


def _read_folder(folder: Path) -> dict[str, Outlet | None]:
    outlets: dict[str, Outlet | None] = {}
    for path in sorted(folder.glob("*.toml")):
        values = _values(path)
        outlet = None if values.get("active") is False else read_outlet(path)
        name = outlet.name if outlet else str(values.get("name", path.stem))
        if name in outlets:
            raise InputError(f"{path}: name: {name!r} stands in another file too.", field="name")
        outlets[name] = outlet
    return outlets


def read_outlet(path: Path) -> Outlet:
    """One outlet file, with what it inherits."""
    values = _values(path)
    values.pop("active", None)
    if "like" in values:
        values = _inherited(values, path)
    try:
        outlet = Outlet.model_validate(_at_home(values))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{path}: {field}: {first['input']!r:.200} cannot be used: {reason}.", field=field) from None
    _check_parts(outlet, path)
    return outlet


def _values(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: cannot be read as TOML: {error}", field="OUTLETS_DIR", value=str(path)) from error


def _inherited(values: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The values with those of the file that ``like`` names under them.

    Patterns, selectors and the way of finding listings are taken over, key by key. Of the other's own addresses
    only listings at ``{home}`` are, which say where any outlet of this make has them; nobody has seen them here, so
    they are as sure as the file says of itself.
    """
    base = _base(values["like"], path)
    own = {name: value for name, value in values.items() if name != "like"}
    merged = {name: base[name] for name in ("discover", "google_news") if name in base} | own
    surely = {"confidence": own.get("confidence", "C")}
    listings = [listing | surely for listing in _at_any_home(base.get("listings"))]
    told = own.get("listings", [])
    merged["listings"] = [*told, *listings] if isinstance(told, list) else told
    for table in INHERITED:
        merged[table] = _table(base, table) | _table(own, table)
    if "search" in own:
        merged["search"] = _table(base, "search") | _table(own, "search")
    return merged


def _at_any_home(listings: object) -> list[dict[str, Any]]:
    """Those at ``{home}``; what is no listing is told where the file that holds it is checked itself."""
    tables = [listing for listing in (listings if isinstance(listings, list) else ()) if isinstance(listing, dict)]
    return [listing for listing in tables if str(listing.get("url")).startswith(HOME)]


def _base(like: object, path: Path) -> dict[str, Any]:
    """What the named file says; ``InputError`` where there is none such, or where it inherits itself."""
    places = [folder / f"{like}.toml" for folder in (path.parent, BUILT_IN, BASES)]
    known = isinstance(like, str) and re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", like)
    place = next((place for place in places if place.is_file()), None) if known else None
    if place is None or place == path:
        raise InputError(f"{path}: like: there is no outlet file {like!r:.60}.", field="like", value=str(like))
    base = _values(place)
    if "like" in base:
        raise InputError(f"{path}: like: {like} is itself like another; name that one.", field="like", value=str(like))
    return base | {"addresses": {k: v for k, v in _table(base, "addresses").items() if k != "hosts"}}


def _at_home(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with ``{home}`` in listings replaced."""
    home = str(values.get("home", "")).rstrip("/")
    listings = values.get("listings", ())
    if not isinstance(listings, list):
        return dict(values)
    return dict(values) | {
        "listings": [
            listing | {"url": listing["url"].replace(HOME, home)}
            if isinstance(listing, dict) and isinstance(listing.get("url"), str)
            else listing
            for listing in listings
        ]
    }


def _table(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A table of the file; what stands in its place is left to the check of the whole."""
    table = values.get(name, {})
    return table if isinstance(table, dict) else {name: table}


def _check_parts(outlet: Outlet, path: Path) -> None:
    """What concerns several fields at once."""
    if not outlet.listings and outlet.search is None and not outlet.discover:
        raise InputError(
            f"{path}: listings: name at least one feed, sitemap, index page or a search, or set discover = true.",
            field="listings",
        )
    for number, listing in enumerate(outlet.listings):
        if listing.kind == "index" and not listing.links:
            field = f"listings.{number}.links"
            raise InputError(f"{path}: {field}: an index page needs the selector of its links.", field=field)
        if listing.pages > 1 and "{page}" not in listing.url and listing.kind != "wordpress":
            field = f"listings.{number}.url"
            raise InputError(f"{path}: {field}: more than one page needs {{page}} in the address.", field=field)
    if outlet.search:
        _check_search(outlet.search, path)


def _check_search(search: SearchSpec, path: Path) -> None:
    if search.kind == "wordpress":
        return
    asked = " ".join((search.url, *search.form.values()))
    if "{query}" not in asked and "{slug}" not in asked:
        raise InputError(
            f"{path}: search.url: the address of a search needs {{query}} or {{slug}}.", field="search.url"
        )
    if search.kind == "html" and not search.links:
        raise InputError(f"{path}: search.links: a search page needs the selector of its links.", field="search.links")
    if search.kind == "json" and not search.address:
        raise InputError(
            f"{path}: search.address: a search in JSON needs the address of a result.", field="search.address"
        )
