"""One name: when it is named, with whom, and what people say of it: that it is another one's, or none."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from pages.components import cached, charts, formats, labels, session, state, tables
from pages.components.i18n import t
from pasip_core.commands import names as commands
from pasip_core.domain.analysis import NEGATIVE, PENDING, POSITIVE
from pasip_core.domain.filters import Filters
from pasip_core.domain.names import KINDS, Alias, NamedEntity
from pasip_core.queries.overview import Overview

NEWEST = 6


def show(name: NamedEntity, wanted: Filters) -> None:
    """All that is known of ``name``, which ``wanted`` means."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader(state.shown(name.shown))
        st.button(t("Close"), icon=":material/close:", key="close_name", on_click=session.change, kwargs={"entity": ""})
    headline = cached.headline(wanted)
    if not headline.total:
        st.write(t("No mention of this period names it."))
    else:
        _figures(headline)
        _trend(wanted)
        _together(wanted)
        _newest(wanted)
    _say(name, wanted)


def _figures(headline: Overview) -> None:
    analysed = headline.total > headline.by_sentiment[PENDING]
    with st.container(horizontal=True, gap="small"):
        st.metric(
            t("Mentions"), formats.compact(headline.total), formats.change(headline.growth_rate), border=True,
            delta_color="off", help=t("{n} mentions; {before} in the period before.",
                                      n=formats.number(headline.total), before=formats.number(headline.previous_total)),
        )  # fmt: skip
        for tone in (POSITIVE, NEGATIVE):
            share = formats.percent(headline.shares[tone]) if analysed else formats.UNKNOWN
            st.metric(labels.signed_sentiment(tone), share, border=True)
        st.metric(t("Net sentiment"), formats.signed(headline.net_sentiment), border=True)


def _trend(wanted: Filters) -> None:
    trend = cached.sentiment_trend(wanted)
    figure = cached.figure(charts.sentiment_trend, trend, "name", cached.day_versions(wanted), wanted)
    st.vega_lite_chart(figure, width="stretch", key="name_trend")


def _together(wanted: Filters) -> None:
    table = cached.named_together(wanted)
    st.markdown("**" + t("Named together with it") + "**")
    if table.empty:
        st.caption(t("Nothing else is named beside it."))
        return
    kinds = [kind for kind in KINDS if kind in set(table["kind"])]
    for column, kind in zip(st.columns(len(kinds)), kinds, strict=True):
        with column:
            st.caption(labels.kind_of_names(kind))
            for row in table[table["kind"] == kind].itertuples():
                st.button(
                    f"{formats.number(row.volume)} · {state.shown(tables.excerpt(row.name, 40))}", type="tertiary",
                    key=f"beside_{row.id}", on_click=session.change, kwargs={"entity": row.id, "names": kind},
                )  # fmt: skip


def _newest(wanted: Filters) -> None:
    st.markdown("**" + t("Newest mentions") + "**")
    newest = cached.mention_page(wanted, None, NEWEST).mentions
    tables.show_mentions(newest, key="name_newest", selectable=False, towards=wanted.one_keyword)
    st.page_link("mentions.py", label=t("All mentions"), icon=":material/arrow_forward:")


def _say(name: NamedEntity, wanted: Filters) -> None:
    """Merge and hide."""
    with st.expander(t("Merge or hide this name"), icon=":material/merge:"):
        st.caption(
            t("Merging makes two names count as one, here and in filters; no mention is changed, and it can be undone.")
        )
        others = _others(name, wanted)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            into = st.selectbox(
                t("Counts as"), list(others), format_func=others.__getitem__, index=None, key=f"into_{name.id}",
                placeholder=t("Choose a name"), width=320,
            )  # fmt: skip
            st.button(
                t("Merge"), icon=":material/merge:", key="merge_name", disabled=into is None,
                on_click=_attempt, args=(lambda: _merge(name, str(into)),),
            )  # fmt: skip
            st.button(
                t("Hide from lists"), icon=":material/visibility_off:", key="hide_name",
                on_click=_attempt, args=(lambda: _hide(name),),
            )  # fmt: skip


def _others(name: NamedEntity, wanted: Filters) -> dict[str, str]:
    """What it may count as: the loudest names of its kind, then of the others."""
    listed = cached.choosable_names(wanted)
    listed = pd.concat([listed[listed["kind"] == name.kind], listed[listed["kind"] != name.kind]])
    return {row.id: tables.excerpt(row.name, 60) for row in listed.itertuples() if row.id != name.id}


def _merge(name: NamedEntity, into: str) -> None:
    commands.merge(cached.stores(), name.id, into)
    session.change(entity=into)
    st.toast(t("The two names count as one."), icon=":material/check:")


def _hide(name: NamedEntity) -> None:
    commands.hide(cached.stores(), name.id)
    session.change(entity="")
    st.toast(t("The name is hidden."), icon=":material/check:")


def _attempt(action: Callable[[], None]) -> None:
    with state.attempted():
        action()


def show_said(said: list[Alias]) -> None:
    """What people merged and hid, each with a way back."""
    if not said:
        return
    with st.expander(t("Merged and hidden names ({n})", n=len(said)), icon=":material/rule:"):
        for alias in said:
            with st.container(horizontal=True, vertical_alignment="center"):
                shown = tables.excerpt(alias.entity.shown, 60)
                told = (
                    t("{name} is hidden", name=shown)
                    if alias.hides
                    else t("{name} counts as {main}", name=shown, main=tables.excerpt(alias.main.shown, 60))
                )
                st.text(f"{told} · {formats.moment(alias.at)}", width="stretch")
                st.button(
                    t("Undo"), icon=":material/undo:", key=f"undo_{alias.id}", type="tertiary",
                    on_click=_attempt, args=(lambda id=alias.id: commands.undo(cached.stores(), id),),
                )  # fmt: skip


def show_list(table: pd.DataFrame, wanted: Filters, key: str) -> None:
    """The loudest names, each with its tone and its change; a click chooses one."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        figure = cached.figure(charts.names.names_by_tone, table.head(15), key, cached.watermark(), wanted)
        st.vega_lite_chart(figure, width="stretch", key="names_chart")
    with right:
        analysed = (table["volume"] - table[PENDING]).where(table["volume"] > table[PENDING])
        shown = pd.DataFrame({
            "name": table["name"].map(lambda name: tables.excerpt(name, 60)),
            "volume": table["volume"],
            "growth": table["growth"].astype(object).where(table["growth"].notna(), None).map(formats.change),
            "positive": 100 * table[POSITIVE] / analysed,
            "negative": 100 * table[NEGATIVE] / analysed,
        })  # fmt: skip
        ids, place = list(table["id"]), f"names_table_{key}"

        def choose() -> None:
            if rows := st.session_state[place]["selection"]["rows"]:
                session.change(entity=ids[rows[0]])

        column = st.column_config
        st.dataframe(
            shown, key=place, hide_index=True, width="stretch", height=460, placeholder=formats.UNKNOWN,
            on_select=choose, selection_mode="single-row",
            column_config={
                "name": column.TextColumn(t("Name"), width=180),
                "volume": column.ProgressColumn(
                    t("Mentions"), format="localized", width=115, min_value=0, max_value=int(table["volume"].max())
                ),
                "growth": column.TextColumn(
                    t("Growth"), width=82, alignment="right", help=t("Against the period before.")
                ),
                "positive": column.NumberColumn(labels.signed_sentiment(POSITIVE), format="%.0f%%", width=80),
                "negative": column.NumberColumn(labels.signed_sentiment(NEGATIVE), format="%.0f%%", width=80),
            },
        )  # fmt: skip
