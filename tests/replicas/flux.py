"""The few words of Flux that our questions use: read into steps, and done over rows.

``parse`` gives (function, arguments) pairs; a predicate is a list of (column, operator, value) of which one must
hold. ``tests/core/test_influx_flux.py`` compares it with InfluxData's own parser. Rows are dictionaries; a table is the
rows of one group.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Row = dict[str, Any]
Comparison = tuple[str, str, Any]
Step = tuple[str, dict[str, Any]]

TOKEN = re.compile(
    r"""\s*(?: (?P<string>"(?:\\.|[^"\\])*") | (?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) | (?P<number>\d+)
    | (?P<name>[A-Za-z_]\w*) | (?P<sign>\|>|=>|==|[>()\[\],:.]) )""",
    re.VERBOSE | re.DOTALL,
)
ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(.))", re.DOTALL)
PLAIN_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


class FluxError(Exception):
    """A question that this stand-in, or InfluxDB, would not take."""


def parse(text: str) -> list[Step]:
    """The steps of a question."""
    reader = _Reader(list(_tokens(text)))
    steps = [reader.call()]
    while reader.next is not None:
        reader.take("|>")
        steps.append(reader.call())
    return steps


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at, text = 0, text.rstrip()
    while at < len(text):
        found = TOKEN.match(text, at)
        if not found:
            raise FluxError(f"cannot read {text[at : at + 20]!r}")
        yield found.lastgroup or "", found[found.lastgroup or 0]
        at = found.end()


def _string(literal: str) -> str:
    if "${" in literal:
        raise FluxError("interpolation")
    return ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else PLAIN_ESCAPES[m[2]], literal[1:-1])


@dataclass
class _Reader:
    tokens: list[tuple[str, str]]
    at: int = 0

    @property
    def next(self) -> tuple[str, str] | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self, *wanted: str) -> str:
        """The next token, which is one of these signs or of this kind."""
        kind, text = self.next or ("", "")
        if text not in wanted and kind not in wanted:
            raise FluxError(f"{' or '.join(wanted)} wanted, not {text!r}")
        self.at += 1
        return text

    def is_next(self, text: str) -> bool:
        return self.next is not None and self.next[1] == text and self.next[0] != "string"

    def call(self) -> Step:
        name = self.take("name")
        self.take("(")
        arguments = {}
        while not self.is_next(")"):
            argument = self.take("name")
            self.take(":")
            arguments[argument] = self.value()
            if not self.is_next(")"):
                self.take(",")
        self.take(")")
        return name, arguments

    def value(self) -> Any:
        kind, text = self.next or ("", "")
        if kind == "sign":
            return self.predicate() if text == "(" else self.strings()
        self.take("string", "time", "number")
        return literal(kind, text)

    def strings(self) -> list[str]:
        self.take("[")
        found = []
        while not self.is_next("]"):
            found.append(_string(self.take("string")))
            if not self.is_next("]"):
                self.take(",")
        self.take("]")
        return found

    def predicate(self) -> list[Comparison]:
        for sign in ("(", "r", ")", "=>"):
            self.take(sign)
        found = [self.comparison()]
        while self.is_next("or"):
            self.take("or")
            found.append(self.comparison())
        return found

    def comparison(self) -> Comparison:
        self.take("r")
        self.take(".")
        column, operator = self.take("name"), self.take("==", ">")
        kind = (self.next or ("", ""))[0]
        return column, operator, literal(kind, self.take("string", "number"))


def literal(kind: str, text: str) -> Any:
    """The value of a literal."""
    if kind == "string":
        return _string(text)
    return int(text) if kind == "number" else datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


@dataclass
class Tables:
    """Rows, grouped by the columns of ``key``."""

    rows: list[Row]
    key: tuple[str, ...] | None

    def grouped(self) -> dict[tuple[Any, ...], list[Row]]:
        """The rows of each table by the values of its key."""
        found: dict[tuple[Any, ...], list[Row]] = {}
        for row in self.rows:
            found.setdefault(tuple(row.get(name) for name in self.key or ()), []).append(row)
        return found


def run(steps: Sequence[Step], bucket: Callable[[str], list[Row]]) -> Tables:
    """What a question gives; ``bucket`` gives the rows of a bucket, which are in no group yet."""
    tables = Tables([], None)
    for name, arguments in steps:
        if name not in STEPS:
            raise FluxError(f"undefined identifier {name}")
        tables = Tables(bucket(arguments["bucket"]), None) if name == "from" else STEPS[name](tables, **arguments)
    if steps[0][0] != "from" or steps[1][0] != "range":
        raise FluxError("cannot submit unbounded read; try bounding with range()")
    return tables


def _range(tables: Tables, start: datetime, stop: datetime) -> Tables:
    if stop <= start:
        raise FluxError("cannot query an empty range")
    return Tables([row for row in tables.rows if start <= row["_time"] < stop], tables.key)


def _filter(tables: Tables, fn: list[Comparison]) -> Tables:
    return Tables([row for row in tables.rows if any(_holds(row, *one) for one in fn)], tables.key)


def _holds(row: Row, column: str, operator: str, value: Any) -> bool:
    if row.get(column) is None:
        return False
    if isinstance(row[column], int) != isinstance(value, int):
        raise FluxError(f"unsupported binary expression of {column}")
    return row[column] == value if operator == "==" else row[column] > value


def _group(tables: Tables, columns: Sequence[str] = ()) -> Tables:
    return Tables(tables.rows, tuple(columns))


def _keep(tables: Tables, columns: Sequence[str]) -> Tables:
    if tables.key is None or set(tables.key) - set(columns):
        raise FluxError("keep would drop columns of the group key")
    return Tables([{name: row[name] for name in columns if name in row} for row in tables.rows], tables.key)


def _sum(tables: Tables) -> Tables:
    if tables.key is None:
        raise FluxError("this stand-in only sums groups")
    rows = [
        {**dict(zip(tables.key, values, strict=True)), "_value": sum(row["_value"] for row in rows)}
        for values, rows in tables.grouped().items()
    ]
    return Tables(rows, tables.key)


STEPS: dict[str, Callable[..., Tables]] = {
    "from": Tables, "range": _range, "filter": _filter, "group": _group, "keep": _keep, "sum": _sum,
}  # fmt: skip
