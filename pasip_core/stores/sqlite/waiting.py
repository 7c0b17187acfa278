"""What the workers still have to do with mentions: read their names, analyse them, read or match them again."""

from __future__ import annotations

from dataclasses import dataclass

from pasip_core.domain.mention import Mention

from . import readers
from .reading import Reading

TO_ANALYSE = "INDEXED BY to_analyse WHERE sentiment IS NULL AND excluded = 0"
TO_NAME = "INDEXED BY to_name WHERE names_by = '' AND excluded = 0"


@dataclass(frozen=True)
class Waiting:
    """See the methods of the same names in ``MentionStore``."""

    reading: Reading

    def unnamed(self, reader: str, limit: int) -> list[Mention]:
        """Newest first, then those that another reader read."""
        found = self.reading.listed(f"{TO_NAME} ORDER BY n DESC", (), limit)
        for sign in "<>":
            if rest := limit - len(found):
                other = f"INDEXED BY to_name WHERE names_by {sign} ? AND names_by > '' AND excluded = 0"
                found += self.reading.listed(other, (reader,), rest)
        return found

    def count_unnamed(self, reader: str, bound: int | None) -> int:
        """Two ranges of an index, where "not equal" would be read row by row."""
        counted = sum(
            self.reading.counted(f"INDEXED BY to_name WHERE names_by {sign} ? AND excluded = 0", (reader,), bound)
            for sign in "<>"
        )
        return counted if bound is None else min(counted, bound)

    def unanalysed(self, limit: int) -> list[Mention]:
        """Newest first."""
        return self.reading.listed(f"{TO_ANALYSE} ORDER BY n DESC", (), limit)

    def count_unanalysed(self, bound: int | None) -> int:
        """No further than ``bound``."""
        return self.reading.counted(TO_ANALYSE, (), bound)

    def read_by(self) -> dict[str, int]:
        """By the version of the model."""
        with self.reading.database.snapshot() as connection:
            return readers.read_by(connection)

    def read_by_others(self, version: str, limit: int) -> list[Mention]:
        """Never corrected ones."""
        with self.reading.database.snapshot() as connection:
            return self.reading.by_number(connection, readers.read_by_others(connection, version, limit))

    def outdated(self, revision: str, limit: int) -> list[Mention]:
        """Those of older rules first, as text is ordered."""
        older = self.reading.listed("WHERE rules_revision < ? AND excluded = 0", (revision,), limit)
        if rest := limit - len(older):
            older += self.reading.listed("WHERE rules_revision > ? AND excluded = 0", (revision,), rest)
        return older

    def count_outdated(self, revision: str) -> int:
        """Two ranges of an index here, too."""
        conditions = (f"WHERE rules_revision {sign} ? AND excluded = 0" for sign in "<>")
        return sum(self.reading.counted(condition, (revision,)) for condition in conditions)
