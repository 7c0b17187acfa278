"""What people talk about: topics by volume or growth, their days, and the mentions that stand for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import streamlit as st

from pages.components import (
    cached,
    charts,
    downloads,
    filters,
    formats,
    labels,
    live,
    mention_view,
    session,
    state,
    tables,
    theme,
)
from pages.components.access import require_role
from pages.components.i18n import t
from pasip_core.commands import topics as commands
from pasip_core.domain.filters import Filters
from pasip_core.domain.period import Period
from pasip_core.domain.topic import TopicRun
from pasip_core.queries.topics import TopicsView, TopicView, representatives, topic_frame
from pasip_core.settings import current_settings

require_role()

IN_CHART = 12
IN_TREND = 5
_CHOSEN = "_topics_chosen"


def show_run(wanted: Filters, run: TopicRun | None) -> None:
    """When topics were looked for last, and a button to look again in the period of the page."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(told_of(run))
        if st.button(t("Find topics in this period"), icon=":material/refresh:", key="find_topics"):
            with state.attempted():
                joined = commands.find_now(cached.stores(), current_settings(), wanted.period).joined
                st.toast(t("Topics are being looked for already.") if joined else t("The workers look for topics now."))
    live.show_work(("topics",))


def told_of(run: TopicRun | None) -> str:
    """The last run in a line."""
    if run is None:
        return t("Topics have not been looked for yet; the workers do so every six hours.")
    days = formats.period(Period(date.fromisoformat(run.first), date.fromisoformat(run.last)))
    if run.finished_at is None:
        return t("Topics are being looked for: {days}.", days=days)
    return t(
        "Last looked for {when} in {days}: {assigned} of {all} mentions have a topic.",
        when=formats.moment(run.finished_at), days=days, assigned=formats.number(run.assigned),
        all=formats.number(run.mentions),
    )  # fmt: skip


def choose_order() -> str:
    """Loudest or fastest growing first."""
    names = {"volume": t("Volume"), "score": t("Trending")}
    return st.segmented_control(
        t("Order"), list(names), format_func=names.__getitem__, key="topic_order", default="volume", required=True,
        label_visibility="collapsed",
        help=t("Trending: 50 is as loud as in the days before, 75 three times as loud. Few mentions count less."),
    )  # fmt: skip


def show_table(table: pd.DataFrame, key: str) -> None:
    """All topics; clicks on rows choose those that are shown below."""
    shown = table.assign(
        name=charts.topics.unique_names(table), state=table["state"].map(labels.topic_state),
        net=table["net"].map(lambda net: formats.signed(None if pd.isna(net) else net)),
    )  # fmt: skip
    column = st.column_config
    st.dataframe(
        shown[["name", "volume", "score", "net", "state"]], key=key, hide_index=True, width="stretch", height=320,
        on_select=lambda: choose(table, key), selection_mode="multi-row",
        column_config={
            "name": column.TextColumn(t("Topic")),
            "volume": column.ProgressColumn(
                t("Mentions"), format="localized", min_value=0, max_value=int(table["volume"].max())
            ),
            "score": column.NumberColumn(t("Trending"), format="localized", step=0.1, width=90),
            "net": column.TextColumn(t("Net sentiment"), alignment="right", width=110),
            "state": column.TextColumn(t("State"), width=110),
        },
    )  # fmt: skip
    downloads.show_table(table, "topics")


def choose(table: pd.DataFrame, key: str) -> None:
    """Remember the topics of the selected rows."""
    rows = st.session_state[key]["selection"]["rows"]
    st.session_state[_CHOSEN] = [str(table["topic"].iloc[row]) for row in rows]


def show_trend(chosen: list[TopicView], wanted: Filters, version: str) -> None:
    """A line a topic over the days of the period."""
    st.subheader(t("Topics over time"))
    ids = tuple(one.topic.id for one in chosen)
    names = charts.topics.unique_names(pd.DataFrame({"name": [one.topic.topic for one in chosen]}))
    days = cached.topic_trend(wanted, ids)
    trend = days.assign(name=days["topic"].map(dict(zip(ids, names, strict=True))))
    colours = dict(zip(names, theme.KEYWORDS, strict=False))
    figure = cached.figure(lambda of: charts.lines(of, colours), trend, "topics", version, wanted, tuple(names))
    st.vega_lite_chart(figure, width="stretch", key="topic_trend")


def show_topic(view: TopicView, wanted: Filters) -> None:
    """One topic: its terms, mentions that stand for it, and the way to all of them."""
    topic = view.topic
    st.subheader(state.shown(topic.topic))
    st.caption(
        t("{n} mentions here. Terms: {terms}.", n=formats.number(view.volume),
          terms=state.shown(", ".join(topic.keywords)))
    )  # fmt: skip
    examples = representatives(cached.stores(), topic)
    if examples:
        key = f"examples_{topic.id}_{mention_view.closed_times()}"
        tables.show_mentions(
            examples, key=key, selectable=True, towards=wanted.one_keyword,
            on_select=lambda: open_selected([mention.id for mention in examples], key),
        )  # fmt: skip
    if st.button(t("All mentions of this topic"), icon=":material/arrow_forward:", key=f"drill_{topic.id}"):
        session.change(topic=topic.id)
        st.switch_page("mentions.py")


def open_selected(ids: list[str], key: str) -> None:
    """A click on a row opens that mention."""
    if rows := st.session_state[key]["selection"]["rows"]:
        session.change(mention=ids[rows[0]])


def show_nothing(view: TopicsView, wanted: Filters, run: TopicRun | None) -> None:
    """No topic in the period: why, and what there is instead."""
    if not view.total:
        state.nothing_here(wanted.period)
        return
    st.info(
        t("No topics are known in this period yet. Have the workers look for them."), icon=":material/bubble_chart:"
    )
    if run and run.frequent:
        st.write(t("{n} different texts are too few for topics. The terms that most of them have:",
                   n=formats.number(run.texts)))  # fmt: skip
        frequent = pd.DataFrame(run.frequent, columns=["term", "texts"])
        st.dataframe(
            frequent, hide_index=True, width="content", key="frequent",
            column_config={"term": t("Term"), "texts": st.column_config.NumberColumn(t("Texts"), format="%d")},
        )  # fmt: skip


st.title(t("Topics"))
wanted = replace(filters.show_filters(), topic="")
run = cached.topic_run()
show_run(wanted, run)
view = cached.topics_view(wanted)
if not view.topics:
    show_nothing(view, wanted, run)
    st.stop()
order = choose_order()
version = cached.topics_version(wanted)
table = topic_frame(view).sort_values([order, "volume"], ascending=False, kind="stable")
figure = cached.figure(charts.topics.bars, table.head(IN_CHART), "bars", version, wanted, order)
st.vega_lite_chart(figure, width="stretch", key="topic_bars")
if view.without:
    st.caption(t("{n} more mentions belong to no topic.", n=formats.number(view.without)))
st.caption(t("Choose rows to see those topics over time and what stands for them."))
show_table(table, key=f"topics_table_{order}")
by_id = {one.topic.id: one for one in view.topics}
chosen = [by_id[id] for id in st.session_state.get(_CHOSEN, ()) if id in by_id]
show_trend((chosen or [by_id[id] for id in table["topic"]])[:IN_TREND], wanted, version)
for one in (chosen or [by_id[table["topic"].iloc[0]]])[:IN_TREND]:
    show_topic(one, wanted)
if opened := session.current().mention:
    mention_view.show(opened)
