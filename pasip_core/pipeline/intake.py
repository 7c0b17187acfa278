"""Raw mention → mention that may be stored: not too old, of nobody who was erased, under a pseudonym if asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from pasip_core.domain.mention import Mention, RawMention
from pasip_core.domain.names import ACCOUNT, NamedEntity
from pasip_core.domain.period import day_of
from pasip_core.domain.privacy import (
    SALT_ID,
    Erased,
    Salt,
    account_key,
    addressed,
    grams,
    handles,
    texts_of,
)
from pasip_core.domain.pseudonyms import Pseudonyms
from pasip_core.domain.rules import Matcher
from pasip_core.errors import MentionErased, MentionTooOld
from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores

from .prepare import prepare


class Intake:
    """What comes in passes here. ``open`` before each batch: what is forgotten may have changed meanwhile."""

    def __init__(self, stores: Stores, matcher: Matcher, settings: Settings) -> None:
        self._stores = stores
        self._matcher = matcher
        self._settings = settings
        self._pseudonyms = Pseudonyms.of(settings)
        self._oldest: dict[str, date | None] = {}
        self._frozen: dict[str, date] = {}
        self._now: datetime | None = None
        self._erased: ErasedPersons | None = None
        self._erasure: tuple[str, datetime | None] | None = ("", None)

    def open(self, now: datetime) -> None:
        """Look at what must not come in. Two small questions where nothing changed."""
        self._now = now
        self._frozen = {frozen.id: date.fromisoformat(frozen.day) for frozen in self._stores.frozen.list()}
        self._oldest = {}
        version = latest_erasure(self._stores)
        if version != self._erasure:
            self._erased, self._erasure = load_erased(self._stores), version

    def take(self, raw: RawMention) -> Mention:
        """The mention to store. ``InputError`` where it cannot be one; ``MentionTooOld``, ``MentionErased``."""
        assert self._now is not None, "open it first"
        mention = prepare(raw, self._matcher, self._now)
        if self._erased is not None and self._erased.hold(mention):
            raise MentionErased("of a person whose data was erased on request", field="author")
        oldest = self._oldest_kept(mention.platform, self._now)
        if oldest is not None and day_of(mention.published_at, self._settings.zone) < oldest:
            raise MentionTooOld(
                f"published_at: older than what is kept for this platform (RETENTION_DAYS; {mention.platform} since "
                f"{oldest})",
                field="published_at",
            )
        return mention if self._pseudonyms is None else self._pseudonyms.put_into(mention)

    def _oldest_kept(self, platform: str, now: datetime) -> date | None:
        """By the setting, or by what is counted for good if that reaches further."""
        if platform not in self._oldest:
            set_to = self._settings.retention.oldest_kept(platform, day_of(now, self._settings.zone))
            self._oldest[platform] = max(filter(None, (set_to, self._frozen.get(platform))), default=None)
        return self._oldest[platform]


@dataclass
class ErasedPersons:
    """Salted hashes of whom and what was erased, in memory."""

    salt: Salt
    hashes: dict[str, set[str]] = field(default_factory=dict)
    most_words: int = 0

    def add(self, erased: Erased) -> None:
        """One more."""
        self.hashes.setdefault(erased.kind, set()).add(erased.id)
        self.most_words = max(self.most_words, erased.words)

    def hold(self, mention: Mention) -> bool:
        """Whether the mention, its author, or somebody it names was erased."""
        return any(digest in self.hashes.get(kind, ()) for kind, digest in self._digests(mention))

    def hold_name(self, platform: str, name: NamedEntity) -> bool:
        """Whether a name in a mention of this platform is that of somebody who was erased."""
        digest, hashes = self.salt.digest, self.hashes
        if name.kind == ACCOUNT:
            key = account_key(name.name)
            return digest("account", platform, key) in hashes.get("account", ()) or (
                digest("handle", key) in hashes.get("handle", ())
            )
        known = hashes.get("name", ())
        return bool(known) and any(digest("name", "", run) in known for run in grams(name.shown, self.most_words))

    def _digests(self, mention: Mention) -> Iterator[tuple[str, str]]:
        """Only of the kinds that there are."""
        digest = self.salt.digest
        if "mention" in self.hashes:
            yield "mention", digest("mention", mention.id)
        if "account" in self.hashes:
            for name in {account_key(mention.author), *addressed(mention.url)}:
                yield "account", digest("account", mention.platform, name)
        if "handle" in self.hashes:
            for text in texts_of(mention):
                for name in handles(text) | addressed(text) | {account_key(text)}:
                    yield "handle", digest("handle", name)
        if "name" in self.hashes:
            for text in texts_of(mention):
                for run in grams(text, self.most_words):
                    yield "name", digest("name", "", run)


def latest_erasure(stores: Stores) -> tuple[str, datetime | None] | None:
    """Changes whenever somebody else is to be refused."""
    latest = stores.erasures.list(order_by="at", descending=True, limit=1)
    return (latest[0].id, latest[0].finished_at) if latest else None


def load_erased(stores: Stores) -> ErasedPersons | None:
    """All that was erased; ``None`` where nothing was."""
    salt = stores.salts.get(SALT_ID)
    if salt is None:
        return None
    persons = ErasedPersons(salt)
    for erased in stores.erased.list():
        persons.add(erased)
    return persons
