"""Words that carry tone, and which of them a negation turns round: our own list, matched through Indonesian affixes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

POSITIVE, NEGATIVE = "p", "n"
_TURNED = {POSITIVE: "N", NEGATIVE: "P"}
_REACH = 3
"""Words of the kind "terlalu" that may stand between a negation and what it turns round."""


def _read(path: Path) -> dict[str, frozenset[str]]:
    sections: dict[str, set[str]] = {}
    section: set[str] = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = sections.setdefault(line.strip("[]"), set())
        elif not line.startswith("#"):
            section.update(line.split())
    return {name: frozenset(words) for name, words in sections.items()}


_LISTS = _read(Path(__file__).parent / "words" / "tone.txt")
_TURNING, _BETWEEN, _CONTRAST = _LISTS["turning"], _LISTS["between"], _LISTS["contrast"]
_TONES = dict.fromkeys(_LISTS["positive"], POSITIVE) | dict.fromkeys(_LISTS["negative"], NEGATIVE)
# A prefix and what the root may have begun with, since some prefixes swallow it (kecewa: mengecewakan).
_PREFIXES = (
    ("meng", ("", "k")), ("meny", ("s",)), ("mem", ("", "p")), ("men", ("", "t")), ("me", ("",)),
    ("peng", ("", "k")), ("peny", ("s",)), ("pem", ("", "p")), ("pen", ("", "t")), ("ber", ("",)), ("ter", ("",)),
    ("di", ("",)), ("ke", ("",)), ("se", ("",)), ("pe", ("",)), ("be", ("",)), ("ng", ("", "k")), ("ny", ("s", "c")),
)  # fmt: skip
_SUFFIXES = ("kan", "an", "i", "nya", "ku", "mu", "lah", "kah", "in", "pun")
_LEAST = 4


@lru_cache(maxsize=2_048)
def signs(tokens: tuple[str, ...]) -> tuple[int, ...]:
    """For each token 1 (as it stands), -1 (turned round by a negation before it) or 0 (the negation itself)."""
    found: list[int] = []
    left = 0
    for token in tokens:
        if token in _TURNING:
            left = _REACH
            found.append(0)
            continue
        turned = left > 0 and token[0].isalpha()
        found.append(-1 if turned else 1)
        left = left - 1 if turned and token in _BETWEEN else 0
    return tuple(found)


def tones(tokens: tuple[str, ...]) -> list[str]:
    """The text as a sequence of tones: p and n, P and N where a negation made them so, c for "but", and ! ?."""
    found = []
    for token, sign in zip(tokens, signs(tokens), strict=True):
        if tone := tone_of(token) if sign else "":
            found.append(tone if sign > 0 else _TURNED[tone])
        elif sign and token in _CONTRAST:
            found.append("c")
        elif token in {"!", "?"}:
            found.append(token)
    return found or ["-"]


@lru_cache(maxsize=100_000)
def tone_of(token: str) -> str:
    """``p``, ``n`` or ``""``: of the word itself, of what is doubled in it, or of its root."""
    if token in _TONES:
        return _TONES[token]
    first, dash, second = token.partition("-")
    if dash and first and second.startswith(first):
        return tone_of(first)
    return next((_TONES[root] for root in _roots(token) if root in _TONES), "")


def _roots(token: str) -> list[str]:
    bases = [token] + [
        token.removesuffix(end) for end in _SUFFIXES if token.endswith(end) and len(token) - len(end) >= _LEAST
    ]
    bare = [
        start + base[len(prefix) :]
        for base in bases
        for prefix, starts in _PREFIXES
        if base.startswith(prefix)
        for start in starts
    ]
    return bases + [root for root in bare if len(root) >= _LEAST]
