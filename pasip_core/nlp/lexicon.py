"""Words that carry tone or emotion, and which of them a negation turns round: own lists, matched through affixes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

WORDS = Path(__file__).parent / "words"
_REACH = 3
"""Words of the kind "terlalu" that may stand between a negation and what it turns round."""

_FAR = 3
"""How far from "menurunkan" or "turun" the bad word may stand that becomes less."""


def read_lines(path: Path) -> dict[str, list[str]]:
    """The lines of a list under each of its [headings], without comments."""
    sections: dict[str, list[str]] = {}
    section: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if re.fullmatch(r"\[\w+\]", line):
            section = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            section.append(line)
    return sections


def read_sections(path: Path) -> dict[str, frozenset[str]]:
    """The words of a list under each of its [headings]."""
    return {name: frozenset(" ".join(lines).split()) for name, lines in read_lines(path).items()}


_TONE_LISTS = read_sections(WORDS / "tone.txt")
_TURNING, _BETWEEN, _CONTRAST = _TONE_LISTS["turning"], _TONE_LISTS["between"], _TONE_LISTS["contrast"]
_LESSENING, _LESSENED = _TONE_LISTS["lessening"], _TONE_LISTS["lessened"]
_LESS = _LESSENING | _LESSENED
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
    """For each token 1 (as it stands), -1 (turned round) or 0 (the negation itself).

    What turns a word round is a negation before it ("tidak enak"), and a bad one that it becomes less: "menurunkan
    angka kemiskinan", "pengangguran turun".
    """
    found = _negated(tokens)
    for place, token in enumerate(tokens):
        if token in _LESS and found[place] > 0:
            _lessen(tokens, found, place)
    return tuple(found)


def _negated(tokens: tuple[str, ...]) -> list[int]:
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
    return found


def _lessen(tokens: tuple[str, ...], found: list[int], place: int) -> None:
    """Turn the bad word that ``tokens[place]`` is said of: the nearest after it, else the nearest before it."""
    ways = (
        (_LESSENING, range(place + 1, min(len(tokens), place + 1 + _FAR))),
        (_LESSENED, range(place - 1, max(-1, place - 1 - _FAR), -1)),
    )
    for words, way in ways:
        for there in way if tokens[place] in words else ():
            if found[there] <= 0 or not tokens[there][0].isalpha():
                break
            if "n" in CIVIC.mark_of(tokens[there]):
                found[there] = -1
                return


class Lexicon:
    """Words under one-letter marks; a word of several marks has their letters in one."""

    def __init__(
        self, sections: Mapping[str, frozenset[str]], marks: Mapping[str, str], turned: Mapping[str, str]
    ) -> None:
        self._marks: dict[str, str] = {}
        for name, mark in marks.items():
            for word in sections[name]:
                self._marks[word] = self._marks.get(word, "") + mark
        self._turned = turned
        kinds = ["", *dict.fromkeys(marks.values()), *sorted({kind for kind in self._marks.values() if len(kind) > 1})]
        self.kinds = {kind: number for number, kind in enumerate(kinds)}
        """All that ``mark_of`` may answer, numbered."""
        self.mark_of = lru_cache(maxsize=100_000)(self._mark_of)

    def _mark_of(self, token: str) -> str:
        """The marks of the word itself, of what is doubled in it, or of its root; ``""`` for none."""
        if token in self._marks:
            return self._marks[token]
        first, dash, second = token.partition("-")
        if dash and first and second.startswith(first):
            return self.mark_of(first)
        return next((self._marks[root] for root in _roots(token) if root in self._marks), "")

    def sequence(self, tokens: Sequence[str]) -> list[str]:
        """The text as its marks, other letters where a negation turned them, c for "but", and ! ?."""
        found: list[str] = []
        for token, sign in zip(tokens, signs(tuple(tokens)), strict=True):
            if marks := self.mark_of(token) if sign else "":
                found.extend(marks if sign > 0 else [self._turned[mark] for mark in marks])
            elif sign and token in _CONTRAST:
                found.append("c")
            elif token in {"!", "?"}:
                found.append(token)
        return found or ["-"]


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


TONE = Lexicon(_TONE_LISTS, {"positive": "p", "negative": "n"}, {"p": "N", "n": "P"})
_CIVIC = {"positive": "p", "support": "p", "negative": "n", "attack": "n", "falling": "d", "rising": "u", "cost": "k"}
CIVIC = Lexicon(_TONE_LISTS, _CIVIC, {"p": "N", "n": "P", "d": "D", "u": "U", "k": "K"})
"""Tone as public life has it: with words of politics, and with what falls, rises and costs."""

_MOODS = {"anger": "a", "fear": "f", "happy": "h", "love": "l", "sadness": "s"}
MOOD = Lexicon(read_sections(WORDS / "emotion.txt"), _MOODS, {mark: mark.upper() for mark in _MOODS.values()})
LEXICONS = {"tone": TONE, "civic": CIVIC, "mood": MOOD}
