"""Who is heard: accounts by reach, engagement and tone, one of them in detail, and who speaks to whom."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.components import cached, filters, formats, influence_view, keeping, state
from pages.components.access import require_role
from pages.components.downloads import show_exports, show_table
from pages.components.i18n import t
from pasip_core.domain.filters import Filters
from pasip_core.domain.influence import SetAside
from pasip_core.queries.influencers import set_aside

require_role()

_CHOSEN = "influencer_account"


def choose_part(count: int) -> str:
    """Ranking, network, or who was set aside."""
    names = {"ranking": t("Ranking"), "network": t("Who speaks to whom"), "aside": t("Set aside ({n})", n=count)}
    chosen = st.segmented_control(
        t("Show"), list(names), format_func=names.__getitem__, key="influencer_part", default="ranking", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    return str(chosen)


def show_ranking(wanted: Filters, every: list[SetAside]) -> None:
    """The ranking, and the account that was chosen in it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        names = influence_view.order_names()
        order = st.selectbox(
            t("Ranked by"), list(names), format_func=names.__getitem__, key="influencer_order", width=220,
            label_visibility="collapsed",
        )  # fmt: skip
        shown = st.toggle(t("Show accounts that are set aside"), key="influencer_everyone", disabled=not every)
        show_exports()
    hidden = () if shown else names_of(every)
    table = cached.account_ranking(wanted, order, hidden)
    if table.empty:
        show_nobody(wanted, every if not shown else [])
        return
    rows: list[dict[str, Any]] = table.to_dict("records")
    key = f"influencers_{order}_{shown}"

    def choose() -> None:
        if chosen := st.session_state[key]["selection"]["rows"]:
            st.session_state[_CHOSEN] = rows[chosen[0]]["id"]

    influence_view.show_ranking(table, [one.id for one in every] if shown else [], key, choose)
    st.caption(
        t("Accounts of which something is unknown come last. Click on the left edge of a row to see an account.")
    )
    show_table(table.drop(columns=["id", "told"]), "influencers")
    show_chosen(wanted, rows, every)


def show_chosen(wanted: Filters, rows: list[dict[str, Any]], every: list[SetAside]) -> None:
    """The account that was clicked or is named in the list."""
    by_id = {row["id"]: row for row in rows}
    if st.session_state.get(_CHOSEN) not in by_id:
        st.session_state[_CHOSEN] = None
    chosen = st.selectbox(
        t("Account"), list(by_id), key=_CHOSEN, placeholder=t("Choose an account"),
        format_func=lambda id: influence_view.account_name(by_id[id]["platform"], by_id[id]["author"]),
    )  # fmt: skip
    if chosen:
        aside = next((one for one in every if one.id == chosen), None)
        influence_view.show_account(wanted, by_id[chosen], aside, cached.day_versions(wanted))


def show_nobody(wanted: Filters, every: list[SetAside]) -> None:
    """Why there is no account."""
    gone = keeping.show_let_go(wanted)
    if not cached.mention_count(wanted).value:
        state.nothing_here(wanted.period, gone)
    elif every and not cached.account_ranking(wanted, "mentions", (), 1).empty:
        st.info(t("Everybody who spoke here is set aside."), icon=":material/visibility_off:")
    else:
        st.info(t("There are no account names here: only news, or sources that do not tell who wrote."),
                icon=":material/person_off:")  # fmt: skip


def names_of(every: list[SetAside]) -> tuple[tuple[str, str], ...]:
    """Platform and name of those set aside."""
    return tuple((one.platform, one.username) for one in every)


st.title(t("Influencers"))
wanted = filters.show_filters()
st.caption(
    t("{period} ({zone}).", period=formats.period(wanted.period), zone=formats.zone_name())
    + " " + t("An account is a name on one platform.") + " " + filters.sentiment_meant(wanted)
)  # fmt: skip
every = set_aside(cached.stores())
part = choose_part(len(every))
if part == "aside":
    influence_view.show_set_aside(every)
elif part == "network":
    found = cached.account_network(wanted, names_of(every))
    influence_view.show_network(found, (cached.watermark(), wanted, names_of(every)))
else:
    show_ranking(wanted, every)
