"""A file of corrections: which mention, which sentiment, and perhaps towards which keyword."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pasip_core.domain.analysis import NEGATIVE, NEUTRAL, PENDING, POSITIVE
from pasip_core.domain.keyword import Keyword
from pasip_core.domain.runs import ImportRun
from pasip_core.domain.spreadsheet import restored
from pasip_core.errors import ImportFileError, InputError
from pasip_core.pipeline.progress import Clock, Progress, silent, utc_now
from pasip_core.stores.ports import Stores

from .rejected import RejectedRows
from .rows import Row
from .table import Table, open_table
from .values import as_text

NAMES = {
    "id": ("id", "data_id", "mention", "mention_id"),
    "sentiment": ("sentiment", "sentimen", "correction", "koreksi", "label"),
    "keyword": ("keyword", "kata kunci", "kata_kunci"),
}
"""Our fields and what their columns may be called, the likeliest first."""
WORDS = {
    POSITIVE: POSITIVE, "positif": POSITIVE, NEUTRAL: NEUTRAL, "netral": NEUTRAL, NEGATIVE: NEGATIVE,
    "negatif": NEGATIVE,
}  # fmt: skip
SAVED_EVERY = 500

Correct = Callable[[str, str, str | None], bool]
"""Corrects one mention (id, sentiment, keyword id); whether anything changed. ``InputError`` where it cannot."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One row, understood; ``keyword`` is an id, ``None`` for the whole text."""

    id: str
    sentiment: str
    keyword: str | None = None


def correct_file(
    stores: Stores,
    path: Path,
    correct: Correct,
    *,
    rejected_dir: Path | None = None,
    clock: Clock = utc_now,
    progress: Progress = silent,
) -> ImportRun:
    """Correct what each row names; the finished run: read = updated (corrected) + duplicates (as it was) + rejected.

    Rows that cannot be used are kept with their reasons, as those of imports are. Safe to run again.
    ``ImportFileError`` where the file is none, or has no columns for id and sentiment.
    """
    table = open_table(path)
    columns = columns_of(table)
    keywords = stores.keywords.list()
    run = ImportRun(uuid.uuid4().hex, path.name, clock())
    with RejectedRows(table, rejected_dir or path.parent) as rejected:
        run = replace(run, rejected_file=str(rejected.path))
        stores.imports.save(run)
        for row in table.rows():
            run = _taken(run, row, columns, keywords, correct, rejected)
            if run.read % SAVED_EVERY == 0:
                rejected.flush()
                stores.imports.save(run)
                progress(run.read, None, run.file_name)
    run = replace(run, finished_at=clock(), rejected_file=run.rejected_file if run.rejected else "")
    stores.imports.save(run)
    return run


def _taken(
    run: ImportRun,
    row: Row,
    columns: Mapping[str, str],
    keywords: Sequence[Keyword],
    correct: Correct,
    rejected: RejectedRows,
) -> ImportRun:
    run = replace(run, read=run.read + 1)
    try:
        one = read_correction(row, columns, keywords)
        changed = one is not None and correct(one.id, one.sentiment, one.keyword)
    except InputError as error:
        rejected.add(row, str(error))
        return replace(run, rejected=rejected.count)
    return replace(run, updated=run.updated + changed, duplicates=run.duplicates + (not changed))


def columns_of(table: Table) -> dict[str, str]:
    """Field to column, by name. ``ImportFileError`` where id or sentiment has none."""
    named = {column.casefold().strip(): column for column in reversed(table.columns)}
    found = {field: named[name] for field, names in NAMES.items() for name in reversed(names) if name in named}
    for field in ("id", "sentiment"):
        if field not in found:
            raise ImportFileError(
                f"{field}: {table.path.name} has no column of that name. Give the columns id and sentiment, and "
                "keyword where a correction is towards one.",
                field=field,
            )
    return found


def read_correction(row: Row, columns: Mapping[str, str], keywords: Sequence[Keyword]) -> Correction | None:
    """The correction that a row means; ``InputError`` with the reason where it cannot be one.

    ``None`` for a mention that was not analysed when it was exported: nobody said anything of it.
    """
    if row.problem:
        raise InputError(row.problem)
    cells = {field: restored(as_text(row.values.get(column))).strip() for field, column in columns.items()}
    if not cells["id"]:
        raise InputError("id: the cell is empty", field="id")
    if cells["sentiment"].casefold() == PENDING:
        return None
    sentiment = WORDS.get(cells["sentiment"].casefold())
    if sentiment is None:
        said = cells["sentiment"][:60]
        raise InputError(
            f"sentiment: {said!r} is none; use positive, neutral or negative", field="sentiment", value=said
        )
    return Correction(cells["id"].casefold(), sentiment, _keyword(cells.get("keyword", ""), keywords))


def _keyword(named: str, keywords: Sequence[Keyword]) -> str | None:
    if not named:
        return None
    wanted = named.casefold()
    for keyword in keywords:
        if wanted in {keyword.id.casefold(), keyword.keyword.casefold()}:
            return keyword.id
    raise InputError(f"keyword: there is no {named[:60]!r}", field="keyword", value=named[:60])
