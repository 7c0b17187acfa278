"""``migrate``, ``backup`` and ``restore``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pasip_core.errors import InputError, SettingError
from pasip_core.pipeline.progress import utc_now
from pasip_core.settings import Settings, current_settings
from pasip_core.stores.ports import Stores

from .context import Json, opened
from .output import progress_bar, say, say_json, show_table

if TYPE_CHECKING:
    from pasip_core.pipeline.moving import Moved, PartSum, Sum


def migrate(
    source: Annotated[
        str, typer.Option("--from", metavar="URL", help="Where from; else the store that the settings name.")
    ] = "",
    target: Annotated[
        str, typer.Option("--to", metavar="URL", help="Where to, still empty; else the store that the settings name.")
    ] = "",
    json: Json = False,
) -> None:
    """Copy everything into another store, sqlite:///FILE or mongodb://…; killed halfway, it goes on where it was."""
    from pasip_core.pipeline.moving import StoreContents, move
    from pasip_core.stores.connect import address_of, is_missing, shown_address

    there, here = _settings_at("--from", source), _settings_at("--to", target)
    names = [shown_address(address_of(settings)) for settings in (there, here)]
    if address_of(there) == address_of(here):
        raise InputError(f"--to: {names[1]} is where everything is; name another one", field="--to")
    if is_missing(there):
        raise InputError(f"--from: there is no database at {names[0]}", field="--from")
    with (
        closing(_connect("--from", there)) as old,
        closing(_connect("--to", here)) as new,
        progress_bar(json) as progress,
    ):
        moved = move(StoreContents(old, names[0]), new, zone=here.zone, progress=progress)
    if json:
        say_json({"from": names[0], "to": names[1], **_told(moved)})
    else:
        _show(moved.parts, f"everything of {names[0]} is in {names[1]}, checksums compared", moved.pending_days)
        _show_erased(moved)


def _settings_at(option: str, address: str) -> Settings:
    from pasip_core.stores.connect import settings_at

    with _given_by(option):
        return settings_at(address, current_settings())


def _connect(option: str, settings: Settings) -> Stores:
    from pasip_core.stores.connect import connect

    with _given_by(option):
        return connect(settings)


@contextmanager
def _given_by(option: str) -> Iterator[None]:
    """An address that cannot be used is told under the name of its option."""
    try:
        yield
    except SettingError as error:
        raise InputError(str(error).replace("DATABASE_URL", option, 1), field=option) from None


def backup(
    out: Annotated[
        Path | None, typer.Argument(help="File or folder to write to; a file named by the time in DATA_DIR/backups.")
    ] = None,
    json: Json = False,
) -> None:
    """Write everything into one file, while the system runs."""
    from pasip_core.pipeline.moving import backup as write
    from pasip_core.pipeline.moving import backup_path

    with opened() as (settings, stores), progress_bar(json) as progress:
        file = backup_path(settings, utc_now(), out)
        manifest = write(stores, file, settings.zone, progress=progress)
    if json:
        say_json({"file": file, "size": file.stat().st_size, "manifest": manifest})
    else:
        _show(manifest.parts, f"written to {file}, {file.stat().st_size / 1e6:.1f} MB", len(manifest.pending_days))


def restore(
    file: Annotated[Path, typer.Argument(help="What `backup` wrote.")],
    erased_in: Annotated[
        str, typer.Option(metavar="URL", help="A store whose erasures stay in force: the one that this one replaces.")
    ] = "",
    json: Json = False,
) -> None:
    """Fill an empty store from a backup; killed halfway, it goes on where it was."""
    from pasip_core.pipeline.moving import restore as read

    with opened(make=True) as (settings, stores), _remembering(erased_in) as other, progress_bar(json) as progress:
        moved = read(file, stores, settings.zone, mindful_of=other, progress=progress)
    if json:
        say_json({"file": file, **_told(moved)})
    else:
        _show(moved.parts, f"restored from {file}, checksums compared", moved.pending_days)
        _show_erased(moved)


@contextmanager
def _remembering(address: str) -> Iterator[Stores | None]:
    from pasip_core.stores.connect import address_of, is_missing, shown_address

    if not address:
        yield None
        return
    there = _settings_at("--erased-in", address)
    if is_missing(there):
        raise InputError(
            f"--erased-in: there is no database at {shown_address(address_of(there))}", field="--erased-in"
        )
    with closing(_connect("--erased-in", there)) as stores:
        yield stores


def _told(moved: Moved) -> dict[str, object]:
    sums = {name: {"count": one.count, "sha256": one.sha256} for name, one in moved.parts.items()}
    return {"parts": sums, "pending_days": moved.pending_days, "erased": moved.erased}


def _show(parts: Mapping[str, Sum | PartSum], sentence: str, pending_days: int) -> None:
    show_table(["part", "count"], [[name.removeprefix("records/"), one.count] for name, one in parts.items()])
    say(sentence)
    if pending_days:
        say(f"the numbers of {pending_days} days wait for the next rollup, as they did there")


def _show_erased(moved: Moved) -> None:
    if moved.erased:
        say(f"{moved.erased} mentions were left out: their persons were erased")
