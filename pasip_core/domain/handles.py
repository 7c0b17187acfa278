"""Channels, pages and groups as people write them: ``@name``, ``r/name``, or any address that leads there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from pasip_core.errors import InputError

from .addresses import without_secrets
from .pseudonyms import PSEUDONYM

HANDLED = ("telegram", "youtube", "facebook", "instagram", "reddit")
"""Kinds of ``Feed`` that have a handle; the others have an address alone."""


@dataclass(frozen=True, slots=True)
class Place:
    """Something to watch. ``handle`` comes without ``@`` or ``r/`` and in small letters, except a YouTube channel's
    id (``UC…``); ``url`` is where a person looks at it."""

    kind: str
    handle: str
    url: str


@dataclass(frozen=True, slots=True)
class _Form:
    """How one platform names its places. Paths and bare names give ``handle`` by their one group that matched."""

    what: str
    examples: str
    hosts: tuple[str, ...]
    path: re.Pattern[str]
    bare: re.Pattern[str]
    url: str


_NAME = r"[A-Za-z][A-Za-z0-9_]{3,31}"
_FORMS: Mapping[str, _Form] = {
    "telegram": _Form(
        "Telegram channel", "@name or https://t.me/name", ("t.me", "telegram.me", "telegram.dog"),
        re.compile(rf"/(?:s/)?({_NAME})(?:/\d+)?"), re.compile(rf"@?({_NAME})"), "https://t.me/s/{}",
    ),
    "youtube": _Form(
        "YouTube channel", "@name or https://www.youtube.com/@name", ("youtube.com",),
        re.compile(r"/(?:@([\w.·-]{3,30})|channel/(UC[\w-]{22}))(?:/\w+)?"),
        re.compile(r"(UC[\w-]{22})|@?([\w.·-]{3,30})"), "https://www.youtube.com/{}",
    ),
    "facebook": _Form(
        "Facebook page", "its name or https://www.facebook.com/name", ("facebook.com", "fb.com"),
        re.compile(r"/(?:pages/(?:category/)?[^/]+/(\d{5,20})|([A-Za-z0-9.]{5,50})|[^/]+-(\d{9,20}))(?:/(?:posts|about|photos|videos))?"),
        re.compile(r"@?([A-Za-z0-9.]{5,50})"), "https://www.facebook.com/{}",
    ),
    "instagram": _Form(
        "Instagram account", "@name or https://www.instagram.com/name", ("instagram.com",),
        re.compile(r"/([A-Za-z0-9_][A-Za-z0-9_.]{0,29})(?:/reels|/tagged)?"),
        re.compile(r"@?([A-Za-z0-9_][A-Za-z0-9_.]{0,29})"), "https://www.instagram.com/{}/",
    ),
    "reddit": _Form(
        "subreddit", "r/name or https://www.reddit.com/r/name", ("reddit.com",),
        re.compile(r"/r/([A-Za-z0-9]\w{1,20})(?:/(?:new|hot|top))?"), re.compile(r"(?:/?r/)?([A-Za-z0-9]\w{1,20})"),
        "https://www.reddit.com/r/{}/",
    ),
}  # fmt: skip
_NO_PLACE = frozenset({
    "joinchat", "addstickers", "share", "login", "watch", "groups", "events", "marketplace", "profile.php", "pages",
    "story.php", "explore", "reel", "reels", "stories", "accounts", "direct", "all", "popular",
})  # fmt: skip
"""First parts of addresses that lead to something else than a channel, page or account."""


def read_place(kind: str, text: str) -> Place:
    """The place that ``text`` names. ``InputError`` says what can be written instead."""
    form, text = _FORMS[kind], text.strip()
    address = _address(text)
    if address is None:
        found = form.bare.fullmatch(text)
    else:
        _refuse_elsewhere(kind, text, address)
        _refuse_closed(kind, text, address.path)
        found = form.path.fullmatch(address.path.rstrip("/"))
        if kind == "facebook" and address.path == "/profile.php":
            found = re.search(r"(?:^|&)id=(\d{5,20})(?:&|$)", address.query)
    handle = next(filter(None, found.groups()), "") if found else ""
    if not handle or handle.casefold() in _NO_PLACE:
        raise InputError(
            f"address: {text[:200]!r} names no {form.what}; write {form.examples}", field="address", value=text
        )
    by_id = re.fullmatch(r"UC[\w-]{22}", handle) is not None
    handle = handle if by_id else handle.lower()
    shown = handle if kind != "youtube" else f"channel/{handle}" if by_id else f"@{handle}"
    return Place(kind, handle, form.url.format(shown))


def _address(text: str) -> SplitResult | None:
    """``text`` taken apart where it is an address, with or without ``https://``; its host without ``www.`` and such."""
    if not re.match(r"https?://|[\w-]+(\.[\w-]+)*\.[a-z]{2,}/", text, re.IGNORECASE):
        return None
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = re.sub(r"^(www|m|web|old|new|np|mbasic|id-id)\.", "", (parts.hostname or "").lower())
    except ValueError:
        return SplitResult("", "", "", "", "")
    return parts._replace(netloc=host)


def _refuse_elsewhere(kind: str, text: str, address: SplitResult) -> None:
    """``InputError`` for an address on another host; it says what to choose where that is a platform we know."""
    if address.netloc in _FORMS[kind].hosts:
        return
    wanted = _FORMS[kind]
    other = next((form for form in _FORMS.values() if address.netloc in form.hosts), None)
    if other is not None:
        raise InputError(
            f"address: {text[:200]!r} is no {wanted.what}; choose {other.what} for it", field="address", value=text
        )
    raise InputError(
        f"address: {text[:200]!r} names no {wanted.what}; write {wanted.examples}", field="address", value=text
    )


def _refuse_closed(kind: str, text: str, path: str) -> None:
    """``InputError`` for places that no program may read."""
    if kind == "telegram" and re.match(r"/(\+|joinchat/|c/)", path):
        raise InputError(
            f"address: {text[:200]!r} leads into a private chat; only public channels can be read", field="address"
        )
    if kind == "facebook" and path.startswith("/groups/"):
        raise InputError(
            f"address: {text[:200]!r} is a group, and Facebook lets no program read groups; name a page",
            field="address",
        )


_PROFILES: Mapping[str, tuple[re.Pattern[str], str]] = {
    "twitter": (re.compile(r"@?([A-Za-z0-9_]{1,20})"), "https://x.com/{}"),
    "instagram": (re.compile(r"@?([A-Za-z0-9_][A-Za-z0-9_.]{0,29})"), "https://www.instagram.com/{}/"),
    "threads": (re.compile(r"@?([A-Za-z0-9_][A-Za-z0-9_.]{0,29})"), "https://www.threads.com/@{}"),
    "tiktok": (re.compile(r"@?([A-Za-z0-9_][A-Za-z0-9_.]{1,23})"), "https://www.tiktok.com/@{}"),
    "telegram": (re.compile(rf"@?({_NAME})"), "https://t.me/{}"),
    "youtube": (re.compile(r"(@[\w.·-]{3,30}|channel/UC[\w-]{22})"), "https://www.youtube.com/{}"),
    "reddit": (re.compile(r"(?:/?u/)?([A-Za-z0-9_-]{3,20})"), "https://www.reddit.com/user/{}/"),
    "bluesky": (re.compile(r"@?((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})"), "https://bsky.app/profile/{}"),
}  # fmt: skip
_FEDERATED = re.compile(r"@?([A-Za-z0-9_][A-Za-z0-9_.-]*)@((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})")


def profile_url(platform: str, author: str) -> str:
    """Where a person looks at an author; empty where the name does not lead there.

    Facebook and Kaskus tell names of pages and people, YouTube titles of channels: those are no addresses.
    """
    name = re.sub(r"^UC[\w-]{22}$", r"channel/\g<0>", author.strip())
    if platform == "mastodon":
        found = _FEDERATED.fullmatch(name)
        return f"https://{found[2].lower()}/@{found[1]}" if found else ""
    form = _PROFILES.get(platform)
    found = form[0].fullmatch(name) if form and not PSEUDONYM.fullmatch(name) else None
    return form[1].format(found[1]) if form and found else ""


def web_address(text: str) -> str:
    """The address, tidied; ``InputError`` where nothing can be asked there."""
    address = text.strip()
    try:
        parts = urlsplit(address)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
        _ = parts.port
    except ValueError:
        usable = False
    if not usable:
        raise InputError(
            f"url: {without_secrets(address)[:200]!r} is no address of a feed or site; use one that begins with https://",
            field="url",
            value=text,
        )
    return address
