"""Tags, accounts and sites in a text, by rule alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from pasip_core.domain.names import ACCOUNT, DOMAIN, HASHTAG, LONGEST, NamedEntity
from pasip_core.domain.rules.fold import fold

from .lexicon import WORDS, read_sections

LINK = re.compile(r"(?:https?://|\bwww\.)[^\s<>\"]+|\bpic\.twitter\.com/\S+", re.IGNORECASE)
TAG = re.compile(r"(?<![\w&#/@])#(\w{2,60})")
HANDLE = re.compile(r"(?<![\w.@/])@(\w{2,30}(?:\.\w{1,30}){0,3})")
_HOST = re.compile(r"(?:https?://)?(?:[^\s/?#@]*@)?([^\s/?#:]+)", re.IGNORECASE)
_IS_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,18}")
_SAME = {
    "youtu.be": "youtube.com", "fb.me": "facebook.com", "fb.com": "facebook.com", "x.com": "twitter.com",
    "detik.id": "detik.com", "cnn.id": "cnnindonesia.com",
}  # fmt: skip
_NOBODY = frozenset({"null", "undefined", "none"})
"""What programs write where an account is missing."""


def find_tags(text: str) -> Iterator[NamedEntity]:
    """Every hashtag, account and linked site, as often as it stands there.

    Upper and lower case mean nothing in any of them. Addresses that shorteners made up say nothing of where they lead.
    """
    links = [found[0] for found in LINK.finditer(text)]
    for link in links:
        if site := site_of(link):
            yield NamedEntity(DOMAIN, site)
    rest = LINK.sub(" ", text) if links else text
    for pattern, kind in ((TAG, HASHTAG), (HANDLE, ACCOUNT)):
        for found in pattern.findall(rest):
            name = fold(found).strip("._")[:LONGEST]
            if any(map(str.isalpha, name)) and not (kind == ACCOUNT and name in _NOBODY):
                yield NamedEntity(kind, name)


def site_of(link: str) -> str:
    """The site behind an address, as it was registered; empty where it cannot be told."""
    match = _HOST.match(link)
    host = (match[1] if match else "").lower().rstrip(".,;!'")
    if not _IS_HOST.fullmatch(host):
        return ""
    labels = host.removeprefix("www.").split(".")
    country = len(labels[-1]) == 2 and len(labels) > 2 and labels[-2] in _listed("second")
    kept = 3 if country or ".".join(labels[-2:]) in _listed("hosted") else 2
    site = ".".join(labels[-kept:])
    return "" if {host, site} & _listed("shortened") else _SAME.get(site, site)


@cache
def _listed(section: str) -> frozenset[str]:
    return read_sections(WORDS / "sites.txt")[section]
