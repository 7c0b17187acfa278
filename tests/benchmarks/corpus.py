"""Made-up mentions by the million: seeded, quick, and spread like real ones."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import accumulate

from pasip_core.domain.analysis import EMOTIONS, Analysis, SentimentScores
from pasip_core.domain.mention import Engagement, Mention
from pasip_core.domain.period import day_start
from tests.builders import NOW
from tests.contracts.helpers import JAKARTA, TODAY

DAYS = 365
KEYWORDS = tuple(f"tokoh-{n:02d}" for n in range(20))
PLATFORMS = {
    "news": [f"outlet-{n}.example" for n in range(30)],
    "twitter": ["twitter"],
    "youtube": ["youtube"],
    "tiktok": ["tiktok"],
    "facebook": ["facebook"],
    "forum": ["kaskus.example", "diskusi.example"],
    "telegram": [f"t.me/kanal{n}" for n in range(10)],
}
SHARES = {"news": 25, "twitter": 35, "youtube": 12, "tiktok": 10, "facebook": 10, "forum": 4, "telegram": 4}
TONES = (("neutral", 50), ("negative", 27), ("positive", 20), (None, 3))
STEMS = """
warga kota jalan harga beras banjir pemilu calon gubernur presiden menteri partai rakyat kampanye debat survei suara
kerja janji program bantuan pasar sekolah guru dokter rumah sakit listrik air pajak anggaran korupsi hukum polisi
demo mahasiswa buruh petani nelayan desa daerah pusat pulau laut hutan tambang investasi utang rupiah ekonomi
"""
FUNCTION_WORDS = "di dan itu dengan ini untuk tidak dari dalam akan pada juga saya ke karena ada bisa"
COMMON, RARE = "yang", "langkanian"
"""A word in most of the texts, and one in very few."""


def vocabulary(rng: random.Random, size: int = 20_000) -> list[str]:
    """Words, the commonest first: function words, stems with affixes, then names and slips of the finger."""
    words = [COMMON, *FUNCTION_WORDS.split()]
    words += [
        f"{front}{stem}{back}"
        for front in ("", "ber", "di", "pe")
        for stem in STEMS.split()
        for back in ("", "an", "nya")
    ]
    syllables = [a + b for a in "bcdghjklmnprstwy" for b in "aiueo"]
    while len(words) < size:
        words.append("".join(rng.choices(syllables, k=rng.randint(2, 4))))
    return words


def mentions(count: int, seed: int = 20) -> Iterator[Mention]:
    """``count`` mentions over the year that ends today, in the order of their days; the same ones every time."""
    rng = random.Random(seed)
    words = vocabulary(rng)
    weights = list(accumulate(1 / (rank + 3) for rank in range(len(words))))
    popularity = list(accumulate(1 / (rank + 2) for rank in range(len(KEYWORDS))))
    platforms, shares = list(PLATFORMS), list(accumulate(SHARES.values()))
    tones, tone_shares = [tone for tone, _ in TONES], list(accumulate(share for _, share in TONES))
    midnight = day_start(TODAY, JAKARTA) - timedelta(days=DAYS - 1)
    for number in range(count):
        platform = rng.choices(platforms, cum_weights=shares)[0]
        length = rng.randint(80, 150) if platform == "news" else rng.randint(8, 40)
        text = " ".join(rng.choices(words, cum_weights=weights, k=length))
        if number % 2500 == 7:
            text += f" {RARE}"
        keywords = tuple(sorted(set(rng.choices(KEYWORDS, cum_weights=popularity, k=rng.choice((0, 1, 1, 1, 2, 3))))))
        second = number * DAYS // count * 86_400 + rng.randrange(86_400)
        tone = rng.choices(tones, cum_weights=tone_shares)[0]
        id, digest = f"{rng.getrandbits(96):024x}", f"{rng.getrandbits(128):032x}"
        yield Mention(
            id=id,
            source=rng.choice(PLATFORMS[platform]),
            platform=platform,
            title=text[:60] if platform == "news" else "",
            content=text,
            published_at=midnight + timedelta(seconds=second),
            scraped_at=NOW,
            content_hash=digest,
            cluster_id=digest,
            url=f"https://{platform}.example/{number}",
            author=f"akun_{int(rng.paretovariate(0.6)) % 50_000}",
            author_followers=rng.randrange(100_000),
            engagement=Engagement(int(rng.paretovariate(0.8)), rng.randrange(20), rng.randrange(30)),
            language="id",
            keywords=keywords,
            rules_revision="bench",
            analysis=_analysis(id, tone, keywords) if tone else None,
            stances=dict.fromkeys(keywords, tone) if tone else {},
        )


def _analysis(id: str, tone: str, keywords: tuple[str, ...]) -> Analysis:
    return Analysis(
        id, tone, 1.0, SentimentScores.certain(tone), NOW, "bench-1", EMOTIONS[int(id[0], 16) % 6], keywords
    )
