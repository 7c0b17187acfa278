"""What names in the data are called in front of people."""

from __future__ import annotations

import re

from pages.components import formats
from pages.components.i18n import t
from pasip_core.commands.audit import LOCAL
from pasip_core.domain.analysis import CORRECTION, ORGANISATION, PERSON, PLACE
from pasip_core.domain.names import ACCOUNT, DOMAIN, HASHTAG
from pasip_core.domain.quotas import MONEY
from pasip_core.queries import sources
from pasip_core.queries.sources import BudgetLeft, SourceCard

STATE_SIGNS = {
    sources.REFUSED: "▲", sources.PAID_OUT: "▲", sources.BLOCKED: "▲", sources.BROKEN: "▲", sources.GONE: "▲",
    sources.SILENT: "▽",
    sources.OVER_QUOTA: "◆", sources.NEEDS_KEY: "◇", sources.RUNNING: "↻", sources.NEW: "○", sources.READY: "●",
    sources.RETIRED: "–",
}  # fmt: skip
"""In front of a state, so that colour is not needed to tell them apart."""


def sentiment(name: str) -> str:
    """A sentiment, or ``pending``."""
    return {
        "positive": t("Positive"),
        "neutral": t("Neutral"),
        "negative": t("Negative"),
        "pending": t("Not analysed yet"),
    }.get(name, name)


def signed_sentiment(name: str) -> str:
    """The same with a sign in front, so that colour is not needed to tell them apart."""
    sign = {"positive": "▲", "neutral": "●", "negative": "▼"}.get(name, "○")
    return f"{sign} {sentiment(name)}"


def platform(name: str) -> str:
    """A platform's own name."""
    names = {
        "twitter": "X (Twitter)", "facebook": "Facebook", "instagram": "Instagram", "tiktok": "TikTok",
        "youtube": "YouTube", "telegram": "Telegram", "reddit": "Reddit", "kaskus": "Kaskus",
        "mastodon": "Mastodon", "bluesky": "Bluesky", "threads": "Threads",
    }  # fmt: skip
    return {"news": t("News"), "blog": t("Blogs"), "forum": t("Forums")}.get(name) or names.get(name) or name


def emotion(name: str | None) -> str:
    """An emotion of the analysis."""
    if not name:
        return formats.UNKNOWN
    return {
        "anger": t("anger"), "fear": t("fear"), "happy": t("happiness"), "joy": t("happiness"),
        "love": t("love"), "sadness": t("sadness"), "sad": t("sadness"), "neutral": t("no emotion"),
    }.get(name, name)  # fmt: skip


def author_of_analysis(model_version: str) -> str:
    """Who said so: a person, or which model."""
    return t("corrected by a person") if model_version == CORRECTION else model_version


def error_kind(kind: str) -> str:
    """What went wrong with a source, and what it means for whoever looks at it."""
    return {
        "": t("went well"),
        "auth": t("credentials are missing or refused"),
        "forbidden": t("the site does not allow it (robots.txt or permission)"),
        "quota": t("too many requests; waits before it asks again"),
        "paid_out": t("its credits, or the cap set for it, are used up"),
        "blocked": t("the site shows a block page"),
        "gone": t("the service or page is no more"),
        "bad_query": t("the site did not accept the question"),
        "upstream": t("the site did not answer (server error or timeout)"),
        "parse": t("the answer could not be read; the site may have changed"),
        "interrupted": t("was interrupted and done again"),
        "cancelled": t("was cancelled"),
    }.get(kind, kind)


def way_out(kind: str) -> str:
    """What a person can do about it."""
    return {
        "auth": t("Check the key in `.env`, or get a new one, and start again."),
        "forbidden": t("Ask the site or platform for permission, or leave this source out."),
        "quota": t("Nothing to do: it is asked again by itself when the quota is free."),
        "paid_out": t("Add credits at the platform, or raise the cap if it names one; nothing is asked before."),
        "blocked": t("Leave it alone for some hours. If it stays so, raise SCRAPING_DELAY or use the site's feed."),
        "gone": t("Look for its new address, and add that one."),
        "bad_query": t("Check its address or name; if it is right, simplify the rule of the first keyword."),
        "upstream": t("Wait: it is asked again by itself. If it stays so, see whether the site opens in a browser."),
        "parse": t("The site may have changed. See whether it still opens in a browser, and look for its feed."),
    }.get(kind, "")


def source_state(card: SourceCard) -> str:
    """How a source is, and until when."""
    if card.state == sources.NEEDS_KEY:
        return t("needs {settings}", settings=", ".join(card.source.needs))
    if card.state in {sources.BROKEN, sources.REFUSED} and card.last_run:
        return error_kind(card.last_run.error_kind)
    known = {
        sources.PAID_OUT: t("its credits, or the cap set for it, are used up"),
        sources.GONE: t("the service or page is no more"),
        sources.RUNNING: t("running"), sources.NEW: t("ready, not asked yet"), sources.READY: t("ready"),
        sources.RETIRED: t("retired"),
    }  # fmt: skip
    if card.state == sources.SILENT and card.rhythm:
        return t("silent since {when}", when=formats.moment(card.rhythm.silent_since))
    if card.state == sources.BLOCKED:
        return t("blocked until {when}", when=formats.moment(card.until)) if card.until else t("blocked")
    if card.state == sources.OVER_QUOTA:
        return t("over quota until {when}", when=formats.moment(card.until)) if card.until else t("over quota")
    return known[card.state]


def hour_state(name: str) -> str:
    """How an hour of a source was."""
    return {
        sources.HEARD: t("heard"), sources.QUIET: t("quiet"), sources.BLIND: t("blind"),
    }[name]  # fmt: skip


def left(budget: BudgetLeft) -> str:
    """What of a budget is left: ``60 of 100 searches``, or money."""
    unit = budget.budget.unit
    if unit == MONEY:
        return t("${left} of ${limit}", left=formats.money(budget.left), limit=formats.money(budget.budget.limit))
    left, limit = formats.number(budget.left), formats.number(budget.budget.limit)
    return t("{left} of {limit} {what}", left=left, limit=limit, what=counted(unit))


def counted(unit: str) -> str:
    """What a quota counts."""
    return {
        "posts": t("posts"), "hashtags": t("hashtags"), "searches": t("searches"), "units": t("units"),
        "requests": t("requests"),
    }.get(unit, unit)  # fmt: skip


def job_state(state: str) -> str:
    """How a job is doing, as ``dispatch`` names it."""
    return {
        "waiting": t("waiting"),
        "running": t("running"),
        "retrying": t("will be tried again"),
        "done": t("done"),
        "failed": t("failed"),
        "stopped": t("cancelled"),
    }.get(state, state)


def worker_state(state: str) -> str:
    """What a worker process does."""
    return {"idle": t("idle"), "busy": t("busy"), "suspended": t("paused"), "started": t("starting")}.get(state, state)


def job(name: str) -> str:
    """What a job, or an entry of the schedule, does."""
    return {
        "collect": t("Collect"),
        "collect_social": t("Collect"),
        "refresh": t("Ask again for reactions"),
        "collect_due": t("Collect all sources that are due"),
        "enrich": t("Analyse sentiment"),
        "entities": t("Read names"),
        "rematch": t("Match keywords again"),
        "rescore": t("Read again with the present model"),
        "sample": t("Draw the sample of the week"),
        "rollup": t("Recompute numbers"),
        "topics": t("Find topics"),
        "influencers": t("Rank accounts"),
        "import_file": t("Import a file"),
        "check_feed": t("Check a feed"),
        "check_site": t("Look at a site"),
        "test_source": t("Test a source"),
        "publish_sources": t("List the sources"),
        "rhythms": t("Learn the rhythm of sources"),
        "stories": t("Bring copies of one text together"),
        "coordination": t("Look for accounts that post together"),
        "cleanup": t("Let go of what is too old"),
        "erase": t("Erase a person's data"),
    }.get(name, name)


def topic_state(name: str) -> str:
    """What became of a topic in the last run that looked at its days."""
    return {
        "new": t("new"), "continued": t("goes on"), "merged": t("merged"), "died": t("no longer found"),
    }.get(name, name)  # fmt: skip


def person(who: str) -> str:
    """Who asked for something."""
    return t("the person at this computer") if who == LOCAL else who


def timing(name: str) -> str:
    """An entry of the schedule, which is called like its job unless there are two of it."""
    return {"news": t("Collect news"), "social": t("Collect from social platforms")}.get(name) or job(name)


def how_often(cron: str) -> str:
    """Cron fields in words, where they are of a kind that the schedule has: every few minutes, hourly or daily."""
    minute, hour, *rest = (*cron.split(), "", "")[:5]
    if rest != ["*", "*", "*"]:
        return cron
    if hour == "*" and (every := re.fullmatch(r"\*/(\d{1,2})", minute)):
        return t("every {n} minutes", n=every[1])
    if hour == "*" and re.fullmatch(r"\d{1,2}(,\d{1,2})+", minute):
        return t("every hour, at minutes {n}", n=minute.replace(",", ", "))
    if not re.fullmatch(r"\d{1,2}", minute):
        return cron
    if every := re.fullmatch(r"\*/(\d{1,2})", hour):
        return t("every {n} hours", n=every[1])
    if hour == "*":
        return t("every hour") if minute == "0" else t("every hour, at minute {n}", n=minute)
    if re.fullmatch(r"\d{1,2}", hour):
        return t("every day at {time}", time=f"{int(hour):02}:{int(minute):02}")
    return cron


def field(name: str) -> str:
    """A field of a mention, as the import page asks for it."""
    return {
        "content": t("Text"),
        "published_at": t("Published"),
        "author": t("Author"),
        "title": t("Title"),
        "url": t("Link"),
        "id": t("The platform's own id"),
        "time": t("Time (where it stands apart)"),
        "likes": t("Likes"),
        "shares": t("Shares"),
        "comments": t("Comments"),
        "author_followers": t("Followers"),
        "language": t("Language"),
        "platform": t("Platform"),
        "source": t("Source"),
    }.get(name, name)


def kind_of_names(kind: str) -> str:
    """A kind of names, as a heading over many."""
    return {
        PERSON: t("People"), PLACE: t("Places"), ORGANISATION: t("Organisations"), HASHTAG: t("Hashtags"),
        DOMAIN: t("Sites linked to"), ACCOUNT: t("Accounts spoken to"),
    }.get(kind, kind)  # fmt: skip


def import_hint() -> str:
    """What an import does with rows that are there already."""
    return t("Importing the same file twice adds nothing twice: known mentions are recognised.")
