"""Erasing one person's data on request, as the law on personal data (UU PDP No. 27/2022) gives the right to."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime

from pasip_core.dispatch import Dispatched, check_connection, dispatch
from pasip_core.domain.privacy import SALT_ID, Erasure, Person, Salt, account, hashes_of, named, seal
from pasip_core.domain.pseudonyms import Pseudonyms
from pasip_core.errors import DispatchUncertain, InputError, QueueUnavailable, StoreUnavailable
from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores

from .audit import LOCAL

SHORTEST_REASON, LONGEST_REASON = 5, 500
SALT_LEASE, SALT_SECONDS = "salt", 10.0


def whom(settings: Settings, *, platform: str = "", username: str = "", name: str = "") -> Person:
    """The account, or whoever has the name. ``InputError`` where it cannot be looked for."""
    if not platform:
        return named(name)
    person = account(platform, username)
    pseudonyms = Pseudonyms.keyed(settings)
    known_as = pseudonyms.of_account(person.platform, person.name) if pseudonyms else ""
    return Person(person.name, person.platform, known_as)


def erase(
    stores: Stores, settings: Settings, person: Person, *, reason: str, others: bool = False, who: str = LOCAL
) -> tuple[Erasure, Dispatched]:
    """Have the workers erase the person's data.

    ``others``: also mentions of others that name the account. Nothing is erased where this raises ``InputError`` (the
    reason cannot be kept), ``StoreError``, or ``QueueUnavailable``; but with ``DispatchUncertain`` a worker may have
    begun, so that the request stands: asked for once more, it goes on.
    """
    check_connection(settings)
    erasure, key = begin(stores, person, reason=reason, others=others, who=who)
    try:
        return erasure, dispatch("erase", erasure.id, key, settings=settings, front=True)
    except QueueUnavailable as error:
        raise DispatchUncertain(str(error)) from error


def begin(
    stores: Stores, person: Person, *, reason: str, others: bool = False, who: str = LOCAL
) -> tuple[Erasure, str]:
    """The request, kept, and the key without which it does not tell of whom. From now on nothing of them comes in."""
    salt = _salt(stores)
    sealed, key = seal(person)
    erasure = Erasure(
        id=uuid.uuid4().hex,
        at=datetime.now(UTC),
        who=who,
        reason=_checked(reason, person),
        kind=person.kind,
        person=salt.person(person),
        others=others,
        sealed=sealed,
    )
    stores.erasures.save(erasure)  # first: nobody is refused without a request on record that says why
    for erased in hashes_of(erasure, person, salt):
        if stores.erased.get(erased.id) is None:  # an earlier request refuses them already
            stores.erased.save(erased)
    return erasure, key


def _checked(reason: str, person: Person) -> str:
    tidy = " ".join(reason.split())
    if not SHORTEST_REASON <= len(tidy) <= LONGEST_REASON:
        raise InputError(
            f"reason: {tidy[:40]!r} has {len(tidy)} characters; write {SHORTEST_REASON} to {LONGEST_REASON}, "
            "such as the number and date of the request",
            field="reason",
        )
    if person.held_by(tidy):
        raise InputError(
            "reason: it names the person, and would outlast the erasure; write it without the name", field="reason"
        )
    return tidy


def _salt(stores: Stores) -> Salt:
    """The salt of this installation, made by the first who needs it: two would not know each other's hashes."""
    deadline = time.monotonic() + SALT_SECONDS
    while (salt := stores.salts.get(SALT_ID)) is None:
        fence = stores.leases.acquire(SALT_LEASE, uuid.uuid4().hex, SALT_SECONDS)
        if fence is not None:
            if stores.salts.get(SALT_ID) is None:
                stores.salts.save(Salt.fresh())
            stores.leases.release(fence)
        elif time.monotonic() > deadline:
            raise StoreUnavailable("another process has been preparing an erasure for too long; try again")
        else:
            time.sleep(0.05)
    return salt
