"""The parts of an installation, and their values as lines of canonical JSON.

The same value is the same line, whatever store it comes from: keys are sorted, times are in UTC, cells in order.
A part's checksum is the SHA-256 of its lines in the order of their keys.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from pasip_core.domain.metrics import DayNumbers
from pasip_core.stores.ports import Kept, record_types

from . import day_lines
from .checks import check_kept

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
MENTIONS, NUMBERS = "mentions", "numbers"
STAYS = frozenset({"moves"})
"""Collections that speak of the store itself."""


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of value, each with a key that orders them. ``collection`` is empty for mentions and numbers."""

    name: str
    type: Any
    collection: str = ""

    @property
    def note(self) -> str:
        """How progress speaks of it; collections share one bar."""
        return f"collections: {self.collection}" if self.collection else self.name

    def key(self, value: Any) -> str:
        """The place of ``value`` among the others."""
        if isinstance(value, Kept):
            return value.mention.id
        return value.day.isoformat() if isinstance(value, DayNumbers) else str(value.id)

    def line(self, value: Any) -> bytes:
        """``value`` in canonical JSON, without an end of line."""
        shown = self._shown(value)
        if isinstance(value, Kept):
            # As it stands: what a source gave may hold what the library would change, such as NaN.
            shown["mention"]["raw_data"] = dict(value.mention.raw_data)
        return _CANONICAL.encode(shown).encode()

    def _shown(self, value: Any) -> Any:
        """Plain JSON values, all but what a source gave."""
        if isinstance(value, DayNumbers):
            return day_lines.shown(value)
        exclude = {"mention": {"raw_data"}} if isinstance(value, Kept) else None
        return _adapter(self.type).dump_python(value, mode="json", exclude=exclude)

    def value(self, line: bytes) -> Any:
        """The value of a line from outside. ``ValueError`` where it is none, or holds what would be lost."""
        try:
            given = json.loads(line)
            if self.type is DayNumbers:
                value: Any = day_lines.read(given)
            else:
                value = _adapter(self.type).validate_python(given)
            if isinstance(value, Kept):
                check_kept(value)
            if b"\\ud" in line.lower():
                json.dumps(self._shown(value), ensure_ascii=False).encode()
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
        except UnicodeEncodeError:
            raise ValueError("it holds half a character, which no store can") from None
        again = self.line(value)
        if again != line and (unknown := _unknown(given, json.loads(again))):
            raise ValueError(f"this version of the program does not know its {unknown!r}; update the program")
        return value


def all_parts() -> list[Part]:
    """Every part, in the order in which they move: what rollup has to know of goes before the mentions."""
    collections = [Part(f"records/{name}", type, name) for name, type in record_types().items() if name not in STAYS]
    return [*collections, Part(MENTIONS, Kept), Part(NUMBERS, DayNumbers)]


@cache
def _adapter(type: Any) -> TypeAdapter[Any]:
    return TypeAdapter(type)


def _unknown(given: Any, taken: Any) -> str:
    """The first name in ``given`` that is not in ``taken``."""
    if isinstance(given, Mapping) and isinstance(taken, Mapping):
        for name, value in given.items():
            if name not in taken:
                return str(name)
            if found := _unknown(value, taken[name]):
                return found
    elif isinstance(given, list) and isinstance(taken, list):
        for value, other in zip(given, taken, strict=False):
            if found := _unknown(value, other):
                return found
    return ""
