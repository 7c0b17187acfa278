"""Parts of the Sentiment page whose numbers open the mentions behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.components import cached, formats, labels, session, state, tables
from pages.components.charts import quality as quality_charts
from pages.components.charts.quality import PICK
from pages.components.i18n import t
from pasip_core.domain.analysis import EMOTIONS, HIGH, LOW, NEGATIVE, NEUTRAL, POSITIVE, SENTIMENTS, SURE
from pasip_core.domain.filters import Filters
from pasip_core.domain.period import Period
from pasip_core.domain.quality import LEAST_LABELS
from pasip_core.queries import quality
from pasip_core.queries.quality import ErrorBand
from pasip_core.queries.sentiment import machines

if TYPE_CHECKING:
    import pandas as pd

_GO = "_sentiment_go"
NAME, LETTERS = 156, 20
"""Pixels that a name of more letters than these has in a table of tones: on a phone all three still stand beside it."""
SIDES = {"keyword": "keywords", "platform": "platforms", "source": "sources", "sentiment": "sentiments",
         "emotion": "emotions"}  # fmt: skip
"""Which side of the view a clicked value narrows."""


def go_where_clicked() -> None:
    """To the mentions, where a click asked for them: a callback cannot change the page itself."""
    if st.session_state.pop(_GO, False):
        st.switch_page("mentions.py")


def open_mentions(**narrowed: Any) -> None:
    """Narrow the view, and show the mentions with the next run."""
    session.change(**narrowed)
    st.session_state[_GO] = True


def picked(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a click on a point or bar narrows; ``values`` may hold a date, and the last day of its point."""
    narrowed: dict[str, Any] = {SIDES[name]: (values[name],) for name in SIDES if values.get(name)}
    if day := _day(values.get("date")):
        narrowed["period"] = Period(day, _day(values.get("until")) or day, session.choices().zone)
    return narrowed


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def chart(figure: dict[str, Any], *, key: str, by: Sequence[str], weekly: bool) -> None:
    """A chart whose points open the mentions behind them; whether they are of weeks."""

    def clicked() -> None:
        points = st.session_state[key]["selection"].get(PICK) or []
        for point in points[:1]:
            if found := picked({name: point.get(name) for name in by}):
                open_mentions(**found)

    st.vega_lite_chart(figure, width="stretch", key=key, on_select=clicked, selection_mode=PICK)
    st.caption(
        t("Shown by week. Click on a week to read its mentions.") if weekly
        else t("Click on a day to read its mentions.")
    )  # fmt: skip


def tones(table: pd.DataFrame, side: str, name: Callable[[str], str], title: str) -> None:
    """A row a ``side``, with counts and percentages; a click on a cell opens that sentiment of it, or all."""
    if table.empty:
        st.caption(t("Nothing here."))
        return
    analysed = sum(table[tone] for tone in SENTIMENTS)
    shown = table.assign(
        name=table[side].map(lambda value: tables.excerpt(name(value), 60)),
        **{f"{tone}_share": 100 * table[tone] / analysed.where(analysed > 0) for tone in SENTIMENTS},
    )[["name", *(f"{tone}_share" for tone in (POSITIVE, NEGATIVE, NEUTRAL)), "volume"]]  # a phone may cut off the last
    values, key = list(table[side]), f"tones_{side}"

    def clicked() -> None:
        for row, column in st.session_state[key]["selection"]["cells"][:1]:
            tone = column.removesuffix("_share")
            open_mentions(**{SIDES[side]: (values[row],)}, **({"sentiments": (tone,)} if tone in SENTIMENTS else {}))

    column = st.column_config
    st.dataframe(
        shown, hide_index=True, width="stretch", key=key, height="content", placeholder="–",
        on_select=clicked, selection_mode="single-cell",
        column_config={
            "name": column.TextColumn(title, width=NAME if shown["name"].str.len().max() > LETTERS else None),
            **{f"{tone}_share": column.NumberColumn(labels.sentiment(tone), format="%.0f%%", width=66)
               for tone in SENTIMENTS},
            "volume": column.NumberColumn(t("Mentions"), format="localized"),
        },
    )  # fmt: skip


def emotions(table: pd.DataFrame) -> None:
    """How often each was read; a click opens its mentions."""
    counts = table.groupby("emotion")["volume"].sum()
    there = [name for name in EMOTIONS if name in counts] + sorted(set(counts.index) - set(EMOTIONS))
    there.sort(key=lambda name: -counts[name])
    whole = int(counts.sum())

    def clicked() -> None:
        for row, _ in st.session_state["emotions"]["selection"]["cells"][:1]:
            open_mentions(emotions=(there[row],))

    column = st.column_config
    st.dataframe(
        {"name": [labels.emotion(n) for n in there], "volume": [int(counts[n]) for n in there],
         "share": [counts[n] / whole for n in there]},
        hide_index=True, width="stretch", key="emotions", height="content", on_select=clicked,
        selection_mode="single-cell",
        column_config={
            "name": column.TextColumn(t("Emotion")),
            "volume": column.NumberColumn(t("Mentions"), format="localized"),
            "share": column.ProgressColumn(t("Share"), format="percent", step=0.001, min_value=0, max_value=1),
        },
    )  # fmt: skip


def by_points(table: pd.DataFrame, period: Period, name: str) -> pd.DataFrame:
    """Volumes a day and ``name`` added up to what the charts of this period show a point of: its first day, and
    ``last``."""
    point = table["day"].map({day: point for point in period.points() for day in point.days()})
    named = table.assign(day=point.map(attrgetter("first")), last=point.map(attrgetter("last")))
    return named.groupby(["day", "last", name], as_index=False, sort=False)["volume"].sum()


def emotions_over_time(of: tuple[pd.DataFrame, Period]) -> dict[str, Any]:
    """The picture of emotions a day in this period; added up here, where it is drawn, and not at each run of a page."""
    return quality_charts.emotions_over_time(by_points(*of, "emotion"))


def shares_over_time(of: tuple[pd.DataFrame, Period]) -> dict[str, Any]:
    """The picture of shares a day in this period, as they were read; added up where it is drawn, too."""
    return quality_charts.shares(read_shares(*of))


def read_shares(trend: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Percent of what is analysed, a row a point and sentiment; points without any are left out."""
    read = by_points(trend[trend["sentiment"].isin(SENTIMENTS)], period, "sentiment")
    wide = read.pivot_table(index=["day", "last"], columns="sentiment", values="volume", aggfunc="sum")
    wide = wide.reindex(columns=list(SENTIMENTS)).fillna(0)
    whole = wide.sum(axis=1)
    shares = (100 * wide[whole > 0].div(whole[whole > 0], axis=0)).assign(of=whole[whole > 0].astype(int))
    told = shares.reset_index().melt(["day", "last", "of"], SENTIMENTS, "sentiment", "read")
    return told.sort_values(["day", "sentiment"], ignore_index=True)


def say_band(wanted: Filters, band: ErrorBand) -> None:
    """What the band is of, or why there is none."""
    why = {
        quality.FEW: t("The machine's errors are not known yet: {n} of at least {least} texts are labelled for it.",
                       n=formats.number(band.labels), least=formats.number(LEAST_LABELS)),
        quality.MIXED: t("Several models read these mentions, so that no band of errors is drawn until one has read "
                         "them all again."),
        quality.CHOSEN: t("With filters on emotion or confidence no band of errors can be told."),
        quality.NOTHING: t("Only people read these mentions, so that there are no errors of the machine."),
    }  # fmt: skip
    if band.reason:
        st.caption(":material/help: " + why[band.reason])
        return
    said = t("The band holds the true share in 95 of 100 cases, as far as the machine errs here as in the {n} labelled "
             "texts of all platforms.", n=formats.number(band.labels))  # fmt: skip
    if wanted.one_keyword:
        said += " " + t("Errors were measured on whole texts; towards one keyword they are likely larger.")
    st.caption(":material/help: " + said)


def confidence(table: pd.DataFrame) -> None:
    """How many mentions the machine was not sure of, in all and by sentiment."""
    if table.empty:
        st.caption(t("Nothing of this selection is analysed yet."))
        return
    whole, low = int(table[[LOW, HIGH]].sum().sum()), int(table[LOW].sum())
    st.markdown(
        t("Of **{n}** mentions ({share}) the machine is not sure: another tone may be as likely.",
          n=formats.number(low), share=formats.percent(100 * low / whole))
    )  # fmt: skip
    order = [name for name in (POSITIVE, NEUTRAL, NEGATIVE) if name in set(table["sentiment"])]
    by = table.set_index("sentiment")
    for name in order:
        unsure, every = int(by.loc[name, LOW]), int(by.loc[name].sum())
        st.caption(
            f"{labels.signed_sentiment(name)}: "
            + t("{n} of {all} unsure ({share})", n=formats.number(unsure), all=formats.number(every),
                share=formats.percent(100 * unsure / every))
        )  # fmt: skip
    st.button(
        t("Read the unsure ones"), icon=":material/forum:", key="open_unsure", on_click=open_mentions,
        kwargs={"unsure": True}, disabled=not low,
    )  # fmt: skip
    st.caption(t("Not sure means a probability below {least}.", least=f"{formats.number(round(100 * SURE))}%"))


def readers(read: list[tuple[str, int]]) -> None:
    """Which model made these numbers."""
    if not read:
        st.caption(t("Nothing of this selection is analysed yet."))
    for version, count in read:
        st.text(f"{labels.author_of_analysis(version)}: {formats.number(count)}")
    if len(machines(read)) > 1:
        present = cached.readers().present
        st.caption(
            t("Several models read this selection: compare days with care.")
            + (" " + t("{model} reads now.", model=state.shown(present)) if present else "")
        )
