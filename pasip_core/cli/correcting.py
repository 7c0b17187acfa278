"""``correct``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .context import Json, opened, roll_up
from .output import progress_bar, say_json, show_fields


def correct(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, XLSX or JSONL with id, sentiment and perhaps keyword.")],
    json: Json = False,
) -> None:
    """Correct the sentiment of the mentions that a file names; rejected rows go to a file with reasons."""
    from pasip_core.commands.corrections import correct_file

    with opened() as (settings, stores), progress_bar(json) as progress:
        run = correct_file(stores, settings, file, progress=progress)
        if run.updated:
            roll_up(stores, progress)
    told = {
        "file": run.file_name, "read": run.read, "corrected": run.updated, "unchanged": run.duplicates,
        "rejected": run.rejected, "rejected_file": run.rejected_file or None,
    }  # fmt: skip
    if json:
        say_json(told)
    else:
        show_fields(told)
