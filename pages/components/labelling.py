"""Labelling the random sample of a week by keyboard. What the machine says is not shown: it would lead."""

from __future__ import annotations

import html
from time import monotonic

import streamlit as st

from pages.components import cached, formats, labels, state, tables
from pages.components.i18n import t
from pasip_core.commands import quality
from pasip_core.domain.analysis import NEGATIVE, NEUTRAL, POSITIVE
from pasip_core.domain.mention import Mention
from pasip_core.domain.period import Period
from pasip_core.domain.quality import SAMPLE_SIZE, UNCLEAR, Sample
from pasip_core.queries.quality import labels_of

KEYS = {POSITIVE: "1", NEUTRAL: "2", NEGATIVE: "3"}
SKIP, UNDO = "S", "U"
_SHOWN = "_label_shown"
GLANCE = 0.6
"""Seconds in which nobody reads a text: what comes sooner is a key held down, or struck twice."""
LONGEST = 6_000
"""Characters of a text that are shown: enough to judge it in some seconds."""


def show() -> None:
    """Choose a week, then label its texts one by one."""
    st.subheader(t("Sample of the week"))
    weeks = cached.weeks()
    if not weeks:
        st.write(t("The first sample is drawn when a whole week with mentions is over."))
        return
    known = {week.first.isoformat(): week for week in weeks}
    names = {id: formats.period(week) for id, week in known.items()}
    chosen = st.selectbox(t("Week"), list(names), format_func=names.__getitem__, key="quality_week", width=280)
    with state.attempted():
        _label(known[chosen])


@st.fragment(key="labelling")
def _label(week: Period) -> None:
    """The next text with its keys; only this part is drawn again after each."""
    with state.attempted():
        sample = cached.stores().samples.get(week.first.isoformat()) or cached.sample_to_be(week)
        mention, left = _next(sample)
        done = len(sample.ids) - left
        st.progress(
            done / max(len(sample.ids), 1),
            t("{done} of {all} texts, drawn at random from {population} mentions of the week",
              done=formats.number(done), all=formats.number(len(sample.ids)),
              population=formats.number(sample.population)),
        )  # fmt: skip
        if mention is None:
            _finished(sample)
        else:
            _text(mention)
            _keys(sample, mention)
            st.session_state[_SHOWN] = monotonic()


def _next(sample: Sample) -> tuple[Mention | None, int]:
    """The next text without a label, and how many have none; those that are gone are passed over."""
    open_ids = quality.open_texts(cached.stores(), sample)
    for place, id in enumerate(open_ids):
        mention = cached.stores().mentions.get(id)
        if mention is not None:
            return mention, len(open_ids) - place
    return None, 0


def _text(mention: Mention) -> None:
    st.caption(f"{labels.platform(mention.platform)} · {formats.moment(mention.published_at)}")
    with st.container(border=True, height=300, key="label_text"):
        if mention.title and not mention.content.startswith(mention.title):
            st.html(f"<h4 dir='auto' class='pasip-title'>{_safe(mention.title)}</h4>")
        st.html(f"<p dir='auto' class='pasip-text'>{_safe(mention.content[:LONGEST])}</p>")


def _safe(text: str) -> str:
    return html.escape(tables.plain(text)).replace("\n", "<br>")


def _keys(sample: Sample, mention: Mention) -> None:
    """The buttons are those of this text: what was pressed before another one was seen says nothing of that."""
    with st.container(horizontal=True, key="label_keys"):
        for sentiment, key in KEYS.items():
            st.button(
                labels.signed_sentiment(sentiment), shortcut=key, key=f"label_{sentiment}_{mention.id}", on_click=_say,
                args=(sample, mention.id, sentiment), width="stretch",
            )  # fmt: skip
        st.button(t("Unclear"), shortcut=SKIP, key=f"label_skip_{mention.id}", type="tertiary", on_click=_say,
                  args=(sample, mention.id, UNCLEAR))  # fmt: skip
        _undo(sample)
    st.caption(
        t("What is the tone of the whole text? Keys: 1, 2, 3; S leaves a text out; U takes the last label back.")
    )


def _undo(sample: Sample) -> None:
    st.button(t("Undo"), shortcut=UNDO, key="label_undo", type="tertiary", on_click=_take_back, args=(sample,),
              icon=":material/undo:", disabled=not labels_of(cached.stores(), sample.id))  # fmt: skip


def _say(sample: Sample, id: str, sentiment: str) -> None:
    if monotonic() - st.session_state.get(_SHOWN, 0.0) < GLANCE:
        st.toast(t("Too quick to have been read: this text has no label yet."), icon=":material/hourglass_top:")
        return
    with state.attempted():
        if any(one.data_id == id for one in labels_of(cached.stores(), sample.id)):
            return  # struck again before the next text was there
        quality.label(cached.stores(), sample, id, sentiment)
        cached.forget_errors()


def _take_back(sample: Sample) -> None:
    with state.attempted():
        for last in labels_of(cached.stores(), sample.id)[:1]:
            quality.take_back(cached.stores(), sample, last.data_id)
        cached.forget_errors()


def _finished(sample: Sample) -> None:
    st.success(t("This sample is labelled. Thank you."), icon=":material/task_alt:")
    if len(sample.ids) < SAMPLE_SIZE:
        st.caption(t("The week had no more mentions than that."))
    _undo(sample)
    if st.button(t("Show what it tells"), key="label_done", icon=":material/refresh:"):
        st.rerun()
