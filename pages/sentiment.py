"""Tone in detail: over time, by platform, keyword and source, with emotions and what the machine is not sure of."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages.components import cached, charts, filters, formats, keeping, labels, sentiment_view, state
from pages.components.access import require_role
from pages.components.downloads import show_exports
from pages.components.i18n import t
from pasip_core.domain.analysis import NEGATIVE, POSITIVE, SENTIMENTS
from pasip_core.domain.filters import Filters

require_role()


def show_time(wanted: Filters, version: str) -> None:
    """Share of positive and negative over time, with what the machine's errors leave unknown."""
    st.subheader(t("Share of positive and negative over time"))
    errors = cached.model_errors()
    band = cached.error_band(wanted, errors)
    if band.points is None:
        trend = cached.sentiment_trend(wanted)
        if not trend["volume"][trend["sentiment"].isin(SENTIMENTS)].any():
            st.caption(t("Nothing of this selection is analysed yet."))
            return
        figure = cached.figure(sentiment_view.shares_over_time, (trend, wanted.period), version, wanted)
    else:
        figure = cached.figure(charts.quality.shares, band.points, version, wanted, errors)
    sentiment_view.chart(
        figure, key="shares_over_time", by=("date", "until", "sentiment"), weekly=wanted.period.shown_by_week
    )
    if band.whole:
        for name in (POSITIVE, NEGATIVE):
            share = band.whole[name]
            st.markdown(
                t("{sentiment}: read as **{read}**; with the machine's errors, between **{low}** and **{high}** (95%).",
                  sentiment=labels.signed_sentiment(name), read=formats.percent(share.read),
                  low=formats.percent(share.low), high=formats.percent(share.high))
            )  # fmt: skip
    sentiment_view.say_band(wanted, band)


def show_sides(wanted: Filters) -> None:
    """By platform, keyword and source; a click on a number opens the mentions behind it."""
    st.caption(t("Click on a number to read the mentions behind it."))
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(t("By keyword"))
        chosen = filters.keyword_ids(wanted)
        if chosen:
            names = {k.id: k.keyword for k in cached.keywords()}
            table = cached.share_of_voice(wanted, chosen).head(12)
            sentiment_view.tones(table, "keyword", lambda id: names.get(id, id), t("Keyword"))
            st.caption(t("Towards each keyword; a mention that names two counts for both."))
        else:
            st.page_link("keywords.py", label=t("Add a keyword"), icon=":material/add:")
        st.subheader(t("By platform"))
        sentiment_view.tones(cached.platform_volume(wanted).head(12), "platform", labels.platform, t("Platform"))
    with right:
        st.subheader(t("By source"))
        sentiment_view.tones(cached.loudest_sources(wanted, 20), "source", labels.platform, t("Source"))


def show_emotions(wanted: Filters, version: str) -> None:
    """What was felt, in all and over time."""
    st.subheader(t("Emotions"))
    table = cached.emotion_days(wanted)
    if table.empty:
        st.caption(t("No emotion was read in this selection."))
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        sentiment_view.emotions(table)
    with right:
        figure = cached.figure(sentiment_view.emotions_over_time, (table, wanted.period), version, wanted)
        sentiment_view.chart(
            figure, key="emotions_over_time", by=("date", "until", "emotion"), weekly=wanted.period.shown_by_week
        )
    st.caption(t("Emotions are of whole texts, and always read by the model that comes with this program."))


def show_confidence(wanted: Filters) -> None:
    """How sure the machine is, and which model read what."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(t("How sure the machine is"))
        sentiment_view.confidence(cached.confidence(wanted))
    with right:
        st.subheader(t("Who read this"))
        sentiment_view.readers(cached.models_of(wanted))
        st.page_link("quality.py", label=t("How well the machine reads"), icon=":material/fact_check:")


sentiment_view.go_where_clicked()
st.title(t("Sentiment"))
wanted = filters.show_filters()
if not cached.headline(wanted).total:
    state.nothing_here(wanted.period, keeping.show_let_go(wanted))
    st.stop()
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    filters.scope_line(wanted)
    show_exports()
if keeping.show_let_go(wanted):
    st.caption(t("Emotions and how sure the machine is are counted from the texts that are still kept."))
version = cached.day_versions(wanted)
show_time(replace(wanted, sentiments=()), version)
show_sides(wanted)
show_emotions(wanted, version)
show_confidence(wanted)
