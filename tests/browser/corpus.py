"""The tweets that the browser tests import, and what is to be counted in them, by hand and without our code."""

from __future__ import annotations

import csv
import os
import random
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
COLUMNS = ("index", "topic", "tweets", "date", "username", "likes", "retweets", "replies", "hashtags", "class")
CLITICS = r"(?:nya|lah|kah|pun)?"


def tweets_file(folder: Path) -> Path:
    """The real tweets where the data folder is, else a made-up file of the same shape."""
    root = Path(os.environ.get("EVAL_DATA") or ROOT.parent / "shared" / "data")
    real = root / "mentions" / "pilpres2019_tweets.tsv"
    return real if real.is_file() else _made_up(folder / "tweets.tsv")


def read_tweets(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def names(text: str, word: str) -> bool:
    """Whether the word stands there whole, with or without # or @ and a clitic; ornamental letters are letters."""
    plain = unicodedata.normalize("NFKC", text)
    return re.search(rf"(?<![^\W]){word}{CLITICS}(?![^\W])", plain, re.IGNORECASE) is not None


def distinct(rows: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """The same author, moment and words, whatever their case and spacing, are one tweet."""
    seen = {(r["username"].casefold(), r["date"], " ".join(r["tweets"].casefold().split())): r for r in rows}
    return list(seen.values())


def _made_up(path: Path) -> Path:
    chance = random.Random(2019)
    words = [
        "harga", "beras", "naik", "turun", "rakyat", "debat", "jalan", "tol", "kerja", "nyata", "hoaks", "menang",
        "kalah", "hebat", "buruk", "gagal",
    ]  # fmt: skip
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter="\t")
        writer.writerow(COLUMNS)
        for n in range(600):
            who = chance.choice(["jokowi", "#Jokowi", "prabowo", "@prabowo", "jokowi dan prabowo", "kpu"])
            text = f"{who} {' '.join(chance.sample(words, 6))} {n}"
            day = f"2019-0{chance.randint(1, 5)}-{chance.randint(1, 28):02d} {chance.randint(0, 23):02d}:15:00+00:00"
            writer.writerow([n, "uji", text, day, f"akun{n % 40}", n % 9, n % 4, n % 3, "", "Other"])
    return path
