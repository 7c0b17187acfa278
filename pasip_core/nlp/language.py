"""Which language a text is in, from function words and endings: no model, no download, microseconds."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

_ENDINGS = {
    "id": r"(?:me[mnr]|meng|ber|ter|per)\w{4,}|pe\w{3,}an|ke\w{3,}an|di\w{3,}kan|\w{3,}(?:nya|kan|lah|kah|si|itas)",
    "jv": r"\w{3,}(?:ipun|ake|aken|ne|é|né)|(?:tak|dak)\w{4,}|nge\w{4,}ake|\w*(?:dh|th)\w+",
    "su": r"\w{3,}(?:keun|eun|na|ana)|\w*eu\w+|nga\w{4,}keun|\w*é\w*",
    "en": r"\w{3,}(?:ing|ed|tion|ly|ness|ment|'s|n't)",
}


def _read_lists(path: Path) -> dict[str, frozenset[str]]:
    lists: dict[str, set[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            words = lists.setdefault(line.strip("[]"), set())
        elif not line.startswith("#"):
            words.update(line.split())
    return {name: frozenset(words) for name, words in lists.items()}


_LISTS = _read_lists(Path(__file__).parent / "words" / "languages.txt")
_ONLY_MALAY = _LISTS.pop("ms")
_LISTS["id"] |= _ONLY_MALAY
# A word that several languages use counts for each of them, less the more they are.
_SHARED = Counter(word for words in _LISTS.values() for word in words)
_WEIGHTS: dict[str, list[tuple[str, float]]] = {
    word: [(name, 1.0 / _SHARED[word]) for name, words in _LISTS.items() if word in words] for word in _SHARED
}
_ENDS = [(name, re.compile(pattern + r"\Z")) for name, pattern in _ENDINGS.items()]
_END_WEIGHT = 0.25
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_NOISE = re.compile(r"https?://\S+|[@#]\w+|<[^<>]*>")
READ_WORDS = 200
"""Words looked at: a language shows in the first paragraphs."""


def detect(text: str) -> str:
    """``id``, ``jv``, ``su``, ``ms`` or ``en``, or ``""`` when unsure (too short, mixed, none of these)."""
    scores, count = _scores(text)
    if count < 2:
        return ""
    (best, top), (_, second) = sorted(scores.items(), key=lambda item: -item[1])[:2]
    sure = top >= 0.5 and top / count >= 0.08 and top >= 1.15 * second
    if sure and best == "id" and _speaks_malay(text):
        return "ms"
    return best if sure else ""


def _words(text: str) -> list[str]:
    head = text[: READ_WORDS * 12]
    return _WORD.findall(_NOISE.sub(" ", head).lower())[:READ_WORDS]


def _scores(text: str) -> tuple[dict[str, float], int]:
    words = _words(text)
    scores = dict.fromkeys(_LISTS, 0.0)
    for word in words:
        word = word[:40]
        known = _WEIGHTS.get(word)
        for name, weight in known or ():
            scores[name] += weight
        if not known:
            for name, pattern in _ENDS:
                if pattern.match(word):
                    scores[name] += _END_WEIGHT
    return scores, len(words)


def _speaks_malay(text: str) -> bool:
    """Malay and Indonesian share most words; only words that Indonesian does not use decide."""
    return sum(word in _ONLY_MALAY for word in _words(text)) >= 2
