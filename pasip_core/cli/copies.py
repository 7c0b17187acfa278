"""``stories`` and ``coordination``: which mentions are copies of each other, and who shares them together."""

from __future__ import annotations

import os
from dataclasses import asdict

from pasip_core.domain.coordination import CoordinatedGroup
from pasip_core.pipeline.progress import utc_now

from .context import Json, opened, roll_up
from .filtering import From, To, everything
from .output import progress_bar, say, say_json, show_table

SHOWN = 20


def stories(first: From = None, last: To = None, json: Json = False) -> None:
    """Bring copies of one text together: all mentions whose text was not looked at yet, and those of the days given."""
    from pasip_core.pipeline.stories import group_stories

    with opened() as (settings, stores), progress_bar(json) as progress:
        if first is not None or last is not None:
            stores.stories.look_again(everything(first, last, stores, utc_now(), settings.zone))
        done = group_stories(stores, owner=f"cli-{os.getpid()}", progress=progress)
        roll_up(stores, progress)
    if json:
        say_json({"looked_at": done.done, "left": done.left})
    else:
        say(f"{done.done} mentions looked at for copies" + (", another process does the rest" if done.left else ""))


def coordination(first: From = None, last: To = None, json: Json = False) -> None:
    """Look for accounts that share the same at the same time, more often than by chance: evidence, no verdict."""
    from pasip_core.pipeline.coordination import find_groups, latest

    with opened() as (settings, stores), progress_bar(json) as progress:
        given = first is not None or last is not None
        zone = settings.zone
        period = everything(first, last, stores, utc_now(), zone) if given else latest(stores, zone)
        groups = find_groups(stores, zone, period=period, progress=progress)
    if json:
        say_json([_plain(group) for group in groups])
        return
    rows = [
        [", ".join(a.name for a in g.accounts[:5]) + (" …" if len(g.accounts) > 5 else ""), len(g.accounts), g.times,
         g.first_seen.date(), g.last_seen.date()]
        for g in groups[:SHOWN]
    ]  # fmt: skip
    show_table(["accounts", "how many", "times", "first", "last"], rows)
    say(f"{len(groups)} groups of accounts shared the same within a minute, more often than by chance")


def _plain(group: CoordinatedGroup) -> dict[str, object]:
    """With names for what accounts and evidence hold."""
    return asdict(group) | {
        "accounts": [account._asdict() for account in group.accounts],
        "evidence": [row._asdict() for row in group.evidence],
    }
