"""What several failures of one run come down to."""

from __future__ import annotations

from collections.abc import Sequence

from pasip_core.errors import (
    SourceAuth,
    SourceBadQuery,
    SourceBlocked,
    SourceError,
    SourceForbidden,
    SourceGone,
    SourcePaidOut,
    SourceParse,
    SourceQuota,
    SourceUnavailable,
)

# What a person most needs to hear comes first.
_TELLING: tuple[type[SourceError], ...] = (
    SourceBlocked, SourcePaidOut, SourceQuota, SourceAuth, SourceForbidden, SourceGone, SourceParse, SourceBadQuery,
    SourceUnavailable,
)  # fmt: skip
REFUSALS = (SourceForbidden, SourceBlocked, SourceQuota)
PASSING = (SourceUnavailable, SourceQuota, SourceBlocked)
"""What may be better in an hour."""


def most_telling(errors: Sequence[SourceError]) -> SourceError:
    """The one error to show for many."""
    last = len(_TELLING)
    return min(errors, key=lambda e: next((n for n, kind in enumerate(_TELLING) if isinstance(e, kind)), last))
