"""Accounts that do not belong into a ranking of voices: organisations, spam."""

from __future__ import annotations

from datetime import UTC, datetime

from pasip_core.domain.influence import REASONS, SetAside, account_id
from pasip_core.errors import InputError
from pasip_core.stores.ports import Stores

from .audit import LOCAL, record

SET_ASIDE, BRING_BACK = "influencer.set_aside", "influencer.bring_back"


def set_aside(stores: Stores, platform: str, username: str, reason: str, *, who: str = LOCAL) -> SetAside:
    """Leave the account out of the ranking until it is brought back; nothing of what it said is lost or uncounted.

    Idempotent: set aside already, only the reason changes. ``InputError`` for a reason that is none.
    """
    if not platform or not username:
        raise InputError(
            "account: it needs a platform and a name; choose one of the ranking", field="account", value=username
        )
    if reason not in REASONS:
        raise InputError(f"reason: {reason[:60]!r} is none; use {', '.join(REASONS)}", field="reason", value=reason)
    now = datetime.now(UTC)
    aside = SetAside(account_id(platform, username), platform, username, reason, now, who)
    stores.set_aside.save(aside)
    stores.influencers.delete(aside.id)
    record(stores, now, who, SET_ASIDE, f"{platform}:{username}", reason=reason)
    return aside


def bring_back(stores: Stores, id: str, *, who: str = LOCAL) -> bool:
    """Have the account stand in the ranking again; whether it was set aside."""
    aside = stores.set_aside.get(id)
    if aside is None or not stores.set_aside.delete(id):
        return False
    record(stores, datetime.now(UTC), who, BRING_BACK, f"{aside.platform}:{aside.username}", reason=aside.reason)
    return True
