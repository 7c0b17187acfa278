"""Made-up traffic with planted copies: posts, articles of agencies, and posts that only look alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from pasip_core.domain.mention import Mention
from tests.builders import NOW, make_mention

SYLLABLES = tuple(first + last for first in "bdklmnprst" for last in "aeiou")
STARTS = (
    "selamat pagi semoga hari ini", "menurut saya yang paling penting adalah", "jangan lupa pilih nomor satu di tps",
    "terima kasih kepada warga yang hadir di", "hasil hitung cepat di provinsi", "jadwal kampanye hari ini di kota",
)  # fmt: skip
TAGS = ("#pilpres", "#debat", "#hargaberas", "#banjir", "#2019", "#indonesia")


@dataclass
class Traffic:
    """Mentions, and which planted story each is of."""

    random: Random
    mentions: list[Mention] = field(default_factory=list)
    story: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.words = ["".join(self.random.choices(SYLLABLES, k=self.random.randint(2, 4))) for _ in range(4000)]
        self.weights = [1 / (place + 5) for place in range(len(self.words))]

    def said(self, least: int, most: int) -> list[str]:
        return self.random.choices(self.words, self.weights, k=self.random.randint(least, most))

    def post(self) -> list[str]:
        """Sometimes with a beginning that many use."""
        start = self.random.choice(STARTS).split() if self.random.random() < 0.3 else []
        tags = self.random.sample(TAGS, self.random.choice((0, 0, 1, 2)))
        return [*start, *self.said(8, 26), *tags]

    def article(self) -> list[str]:
        return self.said(120, 420)

    def copy_of_post(self, words: Sequence[str]) -> str:
        """A retweet, the same with another link or account, with a tag or a word more, or cut off."""
        r, text = self.random, " ".join(words)
        kind = r.randrange(6)
        if kind == 0:
            return f"RT @akun{r.randrange(99)}: {text}"
        if kind == 1:
            return f"{text} https://t.co/{r.randrange(10**8)}"
        if kind == 2:
            return f"@akun{r.randrange(99)} {text.upper()} !!!"
        if kind == 3:
            return f"{text} {r.choice(TAGS)}"
        if kind == 4 and len(words) > 14:
            return " ".join(words[: len(words) - 2]) + "…"
        return f"{self.said(1, 1)[0]} {text}"

    def copy_of_article(self, words: Sequence[str]) -> str:
        """Another outlet's: its own lead, a paragraph more or less, a few words edited."""
        r, taken = self.random, list(words)
        for at in r.sample(range(len(taken)), k=len(taken) // 40):
            taken[at] = self.said(1, 1)[0]
        if r.random() < 0.4:
            cut = r.randrange(len(taken) - len(taken) // 6)
            del taken[cut : cut + len(taken) // 7]
        if r.random() < 0.4:
            taken += ["baca", "juga", *self.said(8, 25)]
        return " ".join(["jakarta", r.choice(["kompas", "antara", "tempo"]), "com", *taken])

    def add(self, text: str, story: int, **more: object) -> None:
        number = len(self.mentions)
        when = NOW - timedelta(seconds=self.random.randrange(10 * 86400))
        values = {"id": f"{number + 1:024x}", "author": f"akun{self.random.randrange(500)}", "published_at": when}
        self.mentions.append(make_mention(text, **values | more))
        self.story[self.mentions[-1].id] = story

    def fill(self, stories: int, singles: int) -> Traffic:
        """So many stories of two to twelve copies, half of them articles, and so many mentions of their own."""
        for story in range(stories):
            news = story % 2 == 0
            words = self.article() if news else self.post()
            make = self.copy_of_article if news else self.copy_of_post
            place = {"platform": "news", "source": "kompas"} if news else {}
            self.add(" ".join(words), story, **place)
            for _ in range(self.random.choice((1, 1, 2, 3, 5, 11))):
                self.add(make(words), story, **place)
        for single in range(singles):
            news = single % 5 == 0
            place = {"platform": "news", "source": "kompas"} if news else {}
            self.add(" ".join(self.article() if news else self.post()), stories + single, **place)
        self.random.shuffle(self.mentions)
        return self


def traffic(seed: int, stories: int = 40, singles: int = 300) -> Traffic:
    """The same for the same seed."""
    return Traffic(Random(seed)).fill(stories, singles)


def _pairs(groups: Iterable[int]) -> int:
    return sum(n * (n - 1) // 2 for n in groups)


def precision_and_recall(found: Mapping[str, str], planted: Mapping[str, int]) -> tuple[float, float]:
    """Of pairs of mentions that are put together, and of pairs that belong together."""
    both = _pairs(Counter((found[id], planted[id]) for id in planted).values())
    said, true = _pairs(Counter(found[id] for id in planted).values()), _pairs(Counter(planted.values()).values())
    return (both / said if said else 1.0), (both / true if true else 1.0)


def slices(mentions: Sequence[Mention], size: int) -> Iterator[Sequence[Mention]]:
    return (mentions[start : start + size] for start in range(0, len(mentions), size))
