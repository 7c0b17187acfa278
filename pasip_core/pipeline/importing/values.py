"""Single cells: text, numbers, platforms, languages."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from pasip_core.domain.mention import LARGEST_COUNT
from pasip_core.domain.platforms import platform_name
from pasip_core.errors import InputError

NOTHING = frozenset({"", "-", "--", "n/a", "na", "nan", "none", "null", "nil", "#n/a", "tidak ada"})

_UNITS = {
    "k": 1_000, "rb": 1_000, "ribu": 1_000, "m": 1_000_000, "mn": 1_000_000, "jt": 1_000_000, "juta": 1_000_000,
    "mio": 1_000_000, "b": 1_000_000_000, "bn": 1_000_000_000, "miliar": 1_000_000_000, "milyar": 1_000_000_000,
}  # fmt: skip
_NUMBER = re.compile(r"([0-9][0-9.,\s]*)\s*([a-z]*)\+?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([., ])[0-9]{3})(?:\1[0-9]{3})*")

_LANGUAGES = {
    "in": "id", "indonesian": "id", "indonesia": "id", "bahasa indonesia": "id", "bahasa": "id", "ind": "id",
    "english": "en", "eng": "en", "inggris": "en", "javanese": "jv", "jawa": "jv", "jav": "jv", "sundanese": "su",
    "sunda": "su", "sun": "su", "malay": "ms", "melayu": "ms", "und": "", "zxx": "", "qme": "", "unknown": "",
}  # fmt: skip


def as_text(value: Any) -> str:
    """A cell as text: whole floats without their point, nothing for what tools write for nothing."""
    if value is None or value is False:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = str(value)
    return "" if len(text) < 12 and text.strip().casefold() in NOTHING else text


def as_count(value: Any, field: str) -> int | None:
    """A count such as ``1.234``, ``1,2K``, ``1,2 rb`` or ``12 jt``; ``None`` where the cell is empty.

    ``InputError`` where it is no number, or negative.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            raise InputError(f"{field}: a number of hundreds of digits is no count", field=field) from None
        if number != number:  # NaN, as pandas writes what is missing
            return None
    else:
        text = " ".join(as_text(value).replace("\u00a0", " ").split()).casefold()
        if not text:
            return None
        number = _number(text, field)
    if not 0 <= number <= LARGEST_COUNT:
        raise InputError(f"{field}: {value!r} is no count; give a whole number from 0", field=field, value=value)
    return round(number)


def _number(text: str, field: str) -> float:
    match = _NUMBER.fullmatch(text[:40])
    digits, unit = (match.group(1).strip(), match.group(2)) if match else ("", "")
    if not digits or (unit and unit not in _UNITS):
        raise InputError(f"{field}: {text[:60]!r} is no number", field=field, value=text)
    if _GROUPED.fullmatch(digits) and not unit:
        return float(re.sub(r"[., ]", "", digits))
    try:
        return float(_plain(digits)) * _UNITS.get(unit, 1)
    except ValueError:
        raise InputError(f"{field}: {text[:60]!r} is no number", field=field, value=text) from None


def _plain(digits: str) -> str:
    """The last of point and comma splits off the fraction; the other one only groups."""
    cut = max(digits.rfind("."), digits.rfind(","))
    if cut < 0:
        return digits.replace(" ", "")
    whole, fraction = re.sub(r"[., ]", "", digits[:cut]), digits[cut + 1 :]
    return f"{whole or 0}.{fraction}"


def as_platform(value: Any) -> str:
    """The name under which a platform is kept, such as ``twitter`` for X; empty for an empty cell."""
    return platform_name(as_text(value))


def as_language(value: Any) -> str:
    """An ISO 639-1 code, or nothing where the cell does not hold a language."""
    text = as_text(value).strip().casefold()
    text = re.split(r"[-_]", text)[0] if re.fullmatch(r"[a-z]{2,3}[-_][a-z]{2,4}", text) else text
    if text in _LANGUAGES:
        return _LANGUAGES[text]
    return text if re.fullmatch(r"[a-z]{2,3}", text) else ""


def as_id(value: Any) -> str:
    """A platform's own id. Nothing where a spreadsheet has rounded it: many rows would share what is left."""
    if isinstance(value, float) and not (value.is_integer() and abs(value) < 1e15):
        return ""
    if isinstance(value, bool):
        return ""
    text = as_text(value).strip()
    return "" if re.fullmatch(r"[0-9][.,][0-9]+[eE]\+?[0-9]+", text) else text[:300]
