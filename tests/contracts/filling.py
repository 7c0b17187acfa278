"""Stores filled at random: everything that can happen to a mention has happened to some."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from pasip_core.domain.mention import Engagement, Mention, content_hash
from pasip_core.stores.ports import Assigned, Kept, Matched, Stores, Understood
from tests.builders import NOW, make_mention
from tests.contracts.helpers import roll_up, understand

WORDS = ("harga", "beras", "naik", "turun", "rapat", "banjir", "macet", "panen")
KEYWORDS = ("anies", "jokowi", "prabowo", "ganjar")
VOICES = (("news", "detik"), ("news", "kompas"), ("twitter", "twitter"), ("youtube", "youtube"))
TONES = ("positive", "neutral", "negative")


def random_mention(rng: random.Random, number: int, days: int = 5) -> Mention:
    """Mention ``number``, published at a second of its own within the last ``days``."""
    platform, source = rng.choice(VOICES)
    text = " ".join(rng.choices(WORDS, k=rng.randint(2, 9))) + rng.choice(("", f" {number}", ' 🔥 "é"\n'))
    told = [rng.choice((None, rng.randrange(50))) for _ in range(3)]
    moment = NOW - timedelta(days=days * rng.random()) + timedelta(milliseconds=rng.randrange(1000))
    return make_mention(
        text, platform=platform, source=source, author=f"a{number}", url=f"https://x.example/{number}",
        title=rng.choice(("", "Judul")), published_at=moment.replace(microsecond=moment.microsecond // 1000 * 1000),
        author_followers=rng.choice((None, rng.randrange(9000))), engagement=Engagement(*told), language="id",
        keywords=tuple(sorted(rng.sample(KEYWORDS, rng.randrange(4)))), rules_revision=rng.choice(("r0", "r1")),
        raw_data=rng.choice(({}, {"n": number, "deep": [1.5, None, {"teks": "é\ud83d"}]})),
    )  # fmt: skip


def fill(stores: Stores, count: int, seed: int = 7) -> None:
    """``count`` mentions: some analysed, analysed again, corrected, matched anew, edited, taken out."""
    rng = random.Random(seed)
    mentions = [random_mention(rng, number) for number in range(count)]
    stores.mentions.upsert(mentions)
    for version in ("m1", "m2"):
        chosen = rng.sample(mentions, count * 2 // 3)
        stores.mentions.save_analyses([_understood(rng, mention, version) for mention in chosen])
    for mention in rng.sample(mentions, count // 6):
        keyword = rng.choice((None, *mention.keywords))
        stores.mentions.correct(mention.id, rng.choice(TONES), at=NOW + timedelta(hours=1), keyword=keyword)
    matched = [
        Matched(m.id, m.content_hash, tuple(rng.sample(KEYWORDS, 2)), "r2") for m in rng.sample(mentions, count // 6)
    ]
    stores.mentions.save_matches(matched)
    placed = [Assigned(m.id, m.content_hash, f"t{n % 2}") for n, m in enumerate(mentions) if n % 3]
    stores.mentions.assign_topics(placed)
    stores.mentions.upsert([_edited(mention) for mention in rng.sample(mentions, count // 20)])
    roll_up(stores)
    stores.mentions.exclude([mention.id for mention in rng.sample(mentions, count // 20)])


def _understood(rng: random.Random, mention: Mention, version: str) -> Understood:
    stances = {keyword: rng.choice(TONES) for keyword in mention.keywords}
    return understand(mention, rng.choice(TONES), stances=stances, model_version=version)


def _edited(mention: Mention) -> Mention:
    text = f"{mention.content} (diperbarui)"
    digest = content_hash(mention.title, text)
    return replace(mention, content=text, content_hash=digest, cluster_id=digest)


def everything_kept(stores: Stores, limit: int = 500) -> Iterator[Kept]:
    """Every mention with all that is known of it, by id."""
    after = ""
    while page := stores.mentions.kept(after=after, limit=limit):
        yield from page
        after = page[-1].mention.id
