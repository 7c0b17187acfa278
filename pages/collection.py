"""Collecting: press for it now, watch it happen, and see what broke."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from pages.components import arrivals, cached, formats, queue_view, state
from pages.components.access import require_role
from pages.components.i18n import t, tn
from pasip_core.commands import collecting
from pasip_core.domain.metrics import BoundedCount
from pasip_core.domain.quotas import MONEY
from pasip_core.domain.runs import SourceInfo
from pasip_core.queries.health import SourceState, backlog, source_states
from pasip_core.queries.sources import BudgetLeft, budget_left
from pasip_core.settings import current_settings

require_role()


def show_scrape(states: list[SourceState]) -> None:
    """Choose sources and keywords, and collect now."""
    ready = {s.source.id: s.source for s in states if s.source.may_run}
    keywords = {k.id: k.keyword for k in cached.keywords() if k.active}
    with st.container(border=True, key="scrape"):
        st.subheader(t("Collect now"))
        if not keywords:
            st.write(t("Sources are searched for keywords. Add one first."))
            st.page_link("keywords.py", label=t("Add a keyword"), icon=":material/add:")
            return
        left, right = st.columns(2)
        sources = left.multiselect(
            t("Sources"), list(ready), format_func=lambda id: ready[id].label, key="scrape_sources",
            placeholder=t("All sources that are ready ({n})", n=formats.number(len(ready))),
        )  # fmt: skip
        chosen = right.multiselect(
            t("Keywords"), list(keywords), format_func=keywords.__getitem__, key="scrape_keywords",
            placeholder=t("All active keywords"),
        )  # fmt: skip
        show_costs([ready[id] for id in sources or ready])
        if st.button(
            t("Scrape now"), type="primary", icon=":material/travel_explore:", key="scrape_now", disabled=not ready
        ):
            scrape(sources or list(ready), chosen)


def show_costs(sources: list[SourceInfo]) -> None:
    """What those of the chosen sources that cost money may still spend, and this run at most."""
    for source in sources:
        for budget in source.budgets:
            if budget.unit == MONEY:
                still = budget_left(cached.stores(), budget, datetime.now(UTC))
                st.caption(f":material/payments: {_cost(source, still)}")


def _cost(source: SourceInfo, still: BudgetLeft) -> str:
    told = {
        "source": state.shown(source.label), "left": formats.money(still.left),
        "limit": formats.money(still.budget.limit), "run": formats.money(still.run),
    }  # fmt: skip
    if still.ahead <= still.run:
        return t("{source}: {left} of {limit} US dollars are left; this run may cost {run} at most.", **told)
    return t(
        "{source}: {left} of {limit} US dollars are left. So that they last, this run may cost {run} at most, and "
        "{ahead} where a keyword is searched for the first time.",
        ahead=formats.money(still.ahead), **told,
    )  # fmt: skip


def scrape(sources: list[str], keywords: list[str]) -> None:
    """Ask for it; what runs already is joined."""
    with state.attempted():
        jobs = collecting.scrape_now(cached.stores(), current_settings(), sources, keywords)
        joined = sum(job.joined for job in jobs)
        started = len(jobs) - joined
        if started:
            st.success(tn("{n} collection started.", "{n} collections started.", started))
        if joined:
            st.info(tn("{n} was under way already.", "{n} were under way already.", joined))


def show_backlog() -> None:
    """What the workers still have to do with what is stored."""
    waiting = backlog(cached.stores())
    if waiting.unanalysed.value:
        st.caption(":material/hourglass_top: " + _unanalysed(waiting.unanalysed))
    if waiting.days_to_roll_up:
        st.caption(
            ":material/calculate: "
            + tn("The numbers of {n} day are being recomputed.", "The numbers of {n} days are being recomputed.",
                 waiting.days_to_roll_up)
        )  # fmt: skip


def _unanalysed(count: BoundedCount) -> str:
    if not count.exact:
        return t("More than {n} mentions wait for their analysis.", n=formats.number(count.value))
    return tn("{n} mention waits for its analysis.", "{n} mentions wait for their analysis.", count.value)


st.title(t("Collection"))
states = source_states(cached.stores())
if states:
    show_scrape(states)
else:
    st.info(
        t("No sources are known yet. The workers write them down when they start: run `make up`."),
        icon=":material/cloud_sync:",
    )
names = {s.source.id: s.source.label for s in states}
queue_view.show(names)
arrivals.show(names)
show_backlog()
st.page_link("sources.py", label=t("How each source is, and more to add"), icon=":material/rss_feed:")
