"""Pseudonyms for what was stored before they were asked for."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from pasip_core.domain.filters import Filters
from pasip_core.domain.influence import account_id
from pasip_core.domain.mention import NEWS
from pasip_core.domain.period import Period, day_of
from pasip_core.domain.pseudonyms import PSEUDONYM, Pseudonyms
from pasip_core.errors import SettingError
from pasip_core.settings import Settings
from pasip_core.stores.ports import Stores

from .progress import Progress, silent

BATCH = 500
ABOUT_ACCOUNTS = "influencer."
"""How actions on accounts begin in the audit log; their subject is platform and name."""


def pseudonymise(stores: Stores, settings: Settings, *, progress: Progress = silent) -> int:
    """Give every author of a social platform their pseudonym, and leave no copy of the names; how many mentions.

    Resumable: what has a pseudonym is passed over. ``SettingError`` where pseudonyms are not in use.
    """
    pseudonyms = Pseudonyms.of(settings)
    if pseudonyms is None:
        raise SettingError(
            "PSEUDONYMISE_AUTHORS: it is off, so that new mentions would bring the names back; set it to 1 first.",
            field="PSEUDONYMISE_AUTHORS",
        )
    span = stores.mentions.span()
    platforms = sorted({platform for platform, _ in stores.mentions.voices()} - {NEWS})
    done = 0
    if span is not None and platforms:
        period = Period(day_of(span[0], settings.zone), day_of(span[1], settings.zone), settings.zone)
        mentions = stores.mentions.stream(Filters(period, platforms=tuple(platforms)))
        named = (m for m in mentions if m.author and not PSEUDONYM.fullmatch(m.author))
        while batch := list(islice(named, BATCH)):
            done += stores.mentions.replace_authors([pseudonyms.put_into(mention) for mention in batch])
            progress(done, None, "pseudonyms")
    for group in stores.coordinated_groups.list():
        stores.coordinated_groups.save(group.renamed(lambda *account: _pseudonym(pseudonyms, *account)))
    _rename_accounts(stores, pseudonyms)
    stores.compact()
    return done


def _rename_accounts(stores: Stores, pseudonyms: Pseudonyms) -> None:
    """Records of accounts bear their pseudonyms, too: who is set aside stays so. What is computed of them is computed
    anew."""
    for record in stores.influencers.list():
        if _has_name(record.platform, record.username):
            stores.influencers.delete(record.id)
    for entry in stores.audit.list():
        platform, _, name = entry.subject.partition(":")
        if entry.action.startswith(ABOUT_ACCOUNTS) and _has_name(platform, name):
            stores.audit.save(replace(entry, subject=f"{platform}:{pseudonyms.of_account(platform, name)}"))
    for aside in stores.set_aside.list():
        if _has_name(aside.platform, aside.username):
            name = pseudonyms.of_account(aside.platform, aside.username)
            stores.set_aside.save(replace(aside, id=account_id(aside.platform, name), username=name))
            stores.set_aside.delete(aside.id)


def _has_name(platform: str, username: str) -> bool:
    return platform != NEWS and PSEUDONYM.fullmatch(username) is None


def _pseudonym(pseudonyms: Pseudonyms, platform: str, name: str) -> str:
    return name if PSEUDONYM.fullmatch(name) else pseudonyms.of_account(platform, name)
