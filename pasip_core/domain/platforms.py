"""The platforms this program knows, and under which name each is kept. Imports may bring others."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches

LONGEST_NAME = 40

OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "twitter": ("x", "x com", "twitter com", "x twitter", "twitter x", "tweet", "tweets"),
    "facebook": ("fb", "facebook com", "facebook public", "facebook pages", "facebook groups", "facebook page"),
    "instagram": ("ig", "instagram com", "instagram public"),
    "youtube": ("yt", "youtube com", "you tube"),
    "tiktok": ("tik tok", "tiktok com"),
    "telegram": ("t me", "telegram channel", "telegram channels"),
    "news": ("online news", "news media", "berita", "berita online", "media online", "media", "newspaper", "website"),
    "blog": ("blogs",),
    "forum": ("forums",),
    "reddit": (), "kaskus": (), "mastodon": (), "bluesky": (), "threads": (),
}  # fmt: skip
"""What tools call each of them, in lower case and with a space for every sign between words."""
_KEPT_AS = {called: name for name, others in OTHER_NAMES.items() for called in (name, *others)}


def platform_name(text: str) -> str:
    """The name under which a platform is kept, such as ``twitter`` for X; empty for an empty text."""
    words = " ".join(re.sub(r"[^a-z0-9]+", " ", unicodedata.normalize("NFKC", text).casefold()).split())
    return _KEPT_AS.get(words) or words.replace(" ", "_")[:LONGEST_NAME]


def most_like(name: str) -> str:
    """The known platform that a misspelt name most likely means; empty where none is near."""
    return next(iter(get_close_matches(name, OTHER_NAMES, n=1, cutoff=0.75)), "")
