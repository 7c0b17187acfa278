"""``cleanup``, ``erase`` and ``pseudonymise``: keeping no longer than wanted, and forgetting on request."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pasip_core.commands import privacy as commands
from pasip_core.domain.privacy import Erasure, Person
from pasip_core.errors import InputError, QueueUnavailable
from pasip_core.queries.privacy import Found, Preview
from pasip_core.queries.privacy import preview as look
from pasip_core.settings import Settings

from .context import Json, opened
from .output import complain, progress_bar, say, say_json, show_fields, show_table

if TYPE_CHECKING:
    from pasip_core.pipeline.retention import Due

FIRST_LINE = 100


def cleanup(
    preview: Annotated[bool, typer.Option("--preview", help="Only show what would go.")] = False, json: Json = False
) -> None:
    """Let go of mentions older than RETENTION_DAYS, and of logs, uploads and runs older than their time."""
    from pasip_core.pipeline.retention import cleanup as run_cleanup
    from pasip_core.pipeline.retention import due, unknown_platforms

    with opened() as (settings, stores), progress_bar(json) as progress:
        goes = due(stores, settings)
        if not json:
            _show_due(goes, settings)
        if preview:
            for doubt in unknown_platforms(stores, settings):
                complain(doubt)
            say_json(goes) if json else say("Nothing was changed. Without --preview these mentions go.")
            return
        done = run_cleanup(stores, settings, owner=_owner(), progress=progress)
    if json:
        say_json(done)
    else:
        say(f"{done.mentions} mentions, {done.runs} runs, {done.files} files and {done.hours} hours let go of")


def _show_due(goes: Sequence[Due], settings: Settings) -> None:
    set_to = f"RETENTION_DAYS is {settings.retention_days or 'empty'}"
    if not goes:
        say(f"{set_to}: no mention goes.")
    else:
        say(f"{set_to}. Mentions from before these days go, their numbers stay:")
        show_table(["platform", "before", "mentions"], [[one.platform, one.before, one.mentions] for one in goes])


def pseudonymise(json: Json = False) -> None:
    """Give stored authors of social platforms their pseudonyms; new ones get theirs as they come in."""
    from pasip_core.pipeline.pseudonymising import pseudonymise as run_pseudonymise

    with opened() as (settings, stores), progress_bar(json) as progress:
        done = run_pseudonymise(stores, settings, progress=progress)
    if json:
        say_json({"mentions": done})
    else:
        say(f"{done} mentions carry a pseudonym now")


def erase(
    account: Annotated[
        str, typer.Option(metavar="PLATFORM:@NAME", help="An account, such as twitter:@name; in any case.")
    ] = "",
    name: Annotated[str, typer.Option(help="A name as it stands in texts, such as 'Budi Santoso'.")] = "",
    others: Annotated[bool, typer.Option("--others", help="Also mentions of others that name the account.")] = False,
    reason: Annotated[str, typer.Option(help="Why, without the name: such as the number of the request.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without this, only show what would go.")] = False,
    json: Json = False,
) -> None:
    """Erase one person's data for good, with a search for what is left; without --yes only a preview."""
    with opened() as (settings, stores), progress_bar(json) as progress:
        person = _whom(settings, account, name)
        if not yes:
            _show_preview(look(stores, person), json)
            return
        from pasip_core.pipeline.erasure import erase as run_erase

        request, key = commands.begin(stores, person, reason=reason, others=others)
        done = run_erase(
            stores, settings, request.id, key, owner=_owner(), scrub_queue=_scrub_queue(settings), progress=progress
        )
    _show_result(done, json)
    if not done.proven:
        raise typer.Exit(1)


def _whom(settings: Settings, account: str, name: str) -> Person:
    if bool(account) == bool(name):
        raise InputError("--account, --name: give one of them, such as --account twitter:@name", field="--account")
    platform, sign, username = account.partition(":")
    if account and not (sign and platform.strip() and username.strip()):
        raise InputError(
            f"--account: {account[:80]!r} names no account; write platform and username, like twitter:@name",
            field="--account",
            value=account,
        )
    return commands.whom(settings, platform=platform, username=username, name=name)


def _scrub_queue(settings: Settings) -> Callable[[Callable[[str], bool]], Sequence[str]]:
    """Without a queue to ask, what it keeps on disk cannot be searched: that is said, not passed over."""
    from pasip_core.dispatch import NOT_SEARCHED, forget_jobs

    def scrub(holds: Callable[[str], bool]) -> Sequence[str]:
        try:
            return forget_jobs(holds, settings=settings)
        except QueueUnavailable:
            if not settings.redis_url.get_secret_value() and not (settings.data_dir / "redis").exists():
                return ()  # there has never been one
            return (NOT_SEARCHED,)

    return scrub


def _show_preview(preview: Preview, json: bool) -> None:
    if json:
        say_json({"own": _told(preview.own), "others": _told(preview.others), "stays": preview.stays})
        return
    for title, found in (("goes", preview.own), ("goes with --others", preview.others)):
        span = f", {found.first:%Y-%m-%d} to {found.last:%Y-%m-%d}" if found.first and found.last else ""
        say(f"{title}: {found.count} mentions{span}")
        if found.count:
            show_table(["platform", "mentions"], [[p, n] for p, n in found.by_platform.most_common()])
            rows = [[f"{m.published_at:%Y-%m-%d}", m.platform, m.author, _line(m.text)] for m in found.oldest]
            show_table(["day", "platform", "author", "text"], rows)
    for kind, names in preview.stays.items():
        say(f"stays: {kind} {', '.join(names)}; it bears the name, so change or remove it yourself")
    say("Numbers of days whose mentions are gone already are counts only and stay.")
    say("Nothing was changed. Add --yes and --reason to erase.")


def _line(text: str) -> str:
    return " ".join(text.split())[:FIRST_LINE]


def _told(found: Found) -> dict[str, Any]:
    first_lines = [{"id": m.id, "author": m.author, "text": _line(m.text)} for m in found.oldest]
    return {
        "mentions": found.count,
        "by_platform": dict(found.by_platform),
        "from": found.first,
        "to": found.last,
        "first_lines": first_lines,
    }


def _show_result(done: Erasure, json: bool) -> None:
    if json:
        say_json(replace(done, sealed=""))
        return
    show_fields({
        "removed": done.removed,
        **{f"  {platform}": count for platform, count in done.by_platform.items()},
        "records redacted": done.redacted,
        "kept (others naming the account)": done.kept,
        **{f"file {n}": told for n, told in enumerate(done.files, 1)},
        "searched afterwards": ", ".join(f"{n} {what}" for what, n in done.searched.items()),
    })  # fmt: skip
    for finding in done.findings:
        say(f"left: {finding}")
    say("Files that people took away (exports, downloads, moved rejected rows) are theirs to look after.")
    say("Nothing of the person was found any more." if done.proven else "Not everything could be erased, see above.")


def _owner() -> str:
    return f"cli-{os.getpid()}"
