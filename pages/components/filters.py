"""The bar of filters on top of a page. Widgets show the view of the session and change it by callbacks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import streamlit as st

from pages.components import cached, formats, labels, session, state, tables
from pages.components.i18n import t
from pages.components.view import MENTIONS, MOST_TEXT, STORIES, WITHOUT, Choices, View
from pasip_core.domain.analysis import EMOTIONS, PENDING, SENTIMENTS
from pasip_core.domain.filters import Filters
from pasip_core.domain.period import Period

DEFAULT_PRESET = "7"
PRESETS = {DEFAULT_PRESET: 7, "30": 30, "90": 90, "365": 365}


def show_filters(*, text: bool = False, keywords: bool = True, count: bool = False) -> Filters:
    """Period and keywords at once, the rest a click away; ``text`` puts the search in sight, ``count`` the switch
    between mentions and stories."""
    known, view = session.choices(), session.current()
    period = view.period or known.default_period()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="filter_bar"):
        _period(known, period)
        if keywords:
            _several(
                "keywords",
                t("Keywords"),
                known.keywords,
                _keyword_names(),
                t("Keywords: any"),
                width=260,
                label="collapsed",
            )
        if text:
            _text(width=240, label="collapsed")
        if count:
            _count()
        with st.popover(_more_label(text), icon=":material/tune:", key="more_filters"):
            if not text:
                _text(width="stretch")
            _several("sentiments", t("Sentiment"), (*SENTIMENTS, PENDING), labels.sentiment, t("Any"))
            _several("platforms", t("Platforms"), known.platforms, labels.platform, t("All platforms"))
            _several("sources", t("Sources"), known.sources, str, t("All sources"))
            felt = {name: labels.emotion(name) for name in EMOTIONS}
            _several("emotions", t("Emotion"), EMOTIONS, felt.__getitem__, t("Any"))
            _unsure()
            _accounts(view)
            if view.topic:
                _topic(view.topic)
            _coordinated(known)
        if view.entity and (name := cached.name(view.entity)):
            st.button(
                t("Name: {name}", name=state.shown(name.shown)), icon=":material/close:", key="filter_name",
                on_click=session.change, kwargs={"entity": ""},
            )  # fmt: skip
        if view.story:
            st.badge(t("One story"), icon=":material/content_copy:")
        if view.narrowed():
            st.button(t("Clear"), icon=":material/filter_alt_off:", type="tertiary", on_click=session.clear_filters)
    session.say_what_was_dropped()
    return session.filters()


def _more_label(text: bool) -> str:
    view = session.current()
    used = [
        view.sentiments, view.platforms, view.sources, view.emotions, view.unsure, view.accounts, view.without,
        view.topic, view.coordinated,
    ]  # fmt: skip
    used += [] if text else [view.text]
    count = sum(1 for value in used if value)
    return t("Filters ({n})", n=count) if count else t("Filters")


def _accounts(view: View) -> None:
    """Authors that a page brought in: here they can be taken out again."""
    titles = {
        "accounts": (t("Only these accounts"), t("All accounts")),
        "without": (t("Without these accounts"), t("None")),
    }
    for name, (title, nothing) in titles.items():
        if chosen := getattr(view, name):
            _several(name, title, chosen, lambda author: tables.excerpt(author, 60), nothing)


def _keyword_names() -> Any:
    names = {k.id: k.keyword for k in cached.keywords()}
    return lambda id: names.get(id, id)


def _period(known: Choices, period: Period) -> None:
    lies = cached.where_data_lies(known.default_period())
    names = {"7": t("7 days"), "30": t("30 days"), "90": t("90 days"), "365": t("1 year")}
    if lies:
        names["all"] = t("All")
    st.session_state["filter_preset"] = _preset_of(known, period, lies)
    st.session_state["filter_days"] = (period.first, period.last)

    def choose_preset() -> None:
        if chosen := st.session_state["filter_preset"]:
            session.change(period=_period_of(known, chosen, lies) if chosen != DEFAULT_PRESET else None)

    def choose_days() -> None:
        days = st.session_state["filter_days"]
        if len(days) == 2:
            session.change(period=Period(days[0], days[1], known.zone))

    st.segmented_control(
        t("Period"),
        list(names),
        format_func=names.__getitem__,
        key="filter_preset",
        on_change=choose_preset,
        label_visibility="collapsed",
    )
    st.date_input(
        t("Days"), key="filter_days", on_change=choose_days, format="DD/MM/YYYY", width=225,
        min_value=min(known.today - timedelta(days=7000), period.first, lies.first if lies else period.first),
        max_value=max(known.today, period.last, lies.last if lies else period.last),
        label_visibility="collapsed",
    )  # fmt: skip


def _preset_of(known: Choices, period: Period, lies: Period | None) -> str | None:
    if period == lies:
        return "all"
    return next((name for name in PRESETS if _period_of(known, name, lies) == period), None)


def _period_of(known: Choices, preset: str, lies: Period | None) -> Period | None:
    if preset == "all":
        return lies
    return Period(known.today - timedelta(days=PRESETS[preset] - 1), known.today, known.zone)


def _several(
    name: str, title: str, options: Any, names: Any, nothing: str, *, width: Any = "stretch", label: Any = "visible"
) -> None:
    key = f"filter_{name}"
    st.session_state[key] = [value for value in getattr(session.current(), name) if value in options]
    st.multiselect(
        title, list(options), format_func=names, key=key, placeholder=nothing, width=width, label_visibility=label,
        on_change=lambda: session.change(**{name: tuple(st.session_state[key])}),
    )  # fmt: skip


def _topic(topic: str) -> None:
    """The one that was chosen where topics are shown, and the way out of it."""
    st.session_state["filter_topic"] = [topic]
    st.multiselect(
        t("Topic"), [topic], format_func=lambda id: cached.topic_names().get(id, id), key="filter_topic",
        on_change=lambda: session.change(topic="".join(st.session_state["filter_topic"])),
    )  # fmt: skip


def _count() -> None:
    names = {MENTIONS: t("Mentions"), STORIES: t("Stories")}
    st.session_state["filter_count"] = session.current().count
    st.segmented_control(
        t("Count"), list(names), format_func=names.__getitem__, key="filter_count", required=True,
        label_visibility="collapsed", on_change=lambda: session.change(count=st.session_state["filter_count"]),
    )  # fmt: skip


def _coordinated(known: Choices) -> None:
    if not known.coordinated and not session.current().coordinated:
        return
    st.session_state["filter_coordinated"] = bool(session.current().coordinated)
    st.toggle(
        t("Without accounts that post in coordination ({n})", n=len(known.coordinated)), key="filter_coordinated",
        on_change=lambda: session.change(coordinated=WITHOUT if st.session_state["filter_coordinated"] else ""),
        help=t("Leaves out every account of the groups on the page Stories."),
    )  # fmt: skip


def counted() -> str:
    """What numbers of mentions are called."""
    return t("Stories a day") if session.current().by_story else t("Mentions")


def how_counted() -> None:
    """One line where stories are counted."""
    if session.current().by_story:
        st.caption(
            ":material/content_copy: "
            + t("Stories a day are counted: copies of one text count once on each day, and once in each part that a "
                "figure shows, such as platform or tone. Texts that were let go are not among them.")
        )  # fmt: skip


def _text(*, width: Any, label: Any = "visible") -> None:
    st.session_state["filter_text"] = session.current().text
    st.text_input(
        t("Text"), key="filter_text", max_chars=MOST_TEXT, width=width, icon=":material/search:",
        label_visibility=label,
        placeholder=t('Words, or "a phrase"'),
        on_change=lambda: session.change(text=" ".join(st.session_state["filter_text"].split())),
    )  # fmt: skip


def _unsure() -> None:
    st.session_state["filter_unsure"] = session.current().unsure
    st.checkbox(
        t("Only where the machine is not sure"), key="filter_unsure",
        on_change=lambda: session.change(unsure=st.session_state["filter_unsure"]),
    )  # fmt: skip


def scope_line(filters: Filters) -> None:
    """What the numbers below speak of, in one line."""
    before = filters.period.previous()
    st.caption(
        t(
            "{period} ({zone}), compared with {before}.",
            period=formats.period(filters.period),
            zone=formats.zone_name(),
            before=formats.period(before),
        )
        + " "
        + sentiment_meant(filters)
    )


def sentiment_meant(filters: Filters) -> str:
    """That the sentiments speak of the chosen keyword, where there is one; else nothing."""
    name = next((k.keyword for k in cached.keywords() if k.id == filters.one_keyword), None)
    if name is None:
        return ""
    return t("Sentiment is that towards “{keyword}”; a whole text may sound different.", keyword=state.shown(name))


def voices_of(filters: Filters) -> tuple[str, ...]:
    """The keywords to share a voice among: one alone has all of it, so it stands beside every active one."""
    chosen = keyword_ids(filters)
    return chosen if len(chosen) > 1 else tuple(dict.fromkeys((*chosen, *keyword_ids(Filters(filters.period)))))


def keyword_ids(filters: Filters) -> tuple[str, ...]:
    """The chosen keywords, or every active one where none is chosen."""
    return filters.keywords or tuple(k.id for k in cached.keywords() if k.active)
