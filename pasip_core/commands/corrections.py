"""A person's word on a sentiment: of one mention, of several chosen ones, or of all that a file names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pasip_core.domain.mention import Mention
from pasip_core.domain.runs import ImportRun
from pasip_core.errors import InputError
from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores

from .audit import LOCAL, record
from .follow_up import ask_for

Progress = Callable[[int, int | None, str], None]
"""See ``pipeline.progress``."""


def _silent(done: int, total: int | None, note: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """How many of several were corrected, and those that were refused, each with the reason."""

    changed: int = 0
    refused: tuple[tuple[str, str], ...] = ()


def correct(
    stores: Stores, settings: Settings, id: str, sentiment: str, *, keyword: str | None = None, who: str = LOCAL
) -> Mention:
    """Correct the sentiment of the whole mention, or towards one keyword; the mention as it is now.

    Outranks every model for as long as the text stays. The numbers follow within seconds.
    """
    mention = _correct(stores, stores.mentions.get(id), id, sentiment, keyword, who)
    ask_for("rollup", settings)
    return mention


def correct_several(
    stores: Stores,
    settings: Settings,
    ids: Sequence[str],
    sentiment: str,
    *,
    keyword: str | None = None,
    who: str = LOCAL,
) -> Corrected:
    """The same of each of these mentions. One that has that sentiment already is confirmed: it is corrected too."""
    changed, refused = 0, []
    for id in dict.fromkeys(ids):
        try:
            _correct(stores, stores.mentions.get(id), id, sentiment, keyword, who)
            changed += 1
        except InputError as error:
            refused.append((id, str(error)))
    if changed:
        ask_for("rollup", settings)
    return Corrected(changed, tuple(refused))


def correct_file(
    stores: Stores, settings: Settings, path: Path, *, who: str = LOCAL, progress: Progress = _silent
) -> ImportRun:
    """Correct what the rows of a file name (see ``importing.corrections``); an export with changed cells will do.

    A row that says what the mention has already changes nothing. ``ImportFileError`` where the file cannot be used.
    """
    from pasip_core.pipeline.importing.corrections import correct_file as run_file

    run = run_file(stores, path, partial(_correct_where_other, stores, who), progress=progress)
    now = datetime.now(UTC)
    record(stores, now, who, "correct.file", run.id, file=run.file_name, corrected=run.updated, rejected=run.rejected)
    if run.updated:
        ask_for("rollup", settings)
    return run


def _correct_where_other(stores: Stores, who: str, id: str, sentiment: str, keyword: str | None) -> bool:
    before = stores.mentions.get(id)
    if before is not None:
        whole = before.analysis.sentiment if before.analysis else None
        if sentiment == (before.stances.get(keyword) if keyword else whole):
            return False
    _correct(stores, before, id, sentiment, keyword, who)
    return True


def _correct(stores: Stores, before: Mention | None, id: str, sentiment: str, keyword: str | None, who: str) -> Mention:
    now = datetime.now(UTC)
    mention = stores.mentions.correct(id, sentiment, at=now, keyword=keyword)
    was = before.analysis.sentiment if before and before.analysis else None
    record(stores, now, who, "mention.correct", id, sentiment=sentiment, keyword=keyword, before=was)
    return mention
