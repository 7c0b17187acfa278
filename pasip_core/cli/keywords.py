"""``keyword add|list|set|rm|test``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from pasip_core.commands import keywords as commands
from pasip_core.domain.keyword import Keyword
from pasip_core.domain.period import JAKARTA
from pasip_core.domain.rules import Matcher, parse_rule
from pasip_core.errors import InputError

from .context import Json, catch_up, opened
from .output import progress_bar, say, say_json, show_table

app = typer.Typer(help="People, parties and issues to watch.", no_args_is_help=True)

Rule = Annotated[str | None, typer.Option(help="Boolean rule; without one the name itself is looked for.")]
Alias = Annotated[list[str] | None, typer.Option(help="Another name; may be repeated.")]
Exclusion = Annotated[list[str] | None, typer.Option("--exclude", help="Words that rule a mention out.")]
Category = Annotated[str | None, typer.Option(help="Groups keywords.")]
Priority = Annotated[int | None, typer.Option(help="1 (collected first) to 5.")]
Start = Annotated[str | None, typer.Option(help="Match only what was published from this day or time on; '' lifts it.")]


@app.command("add")
def add(
    name: str,
    rule: Rule = None,
    alias: Alias = None,
    exclude: Exclusion = None,
    category: Category = None,
    priority: Priority = None,
    monitoring_start: Start = None,
    json: Json = False,
) -> None:
    """Watch a keyword from now on, in what is stored too."""
    fields = _given(rule, alias, exclude, category, priority, monitoring_start)
    with opened(make=True) as (settings, stores), progress_bar(json) as progress:
        change = commands.add(stores, settings, name, **fields)
        catch_up(settings, stores, progress)
    _show([change.keyword], json)


@app.command("set")
def edit(
    name: str,
    rename: Annotated[str | None, typer.Option(help="New name; the id stays.")] = None,
    rule: Rule = None,
    alias: Alias = None,
    exclude: Exclusion = None,
    category: Category = None,
    priority: Priority = None,
    monitoring_start: Start = None,
    active: Annotated[bool | None, typer.Option("--on/--off", help="Collect and match newly, or not.")] = None,
    json: Json = False,
) -> None:
    """Change a keyword; what is left out stays as it is."""
    fields = _given(rule, alias, exclude, category, priority, monitoring_start)
    if active is not None:
        fields["active"] = active
    if rename is not None:
        fields["keyword"] = rename
    with opened() as (settings, stores), progress_bar(json) as progress:
        change = commands.edit(stores, settings, commands.find(stores, name).id, **fields)
        catch_up(settings, stores, progress)
    _show([change.keyword], json)


@app.command("list")
def show(json: Json = False) -> None:
    """Every keyword."""
    with opened() as (_, stores):
        _show(sorted(stores.keywords.list(), key=lambda k: (k.priority, k.keyword.casefold())), json)


@app.command("rm")
def remove(name: str, json: Json = False) -> None:
    """Stop watching a keyword; the mentions stay."""
    with opened() as (settings, stores), progress_bar(json) as progress:
        keyword = commands.find(stores, name)
        commands.delete(stores, settings, keyword.id)
        catch_up(settings, stores, progress)
    if json:
        say_json({"removed": keyword.id})
    else:
        say(f"{keyword.keyword} is no longer watched.")


@app.command("test")
def try_out(
    rule: Annotated[str, typer.Argument(help="A rule, or the name of a keyword.")],
    text: Annotated[str | None, typer.Option(help="A text to try it on; without one the latest mentions.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many of the latest mentions.")] = 200,
    json: Json = False,
) -> None:
    """What a rule catches and misses."""
    from pasip_core.queries.rule_trial import try_rule

    if text is not None:
        parse_rule(rule)
        caught = bool(Matcher([_probe(rule)]).match(text, published_at=datetime.now(JAKARTA)))
        if json:
            say_json({"rule": rule, "matches": caught})
        else:
            say("catches it" if caught else "misses it")
        return
    with opened() as (_, stores):
        stored = {k.id: k for k in stores.keywords.list()} | {k.keyword: k for k in stores.keywords.list()}
        found = try_rule(stores, stored[rule].effective_rule() if rule in stored else rule, limit)
    if json:
        say_json({"rule": rule, "caught": [m.id for m in found.caught], "missed": [m.id for m in found.missed]})
        return
    say(f"catches {len(found.caught)} of the latest {len(found.caught) + len(found.missed)} mentions")
    show_table(["", "text"], [["+", m.text[:120]] for m in found.caught[:20]])


def _probe(rule: str) -> Keyword:
    now = datetime.now(JAKARTA)
    return Keyword(id="probe", keyword="probe", created_at=now, updated_at=now, rule=rule)


def _given(
    rule: str | None,
    alias: list[str] | None,
    exclude: list[str] | None,
    category: str | None,
    priority: int | None,
    monitoring_start: str | None,
) -> dict[str, Any]:
    given = {
        "rule": rule,
        "aliases": tuple(alias) if alias else None,
        "exclusions": tuple(exclude) if exclude else None,
        "category": category,
        "priority": priority,
    }
    fields: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if monitoring_start is not None:
        fields["monitoring_start"] = _moment(monitoring_start) if monitoring_start else None
    return fields


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"monitoring_start: {text!r} is no time; write 2026-11-01 or 2026-11-01T08:00+07:00",
            field="monitoring_start",
            value=text,
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=JAKARTA)


def _show(keywords: list[Keyword], json: bool) -> None:
    if json:
        say_json(keywords)
        return
    columns = ["id", "keyword", "rule", "category", "priority", "active"]
    show_table(
        columns,
        [[k.id, k.keyword, k.effective_rule(), k.category, k.priority, "on" if k.active else "off"] for k in keywords],
    )
