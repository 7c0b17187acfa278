"""A made-up sample set, to look around with and for pictures in the documentation.

People, outlets and accounts are invented. Every mention says so in ``raw_data`` and comes from a source
that ends in ``.example``, by which the set is taken out again.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pasip_core.domain.filters import Filters
from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import Engagement, RawMention
from pasip_core.domain.period import Period, day_of
from pasip_core.domain.rules import Matcher
from pasip_core.stores.ports import Stores

from .prepare import prepare
from .progress import Clock, utc_now

MENTIONS, DAYS, SEED = 1500, 30, 20
KEYWORDS = {
    "demo-sari-wening": ("Sari Wening", "figure"),
    "demo-raka-pratama": ("Raka Pratama", "figure"),
    "demo-harga-beras": ("harga beras", "issue"),
}
PRAISE = (
    "{who} turun langsung ke lokasi banjir, warga merasa sangat terbantu",
    "Bangga dengan kerja {who}, programnya nyata dan hasilnya terasa",
    "Terima kasih {who}, jalan desa kami akhirnya mulus lagi",
    "Pidato {who} tadi bagus sekali, jelas dan menenangkan",
    "Pasar murah gagasan {who} berhasil, harga beras di tempat kami mulai turun",
)
BLAME = (
    "Janji {who} lagi-lagi tidak ditepati, kecewa berat",
    "Kerja {who} lambat sekali, banjir sudah tiga hari belum ditangani",
    "{who} cuma pencitraan, warga kecil tetap susah",
    "Harga beras naik terus, {who} ke mana saja?",
    "Kebijakan {who} soal parkir bikin macet tambah parah, buruk sekali",
)
REPORT = (
    "{who} menghadiri rapat koordinasi penanganan banjir di balai kota",
    "{who} dijadwalkan bertemu pedagang pasar pada Kamis pagi",
    "Harga beras medium tercatat stabil pada pekan ini menurut dinas perdagangan",
    "Survei terbaru memuat nama {who} di antara sepuluh tokoh yang dikenal warga",
    "{who} dan DPRD membahas rancangan anggaran tahun depan",
)
TONES = {"demo-sari-wening": (5, 2, 3), "demo-raka-pratama": (2, 5, 3)}
OUTLETS = ("warta-nusa.example", "kabar-kita.example", "suara-pagi.example")
SOCIAL = (("twitter", "x-sample.example"), ("youtube", "tube-sample.example"))
ACCOUNTS = ("warga_satu", "ibu_rt04", "anak.kos", "pak_tani", "mbak_pasar", "sopir_angkot", "guru_desa")


def plant(stores: Stores, zone: ZoneInfo, clock: Clock = utc_now) -> int:
    """Add three keywords and some 1,500 mentions of the last 30 days; how many are new. Repeatable."""
    now = clock()
    for id, (label, category) in KEYWORDS.items():
        if stores.keywords.get(id) is None:
            stores.keywords.save(Keyword(id, label, created_at=now, updated_at=now, category=category))
    matcher = Matcher(stores.keywords.list())
    mentions = [prepare(raw, matcher, now) for raw in _samples(now, zone)]
    return stores.mentions.upsert(mentions).inserted


def remove(stores: Stores, roll_up: Callable[[], None], zone: ZoneInfo | None = None) -> int:
    """Take the keywords and mentions out again; how many mentions. ``roll_up`` brings the numbers up to date."""
    for id in KEYWORDS:
        stores.keywords.delete(id)
    span = stores.mentions.span()
    if span is None:
        return 0
    jakarta = zone or ZoneInfo("Asia/Jakarta")
    period = Period(day_of(span[0], jakarta), day_of(span[1], jakarta), jakarta)
    everything = Filters(period, sources=(*OUTLETS, *(source for _, source in SOCIAL)))
    ids = [mention.id for mention in stores.mentions.stream(everything)]
    stores.mentions.exclude(ids)
    roll_up()
    while stores.mentions.remove_excluded(500):
        pass
    return len(ids)


def _samples(now: datetime, zone: ZoneInfo) -> Iterator[RawMention]:
    today = now.astimezone(zone).date().toordinal()
    chance = random.Random(f"{SEED}-{today}")  # noqa: S311 - the same set all day, nothing secret
    for number in range(MENTIONS):
        age = timedelta(days=DAYS * chance.random() ** 1.4, seconds=chance.random())
        yield _sample(number, now - age, chance)


def _sample(number: int, published_at: datetime, chance: random.Random) -> RawMention:
    person = chance.choices(list(TONES), (3, 2))[0]
    tone = chance.choices((PRAISE, BLAME, REPORT), TONES[person])[0]
    said = chance.choice(tone).format(who=KEYWORDS[person][0])
    sample = {"sample": True}
    if chance.random() < 0.35:
        outlet = chance.choice(OUTLETS)
        url = f"https://{outlet}/berita/{number}"
        body = f"{said}. {chance.choice(REPORT).format(who=KEYWORDS[person][0])}."
        return RawMention(
            outlet, "news", body, published_at, url=url, title=said, author="Redaksi Contoh", raw_data=sample
        )
    platform, source = chance.choices(SOCIAL, (4, 1))[0]
    reactions = int(chance.paretovariate(1.1))
    return RawMention(
        source,
        platform,
        f"{said} #{chance.choice(('cerita', 'kotakita', 'hargaberas'))}",
        published_at,
        url=f"https://{source}/post/{number}",
        author=chance.choice(ACCOUNTS),
        author_followers=int(chance.paretovariate(0.9) * 50),
        engagement=Engagement(reactions, reactions // 4, reactions // 3),
        raw_data=sample,
    )
