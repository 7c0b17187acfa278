"""Erasing one person's data: exclude → take out copies → roll up → remove → compact, then search for what is left.

Every step before the removal finds what it needs in the mentions themselves, excluded ones too, and can be done
again; so that a process killed at any line leaves work that the next one ends in the same state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice

from loguru import logger

from pasip_core.domain.mention import Mention, canonical_url
from pasip_core.domain.names import NamedEntity
from pasip_core.domain.privacy import (
    SALT_ID,
    Erased,
    Erasure,
    Person,
    Salt,
    account_key,
    ended,
    hashes_of,
    name_words,
    unseal,
)
from pasip_core.domain.runs import AuditEntry
from pasip_core.errors import InputError
from pasip_core.settings import Settings
from pasip_core.sources.state import key_of
from pasip_core.stores.ports import Stores

from .progress import Clock, Progress, silent, utc_now
from .rejected_rows import scrub_rejected, search_rejected
from .retention import remove_excluded
from .scrubbing import (
    ACTION,
    scrub_files,
    scrub_names,
    scrub_records,
    search_files,
    search_names,
    search_records,
)

BATCH = 500
ROUNDS = 3
"""What a collection brought in while the first round went on is found in the next."""

ScrubQueue = Callable[[Callable[[str], bool]], Sequence[str]]
"""Forgets the outcomes of jobs that hold such texts; sentences on what it could not forget."""


@dataclass
class Traces:
    """By what copies are recognised: the person, and ids and addresses of the mentions that go."""

    erasure: Erasure
    person: Person
    platforms: dict[str, str] = field(default_factory=dict)
    """Of each id."""
    addresses: set[str] = field(default_factory=set)

    def add(self, mention: Mention) -> None:
        """One more mention that goes."""
        self.platforms[mention.id] = mention.platform
        if mention.url:
            self.addresses |= {mention.url, canonical_url(mention.url), key_of(mention.url)}

    def in_text(self, text: str) -> bool:
        """Whether a line of a log, or a text of a record, tells of the person or of one of these mentions."""
        if self.person.held_by(text):
            return True
        words = (word.strip("\"'.,;()[]{}<>") for word in text.split())
        return any(word in self.platforms or word in self.addresses for word in words)

    def in_table(self, text: str) -> bool:
        """The same for a piece of a file that was imported."""
        return self.person.in_cell_of(text)

    def in_terms(self, terms: Collection[str]) -> set[str]:
        """Those of some terms that stand together which tell of the person: a name also by its single words."""
        named = {term for term in terms if self.in_text(term)}
        parts = set(name_words(self.person.name))
        if self.person.platform or not parts <= {word for term in terms for word in name_words(term)}:
            return named
        return named | {term for term in terms if parts & set(name_words(term))}

    def goes(self, mention: Mention) -> bool:
        """Whether a mention in a backup is one of those that go; somebody else's only if those go too."""
        return mention.id in self.platforms or self.person.goes(mention, self.erasure.others)

    def is_gone(self, id: str) -> bool:
        """Whether it is the id of one of these mentions."""
        return id in self.platforms

    def is_account(self, platform: str, username: str) -> bool:
        """Whether a record of an account is about the person."""
        if not self.person.platform:
            return self.person.named_in(username)
        return platform == self.person.platform and account_key(username) in self.person.words

    def is_behind(self, name: NamedEntity) -> bool:
        """Whether a name that was read in texts of others is the person's."""
        return self.person.is_behind(name)

    def refused(self, salt: Salt) -> Iterator[Erased]:
        """By what neither the person nor one of these mentions is taken in again."""
        yield from hashes_of(self.erasure, self.person, salt)
        for id, platform in self.platforms.items():
            yield Erased(salt.digest("mention", id), "mention", self.erasure.id, platform=platform)


@dataclass
class Work:
    """One erasure under way."""

    stores: Stores
    settings: Settings
    erasure: Erasure
    person: Person
    salt: Salt
    owner: str
    clock: Clock
    progress: Progress
    scrub_queue: ScrubQueue
    kept: int = 0

    def run(self) -> Erasure:
        """All of it, in rounds until nothing of the person is found."""
        redacted, files = 0, list(self.erasure.files)
        left: list[str] = []
        for number in range(1, ROUNDS + 1):
            traces = self._exclude()
            self._say(f"{number}/{ROUNDS}: copies", len(traces.platforms))
            done, left = self._scrub_files(traces)
            redacted += scrub_records(self.stores, traces)  # after the files: it redacts where some of them lie
            files += done
            scrub_names(self.stores, traces)
            self._note(redacted, files)
            left += self.scrub_queue(traces.in_text)
            self._say(f"{number}/{ROUNDS}: numbers", len(traces.platforms))
            remove_excluded(self.stores, self.owner, self.clock)
            if not self._found():
                break
        self._say("compacting", len(self._removed()))
        self.stores.compact()
        self._say("searching", len(self._removed()))
        return self._finish(left)

    def _say(self, step: str, done: int) -> None:
        self.progress(done, None, step)

    def _found(self) -> int:
        """How many mentions there are that should have gone."""
        return sum(1 for _ in self._mine())

    def _mine(self) -> Iterator[Mention]:
        """Mentions that go; of the rest, only how many name the account."""
        self.kept = 0
        for mention in self.stores.mentions.holding(self.person.words):
            if self.person.goes(mention, self.erasure.others):
                yield mention
            elif self.person.concern(mention):
                self.kept += 1

    def _exclude(self) -> Traces:
        traces = Traces(self.erasure, self.person)
        found = self._mine()
        while batch := list(islice(found, BATCH)):
            for mention in batch:
                digest = self.salt.digest("mention", mention.id)
                self.stores.erased.save(Erased(digest, "mention", self.erasure.id, platform=mention.platform))
                traces.add(mention)
            self.stores.mentions.exclude([mention.id for mention in batch])
            self._say("mentions", len(traces.platforms))
        return traces

    def _scrub_files(self, traces: Traces) -> tuple[list[str], list[str]]:
        folder = self.settings.data_dir.resolve()
        done, left = scrub_files(folder, self.stores, traces)
        outside, stuck = scrub_rejected(folder, self.stores, traces)
        return [*done, *outside], [*left, *stuck]

    def _removed(self) -> list[Erased]:
        return self.stores.erased.list({"erasure": self.erasure.id, "kind": "mention"})

    def _note(self, redacted: int, files: Sequence[str]) -> None:
        """What was done to copies is lost with this process otherwise: a later one no longer finds them."""
        earlier = self.erasure.redacted
        self.stores.erasures.save(replace(self.erasure, redacted=earlier + redacted, files=tuple(dict.fromkeys(files))))

    def _finish(self, left: Sequence[str]) -> Erasure:
        searched, findings = self._prove()
        noted = self.stores.erasures.get(self.erasure.id) or self.erasure
        by_platform = Counter(erased.platform for erased in self._removed())
        done = replace(
            noted,
            sealed="",
            finished_at=self.clock(),
            removed=by_platform.total(),
            by_platform=dict(sorted(by_platform.items())),
            kept=self.kept,
            searched=searched,
            findings=(*findings, *left),
            proven=not findings and not left,
        )
        for erasure in ended(done, self.stores.erasures.list({"person": done.person})):
            self.stores.erasures.save(erasure)
        self.stores.audit.save(audit_entry(done))
        logger.info("erasure {}: {} mentions removed, proven: {}", done.id, done.removed, done.proven)
        return done

    def _prove(self) -> tuple[dict[str, int], list[str]]:
        """How much was searched, and what of the person is still there."""
        traces = Traces(self.erasure, self.person)
        findings = [f"{n} mentions came in meanwhile; erase again" for n in [self._found()] if n]
        records, told = search_records(self.stores, traces)
        names, still = search_names(self.stores, traces)
        folder = self.settings.data_dir.resolve()
        files, held = search_files(folder, traces)
        outside, kept = search_rejected(folder, self.stores, traces)
        searched = {"records": records, "names": names, "files": files + outside}
        return searched, [*findings, *told, *still, *held, *kept]


def erase(
    stores: Stores,
    settings: Settings,
    erasure_id: str,
    key: str,
    *,
    owner: str,
    scrub_queue: ScrubQueue,
    clock: Clock = utc_now,
    progress: Progress = silent,
) -> Erasure:
    """Do what was asked for under this id; the request with what came of it.

    ``key`` is the half of the person's name that the request does not hold. Done already, nothing happens.
    ``InputError`` where there is no such request.
    """
    erasure, salt = stores.erasures.get(erasure_id), stores.salts.get(SALT_ID)
    if erasure is None or salt is None:
        raise InputError(f"erasure: there is no request {erasure_id[:60]!r}", field="erasure")
    if erasure.finished_at is not None:
        return erasure
    person = unseal(erasure.sealed, key)
    return Work(stores, settings, erasure, person, salt, owner, clock, progress, scrub_queue).run()


def audit_entry(erasure: Erasure) -> AuditEntry:
    """Who erased whom, as a hash, when, why and how much; under the id of the request, so that it is there once."""
    told = asdict(erasure)
    detail = {name: told[name] for name in ("reason", "kind", "others", "removed", "by_platform", "redacted", "kept",
              "proven")}  # fmt: skip
    return AuditEntry(erasure.id, erasure.at, erasure.who, ACTION, erasure.person, detail)
