"""Corrections of several mentions at once: chosen ones, and those that a file names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from pasip_core.commands.corrections import correct_file, correct_several
from pasip_core.domain.analysis import CORRECTION
from pasip_core.errors import ImportFileError
from pasip_core.reports.export import WRITERS
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.builders import make_keyword, make_mention
from tests.contracts.helpers import everything

A, B, C = (make_mention(f"Jokowi {n}", sentiment="neutral", keywords=("jokowi",)) for n in "abc")
PENDING = make_mention("belum dibaca")


@pytest.fixture
def stores(settings: Settings) -> Iterator[Stores]:
    opened = connect(settings)
    opened.keywords.save(make_keyword("jokowi"))
    opened.mentions.upsert([A, B, C, PENDING])
    yield opened
    opened.close()


def said(stores: Stores) -> list[tuple[str, bool]]:
    found = (stores.mentions.get(one.id) for one in (A, B, C))
    return [(one.analysis.sentiment, one.analysis.is_correction) for one in found]


def written(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    """As CSV or XLSX, by its name."""
    if path.suffix == ".xlsx":
        book = Workbook()
        for row in rows:
            book.active.append(list(row))
        book.save(path)
    else:
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    return path


def test_several_are_corrected_and_each_is_audited(stores: Stores, settings: Settings) -> None:
    told = correct_several(stores, settings, [A.id, B.id, A.id, "0" * 24], "negative")
    assert (told.changed, [id for id, _ in told.refused]) == (2, ["0" * 24])
    assert said(stores) == [("negative", True), ("negative", True), ("neutral", False)]
    assert {(e.action, e.subject) for e in stores.audit.list()} == {
        ("mention.correct", A.id),
        ("mention.correct", B.id),
    }


def test_several_are_corrected_towards_one_keyword(stores: Stores, settings: Settings) -> None:
    told = correct_several(stores, settings, [A.id, PENDING.id], "positive", keyword="jokowi")
    assert (told.changed, [id for id, _ in told.refused]) == (1, [PENDING.id])
    assert dict(stores.mentions.get(A.id).stances) == {"jokowi": "positive"}
    assert said(stores)[0] == ("neutral", False)


@pytest.mark.parametrize("name", ["koreksi.csv", "koreksi.xlsx"])
def test_a_file_corrects_what_it_names_and_keeps_what_it_cannot(
    stores: Stores, settings: Settings, tmp_path: Path, name: str
) -> None:
    rows = [
        ("ID", "Sentimen", "Keyword"),
        (A.id, "Negatif", ""), (B.id, "neutral", ""), (B.id, "positive", "Jokowi"), (C.id, "lucu", ""),
        (C.id, "negative", "prabowo"), ("bukan id", "negative", ""), ("f" * 24, "negative", ""),
    ]  # fmt: skip
    run = correct_file(stores, settings, written(tmp_path / name, rows))
    assert (run.read, run.updated, run.duplicates, run.rejected) == (7, 2, 1, 4)
    assert said(stores) == [("negative", True), ("neutral", False), ("neutral", False)]
    assert dict(stores.mentions.get(B.id).stances) == {"jokowi": "positive"}
    kept = list(csv.DictReader(io.StringIO(Path(run.rejected_file).read_text(encoding="utf-8-sig"))))
    assert [row["row"] for row in kept] == ["5", "6", "7", "8"]
    assert all(row["reason"] for row in kept)
    assert stores.imports.get(run.id) == run
    assert sorted(e.action for e in stores.audit.list()) == ["correct.file", "mention.correct", "mention.correct"]
    again = correct_file(stores, settings, tmp_path / name)
    assert (again.updated, again.duplicates, again.rejected) == (0, 3, 4)


def test_an_export_goes_back_with_only_its_changed_cells_as_corrections(
    stores: Stores, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "ekspor.csv"
    with path.open("wb") as file:
        WRITERS["csv"](stores.mentions.stream(everything()), file, {"jokowi": "jokowi"}, settings.zone)
    with path.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    for row in rows:
        row["sentiment"] = "positive" if row["id"] == C.id else row["sentiment"]
    written(path, [list(rows[0]), *[list(row.values()) for row in rows]])
    run = correct_file(stores, settings, path)
    assert (run.read, run.updated, run.duplicates, run.rejected) == (4, 1, 3, 0)
    assert said(stores) == [("neutral", False), ("neutral", False), ("positive", True)]
    assert stores.mentions.read_by() == {"test-1": 2, CORRECTION: 1}


def test_a_file_without_the_columns_says_which_it_needs(stores: Stores, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="Give the columns id and sentiment"):
        correct_file(stores, settings, written(tmp_path / "x.csv", [("teks", "sentiment"), ("a", "positive")]))
    assert stores.imports.list() == []
