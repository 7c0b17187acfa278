"""Importing a whole file, and a look at what that would give."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from loguru import logger

from pasip_core.domain.mention import Mention, RawMention
from pasip_core.domain.rules import Matcher
from pasip_core.domain.runs import ImportRun
from pasip_core.errors import ImportFileError, InputError, MentionErased, PasipError, StoreError, is_store_away
from pasip_core.pipeline.intake import Intake
from pasip_core.pipeline.progress import Clock, Progress, silent, utc_now
from pasip_core.settings import Settings, current_settings
from pasip_core.stores.ports import Stores

from .mapping import Mapping, complete_mapping
from .moments import MomentReader, date_order
from .reading import RowReader
from .rejected import RejectedRows
from .rows import Row, take
from .table import Table, open_table
from .values import as_platform

BATCH = 500
BROKE_OFF = "The import broke off; the log says more."
_NOTHING_GIVEN: AnyMapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row of a file: the mention it would become, or the problem with it."""

    number: int
    mention: RawMention | None
    problem: str = ""


def preview(
    table: Table,
    *,
    mapping: Mapping = _NOTHING_GIVEN,
    platform: str = "",
    source: str = "",
    limit: int = 20,
    zone: ZoneInfo | None = None,
    clock: Clock = utc_now,
) -> list[PreviewRow]:
    """What the first rows would become. ``ImportFileError`` where the whole file cannot be imported so."""
    reader = _row_reader(table, mapping, platform, source, zone, clock())
    return [_previewed(reader, row) for row in table.sample[:limit]]


def import_file(
    stores: Stores,
    path: Path,
    *,
    mapping: Mapping = _NOTHING_GIVEN,
    platform: str = "",
    source: str = "",
    import_id: str = "",
    zone: ZoneInfo | None = None,
    encoding: str = "",
    rejected_dir: Path | None = None,
    matcher: Matcher | None = None,
    clock: Clock = utc_now,
    progress: Progress = silent,
    settings: Settings | None = None,
) -> ImportRun:
    """Import every row; the finished run, which is recorded too, with counts that add up to what was read.

    ``mapping`` is from field to column, guessed where it says nothing. ``platform`` and ``source`` stand in where
    rows have none; ``zone`` is that of times without one (the installation's, if left out). Memory does not grow
    with the file. Rejected rows are kept, with reasons, in ``rejected_dir`` (beside the file, if left out). A copy
    under DATA_DIR of a file that holds rows of persons who had their data erased is deleted when all is read.
    Safe to run again after any interruption: what is there already counts as duplicate. ``ImportFileError``
    where the file cannot be imported at all; the run then records why. A run that was recorded before, under
    ``import_id``, stays open where the store goes away.
    """
    earlier = stores.imports.get(import_id) if import_id else None
    run = ImportRun(import_id or uuid.uuid4().hex, path.name, earlier.started_at if earlier else clock())
    stores.imports.save(run)
    settings = settings or current_settings()
    intake = Intake(stores, matcher or Matcher(stores.keywords.list()), settings)
    work = _Import(stores, run, intake, clock, progress)
    try:
        table = open_table(path, encoding=encoding)
        reader = _row_reader(table, mapping, platform, source, zone or settings.zone, clock())
        with RejectedRows(table, rejected_dir or path.parent) as rejected:
            work.note(rejected)
            work.rows(table.rows(), reader, rejected)
    except Exception as error:
        if earlier and is_store_away(error):  # not over: whoever asked for it has it done again
            raise
        told = str(error) if isinstance(error, PasipError) else BROKE_OFF
        with suppress(StoreError):
            stores.imports.save(replace(work.ended(), error=told))
        raise
    if work.run.erased and path.resolve().is_relative_to(settings.data_dir.resolve()):
        path.unlink(missing_ok=True)
    run = work.ended()
    stores.imports.save(run)
    logger.info(
        "{}: {} read, {} inserted, {} updated, {} duplicates, {} rejected",
        run.file_name, run.read, run.inserted, run.updated, run.duplicates, run.rejected,
    )  # fmt: skip
    return run


@dataclass(slots=True)
class _Import:
    """The run under way. ``run`` is what was stored and counted so far."""

    stores: Stores
    run: ImportRun
    intake: Intake
    clock: Clock
    progress: Progress
    erased: int = 0

    def note(self, rejected: RejectedRows) -> None:
        """Say where rejected rows will lie, before the first is written: a kill must not leave them unknown."""
        self.run = replace(self.run, rejected_file=str(rejected.path))
        self.stores.imports.save(self.run)

    def ended(self) -> ImportRun:
        """The run as it is over now."""
        written = self.run.rejected_file and Path(self.run.rejected_file).is_file()
        return replace(self.run, finished_at=self.clock(), rejected_file=self.run.rejected_file if written else "")

    def rows(self, rows: Iterator[Row], reader: RowReader, rejected: RejectedRows) -> None:
        """All of them, a batch at a time."""
        self.progress(0, None, self.run.file_name)
        while batch := take(rows, BATCH):
            self._store(batch, self._prepared(batch, reader, rejected), rejected)
            self.progress(self.run.read, None, f"{self.run.inserted} new, {self.run.rejected} rejected")

    def _prepared(self, batch: list[Row], reader: RowReader, rejected: RejectedRows) -> list[Mention]:
        self.intake.open(self.clock())
        mentions = []
        for row in batch:
            try:
                mentions.append(self.intake.take(reader.read(row)))
            except MentionErased:  # a copy among the rejected rows would be one more
                self.erased += 1
            except InputError as error:
                rejected.add(row, str(error))
        return mentions

    def _store(self, batch: list[Row], mentions: list[Mention], rejected: RejectedRows) -> None:
        counts = self.stores.mentions.upsert(mentions)
        rejected.flush()
        run = self.run
        self.run = replace(
            run,
            read=run.read + len(batch),
            inserted=run.inserted + counts.inserted,
            updated=run.updated + counts.updated,
            # Rows of the batch that are the same mention as another one count as well.
            duplicates=run.duplicates + len(mentions) - counts.inserted - counts.updated,
            rejected=rejected.count,
            erased=self.erased,
        )
        self.stores.imports.save(self.run)


def _row_reader(
    table: Table, mapping: Mapping, platform: str, source: str, zone: ZoneInfo | None, now: datetime
) -> RowReader:
    complete = complete_mapping(table, mapping)
    given = as_platform(platform)
    if not given and "platform" not in complete:
        raise ImportFileError(
            f"platform: {table.path.name} has no column for it. Say where the file comes from, such as "
            "--platform twitter (or news, facebook, instagram, youtube, tiktok, telegram).",
            field="platform",
        )
    try:
        order = date_order(row.values.get(complete["published_at"]) for row in table.sample)
    except InputError as error:
        raise ImportFileError(str(error), field="published_at") from None
    moments = MomentReader(zone or current_settings().zone, now, order)
    return RowReader(complete, moments, given, " ".join(source.split())[:100], neutralised=not table.is_json)


def _previewed(reader: RowReader, row: Row) -> PreviewRow:
    try:
        return PreviewRow(row.number, reader.read(row))
    except InputError as error:
        return PreviewRow(row.number, None, str(error))
