"""``influencers``: the stage, inline, and the ranking of any filters."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from pasip_core.domain.influence import ORDERS, AccountOrder, Influencer, influencer
from pasip_core.errors import InputError
from pasip_core.pipeline.influencers import keep_influencers, latest_days
from pasip_core.queries import influencers as queries

from . import filtering
from .context import Json, opened
from .output import progress_bar, say_json, show_table

UNKNOWN = "–"
HIDDEN = ("id", "computed_at")


def influencers(
    by: Annotated[str, typer.Option(help=f"What comes first: {', '.join(ORDERS)}.")] = "followers",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most accounts.")] = 20,
    everyone: Annotated[bool, typer.Option("--everyone", help="Also who was set aside.")] = False,
    account: Annotated[list[str] | None, typer.Option("--account", help="Only these authors; may be repeated.")] = None,
    first: filtering.From = None,
    last: filtering.To = None,
    keyword: filtering.Keywords = None,
    platform: filtering.Platforms = None,
    source: filtering.Sources = None,
    sentiment: filtering.Sentiments = None,
    emotion: filtering.Emotions = None,
    text: filtering.Text = "",
    json: Json = False,
) -> None:
    """Compute who was heard most lately, keep it, and rank the accounts that the filters mean."""
    order = next((name for name in ORDERS if name == by), None)
    if order is None:
        raise InputError(f"--by: {by!r} is none; use {', '.join(ORDERS)}", field="--by", value=by)
    filtering.check_text("--account", *account or ())
    with opened() as (settings, stores), progress_bar(json) as progress:
        now = datetime.now(UTC)
        keep_influencers(stores, settings.zone, progress=progress)
        period = latest_days(stores, settings.zone)
        if first or last or period is None:
            period = filtering.week(first, last, now, settings.zone)
        filters = filtering.build_filters(stores, period, keyword, platform, source, sentiment, emotion, text)
        filters = replace(filters, accounts=tuple(account or ()))
        aside = () if everyone else [(one.platform, one.username) for one in queries.set_aside(stores)]
        found = [influencer(a, period, now) for a in queries.accounts(stores, filters, order, aside, limit)]
    _tell(found, order, json)


def _tell(found: list[Influencer], order: AccountOrder, json: bool) -> None:
    if json:
        say_json([{name: value for name, value in asdict(one).items() if name not in HIDDEN} for one in found])
        return
    columns = ["account", "platform", "followers", "engagement", "mentions", "rate %", "tone", "last activity"]
    show_table(columns, [_row(one) for one in found])


def _row(one: Influencer) -> list[object]:
    told = (one.username, one.platform, one.followers_count, one.engagement_total, one.mentions_count,
            one.engagement_rate, one.sentiment_influence, f"{one.last_activity:%Y-%m-%d %H:%M} UTC")  # fmt: skip
    return [UNKNOWN if value is None else value for value in told]
