"""What the workers still have to do with mentions: analyse them, read or match them again. For names see ``naming``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pymongo import DESCENDING

from pasip_core.domain.analysis import CORRECTION
from pasip_core.domain.mention import Mention

from . import readers
from .documents import SHOWN, mention_from
from .server import Document, Server

PENDING: Document = {"pending_since": {"$exists": True}}


def _other_rules(revision: str) -> list[Document]:
    """Two ranges of an index, where "not equal" would be read as a filter."""
    return [{"rules_revision": {sign: revision}, "excluded": False} for sign in ("$lt", "$gt")]


@dataclass(frozen=True)
class Waiting:
    """See the methods of the same names in ``MentionStore``."""

    server: Server

    def unanalysed(self, limit: int) -> list[Mention]:
        """Newest first."""
        return self._listed(PENDING, [("pending_since", DESCENDING)], limit)

    def count_unanalysed(self, bound: int | None) -> int:
        """No further than ``bound``."""
        return self._counted(PENDING, bound)

    def read_by(self) -> dict[str, int]:
        """By the version of the model."""
        return {version: self._counted(readers.of(version)) for version in self._versions()}

    def read_by_others(self, version: str, limit: int) -> list[Mention]:
        """One model after the other."""
        found: list[Mention] = []
        for other in self._versions():
            if other not in {version, CORRECTION} and len(found) < limit:
                found += self._listed(readers.of(other), readers.BY_MODEL, limit - len(found))
        return found

    def _versions(self) -> list[str]:
        return list(readers.versions(self.server))

    def outdated(self, revision: str, limit: int) -> list[Mention]:
        """Those of older rules first, as text is ordered."""
        older, newer = _other_rules(revision)
        found = self._listed(older, [("rules_revision", DESCENDING)], limit)
        rest = limit - len(found)
        return found + self._listed(newer, [("rules_revision", DESCENDING)], rest)

    def count_outdated(self, revision: str) -> int:
        """Of older and of newer rules."""
        return sum(map(self._counted, _other_rules(revision)))

    def _listed(self, query: Document, order: list[tuple[str, int]], limit: int) -> list[Mention]:
        if not limit:  # which a server takes for "all"
            return []
        found = self.server["scraped_data"].find(query, SHOWN).sort(order).limit(limit)
        return [mention_from(document) for document in found]

    def _counted(self, query: Document, bound: int | None = None) -> int:
        limited: dict[str, Any] = {} if bound is None else {"limit": bound}
        return self.server["scraped_data"].count_documents(query, **limited)
