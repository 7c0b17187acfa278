"""How the bundled models read a text: normalised tokens, and of a long text the parts that carry its tone."""

from __future__ import annotations

import re
from functools import lru_cache

from .clean import tokens
from .lexicon import WORDS
from .slang import emoji_name, read_regional

LONG = 1_500
"""Characters up to which a text is read whole: posts, comments, reviews."""

LEAD, ENDING = 1_000, 300

_RETWEET = re.compile(r"(?:\s*RT\s+@\w+\s*:?)+\s*")
_INVISIBLE = frozenset("\ufe0f\u200d🏻🏼🏽🏾🏿♀♂")
_HASHTAG = re.compile(r"#(\w{4,80})")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NYA = re.compile(r"(.{4,})nya")
_JOINED = ("ne", "na", "e")
# Sundanese -keun and Javanese -ake are Indonesian -kan; the latter only behind a prefix: "milkshake" is none.
_KAN = re.compile(r"(\w{3,})keun|((?:di|ng|ny|nd|nj)\w{3,}?)k?ake")
_REGIONAL, _STEMS = read_regional(WORDS / "regional.txt")
_WHOLE = frozenset({"punya", "tanya", "hanya", "bertanya", "menanya", "mempunyai", "ternyata"})


def model_tokens(text: str) -> list[str]:
    """Tokens for the bundled models: ``normalise`` with numbers as ``0``, emoji by name, the clitic -nya and the words
    of a hashtag apart, and common Javanese and Sundanese words as the Indonesian ones that they mean. A retweet says
    what it repeats.
    """
    found: list[str] = []
    read = lead(text)
    if repeats := _RETWEET.match(read):
        read = read[repeats.end() :]
    if "#" in read:
        read = _HASHTAG.sub(_words_of, read)
    for token in tokens(read):
        found.extend(_parts(token))
    return found


def _words_of(hashtag: re.Match[str]) -> str:
    """The words of a hashtag that are told apart by capitals: #TolakReklamasi says what "tolak reklamasi" says."""
    words = _HUMP.findall(hashtag[1]) if hashtag[1].isascii() else []
    capitals = sum(word[:1].isupper() for word in words)
    return f" {' '.join(words)} " if capitals > 1 or (capitals and len(words) > 1) else hashtag[0]


def lead(text: str) -> str:
    """What is read of a text. Of a long one: its beginning (title and lead) and its last sentences.

    An article states its matter first and often judges at the end; the middle is quotes and background,
    which would drown the tone of both and cost time.
    """
    if len(text) <= LONG:
        return text
    head, tail = text[:LEAD], text[-ENDING:]
    return f"{head[: _edge(head)]}\n{tail[tail.find(' ') + 1 :]}"


def _edge(head: str) -> int:
    """Where the last sentence (else word) of ``head`` ends."""
    sentence = max(head.rfind(mark) for mark in (". ", "! ", "? ", "\n"))
    if sentence >= LEAD // 2:
        return sentence + 1
    word = head.rfind(" ")
    return word if word > 0 else len(head)


@lru_cache(maxsize=100_000)
def _parts(token: str) -> tuple[str, ...]:
    if token[0].isdigit():
        return ("0",)
    if not token[0].isalpha():
        return () if token in _INVISIBLE else (emoji_name(token),)
    if meaning := _REGIONAL.get(token):
        return meaning
    for ending in _JOINED:
        if token.endswith(ending) and (stem := token.removesuffix(ending)) in _STEMS:
            return (*_REGIONAL.get(stem, (stem,)), "nya")
    if made := _KAN.fullmatch(token):
        return (f"{made[1] or made[2]}kan",)
    if len(token) > 6 and token not in _WHOLE and (found := _NYA.fullmatch(token)):
        return (found[1], "nya")
    return (token,)
