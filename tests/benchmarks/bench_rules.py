"""Keyword matching: 500 rules against 5, over the same texts."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from pasip_core.domain.keyword import Keyword
from pasip_core.domain.rules import Matcher
from tests.builders import NOW, make_keyword

TEXTS, WORDS = 4_000, 4_000
ROUNDS = 5


def keyword_matching() -> dict[str, float]:
    """Seconds for all texts with 5 and with 500 rules, and their ratio (budget: at most 2)."""
    rng = random.Random(1)
    words = [f"kata{n:x}" for n in range(WORDS)]
    # Some words are frequent and most are rare, as in any language.
    weights = [1 / (rank + 10) for rank in range(WORDS)]
    texts = [_text(rng, words, weights) for _ in range(TEXTS)]
    few, many = Matcher(_keywords(words[200:], 5)), Matcher(_keywords(words[200:], 500))
    times: dict[int, list[float]] = {id(few): [], id(many): []}
    for _ in range(ROUNDS):
        for matcher in (few, many):
            start = time.perf_counter()
            for text in texts:
                matcher.match(text, published_at=NOW)
            times[id(matcher)].append(time.perf_counter() - start)
    five, hundreds = min(times[id(few)]), min(times[id(many)])
    return {"seconds_5_rules": five, "seconds_500_rules": hundreds, "ratio": hundreds / five}


BENCHMARKS = [keyword_matching]


def _text(rng: random.Random, words: Sequence[str], weights: Sequence[float]) -> str:
    signs = rng.choices(("", "#", "@"), weights=(40, 2, 2), k=35)
    return " ".join(sign + word for sign, word in zip(signs, rng.choices(words, weights, k=35), strict=True))


def _keywords(words: Sequence[str], count: int) -> list[Keyword]:
    """Words, phrases, wildcards, exclusions and NEAR in equal parts."""
    keywords = []
    for number in range(count):
        a, b, c = words[3 * number : 3 * number + 3]
        rules = (a, f'{a} OR "{b} {c}"', f"({a} OR {b}*) NOT {c}", f"{a} NEAR/5 {b}", f"#{b} OR @{a}")
        keywords.append(make_keyword(f"k{number}", rule=rules[number % len(rules)]))
    return keywords


if __name__ == "__main__":
    for name, value in keyword_matching().items():
        print(f"{name:20} {value:8.3f}")
