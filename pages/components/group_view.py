"""Groups of accounts that share the same together, with the posts that show it. Evidence, and no verdict."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import streamlit as st

from pages.components import cached, formats, labels, tables
from pages.components.i18n import t, tn
from pasip_core.domain.coordination import LINK, TAGS, CoordinatedGroup, Evidence
from pasip_core.domain.filters import Filters
from pasip_core.domain.mention import Mention
from pasip_core.queries.stories import posts_of

MOST, ROWS, NAMES = 20, 40, 12


def show(wanted: Filters) -> None:
    """The groups seen in the period, whatever else is filtered."""
    st.subheader(t("Accounts that post together"))
    st.caption(
        t("These accounts shared the same text, link or hashtags within a minute of each other, again and again, more "
          "often than chance would make. That shows acting together, not why: fan clubs, newsrooms and campaign teams "
          "do so openly. Read the posts before you say more.")
    )  # fmt: skip
    groups = cached.coordinated_groups(wanted.period)
    if not groups:
        st.info(t("No such group was seen in this period."), icon=":material/groups:")
    for group in groups[:MOST]:
        _group(group)
    if len(groups) > MOST:
        st.caption(t("… and {n} smaller ones", n=formats.number(len(groups) - MOST)))


def _group(group: CoordinatedGroup) -> None:
    names = [tables.excerpt(account.name, 40) for account in group.accounts[:NAMES]]
    more = len(group.accounts) - len(names)
    with st.container(border=True, key=f"group_{group.id}"):
        st.markdown("**" + tn("{n} account", "{n} accounts", len(group.accounts)) + "** · " + _times(group))
        st.text(", ".join(names) + (f" + {more}" if more else ""))
        st.caption(
            t("Seen from {first} to {last}. {n} coincidences of two accounts, where chance would make {chance}.",
              first=formats.moment(group.first_seen), last=formats.moment(group.last_seen),
              n=formats.number(group.coincidences), chance=formats.number(round(group.expected, 1)))
        )  # fmt: skip
        with st.expander(t("The posts ({n})", n=len(group.evidence)), icon=":material/fact_check:"):
            _evidence(group)


def _times(group: CoordinatedGroup) -> str:
    return tn("the same within a minute, {n} time", "the same within a minute, {n} times", group.times)


def _evidence(group: CoordinatedGroup) -> None:
    import pandas as pd

    shown = group.evidence[:ROWS]
    posts = posts_of(cached.stores(), list(dict.fromkeys(row.mention for row in shown)))
    rows = [_row(row, posts) for row in shown]
    column = st.column_config
    st.dataframe(
        pd.DataFrame(rows, columns=["at", "account", "platform", "kind", "what"]), hide_index=True, width="stretch",
        key=f"evidence_{group.id}",
        column_config={
            "at": column.TextColumn(t("When"), width=130),
            "account": column.TextColumn(t("Account"), width=140),
            "platform": column.TextColumn(t("Platform"), width=100),
            "kind": column.TextColumn(t("Shared"), width=90),
            "what": column.TextColumn(t("What")),
        },
    )  # fmt: skip
    if len(group.evidence) > ROWS:
        st.caption(t("The first {n} posts; `coordination --json` gives all.", n=ROWS))


def _row(row: Evidence, posts: Mapping[str, Mention]) -> dict[str, str]:
    post = posts.get(row.mention)
    said = post.text if post else t("(this mention is not there any more)")
    kinds = {LINK: t("link"), TAGS: t("hashtags")}
    return {
        "at": formats.exact_moment(datetime.fromisoformat(row.at)),
        "account": tables.excerpt(row.account, 60),
        "platform": labels.platform(row.platform),
        "kind": kinds.get(row.kind, t("text")),
        "what": tables.excerpt(row.what if row.kind in kinds else said),
    }
