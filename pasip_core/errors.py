"""Every error a caller can act on, as one tree.

::

    PasipError
    ├── InputError                what a person gave: names the field, the value and the way out
    │   ├── SettingError          an environment variable
    │   ├── RuleError             a keyword rule; carries the column of the mistake
    │   ├── ImportFileError       a file to import
    │   ├── BackupFileError       a backup to restore
    │   ├── MentionTooOld         a mention from before what is kept of its platform
    │   ├── MentionErased         a mention of a person whose data was erased on request
    │   └── ModelRefused          a language model that cannot do the task
    ├── StoreError
    │   ├── StoreUnavailable      not reachable, not there, or of no use for now
    │   │   ├── StoreBusy         locked for too long, or too slow to answer in time
    │   │   └── StoreDamaged      what is there cannot be read as a store
    │   ├── StoreFull             no space left
    │   ├── StoreReadOnly         written to without the right to
    │   ├── StoreSchemaMismatch   made by a newer version of this program, or not by this program
    │   ├── PartsDiffer           what arrived in a store is not what the other one holds
    │   └── LeaseLost             another process took over; what this one holds must not be written
    ├── QueueUnavailable          Redis is not reachable
    │   └── DispatchUncertain     it went away while it was given a job, and may have taken it
    ├── JobStateError             a job cannot do what was asked of it in its present state
    └── SourceError               ``kind`` says which, for people and for statistics
        ├── SourceAuth            credentials missing or refused
        ├── SourceForbidden       permission or review missing; robots.txt forbids
        ├── SourceQuota           too many requests; ``retry_at`` says when to come back
        ├── SourcePaidOut         prepaid credits are gone
        ├── SourceBlocked         a challenge page or a block in place of the answer
        ├── SourceGone            the service was retired, or the page is no more
        ├── SourceBadQuery        the source does not accept the question or the address
        ├── SourceUnavailable     server errors, timeouts, cut-off answers
        └── SourceParse           the answer came but holds nothing we know how to read
"""

from __future__ import annotations

import errno
from datetime import datetime


class PasipError(Exception):
    """The root of every error this program raises on purpose."""


class InputError(PasipError):
    """Something a person gave cannot be used.

    The message reads as one sentence: which field, which value, what to do instead.
    """

    def __init__(self, message: str, *, field: str = "", value: object = None) -> None:
        super().__init__(message)
        self.field = field
        self.value = value


class SettingError(InputError):
    """An environment variable has a value that cannot be used."""


class RuleError(InputError):
    """A keyword rule cannot be read. ``column`` counts characters from 1 and points at the mistake."""

    def __init__(self, message: str, *, column: int, value: object = None) -> None:
        super().__init__(message, field="rule", value=value)
        self.column = column


class ImportFileError(InputError):
    """A file cannot be imported as it is."""


class BackupFileError(InputError):
    """A backup cannot be restored: damaged, incomplete, or of a format that this version does not know."""


class MentionTooOld(InputError):
    """A mention is older than what is kept of its platform."""


class MentionErased(InputError):
    """A mention is one that was erased on a person's request, or by or about that person."""


class ModelRefused(InputError):
    """A language model cannot do what is asked of it."""


class StoreError(PasipError):
    """A store could not do its work."""


class StoreUnavailable(StoreError):
    """The store is not reachable, not there, or of no use for now."""


class StoreBusy(StoreUnavailable):
    """The store was locked, or took to answer, for longer than we wait."""


class StoreDamaged(StoreUnavailable):
    """What is there cannot be read as a store; a person has to bring back a copy."""


class StoreFull(StoreError):
    """The store has no space left."""


class StoreReadOnly(StoreError):
    """The store may not be written to."""


class StoreSchemaMismatch(StoreError):
    """The store has a schema that this version of the program does not know."""


class PartsDiffer(StoreError):
    """After a move, parts of the two stores are not the same; the message names them."""


def is_store_away(error: BaseException) -> bool:
    """Whether the same work would go well once the store, or room on its disk, is back."""
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
    return isinstance(error, StoreUnavailable | StoreFull | StoreReadOnly | StoreSchemaMismatch)


class LeaseLost(StoreError):
    """The lease under which this process worked has gone to another one."""


class QueueUnavailable(PasipError):
    """The job queue (Redis) is not reachable."""


class DispatchUncertain(QueueUnavailable):
    """The queue went away while it was given a job: whether it has the job is not known."""


class JobStateError(PasipError):
    """A job cannot do what was asked of it in its present state."""


class SourceError(PasipError):
    """A source did not give what was asked. ``kind`` is stable and stored with each run."""

    kind = "upstream"

    def __init__(
        self, message: str, *, url: str = "", status: int | None = None, retry_at: datetime | None = None
    ) -> None:
        super().__init__(message)
        self.url = url
        self.status = status
        self.retry_at = retry_at


class SourceAuth(SourceError):
    """Credentials are missing or were refused."""

    kind = "auth"


class SourceForbidden(SourceError):
    """A permission is missing, or robots.txt forbids the address."""

    kind = "forbidden"


class SourceQuota(SourceError):
    """Too many requests for now; ``retry_at`` says when to come back, where the source told."""

    kind = "quota"


class SourcePaidOut(SourceError):
    """Prepaid credits are used up; trying again does not help."""

    kind = "paid_out"


class SourceBlocked(SourceError):
    """A challenge page, or a block, came in place of the answer."""

    kind = "blocked"


class SourceGone(SourceError):
    """The service was retired, or the address is no more."""

    kind = "gone"


class SourceBadQuery(SourceError):
    """The source does not accept the question, or the address may not be asked."""

    kind = "bad_query"


class SourceUnavailable(SourceError):
    """Server errors, timeouts, refused connections and cut-off answers."""

    kind = "upstream"


class SourceParse(SourceError):
    """An answer came, but nothing in it could be read: the markup or format changed."""

    kind = "parse"
