"""What is stored of a person, and what came of erasing it."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

import streamlit as st

from pages.components import cached, formats, labels, state, tables, theme
from pages.components.i18n import t
from pages.components.import_view import PLATFORMS
from pages.components.sentences import translated
from pasip_core import dispatch
from pasip_core.domain.mention import Mention
from pasip_core.domain.period import Period
from pasip_core.domain.privacy import Erasure, Person
from pasip_core.errors import QueueUnavailable
from pasip_core.queries.privacy import Found, Preview, passage
from pasip_core.settings import current_settings

MOST_MARKED = 200
_SPACES = re.compile(r"\s+")


def platforms() -> list[str]:
    """Platforms that accounts can be of; those with mentions first."""
    return list(dict.fromkeys([*sorted({platform for platform, _ in cached.voices()}), *PLATFORMS]))


def show_preview(person: Person, seen: Preview) -> None:
    """How much, where, from when to when, and the oldest of them."""
    st.subheader(t("What is stored of “{name}”", name=state.shown(person.name)))
    if seen.empty:
        st.write(t("No mention was found. Erasing still looks through logs, files and the queue, and lets nothing in."))
    _show_found(t("Will be erased"), seen.own, person, "own")
    if person.platform:
        _show_found(t("Mentions of others that name the account"), seen.others, person, "others")
    kinds = {"keyword": t("Keyword"), "feed": t("Feed"), "source": t("Source")}
    for kind, names in seen.stays.items():
        st.warning(
            t("{kind} with this name: {names}. It stays; change or remove it yourself.", kind=kinds[kind],
              names=state.shown(", ".join(names))),
            icon=":material/sell:",
        )  # fmt: skip
    st.caption(t("Numbers of days whose mentions have gone already are counts only and stay as they are."))


def _show_found(title: str, found: Found, person: Person, key: str) -> None:
    if not found.count or found.first is None or found.last is None:
        return
    zone = current_settings().zone
    span = Period(found.first.astimezone(zone).date(), found.last.astimezone(zone).date(), zone)
    with st.container(horizontal=True, gap="small", key=f"found_{key}"):
        st.metric(title, formats.number(found.count), border=True)
        for platform, count in found.by_platform.most_common(4):
            st.metric(labels.platform(platform), formats.number(count), border=True)
    st.caption(t("From {period}. The oldest of them:", period=formats.period(span)))
    for number, mention in enumerate(found.oldest):
        with st.container(border=True, gap=None, key=f"found_{key}_{number}"):
            st.text(tables.excerpt(mention.author, 60) or formats.UNKNOWN)
            st.caption(f"{labels.platform(mention.platform)} · {formats.moment(mention.published_at)}")
            st.html(_marked(mention, person))


def _marked(mention: Mention, person: Person) -> str:
    """HTML of our own around escaped text: the passage that tells of the person, with their name in ``<mark>``."""
    seen = passage(mention, person)
    texts = (seen.before, seen.hit[:MOST_MARKED], seen.after)
    before, hit, after = (html.escape(_SPACES.sub(" ", tables.plain(text))) for text in texts)
    mark = f"<mark style='--c:{theme.ACCENT}'>{hit}</mark>" if hit else ""
    return f"<p dir='auto' class='pasip-text pasip-small'>{before}{mark}{after}</p>"


def show_result(done: Erasure) -> None:
    """What went, and the proof."""
    if done.proven:
        st.success(
            t("Erased: {n} mentions. Every mention, {records} records and {files} files were searched afterwards; "
              "nothing was left.",
              n=formats.number(done.removed), records=formats.number(done.searched.get("records", 0)),
              files=formats.number(done.searched.get("files", 0))),
            icon=":material/verified_user:",
        )  # fmt: skip
    else:
        st.error(t("Not everything could be erased. See below what is left, then ask once more."))
    show_who(done)
    _show_details(done)
    st.caption(t("Files that people took away (exports, downloads, moved rejected rows) are theirs to look after."))


def show_who(request: Erasure) -> None:
    """Who asked for it, and when."""
    who = state.shown(labels.person(request.who))
    st.caption(t("Asked for by {who}, {when}.", who=who, when=formats.moment(request.at)))


def job_id(request: Erasure) -> str:
    """The job that carries it out."""
    return dispatch.job_id_for("erase", [request.id])


def is_under_way(request: Erasure) -> bool:
    """Whether a worker does it, or will. One whose job was lost, or cannot be asked for, is not."""
    if request.finished_at is not None:
        return False
    try:
        job = dispatch.job_status(job_id(request), settings=current_settings())
    except QueueUnavailable:
        return False
    return job is not None and job.state in {"waiting", "running", "retrying"}


def _show_details(done: Erasure) -> None:
    for finding in done.findings:
        st.text(f"• {translated(finding)}")
    if done.kept:
        st.write(t("{n} mentions of others that name the account were kept.", n=formats.number(done.kept)))
    for told in done.files:
        st.text(f"• {translated(told)}")


def show_past(erasures: Sequence[Erasure]) -> None:
    """Requests that nobody works on: by hash, never by name."""
    if not erasures:
        return
    st.subheader(t("Earlier erasures"))
    for done in erasures:
        how = t("not finished") if done.finished_at is None else t("proven") if done.proven else t("not everything")
        count = t("{n} mentions", n=formats.number(done.removed))
        title = f"{formats.moment(done.at)} · {how} · {count} · {state.shown(done.reason)}"
        with st.expander(title, key=f"erasure_{done.id}"):
            show_who(done)
            st.caption(t("Person (salted hash): {hash}", hash=done.person))
            _show_details(done)
