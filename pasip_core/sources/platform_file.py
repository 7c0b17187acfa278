"""What an operator may edit about the platforms: addresses, pace, prices, quotas; read and checked, never executed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, field_validator

from pasip_core.domain.quotas import Quota
from pasip_core.errors import InputError

from .outlet import WebAddress

BUILT_IN = Path(__file__).parent / "platforms.toml"


class Platform(BaseModel):
    """One platform. ``base`` is where its API or pages lie, ``bases`` names further ones (logins)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str = Field(min_length=1, max_length=80)
    base: WebAddress
    bases: Mapping[str, WebAddress] = {}
    delay: float = Field(2.0, ge=0, le=3600)
    """Seconds between two requests."""
    key_page: WebAddress | None = None
    """Where a person gets the credentials."""
    prices: Mapping[str, Annotated[FiniteFloat, Field(ge=0)]] = {}
    """US dollars for one of each."""
    quotas: Mapping[str, Quota] = {}
    options: Mapping[str, str | int | FiniteFloat | bool | tuple[str, ...]] = {}
    """What else may change from outside: versions, names of parameters, lengths of queries."""

    @field_validator("quotas", mode="before")
    @classmethod
    def _readable_quotas(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        return {name: Quota(**raw) if isinstance(raw, Mapping) else raw for name, raw in value.items()}

    def option(self, name: str, default: int) -> int:
        """An option that is a number."""
        value = self.options.get(name, default)
        return int(value) if isinstance(value, int | float) else default

    def word(self, name: str, default: str = "") -> str:
        """An option that is a text."""
        value = self.options.get(name, default)
        return value if isinstance(value, str) else default


def load_platforms(changes: Path | None = None) -> dict[str, Platform]:
    """The built-in platforms by name; what ``changes`` says of one, value for value, stands in place of ours.

    ``InputError`` names the file and the field that cannot be used.
    """
    values = _read(BUILT_IN)
    if changes is not None:
        for name, table in _read(changes).items():
            if name not in values:
                known = ", ".join(sorted(values))
                raise InputError(f"{changes}: {name}: no such platform; known: {known}.", field=name)
            values[name] = _merged(values[name], table)
    return {name: _checked(name, table, changes or BUILT_IN) for name, table in values.items()}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: cannot be read as TOML: {error}", field="PLATFORMS_FILE", value=str(path)) from error


def _merged(ours: Any, theirs: Any) -> Any:
    if not isinstance(ours, dict) or not isinstance(theirs, dict):
        return theirs
    return ours | {name: _merged(ours.get(name), value) for name, value in theirs.items()}


def _checked(name: str, table: Any, path: Path) -> Platform:
    try:
        return Platform.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in (name, *first["loc"]))
        reason = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{path}: {field}: {first['input']!r:.200} cannot be used: {reason}.", field=field) from None
    except TypeError as error:
        raise InputError(
            f"{path}: {name}.quotas: write {{ limit = …, window = … }}.", field=f"{name}.quotas"
        ) from error
