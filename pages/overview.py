"""How much was said, in what tone, where and by whom: the page for someone who has ten minutes."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages.components import (
    blind_view,
    cached,
    charts,
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
from pages.components.downloads import show_exports
from pages.components.i18n import t
from pasip_core.domain.analysis import NEGATIVE, PENDING, POSITIVE
from pasip_core.domain.filters import Filters
from pasip_core.queries.keeping import LetGo
from pasip_core.queries.overview import Overview

require_role()
MOST_VOICES = 10


def show_headline(now: Overview) -> None:
    """Totals with their change against the period before."""
    shares, before = now.shares, now.previous_shares
    analysed = now.total - now.by_sentiment[PENDING]
    compared = now.previous_total > now.previous_by_sentiment[PENDING]

    def points(name: str) -> str | None:
        return formats.change(round(shares[name] - before[name], 1), t(" pts")) if analysed and compared else None

    with st.container(horizontal=True, gap="small", key="headline"):
        st.metric(
            filters.counted(), formats.compact(now.total), formats.change(now.growth_rate), border=True,
            delta_color="off",
            help=t("{n} here; {before} in the period before.",
                   n=formats.number(now.total), before=formats.number(now.previous_total)),
        )  # fmt: skip
        for name, colour in ((POSITIVE, "normal"), (NEGATIVE, "inverse")):
            st.metric(
                labels.signed_sentiment(name), formats.percent(shares[name]) if analysed else formats.UNKNOWN,
                points(name), border=True, delta_color=colour,
                help=t("{n} mentions. Percent of what is analysed; change in percentage points.",
                       n=formats.number(now.by_sentiment[name])),
            )  # fmt: skip
        net, net_before = now.net_sentiment, now.previous_net_sentiment
        moved = None if net is None or net_before is None else round(net - net_before, 1)
        st.metric(
            t("Net sentiment"), formats.signed(net),
            formats.change(moved, t(" pts")), border=True,
            help=t("Positive minus negative, in percent of what is analysed: from -100 to +100."),
        )  # fmt: skip
        st.metric(
            t("Engagement"), formats.compact(now.engagement),
            formats.change(formats.growth(now.engagement, now.previous_engagement)), border=True, delta_color="off",
            help=t("Likes, shares and comments together, where the source tells them."),
        )  # fmt: skip
    if pending := now.by_sentiment[PENDING]:
        waiting = formats.number(pending)
        st.caption(":material/hourglass_top: " + t("{n} of these mentions are not analysed yet.", n=waiting))


def show_errors(wanted: Filters) -> None:
    """What the machine's errors leave unknown of the shares above; nothing where they are not known."""
    band = cached.error_band(replace(wanted, sentiments=()), cached.model_errors())
    if band.whole and not wanted.sentiments:
        ranges = " · ".join(
            t("{sentiment}: {low} to {high}", sentiment=labels.signed_sentiment(name),
              low=formats.percent(band.whole[name].low), high=formats.percent(band.whole[name].high))
            for name in (POSITIVE, NEGATIVE)
        )  # fmt: skip
        st.caption(":material/fact_check: " + t("With the machine's errors (95%): {ranges}", ranges=ranges))


def show_trend(wanted: Filters, version: str) -> None:
    """Sentiment over time."""
    st.subheader(t("Sentiment over time"))
    trend, blind = cached.sentiment_trend(wanted, session.current().by_story), cached.blind_days(wanted)
    figure = cached.figure(
        lambda of: charts.sentiment_trend(of, blind, filters.counted()),
        trend,
        version,
        wanted,
        blind,
        session.current().by_story,
    )
    st.vega_lite_chart(figure, width="stretch", key="trend")
    blind_view.show(blind)


def show_voices(wanted: Filters, version: str) -> None:
    """Share of voice and platforms, side by side."""
    by_story = session.current().by_story
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(t("Share of voice"))
        keywords = {k.id: k for k in cached.keywords()}
        chosen = filters.voices_of(wanted)
        if not chosen:
            st.write(t("Add keywords to see who is talked about most."))
            st.page_link("keywords.py", label=t("Add a keyword"), icon=":material/add:")
        else:
            table = cached.share_of_voice(wanted, chosen, by_story)
            table = table[(table.index < MOST_VOICES) | (table["keyword"] == wanted.one_keyword)]
            names = table["keyword"].map(lambda id: keywords[id].keyword if id in keywords else id)
            colours = {keywords[id].keyword: c for id, c in theme.keyword_colours(list(keywords.values())).items()}
            figure = cached.figure(
                lambda of: charts.shares(of, colours, filters.counted()),
                table.assign(name=names),
                "shares",
                version,
                wanted,
                colours,
                by_story,
            )
            st.vega_lite_chart(figure, width="stretch", key="shares")
            st.caption(t("A mention that names two keywords counts for both."))
    with right:
        st.subheader(t("Platforms"))
        table = cached.platform_volume(wanted, by_story).head(8)
        figure = cached.figure(
            lambda of: charts.by_platform(of, filters.counted()), table, "platforms", version, wanted, by_story
        )
        st.vega_lite_chart(figure, width="stretch", key="platforms")


def show_loudest(wanted: Filters, gone: list[LetGo]) -> None:
    """Sources and accounts with the most mentions; ``gone`` are texts that cannot be counted any more."""
    counted = t("Counted from the texts that are still kept.")
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(t("Loudest sources"))
        sources = cached.loudest_sources(wanted, 10, session.current().by_story)
        if not sources.empty:
            tables.show_sources(sources, filters.counted())
        if gone and wanted.one_keyword:  # the tone towards one keyword is in no series by source
            st.caption(counted)
    with right:
        st.subheader(t("Loudest accounts"))
        accounts = cached.loudest_accounts(wanted)
        if accounts.empty:
            keeping.say_nobody_named(wanted, gone)
        else:
            tables.show_accounts(accounts)
            if gone:
                st.caption(counted)


def show_newest(wanted: Filters) -> None:
    """The newest mentions, and the way to all of them."""
    st.subheader(t("Newest mentions"))
    newest = cached.mention_page(wanted, None, 8).mentions
    if not newest:
        st.caption(t("The texts of this period were let go."))
        return
    tables.show_mentions(newest, key="newest", selectable=False, towards=wanted.one_keyword)
    st.page_link("mentions.py", label=t("All mentions"), icon=":material/arrow_forward:")


def show_last_collection() -> None:
    """When data came in last."""
    run = cached.last_collection()
    if run is None:
        st.caption(t("Nothing has been collected yet; all mentions come from imports."))
        return
    how = labels.error_kind(run.error_kind) if run.finished_at else t("running")
    known = cached.stores().sources.get(run.source)
    source = known.label if known else run.source
    st.caption(
        t("Last collection: {when} from {source}, {n} new mentions ({how}).",
          when=formats.moment(run.finished_at or run.started_at), source=state.shown(source),
          n=formats.number(run.new), how=how)
    )  # fmt: skip


st.title(t("Overview"))
wanted = filters.show_filters(count=True)
by_story = session.current().by_story
headline = cached.headline(wanted, by_story)
if not headline.total:
    state.nothing_here(wanted.period, keeping.show_let_go(wanted))
    st.stop()
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    filters.scope_line(wanted)
    show_exports()
filters.how_counted()
gone = keeping.show_let_go(wanted)
version = cached.day_versions(wanted)
show_headline(headline)
show_errors(wanted)
show_trend(wanted, version)
show_voices(wanted, version)
show_loudest(wanted, gone)
show_newest(wanted)
show_last_collection()
