"""Collecting: press for it now, watch it happen, see what broke, and say where else to look."""

from __future__ import annotations

import streamlit as st

from pages.components import arrivals, cached, feeds, formats, labels, queue_view, state
from pages.components.access import require_role
from pages.components.i18n import t, tn
from pasip_core.commands import collecting
from pasip_core.domain.metrics import BoundedCount
from pasip_core.queries.health import SourceState, backlog, source_states
from pasip_core.settings import current_settings

require_role()


def show_scrape(states: list[SourceState]) -> None:
    """Choose sources and keywords, and collect now."""
    ready = {s.source.id: s.source for s in states if not s.source.needs}
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
        if st.button(
            t("Scrape now"), type="primary", icon=":material/travel_explore:", key="scrape_now", disabled=not ready
        ):
            scrape(sources or list(ready), chosen)


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


def show_sources(states: list[SourceState]) -> None:
    """Every source with its last run, in words."""
    import pandas as pd

    st.subheader(t("Sources"))
    rows = [_source_row(s) for s in states]
    column = st.column_config
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, width="stretch", key="source_table", height="content", placeholder="–",
        column_config={
            "label": column.TextColumn(t("Source"), pinned=True),
            "platform": column.TextColumn(t("Platform")),
            "state": column.TextColumn(t("State"), width="large"),
            "at": column.TextColumn(t("Last run")),
            "items": column.NumberColumn(t("Read"), format="localized"),
            "new": column.NumberColumn(t("New"), format="localized"),
            "newest": column.TextColumn(t("Newest mention")),
        },
    )  # fmt: skip


def _source_row(s: SourceState) -> dict[str, object]:
    run = s.last_run
    how = t("not asked yet") if run is None else labels.error_kind(run.error_kind)
    if run and not run.error_kind and run.finished_at is None:
        how = t("running")
    if run and run.retry_at and run.error_kind:
        how = f"{how} ({formats.moment(run.retry_at)})"
    if s.source.needs:
        how = t("needs {settings}", settings=", ".join(s.source.needs))
    return {
        "label": s.source.label,
        "platform": labels.platform(s.source.platform),
        "state": how,
        "at": formats.moment(run.started_at) if run else formats.UNKNOWN,
        "items": run.items if run else None,
        "new": run.new if run else None,
        "newest": formats.moment(run.newest_published_at) if run else formats.UNKNOWN,
    }


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
queue_view.show()
arrivals.show({s.source.id: s.source.label for s in states})
show_backlog()
if states:
    show_sources(states)
feeds.show()
