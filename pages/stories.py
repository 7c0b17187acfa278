"""What was said in the same words: the stories of the period with their copies, and accounts that share together."""

from __future__ import annotations

import streamlit as st

from pages.components import (
    cached,
    charts,
    filters,
    formats,
    group_view,
    keeping,
    labels,
    session,
    state,
    tables,
)
from pages.components.access import require_role
from pages.components.i18n import t, tn
from pasip_core.domain.analysis import PENDING
from pasip_core.domain.filters import Filters
from pasip_core.queries.stories import Story

require_role()


def read_story(id: str) -> None:
    """To the mentions of one story."""
    session.change(story=id)
    st.session_state["_read_story"] = True


def show_story(story: Story, wanted: Filters, version: str) -> None:
    """Origin, copies, voices, spread and tone."""
    with st.container(border=True, key=f"story_{story.id}"):
        left, right = st.columns([3, 2], gap="large")
        with left:
            st.text(tables.excerpt(story.origin.text, 260))
            st.caption(_origin(story))
            st.markdown(_size(story))
            st.caption(_voices(story))
        with right:
            figure = cached.figure(charts.stories.spread, story.days, story.id, version, wanted)
            st.vega_lite_chart(figure, width="stretch", key=f"spread_{story.id}")
            st.caption(_tones(story))
        st.button(
            t("Read these mentions"), icon=":material/forum:", type="tertiary", key=f"read_{story.id}",
            on_click=read_story, args=(story.id,),
        )  # fmt: skip


def _origin(story: Story) -> str:
    origin = story.origin
    who = tables.excerpt(origin.author or origin.source, 60)
    where = state.shown(labels.platform(origin.platform))
    when = formats.moment(origin.published_at)
    return t("First said by {who} on {platform}, {when}", who=state.shown(who), platform=where, when=when)


def _size(story: Story) -> str:
    copies = tn("{n} mention", "{n} mentions", story.mentions)
    told = [f"**{copies}**", tn("{n} account or outlet", "{n} accounts and outlets", story.voice_count)]
    if story.engagement is not None:
        told.append(t("engagement {n}", n=formats.number(story.engagement)))
    return " · ".join(told)


def _voices(story: Story) -> str:
    names = ", ".join(f"{tables.excerpt(name, 40)} ({formats.number(count)})" for name, count in story.voices)
    return state.shown(names) + (" …" if story.voice_count > len(story.voices) else "")


def _tones(story: Story) -> str:
    return " · ".join(
        f"{labels.signed_sentiment(name)} {formats.number(count)}"
        for name, count in story.tones.items()
        if count or name != PENDING
    )


def show_stories(wanted: Filters) -> None:
    """The biggest stories."""
    st.subheader(t("Biggest stories"))
    st.caption(t("A story is a text and its copies: articles taken over, retweets, posts in the same words."))
    found = cached.biggest_stories(wanted)
    if not found:
        st.info(t("Nothing in this period was said twice in the same words."), icon=":material/content_copy:")
    version = cached.watermark()
    for story in found:
        show_story(story, wanted, version)


if st.session_state.pop("_read_story", False):
    st.switch_page("mentions.py")
st.title(t("Stories"))
wanted = filters.show_filters()
count = cached.mention_count(wanted)
gone = keeping.show_let_go(wanted)
if not count.value:
    state.nothing_here(wanted.period, gone)
else:
    show_stories(wanted)
group_view.show(wanted)
