"""What is stored of a person, and what came of erasing it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.components import cached, formats, labels, state, tables
from pages.components.i18n import t
from pages.components.import_view import PLATFORMS
from pasip_core.domain.period import Period
from pasip_core.domain.privacy import Erasure, Person
from pasip_core.queries.privacy import Found, Preview
from pasip_core.settings import current_settings


def platforms() -> list[str]:
    """Platforms that accounts can be of; those with mentions first."""
    return list(dict.fromkeys([*sorted({platform for platform, _ in cached.voices()}), *PLATFORMS]))


def show_preview(person: Person, seen: Preview) -> None:
    """How much, where, from when to when, and the first lines."""
    st.subheader(t("What is stored of “{name}”", name=state.shown(person.name)))
    if seen.empty:
        st.write(t("No mention was found. Erasing still looks through logs, files and the queue, and lets nothing in."))
    _show_found(t("Will be erased"), seen.own, "own")
    if person.platform:
        _show_found(t("Mentions of others that name the account"), seen.others, "others")
    kinds = {"keyword": t("Keyword"), "feed": t("Feed"), "source": t("Source")}
    for kind, names in seen.stays.items():
        st.warning(
            t("{kind} with this name: {names}. It stays; change or remove it yourself.", kind=kinds[kind],
              names=state.shown(", ".join(names))),
            icon=":material/sell:",
        )  # fmt: skip
    st.caption(t("Numbers of days whose mentions have gone already are counts only and stay as they are."))


def _show_found(title: str, found: Found, key: str) -> None:
    if not found.count or found.first is None or found.last is None:
        return
    import pandas as pd

    zone = current_settings().zone
    span = Period(found.first.astimezone(zone).date(), found.last.astimezone(zone).date(), zone)
    with st.container(horizontal=True, gap="small", key=f"found_{key}"):
        st.metric(title, formats.number(found.count), border=True)
        for platform, count in found.by_platform.most_common(4):
            st.metric(labels.platform(platform), formats.number(count), border=True)
    st.caption(t("From {period}. The oldest of them:", period=formats.period(span)))
    rows = [
        {"text": tables.excerpt(m.text), "author": tables.excerpt(m.author, 60), "at": formats.moment(m.published_at)}
        for m in found.oldest
    ]
    column = st.column_config
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, width="stretch", height="content", key=f"found_first_{key}",
        column_config={
            "text": column.TextColumn(t("Text"), width=480),
            "author": column.TextColumn(t("Author"), width=130),
            "at": column.TextColumn(t("Published"), width=165),
        },
    )  # fmt: skip


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
    _show_details(done)


def _show_details(done: Erasure) -> None:
    for finding in done.findings:
        st.text(f"• {finding}")
    if done.kept:
        st.write(t("{n} mentions of others that name the account were kept.", n=formats.number(done.kept)))
    for told in done.files:
        st.text(f"• {told}")


def show_past(erasures: Sequence[Erasure]) -> None:
    """Earlier requests: by hash, never by name."""
    if not erasures:
        return
    st.subheader(t("Earlier erasures"))
    for done in erasures:
        how = t("under way") if done.finished_at is None else t("proven") if done.proven else t("not everything")
        count = t("{n} mentions", n=formats.number(done.removed))
        title = f"{formats.moment(done.at)} · {how} · {count} · {state.shown(done.reason)}"
        with st.expander(title, key=f"erasure_{done.id}"):
            st.caption(t("Person (salted hash): {hash}", hash=done.person))
            _show_details(done)
