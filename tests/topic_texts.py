"""Made-up texts about a few things, for whoever finds topics."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from pasip_core.domain.mention import Mention
from pasip_core.domain.topic import Term, Topic
from tests.builders import NOW, make_mention

THEMES: dict[str, Sequence[str]] = {
    "banjir": "banjir bekasi sungai meluap pengungsi tanggul pompa genangan terendam perahu".split(),  # noqa: SIM905
    "beras": "beras impor bulog petani gabah panen pasar gudang pupuk sawah".split(),  # noqa: SIM905
    "bola": "timnas gol stadion pelatih kiper pertandingan liga wasit suporter penalti".split(),  # noqa: SIM905
    "listrik": "listrik padam gardu pelanggan meteran tegangan trafo kabel genset korsleting".split(),  # noqa: SIM905
}
ALL = tuple(THEMES)
FILLING = ("yang", "dan", "di", "pada", "sudah", "warga", "kota", "pejabat", "rapat")


def theme_text(rng: random.Random, theme: str) -> str:
    """A sentence about the theme, like no other."""
    words = [*rng.sample(list(THEMES[theme]), 6), *rng.sample(FILLING, 4)]
    rng.shuffle(words)
    return " ".join(words)


def theme_mentions(
    count: int, themes: Sequence[str] = ALL, *, seed: int = 3, last: datetime = NOW, days: int = 10, **more: object
) -> list[Mention]:
    """So many mentions, the themes in turn, spread over the days that end with ``last``."""
    rng = random.Random(seed)
    return [
        make_mention(
            theme_text(rng, themes[n % len(themes)]), author=f"{seed}-{n}",
            published_at=last - timedelta(days=days * (count - 1 - n) / max(count, 1)), **more,
        )
        for n in range(count)
    ]  # fmt: skip


def theme_of(text: str) -> str:
    """What a text of ours is about."""
    return max(THEMES, key=lambda theme: len(set(THEMES[theme]) & set(text.split())))


def make_topic(id: str, name: str, **changes: object) -> Topic:
    """A topic whose terms are those of its name."""
    words = tuple(name.split(", "))
    return Topic(
        id, name, words, (1.0,) * len(words), tuple(Term(word, 0.5) for word in words),
        **{"born_at": NOW, "seen_at": NOW} | changes,
    )  # fmt: skip
