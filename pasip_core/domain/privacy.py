"""Whose data is erased on request, how it is recognised, and what is remembered of it: salted hashes alone."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from pasip_core.errors import InputError

from .mention import Mention
from .names import ACCOUNT, NamedEntity
from .rules.fold import fold, tokens

Kind = Literal["account", "name"]
Concern = Literal["own", "other", ""]

MOST_CHARACTERS = 200
FEWEST_LETTERS = 3
SALT_ID = "erasure"
CLITICS = ("nya", "lah", "kah", "pun")
_HANDLE = re.compile(r"(?<![\w.])@(\w+(?:[.-]\w+)*)")
_ADDRESSED = re.compile(
    r"(?:https?://|www\.|\b[a-z0-9-]+\.[a-z]{2,}(?=/))[^\s/]*/(?:@|profile/|user/|u/|c/|channel/)?([\w.-]+)"
)


@dataclass(frozen=True)
class Person:
    """An account of one platform, or (``platform`` empty) a name as it stands in texts.

    ``pseudonym`` is what the account is called where authors are pseudonymised.
    """

    name: str
    platform: str = ""
    pseudonym: str = ""

    @property
    def kind(self) -> Kind:
        """What kind of request this is."""
        return "account" if self.platform else "name"

    @cached_property
    def key(self) -> str:
        """What is compared: the folded username, or the name's words joined."""
        return account_key(self.name) if self.platform else "".join(name_words(self.name))

    @cached_property
    def word_count(self) -> int:
        """Words of the name."""
        return len(name_words(self.name))

    @property
    def words(self) -> tuple[str, ...]:
        """Folded words of which every mention that concerns the person holds one as a piece of its text."""
        if not self.platform:
            return (max(name_words(self.name), key=len),)
        return tuple(filter(None, (self.key, self.pseudonym)))

    def is_called(self, typed: str) -> bool:
        """Whether what was typed is the name: case, width of letters, spaces and a leading ``@`` mean nothing."""
        return account_key(typed) == account_key(self.name)

    def concern(self, mention: Mention) -> Concern:
        """``own``: what a request takes out; ``other``: somebody else's mention that names the account."""
        if not self.platform:
            return "own" if any(map(self.named_in, texts_of(mention))) else ""
        if mention.platform == self.platform and account_key(mention.author) in self.words:
            return "own"
        if mention.platform == self.platform and self.key in addressed(mention.url):
            return "own"
        return "other" if any(map(self.named_in, texts_of(mention))) or self._among(mention.raw_data) else ""

    def goes(self, mention: Mention, others: bool) -> bool:
        """Whether a request takes it out; ``others``: also somebody else's that names the account."""
        concern = self.concern(mention)
        return concern == "own" or bool(concern and others)

    def named_in(self, text: str) -> bool:
        """Whether the text holds the name, or speaks to or links to the account."""
        if not self.platform:
            return self.key in grams(text, self.word_count)
        return self.key in handles(text) or self.key in addressed(text)

    def is_behind(self, name: NamedEntity) -> bool:
        """Whether a name that mentions hold is the account, or holds the person's name."""
        if self.platform:
            return name.kind == ACCOUNT and account_key(name.name) in self.words
        return self.named_in(name.shown)

    def held_by(self, text: str) -> bool:
        """Whether the text holds the name, or the username as a whole word: for files, where no field tells."""
        if not self.platform:
            return self.named_in(text)
        folded = fold(text)
        return any(_whole(word).search(folded) for word in self.words if word in folded)

    def in_cell_of(self, text: str) -> bool:
        """The same for tables, where a username fills a cell: other cells may well hold it as an ordinary word."""
        if not self.platform or self.named_in(text):
            return self.named_in(text)
        folded = fold(text)
        return any(_cell(word).search(folded) for word in self.words if word in folded)

    def _among(self, raw_data: Mapping[str, Any]) -> bool:
        """Whether a value of the raw data is the username itself, as in fields that tell who is answered."""
        return any(account_key(text) == self.key for text in strings(raw_data))


def account(platform: str, username: str, pseudonym: str = "") -> Person:
    """The account; with or without ``@``, in any case. ``InputError`` where it cannot be one."""
    tidy = " ".join(username.split()).lstrip("@")
    if not platform.strip() or not account_key(tidy) or len(tidy) > MOST_CHARACTERS:
        raise InputError(
            f"account: {f'{platform}:{username}'[:80]!r} names no account; write platform and username, "
            "like twitter:@name",
            field="account",
        )
    return Person(tidy, platform.strip().lower(), pseudonym)


def named(name: str) -> Person:
    """Whoever has this name. ``InputError`` where it has too few letters to tell anybody."""
    tidy = " ".join(name.replace("_", " ").split())
    if len("".join(name_words(tidy))) < FEWEST_LETTERS or len(tidy) > MOST_CHARACTERS:
        raise InputError(
            f"name: {tidy[:80]!r} cannot be looked for; write the whole name, {FEWEST_LETTERS} letters or more",
            field="name",
        )
    return Person(tidy)


def account_key(username: str) -> str:
    """A username as it is compared."""
    return " ".join(fold(username).split()).lstrip("@")


def name_words(text: str) -> list[str]:
    """The folded words of a text, without the signs of tags and accounts and without underscores."""
    return [word for token in tokens(text) if (word := token.lstrip("#@").replace("_", ""))]


def grams(text: str, words: int) -> set[str]:
    """Every run of one to so many words, joined; also without the clitic behind it (``budisantosonya``)."""
    said = name_words(text)
    runs = {"".join(said[at : at + n]) for n in range(1, words + 1) for at in range(len(said) - n + 1)}
    return runs | {run[:-3] for run in runs if run.endswith(CLITICS) and len(run) > FEWEST_LETTERS + 3}


def handles(text: str) -> set[str]:
    """The accounts that a text speaks to, as ``@name``."""
    return set(_HANDLE.findall(fold(text))) if "@" in text else set()


def addressed(text: str) -> set[str]:
    """What stands in the place of an account in web addresses."""
    return {found.strip(".-") for found in _ADDRESSED.findall(fold(text))} if "/" in text else set()


def texts_of(mention: Mention) -> Iterator[str]:
    """Every text of a mention, the raw data's too."""
    yield from filter(None, (mention.title, mention.content, mention.author, mention.url))
    yield from strings(mention.raw_data)


def strings(value: Any) -> Iterator[str]:
    """Every string within plain JSON values, the names of fields too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings(inner)


def _whole(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])")


def _cell(word: str) -> re.Pattern[str]:
    return re.compile(rf"""(?:^|[,;\t|"'=:>\[(])\s*@?{re.escape(word)}\s*(?:$|[,;\t|"'<\])}}])""", re.M)


@dataclass(frozen=True, slots=True)
class Salt:
    """Random bytes, in hex, made once an installation. Without them a hash cannot be tried against names."""

    id: str
    value: str

    @classmethod
    def fresh(cls) -> Salt:
        """A new one."""
        return cls(SALT_ID, secrets.token_hex(32))

    def digest(self, kind: str, *parts: str) -> str:
        """32 hex characters that tell nobody what they were made of."""
        told = "\x1f".join((kind, *parts)).encode("utf-8", "replace")
        return hashlib.blake2b(told, key=bytes.fromhex(self.value), digest_size=16).hexdigest()

    def person(self, person: Person) -> str:
        """The hash of a person."""
        return self.digest(person.kind, person.platform, person.key)


@dataclass(frozen=True, slots=True)
class Erased:
    """What must not come back, as a salted hash (``id``): an account, a handle, a name, or a mention.

    ``words`` is how many words a name has, so that texts can be looked through for it; ``platform`` is that of an
    erased mention.
    """

    id: str
    kind: Literal["account", "handle", "name", "mention"]
    erasure: str
    words: int = 0
    platform: str = ""


@dataclass(frozen=True, slots=True)
class Erasure:
    """One request to erase a person's data, and what came of it.

    ``person`` is the salted hash. ``sealed`` holds who it is while the work goes on, and only together with the
    key that the job carries; afterwards it is empty. ``others``: also mentions of others that name the account.
    ``findings`` says in sentences what the search afterwards still found; empty and ``proven`` is the proof.
    """

    id: str
    at: datetime
    who: str
    reason: str
    kind: str
    person: str
    others: bool = False
    sealed: str = ""
    finished_at: datetime | None = None
    removed: int = 0
    by_platform: Mapping[str, int] = field(default_factory=dict)
    redacted: int = 0
    files: tuple[str, ...] = ()
    kept: int = 0
    searched: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[str, ...] = ()
    proven: bool = False


def hashes_of(erasure: Erasure, person: Person, salt: Salt) -> Iterator[Erased]:
    """By what the person is refused from now on; mentions are added as they are found."""
    if person.kind == "name":
        yield Erased(salt.person(person), "name", erasure.id, person.word_count)
        return
    for name in person.words:
        yield Erased(salt.digest("account", person.platform, name), "account", erasure.id)
    if erasure.others:
        yield Erased(salt.digest("handle", person.key), "handle", erasure.id)


def ended(done: Erasure, erasures: Iterable[Erasure]) -> list[Erasure]:
    """``done``, and earlier requests for the same whose job was lost: what they asked for is done with it."""
    lost = [
        replace(older, sealed="", finished_at=done.finished_at, proven=done.proven)
        for older in erasures
        if (older.person, older.finished_at) == (done.person, None) and older.id != done.id
        if older.others <= done.others
    ]
    return [done, *lost]


def seal(person: Person) -> tuple[str, str]:
    """The person in two halves of hex, of which either alone is random: one for the store, one for the queue."""
    text = "\x1f".join((person.platform, person.name, person.pseudonym)).encode("utf-8", "replace")
    pad = secrets.token_bytes(len(text))
    return _xor(text, pad).hex(), pad.hex()


def unseal(sealed: str, key: str) -> Person:
    """The person again."""
    platform, name, pseudonym = _xor(bytes.fromhex(sealed), bytes.fromhex(key)).decode().split("\x1f")
    return Person(name, platform, pseudonym)


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
