"""Importing a file that a person gave."""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pasip_core.dispatch import Dispatched, dispatch
from pasip_core.domain.runs import ImportRun
from pasip_core.errors import QueueUnavailable
from pasip_core.settings import Settings
from pasip_core.stores.files import file_error
from pasip_core.stores.ports import Stores

from .audit import LOCAL, record

if TYPE_CHECKING:
    from pasip_core.pipeline.importing import PreviewRow, Table


def keep_upload(settings: Settings, name: str, stream: BinaryIO) -> Path:
    """Copy an upload under the data folder, so that a worker can read it; its path.

    The person's file name is kept only as far as it is harmless. ``StoreError`` where it cannot be kept.
    """
    folder = settings.data_dir.resolve() / "imports" / uuid.uuid4().hex
    plain = re.sub(r"[^\w.-]+", "_", Path(name).name)[-100:].lstrip(".") or "file"
    path = folder / plain
    try:
        folder.mkdir(parents=True, mode=0o700)
        with path.open("wb") as copy:
            shutil.copyfileobj(stream, copy, 1 << 20)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise file_error(error, path) from error
    return path


def inspect(path: Path) -> Table:
    """What the file is and which columns it has. ``ImportFileError`` says why it cannot be imported."""
    from pasip_core.pipeline.importing import open_table

    return open_table(path)


def fields() -> tuple[str, ...]:
    """The fields of a mention that a column can fill."""
    from pasip_core.pipeline.importing import FIELDS

    return tuple(FIELDS)


def guess(table: Table) -> Mapping[str, str]:
    """Field to column, as far as names and values tell."""
    from pasip_core.pipeline.importing import guess_mapping

    return guess_mapping(table.columns, table.sample)


def preview(table: Table, mapping: Mapping[str, str], *, platform: str = "", source: str = "") -> Sequence[PreviewRow]:
    """What the first rows would become. ``InputError`` where the mapping cannot be used."""
    from pasip_core.pipeline.importing import preview as look

    return look(table, mapping=mapping, platform=platform, source=source)


def start(
    stores: Stores,
    settings: Settings,
    path: Path,
    *,
    mapping: Mapping[str, str],
    platform: str = "",
    source: str = "",
    who: str = LOCAL,
) -> tuple[ImportRun, Dispatched]:
    """Import the kept file in the background. ``QueueUnavailable`` where no worker can be asked."""
    run = ImportRun(id=path.parent.name, file_name=path.name, started_at=datetime.now(UTC))
    stores.imports.save(run)
    record(stores, run.started_at, who, "import", run.id, file=path.name, platform=platform, source=source)
    try:
        return run, dispatch(
            "import_file", run.id, str(path), dict(mapping), platform, source, settings=settings, front=True
        )
    except QueueUnavailable as error:
        stores.imports.save(replace(run, finished_at=datetime.now(UTC), error=str(error)))
        raise
