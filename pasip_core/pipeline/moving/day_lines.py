"""The numbers of one day in few characters: a cell is a row without names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, date
from operator import attrgetter
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, TypeAdapter

from pasip_core.domain.metrics import Cell, DayNumbers, SetCell

Count = Annotated[int, Field(ge=0, le=1 << 53)]
"""Small enough that sums of many fit into the integers of any store."""
Row = tuple[str, str, str, Count, Count, Count | None]
SetRow = tuple[tuple[str, ...], str, str, str, Count, Count, Count | None]


@dataclass(frozen=True)
class Line:
    """``DayNumbers`` with rows for cells."""

    day: date
    hours: dict[AwareDatetime, tuple[Row, ...]]
    cells: tuple[Row, ...]
    sets: tuple[SetRow, ...]


_LINE = TypeAdapter(Line)
_ROW = attrgetter(*(field.name for field in fields(Cell)))
_SET_ROW = attrgetter(*(field.name for field in fields(SetCell)))


def shown(numbers: DayNumbers) -> dict[str, Any]:
    """Plain JSON values, cells in order; hours without cells are left out."""
    hours = {hour: rows for hour, cells in numbers.hours.items() if (rows := _rows(cells))}
    return {
        "day": numbers.day.isoformat(),
        "hours": {hour.astimezone(UTC).isoformat(): rows for hour, rows in hours.items()},
        "cells": _rows(numbers.cells),
        "sets": sorted(map(_SET_ROW, numbers.sets), key=lambda row: row[:4]),
    }


def _rows(cells: Iterable[Cell]) -> list[tuple[Any, ...]]:
    return sorted(map(_ROW, cells), key=lambda row: row[:3])


def read(given: Any) -> DayNumbers:
    """The reverse of ``shown``. ``ValueError`` where it is none."""
    line = _LINE.validate_python(given)
    return DayNumbers(
        line.day,
        {hour.astimezone(UTC): tuple(Cell(*row) for row in rows) for hour, rows in line.hours.items()},
        tuple(Cell(*row) for row in line.cells),
        tuple(SetCell(*row) for row in line.sets),
    )
