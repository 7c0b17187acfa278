"""One mention in full, in a dialog: text with its keywords marked, scores, reactions, corrections, history."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from pages.components import cached, formats, labels, session, state, tables, theme
from pages.components.i18n import t, tn
from pasip_core.commands import corrections
from pasip_core.domain.analysis import PENDING, SENTIMENTS, SURE
from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import Mention
from pasip_core.domain.rules import find_spans, parse_rule
from pasip_core.errors import InputError, RuleError
from pasip_core.queries.mentions import MentionDetail, mention_detail
from pasip_core.settings import current_settings

LONGEST = 20_000
"""Characters shown of a text; the rest is in the export."""
_CLOSED, _JUST = "_mention_closed", "_just_corrected"


def closed_times() -> int:
    """How often the dialog was closed: part of the table's key, so that its selection is gone then."""
    return int(st.session_state.get(_CLOSED, 0))


def close() -> None:
    """Close the dialog and forget the selected row."""
    st.session_state[_CLOSED] = closed_times() + 1
    session.change(mention="")


def show(id: str) -> None:
    """Open the dialog; a mention that is no more is said quietly."""
    try:
        detail = mention_detail(cached.stores(), id)
    except InputError:
        st.info(t("This mention is not there any more."), icon=":material/info:")
        return
    dialog = st.dialog(t("Mention"), width="large", on_dismiss=close)
    dialog(_guarded_content)(detail)


def _guarded_content(detail: MentionDetail) -> None:
    """The dialog redraws itself, so that the guard around the page does not cover it."""
    with state.attempted():
        _content(detail)


def _content(detail: MentionDetail) -> None:
    mention = detail.mention
    keywords = {k.id: k for k in cached.keywords()}
    matched = [keywords[id] for id in mention.keywords if id in keywords]
    _facts(mention)
    if mention.title:
        st.html(f"<h4 dir='auto' class='pasip-title'>{marked(mention.title, matched)}</h4>")
    _text(mention, matched)
    _reactions(mention)
    _names(mention)
    st.divider()
    _analysis(mention)
    _corrections(mention, matched)
    _history(detail)


def _facts(mention: Mention) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.text(f"{labels.platform(mention.platform)} · {tables.excerpt(mention.source, 80)}", width="content")
        if mention.author:
            st.text(tables.excerpt(mention.author, 80), width="content")
        st.text(formats.moment(mention.published_at), width="content")
        if address := tables.web_address(mention.url):
            st.link_button(t("Original"), address, icon=":material/open_in_new:", type="tertiary")


def _text(mention: Mention, matched: Sequence[Keyword]) -> None:
    shown = mention.content[:LONGEST]
    with st.container(border=True, height=320 if len(shown) > 900 else "content"):
        st.html(f"<p dir='auto' class='pasip-text'>{marked(shown, matched)}</p>")
    if len(mention.content) > LONGEST:
        st.caption(t("The text goes on; the export holds all of it."))


def marked(text: str, keywords: Sequence[Keyword]) -> str:
    """HTML of our own around escaped ``text``: what each keyword's rule found stands in ``<mark>``."""
    safe = tables.plain(text)
    colours = theme.keyword_colours(cached.keywords())
    parts, place = [], 0
    for start, end, id in _spans(safe, keywords):
        colour = colours.get(id, theme.ACCENT)
        parts += [html.escape(safe[place:start]), f"<mark style='--c:{colour}'>{html.escape(safe[start:end])}</mark>"]
        place = end
    parts.append(html.escape(safe[place:]))
    return "".join(parts).replace("\n", "<br>")


def _spans(text: str, keywords: Sequence[Keyword]) -> list[tuple[int, int, str]]:
    """Places to mark, in order, none inside another."""
    found = []
    for keyword in keywords:
        try:
            found += [(start, end, keyword.id) for start, end in find_spans(parse_rule(keyword.effective_rule()), text)]
        except RuleError:  # a rule stored by another version: nothing to mark
            continue
    kept: list[tuple[int, int, str]] = []
    for start, end, id in sorted(found):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end, id))
    return kept


def _reactions(mention: Mention) -> None:
    seen = mention.engagement
    with st.container(horizontal=True, gap="medium"):
        for icon, name, value in (
            (":material/favorite:", t("Likes"), seen.likes),
            (":material/repeat:", t("Shares"), seen.shares),
            (":material/chat_bubble:", t("Comments"), seen.comments),
            (":material/group:", t("Followers"), mention.author_followers),
        ):
            st.markdown(f"{icon} {name} **{formats.number(value)}**", width="content")
    st.caption(t("A dash means that the source does not tell, which is not zero."))


def _names(mention: Mention) -> None:
    names = cached.stores().mentions.names_of([mention.id]).get(mention.id, ())
    if names:
        st.caption(t("Named: {names}", names=" · ".join(state.shown(tables.excerpt(name.shown, 60)) for name in names)))


def _analysis(mention: Mention) -> None:
    analysis = mention.analysis
    if analysis is None:
        st.write(t("Not analysed yet."))
        return
    said = t("Sentiment: {sentiment}", sentiment=labels.signed_sentiment(analysis.sentiment))
    st.markdown(f"**{said}** · {state.shown(labels.author_of_analysis(analysis.model_version))}")
    bars = "".join(
        f"<div class='pasip-score'><span>{html.escape(labels.sentiment(name))}</span>"
        f"<i style='width:{100 * getattr(analysis.scores, name):.1f}%;background:{theme.SENTIMENTS[name]}'></i>"
        f"<b>{formats.percent(100 * getattr(analysis.scores, name))}</b></div>"
        for name in SENTIMENTS
    )
    st.html(f"<div class='pasip-scores'>{bars}</div>")
    if not analysis.is_correction and analysis.confidence < SURE:
        st.caption(":material/help: " + t("The machine is not sure: another tone may be as likely."))
    if analysis.emotion:
        st.caption(t("Emotion: {emotion}", emotion=labels.emotion(analysis.emotion)))


def _corrections(mention: Mention, matched: Sequence[Keyword]) -> None:
    st.markdown("**" + t("Correct the sentiment") + "**")
    st.caption(t("Your word outranks the model for this text, and the numbers follow within seconds."))
    whole = mention.analysis.sentiment if mention.analysis else PENDING
    _choice(mention.id, t("Of the whole mention"), whole, None)
    for keyword in matched:
        stance = mention.stances.get(keyword.id, whole)
        _choice(mention.id, t("Towards {keyword}", keyword=state.shown(keyword.keyword)), stance, keyword.id)
    _copies(mention)


def _copies(mention: Mention) -> None:
    """How many mentions say the same, and the correction just made for them, too."""
    copies = corrections.count_copies(cached.stores(), current_settings(), mention)
    if not copies:
        return
    st.caption(":material/content_copy: " + tn("{n} other mention says the same.", "{n} other mentions say the same.",
                                               copies))  # fmt: skip
    st.button(
        t("Read all of them"), icon=":material/forum:", type="tertiary", key=f"story_of_{mention.id}",
        on_click=_read_story, args=(mention.cluster_id,),
    )  # fmt: skip
    id, sentiment, keyword = st.session_state.get(_JUST, ("", "", None))
    if id == mention.id:
        st.button(
            tn("Also for {n} copy: {tone}", "Also for {n} copies: {tone}", copies, tone=labels.sentiment(sentiment)),
            icon=":material/content_copy:", key=f"copies_{id}", on_click=_correct_copies, args=(id, sentiment, keyword),
        )  # fmt: skip


def _read_story(story: str) -> None:
    close()
    session.change(story=story)


def _correct_copies(id: str, sentiment: str, keyword: str | None) -> None:
    with state.attempted():
        done = corrections.correct_copies(cached.stores(), current_settings(), id, sentiment, keyword=keyword)
        st.session_state.pop(_JUST, None)
        st.toast(tn("{n} copy corrected, too.", "{n} copies corrected, too.", done), icon=":material/check:")
        st.rerun()


def _choice(id: str, label: str, now: str, keyword: str | None) -> None:
    key = f"correct_{id}_{keyword or ''}"
    st.session_state[key] = now if now in SENTIMENTS else None
    st.segmented_control(
        label, SENTIMENTS, format_func=labels.signed_sentiment, key=key, on_change=_correct, args=(id, key, keyword)
    )


def _correct(id: str, key: str, keyword: str | None) -> None:
    sentiment = st.session_state[key]
    if sentiment is None:  # a second click on the same word takes nothing back
        return
    with state.attempted():
        corrections.correct(cached.stores(), current_settings(), id, sentiment, keyword=keyword)
        st.session_state[_JUST] = (id, sentiment, keyword)
        st.toast(t("Corrected. The numbers follow in a moment."), icon=":material/check:")
        st.rerun()


def _history(detail: MentionDetail) -> None:
    with st.expander(t("History of the analysis ({n})", n=len(detail.history)), icon=":material/history:"):
        for analysis in detail.history:
            who = labels.author_of_analysis(analysis.model_version)
            st.text(
                f"{formats.moment(analysis.processed_at)}   {labels.signed_sentiment(analysis.sentiment)}   "
                f"{formats.percent(100 * analysis.confidence)}   {who}"
            )
