"""Pseudonyms in place of the accounts of social platforms: keyed hashes, so that an account keeps its own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import unquote

from pydantic import SecretStr

from .mention import NEWS, Mention
from .privacy import account_key
from .rules.fold import fold

PSEUDONYM = re.compile(r"user-[a-z2-7]{16}")

# Fields of raw data that tell who wrote: their own name, or the last part of it.
AUTHOR_FIELDS = frozenset({
    "username", "screen_name", "user_name", "author", "author_name", "author_username", "author_handle", "author_id",
    "author_url", "user", "user_id", "userid", "id_user", "handle", "account", "account_id", "akun", "nama_akun",
    "pengguna", "nama_pengguna", "penulis", "pengirim", "nama", "name", "full_name", "fullname", "display_name",
    "displayname", "from", "from_id", "from_name", "sender", "owner", "owner_id", "creator", "channel", "channel_id",
    "channel_title", "channel_url", "page_name", "page_id", "influencer", "profile", "profile_url", "profile_image",
    "profile_image_url", "profile_link", "avatar", "avatar_url", "picture", "photo", "bio", "biography", "user_url",
    "user_link", "user_description", "user_location", "user_bio", "author_bio", "author_location", "verified_name",
    "author_fullname", "author_display_name", "email", "phone", "did",
})  # fmt: skip
_PARENTS = frozenset({"user", "author", "from", "owner", "account", "channel", "sender", "creator", "profile"})

# The forms of addresses that lead to a post without telling whose it is.
_WITHOUT_AUTHOR = (
    (re.compile(r"^(https?://(?:[\w-]+\.)?(?:twitter|x)\.com)/[^/?#]+/status(?:es)?/(\d+).*$", re.I),
     r"\1/i/status/\2"),
    (re.compile(r"^(https?://(?:[\w-]+\.)?tiktok\.com)/@[^/?#]*/(video|photo)/(\d+).*$", re.I), r"\1/@/\2/\3"),
    (re.compile(r"^(https?://(?:[\w-]+\.)?instagram\.com)/[^/?#]+/(p|reel|tv)/([\w-]+).*$", re.I), r"\1/\2/\3/"),
    (re.compile(r"^(https?://(?:[\w-]+\.)?threads\.(?:net|com))/@[^/?#]+/post/([\w-]+).*$", re.I), r"\1/t/\2"),
)  # fmt: skip


class _Settings(Protocol):
    @property
    def pseudonymise_authors(self) -> bool: ...
    @property
    def secret_key(self) -> SecretStr: ...


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Makes them with ``key``, which nothing but the pseudonyms uses."""

    key: bytes

    @classmethod
    def of(cls, settings: _Settings) -> Pseudonyms | None:
        """Those of an installation; ``None`` where authors stay as they are."""
        return cls.keyed(settings) if settings.pseudonymise_authors else None

    @classmethod
    def keyed(cls, settings: _Settings) -> Pseudonyms | None:
        """The same whether or not they are in use; ``None`` without a key."""
        secret = settings.secret_key.get_secret_value().encode()
        return cls(hmac.digest(secret, b"pseudonyms of authors", "sha256")) if secret else None

    def of_account(self, platform: str, username: str) -> str:
        """The pseudonym of an account; with or without ``@``, in any case."""
        told = f"{platform}\x1f{account_key(username)}".encode("utf-8", "replace")
        digest = hmac.new(self.key, told, hashlib.sha256).digest()
        return "user-" + base64.b32encode(digest[:10]).decode().lower()

    def put_into(self, mention: Mention) -> Mention:
        """The mention without its author's name, in author, address and raw data; the text stays as it was said.

        News outlets and what has a pseudonym already stay as they are.
        """
        if mention.platform == NEWS or not mention.author or PSEUDONYM.fullmatch(mention.author):
            return mention
        name, pseudonym = account_key(mention.author), self.of_account(mention.platform, mention.author)
        raw = {key: kept for key, value in mention.raw_data.items() if (kept := _plain(key, value, name, pseudonym))
               is not None}  # fmt: skip
        return replace(mention, author=pseudonym, url=_address(mention.url, name), raw_data=raw)


def _address(url: str, name: str) -> str:
    """The address in a form without the author; none where it cannot be told without."""
    for form, plain in _WITHOUT_AUTHOR:
        if form.match(url):
            return form.sub(plain, url)
    return "" if _tells(url, name) else url


def _tells(url: str, name: str) -> bool:
    """Whether the username is a part of the address."""
    return name in re.split(r"[/?&=#@]+", fold(unquote(url)))


def _plain(key: str, value: Any, name: str, pseudonym: str) -> Any:
    """A value of raw data without the author; ``None`` where nothing of it may stay."""
    if isinstance(value, str) and account_key(value) == name:
        return pseudonym
    if _is_of_author(key):
        return None
    if isinstance(value, str):
        return _without(value, name, pseudonym)
    if isinstance(value, Mapping):
        return {k: kept for k, v in value.items() if (kept := _plain(str(k), v, name, pseudonym)) is not None}
    if isinstance(value, list | tuple):
        return [kept for v in value if (kept := _plain("", v, name, pseudonym)) is not None]
    return value


def _is_of_author(key: str) -> bool:
    *parents, last = re.split(r"[./]", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).casefold())
    last = re.sub(r"\W+", "_", last).strip("_")
    return last in AUTHOR_FIELDS or bool(_PARENTS.intersection(parents))


def _without(text: str, name: str, pseudonym: str) -> str | None:
    """Text of a field that is not the author's: the name as a word becomes the pseudonym, an address goes."""
    if name not in fold(text):
        return text
    if re.match(r"\s*https?://", text):
        return _address(text, name) or None
    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", pseudonym, text, flags=re.I)
