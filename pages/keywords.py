"""What is watched: keywords, their rules, and what a rule would catch."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time

import streamlit as st

from pages.components import cached, formats, live, rule_tester, state, theme
from pages.components.access import require_role
from pages.components.i18n import t
from pasip_core.commands import keywords as commands
from pasip_core.domain.keyword import HIGHEST_PRIORITY, LOWEST_PRIORITY, Keyword
from pasip_core.domain.period import EARLIEST, LATEST
from pasip_core.errors import RuleError
from pasip_core.settings import current_settings

require_role()

FIELDS = ("keyword", "category", "priority", "monitoring_start", "rule", "aliases", "exclusions")
_OPEN = "_keyword_open"


def form_values(prefix: str) -> dict[str, object]:
    """What the form holds, as the command takes it; lists are one entry a line."""
    state_of = st.session_state
    start: date | None = state_of[f"{prefix}_monitoring_start"]
    zone = current_settings().zone
    return {
        "keyword": state_of[f"{prefix}_keyword"],
        "category": state_of[f"{prefix}_category"] or "",
        "priority": state_of[f"{prefix}_priority"],
        "monitoring_start": datetime.combine(start, time(), zone) if start else None,
        "rule": state_of[f"{prefix}_rule"],
        "aliases": state_of[f"{prefix}_aliases"].replace("\n", ",").split(","),
        "exclusions": state_of[f"{prefix}_exclusions"].replace("\n", ",").split(","),
    }


def show_fields(prefix: str, of: Keyword | None, categories: list[str]) -> None:
    """The fields of a keyword, with a tester under the rule."""
    names = {1: t("1 – highest"), 2: "2", 3: t("3 – normal"), 4: "4", 5: t("5 – lowest")}
    st.text_input(
        t("Name"), of.keyword if of else "", key=f"{prefix}_keyword", max_chars=commands.MAX_LABEL,
        placeholder=t("For example: Jokowi, harga beras, KPU"),
    )  # fmt: skip
    left, middle, right = st.columns(3)
    left.selectbox(
        t("Category"), categories, index=categories.index(of.category) if of and of.category else None,
        key=f"{prefix}_category", accept_new_options=True, placeholder=t("Choose or write one"),
    )  # fmt: skip
    middle.selectbox(
        t("Priority"), range(HIGHEST_PRIORITY, LOWEST_PRIORITY + 1), index=(of.priority if of else 3) - 1,
        format_func=names.__getitem__, key=f"{prefix}_priority", help=t("High priority is collected first."),
    )  # fmt: skip
    zone = current_settings().zone
    right.date_input(
        t("Watched since"), of.monitoring_start.astimezone(zone).date() if of and of.monitoring_start else None,
        key=f"{prefix}_monitoring_start", format="DD/MM/YYYY", min_value=EARLIEST, max_value=LATEST,
        help=t("Older mentions are not matched anew. Empty: all of them are."),
    )  # fmt: skip
    left, right = st.columns(2)
    left.text_area(
        t("Other names"), "\n".join(of.aliases) if of else "", key=f"{prefix}_aliases", height=90,
        placeholder=t("One a line"), help=t("A mention with one of them counts too."),
    )  # fmt: skip
    right.text_area(
        t("Not meant"), "\n".join(of.exclusions) if of else "", key=f"{prefix}_exclusions", height=90,
        placeholder=t("One a line"), help=t("A mention with one of these words or phrases is left out."),
    )  # fmt: skip
    st.text_input(
        t("Rule (optional)"), of.rule if of else "", key=f"{prefix}_rule", max_chars=2000,
        placeholder='(anies OR "anies baswedan" OR @aniesbaswedan) NOT "anis warna"',
        help=t("AND, OR, NOT, phrases in quotation marks, word*, NEAR/3. Empty: the name itself is looked for."),
    )  # fmt: skip


def add(prefix: str) -> None:
    """Add what the form holds."""
    values = form_values(prefix)
    with state.attempted(), suppress(RuleError):  # the tester tells it, right under the rule
        change = commands.add(cached.stores(), current_settings(), str(values.pop("keyword")), **values)
        finish(t("“{keyword}” is watched now.", keyword=change.keyword.keyword), queued=change.queued)


def save(prefix: str, keyword: Keyword) -> None:
    """Save what the form holds; the id stays."""
    with state.attempted(), suppress(RuleError):  # told by the tester, too
        change = commands.edit(cached.stores(), current_settings(), keyword.id, **form_values(prefix))
        finish(t("“{keyword}” was saved.", keyword=change.keyword.keyword), queued=change.queued)


def finish(said: str, *, queued: bool) -> None:
    """Close the form and say what happened on the run that follows."""
    st.session_state[_OPEN] = None
    st.session_state["_keyword_said"] = (said, queued)
    st.rerun()


def show_form(of: Keyword | None, categories: list[str]) -> None:
    """The form of a new keyword, or of one that exists."""
    prefix = f"form_{of.id if of else 'new'}"
    with st.container(border=True, key="keyword_form"):
        st.subheader(t("Change “{keyword}”", keyword=state.shown(of.keyword)) if of else t("Add a keyword"))
        show_fields(prefix, of, categories)
        rule_tester.show(form_values(prefix))
        with st.container(horizontal=True):
            if st.button(t("Save"), type="primary", key="save_keyword", icon=":material/check:"):
                # a bare conditional expression would be written to the page
                if of:
                    save(prefix, of)
                else:
                    add(prefix)
            if st.button(t("Cancel"), key="cancel_keyword"):
                st.session_state[_OPEN] = None
                st.rerun()


def show_row(keyword: Keyword, colour: str) -> None:
    """One keyword with its switches."""
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"row_{keyword.id}"):
        st.html(f"<span class='pasip-dot' style='background:{colour}'></span>", width="content")
        with st.container(gap=None, width="stretch"):
            st.text(keyword.keyword)
            details = [t("priority {n}", n=keyword.priority)]
            if keyword.category:
                details.insert(0, keyword.category)
            if keyword.rule or keyword.aliases or keyword.exclusions:
                details.append(t("with a rule"))
            if keyword.monitoring_start:
                zone = current_settings().zone
                details.append(t("since {day}", day=formats.day(keyword.monitoring_start.astimezone(zone).date())))
            st.caption(state.shown(" · ".join(details)))
        st.session_state[f"active_{keyword.id}"] = keyword.active
        st.toggle(t("Active"), key=f"active_{keyword.id}", on_change=switch, args=(keyword.id,))
        if st.button(t("Change"), key=f"edit_{keyword.id}", icon=":material/edit:"):
            st.session_state[_OPEN] = keyword.id
            st.rerun()
        if st.button(t("Delete"), key=f"delete_{keyword.id}", icon=":material/delete:", type="tertiary"):
            confirm_delete(keyword)


def switch(id: str) -> None:
    """On or off; what was matched stays."""
    with state.attempted():
        commands.set_active(cached.stores(), current_settings(), id, st.session_state[f"active_{id}"])


def confirm_delete(keyword: Keyword) -> None:
    """Ask once more."""

    @st.dialog(t("Delete this keyword?"))
    def ask() -> None:
        st.text(keyword.keyword)
        st.write(t("Its mentions stay, but no longer count for it. Switching it off keeps what was counted."))
        if st.button(t("Delete"), type="primary", key="really_delete", icon=":material/delete:"):
            with state.attempted():
                queued = commands.delete(cached.stores(), current_settings(), keyword.id)
                finish(t("“{keyword}” was deleted.", keyword=keyword.keyword), queued=queued)

    ask()


def say_what_happened() -> None:
    """The outcome of the last change."""
    said, queued = st.session_state.pop("_keyword_said", (None, True))
    if said:
        st.success(state.shown(said), icon=":material/check:")
        if not queued:
            st.warning(t("The background workers are away; stored mentions are matched as soon as they are back."))


st.title(t("Keywords"))
every = cached.keywords()
say_what_happened()
live.show_work(("rematch", "enrich", "rollup"))
opened = st.session_state.get(_OPEN)
categories = sorted({k.category for k in every if k.category})
if opened is None and every and st.button(t("Add a keyword"), type="primary", icon=":material/add:", key="add_keyword"):
    st.session_state[_OPEN] = opened = "new"
if opened is not None or not every:
    show_form(next((k for k in every if k.id == opened), None), categories)
if every:
    st.caption(t("Active keywords are collected and matched; the numbers of the others stay as they are."))
colours = theme.keyword_colours(every)
for keyword in every:
    show_row(keyword, colours[keyword.id])
