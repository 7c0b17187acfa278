"""Two to five keywords side by side, or one selection in two periods."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import streamlit as st

from pages.components import (
    blind_view,
    cached,
    charts,
    downloads,
    filters,
    formats,
    keeping,
    labels,
    session,
    state,
    tables,
    theme,
)
from pages.components.access import require_role
from pages.components.i18n import t
from pasip_core.domain.analysis import SENTIMENTS
from pasip_core.domain.filters import Filters
from pasip_core.domain.period import Period
from pasip_core.queries.blindness import BlindDay
from pasip_core.queries.compare import FEWEST, MOST, Comparison

require_role()


def choose_mode() -> str:
    """Keywords, or periods."""
    names = {"keywords": t("Keywords"), "periods": t("Periods")}
    st.session_state["compare_mode"] = session.current().mode
    st.segmented_control(
        t("Compare"), list(names), format_func=names.__getitem__, key="compare_mode", required=True,
        on_change=lambda: session.change(mode=st.session_state["compare_mode"]),
    )  # fmt: skip
    return session.current().mode


def keyword_sides(wanted: Filters) -> tuple[str, ...]:
    """The chosen keywords, or the first of those that are watched."""
    return wanted.keywords[:MOST] or tuple(k.id for k in cached.keywords() if k.active)[:MOST]


def choose_other(period: Period) -> Period:
    """The second period: any days, at first those right before."""
    other = session.current().other or period.previous()
    st.session_state["other_days"] = (other.first, other.last)

    def change() -> None:
        days = st.session_state["other_days"]
        if len(days) == 2:
            session.change(other=Period(days[0], days[1], period.zone))

    st.date_input(
        t("Compared with"), key="other_days", on_change=change, format="DD/MM/YYYY", width=225,
        min_value=other.first - timedelta(days=7000), max_value=max(other.last, session.choices().today),
    )  # fmt: skip
    return other


def named(comparison: Comparison, names: dict[str, str]) -> dict[str, pd.DataFrame]:
    """The frames of a comparison with a column ``name`` for people."""
    frames = {name: getattr(comparison, name) for name in ("summary", "trend", "platforms", "sources")}
    return {name: frame.assign(name=frame["side"].map(names)) for name, frame in frames.items()}


def show_summary(summary: pd.DataFrame, *, periods: bool) -> None:
    """The numbers of each side in a row, as people of the language write them."""
    known = summary.astype(object).where(summary.notna(), None)  # as the formats take numbers
    shares = {name: f"{name}_share" for name in SENTIMENTS}
    known.loc[known["net_sentiment"].isna(), [*shares.values()]] = None  # nothing is analysed yet
    shown = pd.DataFrame({
        "name": known["name"],
        "volume": known["volume"].map(formats.number),
        "growth": known["growth_rate"].map(formats.change).fillna(formats.UNKNOWN),
        "share": known["share"].map(formats.percent),
        **{name: known[share].map(formats.percent) for name, share in shares.items()},
        "net": known["net_sentiment"].map(formats.signed),
        "engagement": known["engagement_total"].map(formats.number),
    })  # fmt: skip
    titles = {
        "volume": filters.counted(), "growth": t("Growth"), "share": t("Share of voice"),
        **{name: labels.signed_sentiment(name) for name in SENTIMENTS},
        "net": t("Net sentiment"), "engagement": t("Engagement"),
    }  # fmt: skip
    if periods:
        del titles["share"]
    explained = {"growth": t("Against the period before.")}
    column = st.column_config
    st.dataframe(
        shown[["name", *titles]], hide_index=True, width="stretch", height="content", key="summary",
        column_config={
            "name": column.TextColumn(" ", pinned=True),
            **{
                name: column.TextColumn(title, alignment="right", help=explained.get(name))
                for name, title in titles.items()
            },
        },
    )  # fmt: skip
    downloads.show_table(summary.drop(columns="name"), "comparison")


def show_figures(
    frames: dict[str, pd.DataFrame], colours: dict[str, str], key: object, blind: tuple[BlindDay, ...], *, periods: bool
) -> None:
    """Volume over time, tone and platforms."""
    counted = filters.counted()

    def draw(name: str, make: object, frame: pd.DataFrame) -> None:
        st.vega_lite_chart(
            cached.figure(make, frame, name, key, colours, blind), width="stretch", key=f"compare_{name}"
        )

    st.subheader(t("Volume over time"))
    draw(
        "lines", lambda of: charts.lines(of, colours, by_offset=periods, blind=blind, counted=counted), frames["trend"]
    )
    blind_view.show(blind)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(t("Sentiment"))
        draw("tone", lambda of: charts.by_side(of, counted), frames["summary"])
    with right:
        st.subheader(t("Share of voice") if not periods else counted)
        draw("shares", lambda of: charts.shares(of, colours, counted), frames["summary"])
    st.subheader(t("Platforms"))
    platforms = frames["platforms"].assign(group=frames["platforms"]["platform"].map(labels.platform))
    draw("platforms", lambda of: charts.grouped(of, colours, counted), platforms)


def show_sources(sources: pd.DataFrame) -> None:
    """The loudest sources of each side."""
    st.subheader(t("Loudest sources"))
    sides = list(dict.fromkeys(sources["name"]))
    for column, side in zip(st.columns(max(1, len(sides))), sides, strict=False):
        with column:
            st.markdown(f"**{state.shown(side)}**")
            tables.show_side_sources(sources[sources["name"] == side], filters.counted(), key=f"sources_{side}")


def show(
    comparison: Comparison,
    names: dict[str, str],
    colours: dict[str, str],
    key: object,
    blind: tuple[BlindDay, ...] = (),
    *,
    periods: bool,
) -> None:
    """All parts of a comparison, top to bottom; ``blind`` days are hatched."""
    frames = named(comparison, names)
    show_summary(frames["summary"], periods=periods)
    if not periods:
        towards = t("Sentiment is that towards each keyword; whole texts may sound different.")
        st.caption(" ".join(filter(None, (_in_all(comparison.total), towards))))
    show_figures(frames, colours, key, blind, periods=periods)
    if not frames["sources"].empty:
        show_sources(frames["sources"])


def _in_all(total: int | None) -> str:
    """How many mentions, or stories a day, stand behind all sides; nothing where that is not known."""
    if total is None:
        return ""
    n = formats.number(total)
    if session.current().by_story:
        return t("{n} stories a day in all; one that names several keywords counts for each and once here.", n=n)
    return t("{n} mentions in all; one that names several keywords counts for each and once here.", n=n)


def show_keywords(wanted: Filters) -> None:
    """Keywords side by side."""
    sides = keyword_sides(wanted)
    every = cached.keywords()
    if len(every) < FEWEST:
        st.info(t("A comparison needs two keywords. Add another one first."), icon=":material/sell:")
        st.page_link("keywords.py", label=t("Add a keyword"), icon=":material/add:")
        return
    if len(sides) < FEWEST:
        st.info(t("Choose at least one more keyword above, up to five."), icon=":material/compare_arrows:")
        return
    if len(wanted.keywords) > MOST:
        st.caption(t("The first five keywords are compared."))
    comparison = cached.compare_keywords(wanted, sides, session.current().by_story)
    gone = keeping.show_let_go(*(wanted.only(keyword) for keyword in sides))
    if not comparison.summary["volume"].sum():
        state.nothing_here(wanted.period, gone, sides)
        return
    names = {k.id: k.keyword for k in every}
    colours = {names[id]: colour for id, colour in theme.keyword_colours(every).items()}
    key = (cached.day_versions(wanted), wanted, sides, session.current().by_story)
    show(comparison, names, colours, key, cached.blind_days(wanted), periods=False)


def show_periods(wanted: Filters) -> None:
    """One selection in two periods."""
    other = choose_other(wanted.period)
    if other == wanted.period:
        st.info(t("Both periods are the same; choose other days."), icon=":material/event:")
        return
    comparison = cached.compare_periods(wanted, other, session.current().by_story)
    gone = keeping.show_let_go(wanted, replace(wanted, period=other))
    if not comparison.summary["volume"].sum():
        state.nothing_here(wanted.period, gone)
        return
    periods = dict(zip(comparison.summary["side"], (wanted.period, other), strict=True))
    names = {side: formats.period(period) for side, period in periods.items()}
    colours = dict(zip(names.values(), theme.KEYWORDS, strict=False))
    key = (cached.day_versions(wanted), cached.day_versions(Filters(other)), wanted, other, session.current().by_story)
    show(comparison, names, colours, key, periods=True)


st.title(t("Comparison"))
mode = choose_mode()
wanted = filters.show_filters(count=True)
filters.scope_line(wanted)
filters.how_counted()
if mode == "keywords":
    show_keywords(wanted)
else:
    show_periods(wanted)
