"""Whom a mention speaks to: ``@names`` in its text, and whom it answers where its raw data tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .mention import NEWS, Mention
from .privacy import account_key
from .rules.fold import fold

_LINK = re.compile(r"https?://\S+")
_PLAIN = re.compile(r"(?<![\w@])@(\w+)")
_DOTTED = re.compile(r"(?<![\w@])@(\w+(?:[.-]\w+)*)")
_FEDERATED = re.compile(r"(?<![\w@])@(\w+(?:[.-]\w+)*(?:@\w+(?:[.-]\w+)+)?)")
_FORMS = {
    "instagram": _DOTTED, "threads": _DOTTED, "tiktok": _DOTTED, "youtube": _DOTTED, "bluesky": _DOTTED,
    "mastodon": _FEDERATED,
}  # fmt: skip
"""Where a name may hold dots; elsewhere one ends the sentence."""
ANSWERED = frozenset({
    "in_reply_to_screen_name", "in_reply_to_username", "in_reply_to_user", "in_reply_to", "reply_to_username",
    "reply_to_user", "reply_to", "replied_to", "inreplytousername", "inreplytouser", "replyto",
})  # fmt: skip
"""Fields of raw data that tell who is answered, as tools name them."""
_NAMES = ("screen_name", "username", "handle", "name")
LONGEST = 60
"""Characters of a username; what is longer is none."""


AT_SIGNS = ("@", "\uff20")
"""As they are typed; one of them stands in every text that names an account."""
ANSWERING = "repl"
"""A piece of the name of every field in ``ANSWERED``."""


@dataclass(frozen=True, slots=True)
class Speech:
    """As much of a mention as tells who speaks to whom."""

    platform: str
    author: str
    text: str
    raw_data: Mapping[str, Any]


def may_speak_to(text: str, raw_data: Mapping[str, Any]) -> bool:
    """Whether it is worth a look."""
    return any(sign in text for sign in AT_SIGNS) or any(ANSWERING in field.casefold() for field in raw_data)


def spoken_to(mention: Mention | Speech) -> set[str]:
    """The accounts on the same platform that a mention names or answers, as ``account_key`` writes them.

    Each once, however often it stands there. News have no accounts to name.
    """
    if mention.platform == NEWS:
        return set()
    found = set(_answered(mention.raw_data)) if mention.raw_data else set()
    text = mention.text
    if any(sign in text for sign in AT_SIGNS):
        form = _FORMS.get(mention.platform, _PLAIN)
        found.update(form.findall(fold(_LINK.sub(" ", text))))
    return {name for name in found if len(name) <= LONGEST}


def _answered(raw_data: Mapping[str, Any]) -> Iterator[str]:
    for field, value in raw_data.items():
        if field.casefold() in ANSWERED:
            yield from map(account_key, _names(value))


def _names(value: Any) -> Iterator[str]:
    """Usernames in the value of such a field: one, several, or objects that bear them. Numbers name a post."""
    if isinstance(value, str):
        if (name := value.strip()) and not name.isdigit() and not re.search(r"[\s/{\[]", name):
            yield name
    elif isinstance(value, Mapping):
        yield from next((_names(value[field]) for field in _NAMES if value.get(field)), iter(()))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _names(one)
