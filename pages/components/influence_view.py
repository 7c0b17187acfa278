"""Parts of the page Influencers: the ranking, one account, who was set aside, who speaks to whom."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.components import cached, charts, downloads, formats, labels, session, state, tables, theme
from pages.components.access import may
from pages.components.i18n import t
from pasip_core.commands import influencers as commands
from pasip_core.domain.analysis import PENDING, SENTIMENTS
from pasip_core.domain.filters import Filters
from pasip_core.domain.influence import ORGANISATION, OTHER, REASONS, SPAM, SetAside
from pasip_core.queries.influencers import of_account
from pasip_core.queries.network import Network

if TYPE_CHECKING:
    import pandas as pd

MOST_NAMED = 50


def order_names() -> dict[str, str]:
    """By what accounts are ranked, in words."""
    return {
        "followers": t("Reach (followers)"), "engagement": t("Engagement"), "mentions": t("Mentions"),
        "rate": t("Engagement rate"), "positive": t("Most favourable"), "negative": t("Most critical"),
    }  # fmt: skip


def reason_names() -> dict[str, str]:
    """Why an account is set aside, in words."""
    return {ORGANISATION: t("Organisation"), SPAM: t("Spam"), OTHER: t("Another reason")}


def account_name(platform: str, author: str) -> str:
    """``name · platform``, harmless as a label."""
    return f"{tables.excerpt(author, 60)} · {labels.platform(platform)}"


def show_ranking(table: pd.DataFrame, aside: Collection[str], key: str, on_select: Callable[[], None]) -> None:
    """One row an account, in the order given; ``aside`` holds ids of those set aside."""
    shown = table.assign(
        rank=range(1, len(table) + 1),
        author=[tables.excerpt(name, 60) for name in table["author"]],
        platform=table["platform"].map(labels.platform),
        tone=[[labels.signed_sentiment(tone)] for tone in table["sentiment"].fillna(PENDING)],
        polarity=(100 * table["polarity"]).round() + 0.0,  # no "-0"
        engagement_rate=table["engagement_rate"] / 100,
        last=table["last_activity"].map(formats.moment),
        aside=[t("set aside") if id in aside else "" for id in table["id"]],
    )
    names = ["rank", "author", "platform", "followers", "engagement_total", "mentions", "engagement_rate", "tone",
             "polarity", "last", "profile_url", *(["aside"] if aside else [])]  # fmt: skip
    st.dataframe(
        shown[names], key=key, hide_index=True, width="stretch", placeholder="–", column_config=_columns(table),
        on_select=on_select, selection_mode="single-row", height=tables.HEADER + 35 * min(len(shown), 15) + 4,
    )  # fmt: skip


def _columns(table: pd.DataFrame) -> dict[str, Any]:
    column, tones = st.column_config, (*SENTIMENTS, PENDING)
    return {
        "rank": column.NumberColumn(" ", width=40),
        "author": column.TextColumn(t("Account"), pinned=True),
        "platform": column.TextColumn(t("Platform"), width=92),
        "followers": column.NumberColumn(t("Followers"), format="localized", help=t("As the latest mention tells it.")),
        "engagement_total": column.NumberColumn(t("Engagement"), format="localized"),
        "mentions": column.ProgressColumn(
            t("Mentions"), format="localized", width=88, min_value=0, max_value=int(table["mentions"].max())
        ),
        "engagement_rate": column.NumberColumn(
            t("Engagement rate"), format="percent", step=0.0001,
            help=t("Reactions to one mention, in percent of the followers."),
        ),
        "tone": column.MultiselectColumn(
            t("Own tone"), options=[labels.signed_sentiment(name) for name in tones], width=98,
            color=[theme.SENTIMENTS[name] for name in tones],
        ),
        "polarity": column.NumberColumn(
            t("Tone ±100"), format="%+.0f", width=80,
            help=t("From -100 to +100: positive minus negative score of what it says, weighted by engagement."),
        ),
        "last": column.TextColumn(t("Last mention")),
        "profile_url": column.LinkColumn(t("Profile"), width=60, display_text=":material/open_in_new:"),
        "aside": column.TextColumn(t("Set aside"), width=80),
    }  # fmt: skip


def show_account(wanted: Filters, row: dict[str, Any], aside: SetAside | None, version: str) -> None:
    """One account: its numbers, its days, what it said that moved most, and what can be done with it."""
    platform, author = row["platform"], row["author"]
    st.subheader(state.shown(account_name(platform, author)))
    with st.container(horizontal=True, gap="small", key="account_numbers"):
        for title, told in (
            (t("Followers"), formats.compact(_known(row["followers"]))),
            (t("Engagement"), formats.compact(_known(row["engagement_total"]))),
            (t("Engagement rate"), _rate(_known(row["engagement_rate"]))),
            (t("Mentions"), formats.compact(int(row["mentions"]))),
            (t("Own tone"), labels.signed_sentiment(row["sentiment"] or PENDING)),
        ):
            st.metric(title, told, border=True)
    detail = cached.account_detail(wanted, platform, author)
    figure = cached.figure(charts.accounts.account_trend, detail.trend, version, wanted, platform, author)
    st.markdown("**" + t("Mentions a day") + "**")
    st.vega_lite_chart(figure, width="stretch", key="account_trend")
    counts = ", ".join(
        f"{labels.sentiment(name)} {formats.number(count)}" for name, count in detail.by_sentiment.items() if count
    )
    st.caption(t("By sentiment: {counts}.", counts=counts))
    if detail.topics:
        names = cached.topic_names()
        told = "; ".join(f"{names.get(topic, topic)} ({formats.number(count)})" for topic, count in detail.topics)
        st.caption(t("Topics: {topics}.", topics=state.shown(told)))
    _show_actions(wanted, platform, author, aside)
    st.markdown("**" + t("Mentions with most engagement") + "**")
    tables.show_mentions(detail.loudest, key="account_mentions", selectable=False, towards=wanted.one_keyword)


def _known(value: Any) -> Any:
    import pandas as pd

    return None if pd.isna(value) else value


def _rate(value: float | None) -> str:
    return formats.UNKNOWN if value is None else formats.percent(value)


def _show_actions(wanted: Filters, platform: str, author: str, aside: SetAside | None) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="account_actions"):
        if st.button(t("Read all its mentions"), icon=":material/forum:", key="account_read"):
            own = of_account(wanted, platform, author)
            session.change(accounts=own.accounts, platforms=own.platforms)
            st.switch_page("mentions.py")
        st.button(
            t("Leave out of all numbers"), icon=":material/filter_alt_off:", key="account_without",
            on_click=lambda: session.change(without=(*session.current().without, author)),
            help=t("A filter of this view; it is taken back with Clear."),
        )  # fmt: skip
        if not may("analyst"):
            return
        if aside:
            st.button(t("Bring back"), icon=":material/undo:", key="account_back", on_click=_bring_back, args=(aside,))
        else:
            _ask_reason(platform, author)


def _ask_reason(platform: str, author: str) -> None:
    names = reason_names()
    with st.popover(t("Set aside"), icon=":material/visibility_off:"):
        st.caption(t("For organisations, media and spam: the account leaves the ranking for everybody until it is "
                     "brought back. Its mentions stay counted."))  # fmt: skip
        st.selectbox(t("Why"), REASONS, format_func=names.__getitem__, key="aside_reason")
        st.button(t("Set this account aside"), key="account_aside", type="primary", on_click=_set_aside,
                  args=(platform, author))  # fmt: skip


def _set_aside(platform: str, author: str) -> None:
    with state.attempted():
        commands.set_aside(cached.stores(), platform, author, st.session_state["aside_reason"])
        st.toast(t("Set aside; under “Set aside” it can be brought back."), icon=":material/check:")


def _bring_back(aside: SetAside) -> None:
    with state.attempted():
        commands.bring_back(cached.stores(), aside.id)
        st.toast(t("It stands in the ranking again."), icon=":material/check:")


def show_set_aside(every: Sequence[SetAside]) -> None:
    """Who was set aside, why and when, each with a way back."""
    if not every:
        st.info(t("No account is set aside. In the ranking, open one and choose “Set aside”."),
                icon=":material/visibility_off:")  # fmt: skip
        return
    names = reason_names()
    for aside in every:
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.text(account_name(aside.platform, aside.username), width=320)
            st.text(f"{names.get(aside.reason, aside.reason)} · {formats.moment(aside.at)}", width="stretch")
            st.button(t("Bring back"), icon=":material/undo:", key=f"back_{aside.id}", on_click=_bring_back,
                      args=(aside,), disabled=not may("analyst"))  # fmt: skip


def show_network(found: Network, key: object) -> None:
    """Who speaks to whom, drawn, and a table of the most mentioned accounts."""
    looked = formats.number(found.looked_at)
    if found.complete:
        st.caption(t("From @names and answers in all {n} mentions.", n=looked))
    else:
        st.caption(t("From @names and answers in the {n} newest mentions; older ones were not looked at.", n=looked))
    if found.accounts.empty:
        st.info(t("No mention speaks to an account."), icon=":material/alternate_email:")
        return
    if not found.links.empty:
        figure = cached.figure(charts.accounts.network, found.links, "network", key)
        st.vega_lite_chart(figure, width="stretch", key="network")
        shown = charts.accounts.shown_links(found.links)
        if len(shown) < len(found.links):
            st.caption(t("Drawn are the {n} most frequent of {all} links.", n=formats.number(len(shown)),
                         all=formats.number(len(found.links))))  # fmt: skip
    st.subheader(t("Most mentioned accounts"))
    _show_named(found.accounts.head(MOST_NAMED))
    downloads.show_table(found.accounts, "mentioned-accounts")


def _show_named(accounts: pd.DataFrame) -> None:
    column = st.column_config
    shown = accounts.assign(
        account=["@" + tables.excerpt(name, 60) for name in accounts["account"]],
        platform=accounts["platform"].map(labels.platform),
    )[["account", "platform", "mentions", "speakers"]]
    st.dataframe(
        shown, hide_index=True, width="stretch", key="mentioned_accounts",
        height=tables.HEADER + 35 * min(len(shown), 20) + 4,
        column_config={
            "account": column.TextColumn(t("Account")),
            "platform": column.TextColumn(t("Platform")),
            "mentions": column.ProgressColumn(
                t("Mentions that name it"), format="localized", min_value=0, max_value=int(accounts["mentions"].max())
            ),
            "speakers": column.NumberColumn(t("By so many other accounts"), format="localized"),
        },
    )  # fmt: skip
