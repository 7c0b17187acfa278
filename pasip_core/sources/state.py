"""What a news source remembers between runs: validators, and which addresses are settled."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pasip_core.domain.mention import canonical_url

from .exchange import Validators

MOST_SEEN = 5_000
MOST_TRIES = 3
"""So often is a page asked for that gives nothing; then what the feed tells of it has to do."""


@dataclass
class NewsState:
    """Read from a cursor and written into the next one.

    ``seen`` holds only addresses whose mentions were yielded; ``tries`` counts the failures of others.
    Validators of a listing stand here only while all it announced is settled, so that a later "not modified"
    cannot hide an article that a killed or limited run left over.
    """

    validators: dict[str, Validators] = field(default_factory=dict)
    seen: dict[str, None] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)
    found: dict[str, Any] = field(default_factory=dict)
    """Listings that were looked for, by outlet: see ``discovery``."""

    @classmethod
    def from_cursor(cls, cursor: Mapping[str, Any]) -> NewsState:
        """Whatever cannot be read counts as never seen."""
        validators, seen, tries, found = (cursor.get(name) for name in ("validators", "seen", "tries", "found"))
        known = {
            str(url): value
            for url, raw in (validators.items() if isinstance(validators, Mapping) else ())
            if (value := Validators.from_json(raw))
        }
        return cls(
            known,
            dict.fromkeys(str(key) for key in seen) if isinstance(seen, list | tuple) else {},
            {str(k): n for k, n in tries.items() if isinstance(n, int)} if isinstance(tries, Mapping) else {},
            dict(found) if isinstance(found, Mapping) else {},
        )

    def as_cursor(self) -> dict[str, Any]:
        """Plain JSON values, bounded; the addresses met longest ago are forgotten first."""
        return {
            "validators": {url: value.as_json() for url, value in self.validators.items()},
            "seen": list(self.seen)[-MOST_SEEN:],
            "tries": dict(list(self.tries.items())[-MOST_SEEN:]),
            "found": dict(self.found),
        }

    def is_settled(self, url: str) -> bool:
        """Whether there is nothing more to do about an address."""
        key = key_of(url)
        return key in self.seen or self.tries.get(key, 0) >= MOST_TRIES

    def met(self, url: str) -> None:
        """The address is still announced: remember it longer than those that are not."""
        key = key_of(url)
        if key in self.seen:
            del self.seen[key]
            self.seen[key] = None

    def settle(self, url: str) -> None:
        """Its mention is in the batch that carries this state."""
        self.tries.pop(key_of(url), None)
        self.seen[key_of(url)] = None

    def fail(self, url: str, *, for_good: bool = False) -> None:
        """It gave nothing this time, or never will."""
        key = key_of(url)
        self.tries[key] = MOST_TRIES if for_good else self.tries.pop(key, 0) + 1


def key_of(url: str) -> str:
    """A short name of an address: 10 hex characters."""
    return hashlib.sha256(canonical_url(url).encode("utf-8", "replace")).hexdigest()[:10]
