"""A keyword: one person, party or issue that is watched."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

HIGHEST_PRIORITY, LOWEST_PRIORITY = 1, 5


@dataclass(frozen=True, slots=True)
class Keyword:
    """What is watched, and how it is recognised.

    ``id`` never changes: a rename is only a new label in ``keyword``.
    ``rule`` is a boolean rule; where it is empty the label itself is looked for.
    ``monitoring_start`` (aware UTC) and ``active`` bound what is collected and newly matched,
    never what is already there.
    """

    id: str
    keyword: str
    created_at: datetime
    updated_at: datetime
    category: str = ""
    active: bool = True
    priority: int = 3
    monitoring_start: datetime | None = None
    rule: str = ""
    aliases: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()

    def effective_rule(self) -> str:
        """The one boolean rule that the matcher reads: (rule or label, or any alias), minus the exclusions."""
        wanted = [f"({self.rule})" if self.rule.strip() else quoted(self.keyword)]
        wanted += [quoted(alias) for alias in self.aliases]
        rule = " OR ".join(wanted)
        if not self.exclusions:
            return rule
        unwanted = " OR ".join(quoted(exclusion) for exclusion in self.exclusions)
        return f"({rule}) NOT ({unwanted})"


def quoted(text: str) -> str:
    """``text`` as a phrase of the rule language; a quotation mark inside it cannot end the phrase."""
    return '"' + " ".join(text.replace('"', " ").split()) + '"'


def keyword_id(label: str, taken: Iterable[str] = ()) -> str:
    """A readable id from the first label, such as ``anies-baswedan``; numbered where it is taken."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "keyword"
    used, number, candidate = set(taken), 1, slug
    while candidate in used:
        number += 1
        candidate = f"{slug}-{number}"
    return candidate


def rules_revision(keywords: Iterable[Keyword]) -> str:
    """A digest of everything that decides which mention gets which keyword (12 hex characters).

    Being a pure function of the rules it needs no counter: a crash between saving a keyword and
    announcing it leaves the stored mentions visibly matched with another revision.
    """
    parts = [
        [k.id, k.effective_rule(), k.active, k.monitoring_start.isoformat() if k.monitoring_start else None]
        for k in sorted(keywords, key=lambda k: k.id)
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:12]
