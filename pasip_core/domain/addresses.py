"""Addresses as they may be shown: without what lets whoever reads them in."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit, urlunsplit

from .mention import NEWS

HIDDEN = "***"

_SECRET_WORDS = frozenset({
    "key", "apikey", "authkey", "accesskey", "token", "accesstoken", "authtoken", "jwt", "bearer", "auth",
    "authorization", "secret", "password", "passwd", "passphrase", "pwd", "pass", "sig", "signature", "hmac",
    "credential", "credentials", "session", "sessionid", "sid", "private",
})  # fmt: skip
"""A parameter that has one of these words in its name holds a secret."""
_SECRET_ENDING = re.compile(
    r"(?:token|apikey|userkey|passkey|feedkey|rsskey|(?:private|secret)key|secret|password|passwd|sess(?:ion)?id)$"
)
"""So does one that ends so, where words are written together: ``PHPSESSID``."""
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_PUBLIC_NAME = re.compile(r"(?i)(?:^|[_-])(?:ids?|list|guid)$|Id$")
"""Of parameters such as ``channel_id``: what stands there is long and random, and public."""

SHORTEST_RANDOM = 16
_LONG_NUMBER = re.compile(r"\d{17,}|[0-9a-fA-F]{20,}")
"""Longer than a date with its time: numbers of private alerts, digests."""
_SWITCH = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_INNER_NAME = re.compile(r"[?&;#/]([^?&;#/=]+)=")
_INNER_USER = re.compile(r"//[^/?#@]*@")
"""Of an address that is the value of a parameter."""
MOST_SWITCHES = 4
"""How often words of a title go on with another kind of sign: "covid19", "g20"."""


def without_secrets(url: str) -> str:
    """``url`` with ``***`` for user and password, for values of parameters that are secrets by name or look random,
    and for pieces of the path that do. What is no address comes back as it is, if no part of one could be in it; so
    does one that hides nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return HIDDEN if any(sign in url for sign in "@?#;") else url
    user, at, host = parts.netloc.rpartition("@")
    path = "/".join(map(_piece, parts.path.split("/")))
    shown = parts._replace(
        netloc=HIDDEN + at + host if user else parts.netloc,
        path=path,
        query=_parameters(parts.query),
        fragment=_parameters(parts.fragment),
    )
    return url if shown == parts else urlunsplit(shown)


def public_address(url: str, platform: str) -> str:
    """The address of a source as everybody may read it: channels and pages of platforms go by names and numbers that
    look random, and are public."""
    return without_secrets(url) if platform == NEWS else url


def _piece(text: str) -> str:
    """Of a path: with parameters of its own, as in ``/rss;jsessionid=1``."""
    if ";" in text:
        name, sign, rest = text.partition(";")
        return _piece(name) + sign + _parameters(rest)
    return HIDDEN if _looks_random(text) else text


def _parameters(query: str) -> str:
    return "".join(map(_parameter, re.split(r"([&;])", query)))


def _parameter(text: str) -> str:
    name, sign, value = text.partition("=")
    if not sign:
        return HIDDEN if _looks_random(name) else text
    is_secret = _is_secret(unquote(name)) or (_looks_random(value) and not _PUBLIC_NAME.search(name))
    return f"{name}={HIDDEN}" if value and (is_secret or _holds_secrets(value)) else text


def _holds_secrets(value: str) -> bool:
    """Whether an address that is a value would hide something itself."""
    plain = unquote(value)
    return bool(_INNER_USER.search(plain)) or any(map(_is_secret, _INNER_NAME.findall(plain)))


def _is_secret(name: str) -> bool:
    lower = name.lower()
    words = (lower, *(word.lower() for word in _WORD.findall(name)))
    return not _SECRET_WORDS.isdisjoint(words) or bool(_SECRET_ENDING.search(lower))


def _looks_random(text: str) -> bool:
    """Whether no person wrote it: long, with letters and digits, or small and capital ones, in a jumble.

    Words of other scripts are a jumble only as they are encoded in an address.
    """
    plain = unquote(text)
    text = text if "\ufffd" in plain else plain
    if len(text) < SHORTEST_RANDOM:
        return False
    return bool(_LONG_NUMBER.search(text)) or len(_SWITCH.findall(text)) > MOST_SWITCHES
