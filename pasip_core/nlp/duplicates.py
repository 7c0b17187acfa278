"""Whether two texts say the same in the same words: MinHash over runs of words, banded for looking up.

Links, accounts that are spoken to, and "RT" in front mean nothing, so that a retweet is a copy. The numbers behind the
constants are in ``docs/stories.md``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from pasip_core.domain.mention import Mention
from pasip_core.domain.stories import Fingerprint

RUN = 2
"""Words in a shingle."""
FEWEST_WORDS = 6
"""Texts of fewer words are copies only where they are equal: "terima kasih pak presiden" is said by many."""
PERMUTATIONS, BANDS, ROWS = 128, 32, 4
SKETCH = 512
"""Hashes kept of a text: all of a post or short article, and a fair sample of a long one."""
SHORT, LONG = 40, 150
ALIKE_SHORT, ALIKE_LONG = 0.70, 0.55
"""The share of runs in common from which texts of up to ``SHORT``, and from ``LONG`` words on, are copies."""

_LINK = re.compile(r"(?:https?://|www\.|pic\.twitter\.com/|t\.co/)\S+")
_HANDLE = re.compile(r"(?<![\w@.])@\w+")
_RETWEET = re.compile(r"^\s*rt\b[\s:]*", re.IGNORECASE)
_WORD = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    """What is compared: folded words, without links, accounts and signs."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = _RETWEET.sub("", _HANDLE.sub(" ", _LINK.sub(" ", plain)))
    return _WORD.findall(plain)


def fingerprints(mentions: Sequence[Mention]) -> list[Fingerprint]:
    """One for each, in order."""
    from datasketch import MinHash, MinHashLSH, sha1_hash32

    said = [words_of(mention.text) for mention in mentions]
    hashed = [[sha1_hash32(run.encode()) for run in _runs(words)] for words in said]
    minhashes = MinHash.bulk(hashed, num_perm=PERMUTATIONS, hashfunc=int)
    ranges = MinHashLSH(num_perm=PERMUTATIONS, params=(BANDS, ROWS)).hashranges
    return [
        Fingerprint(m.id, m.content_hash, len(words), _sketch(runs), _bands(minhash.hashvalues, ranges) if runs else ())
        for m, words, runs, minhash in zip(mentions, said, hashed, minhashes, strict=True)
    ]


def _runs(words: Sequence[str]) -> list[str]:
    """Distinct runs of words, in no order."""
    if len(words) < FEWEST_WORDS:
        return []
    return list({" ".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1)})


def _sketch(hashes: Sequence[int]) -> bytes:
    return np.array(sorted(set(hashes))[:SKETCH], "<u4").tobytes()


def _bands(values: np.ndarray, ranges: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """A number for each band, its place among them included."""
    plain = values.astype("<u4")
    digests = (
        blake2b(number.to_bytes(2, "little") + plain[begin:end].tobytes(), digest_size=8).digest()
        for number, (begin, end) in enumerate(ranges)
    )
    return tuple(int.from_bytes(digest, "little", signed=True) for digest in digests)


def jaccard(left: bytes, right: bytes) -> float:
    """The share of runs in common: exact where both sketches are whole, else estimated from the smallest hashes."""
    one, other = np.frombuffer(left, "<u4"), np.frombuffer(right, "<u4")
    either = np.union1d(one, other)[:SKETCH]
    if not len(either):
        return 0.0
    return float(np.isin(either, np.intersect1d(one, other, assume_unique=True), assume_unique=True).mean())


def needed(words: int) -> float:
    """The share of runs in common that makes a text of so many words a copy."""
    part = min(max((words - SHORT) / (LONG - SHORT), 0.0), 1.0)
    return ALIKE_SHORT + part * (ALIKE_LONG - ALIKE_SHORT)


def are_copies(words: tuple[int, int], sketches: tuple[bytes, bytes]) -> bool:
    """Whether two texts are copies; the shorter one says how much they need in common."""
    return jaccard(*sketches) >= needed(min(words))
