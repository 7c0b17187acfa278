"""Privacy: erase one person's data on request, with a look before and a proof after; and how long things are kept."""

from __future__ import annotations

import streamlit as st
from loguru import logger

from pages.components import cached, erasure_view, formats, labels, live, state
from pages.components.access import require_role
from pages.components.i18n import t
from pages.components.sentences import translated
from pasip_core.commands import privacy as commands
from pasip_core.domain.privacy import Person
from pasip_core.domain.retention import EVERY_PLATFORM
from pasip_core.errors import DispatchUncertain, InputError, PasipError, QueueUnavailable
from pasip_core.queries.privacy import Preview, past_erasures, preview
from pasip_core.settings import current_settings

require_role("analyst")

_LOOKED, _RUNNING, _DONE = "_privacy_looked", "_privacy_running", "_privacy_done"
FIELDS = ("privacy_platform", "privacy_username", "privacy_name", "privacy_others", "privacy_reason", "privacy_typed")


def show_search() -> None:
    """Whom it is about: an account, or a name in texts."""
    st.subheader(t("Erase a person's data"))
    st.write(
        t("For requests under the law on personal data (UU PDP No. 27/2022). First see what there is; nothing changes "
          "until you confirm.")
    )  # fmt: skip
    ways = {"account": t("Account"), "name": t("Name in texts")}
    way = st.segmented_control(
        t("Look for"), list(ways), format_func=ways.__getitem__, key="privacy_way", default="account", required=True,
        on_change=forget_form,
    )  # fmt: skip
    with st.form("privacy_search", border=True):
        given = ask_account() if way == "account" else ask_name()
        if st.form_submit_button(t("See what there is"), icon=":material/search:", key="privacy_look"):
            st.session_state.pop(_LOOKED, None)
            with state.attempted(), st.spinner(t("Looking at every mention…")):
                person = commands.whom(current_settings(), **given)
                st.session_state[_LOOKED] = (person, preview(cached.stores(), person))


def ask_account() -> dict[str, str]:
    """Platform and username."""
    left, right = st.columns(2)
    platform = left.selectbox(
        t("Platform"), erasure_view.platforms(), format_func=labels.platform, key="privacy_platform",
        accept_new_options=True,
    )  # fmt: skip
    username = right.text_input(t("Username"), key="privacy_username", placeholder="@nama", max_chars=200)
    return {"platform": platform or "twitter", "username": username}


def ask_name() -> dict[str, str]:
    """The name as it stands in texts."""
    name = st.text_input(t("Name"), key="privacy_name", placeholder="Budi Santoso", max_chars=200)
    st.caption(t("Also found: BudiSantoso, #BudiSantoso, budi_santoso, and names with -nya behind them."))
    return {"name": name}


def show_confirmation(person: Person, seen: Preview) -> None:
    """Reason and typed confirmation, then the button that cannot be undone."""
    others = False
    if seen.others.count:
        others = st.checkbox(
            t("Also erase the {n} mentions of others that name the account", n=formats.number(seen.others.count)),
            key="privacy_others",
        )  # fmt: skip
    reason = st.text_input(
        t("Reason"), key="privacy_reason", max_chars=commands.LONGEST_REASON,
        placeholder=t("For example: request no. 12 of 25 November 2026"),
        help=t("It is kept in the audit log. Do not write the name."),
    )  # fmt: skip
    typed = st.text_input(
        t("Type “{name}” to confirm", name=state.shown(person.name)), key="privacy_typed", max_chars=200
    )
    agreed = person.is_called(typed)
    explained = len(" ".join(reason.split())) >= commands.SHORTEST_REASON
    if typed and not agreed:
        st.caption(t("That is not the same."))
    with st.container(horizontal=True):
        st.button(
            t("Erase for good"), type="primary", icon=":material/delete_forever:", key="privacy_erase",
            disabled=not (agreed and explained), on_click=erase, args=(person, reason, others),
        )  # fmt: skip
        st.button(t("Cancel"), key="privacy_cancel", on_click=forget_form)


def erase(person: Person, reason: str, others: bool) -> None:
    """Hand it to the workers, and keep nothing of the person in this session; or say what became of it."""
    try:
        request, _ = commands.erase(cached.stores(), current_settings(), person, reason=reason, others=others)
    except PasipError as error:
        logger.warning("no erasure: {}", error)
        st.error(why_not(error), icon=":material/error:")
    else:
        forget_form()
        st.session_state[_RUNNING] = request.id


def why_not(error: PasipError) -> str:
    """What became of a request that was not handed over. What is wrong with the store is told by the page itself."""
    if isinstance(error, InputError):
        return state.shown(translated(error))
    if isinstance(error, DispatchUncertain):
        return t("It is not certain whether the workers were told. Look under “Earlier erasures”; what is not finished "
                 "there, ask for once more.")  # fmt: skip
    if isinstance(error, QueueUnavailable):
        return t("Nothing was erased: the background workers cannot be reached. Start everything with `make up`, then "
                 "ask again.")  # fmt: skip
    return t("Nothing was erased: the data store did not take the request. Ask again once it does.")


def forget_form() -> None:
    """Forget what was looked for and typed."""
    for name in (_LOOKED, _DONE, *FIELDS):
        st.session_state.pop(name, None)


@st.fragment(run_every=1.0, key="privacy_progress")
def follow(request_ids: list[str]) -> None:
    """The erasures under way, each until it is over."""
    with state.attempted():
        for id in request_ids:
            follow_one(id)


def follow_one(id: str) -> None:
    """One of them: who asked, and how far it is."""
    request = cached.stores().erasures.get(id)
    if request is None or request.finished_at:
        let_go(id)
        st.session_state[_DONE] = id
        st.rerun()
    erasure_view.show_who(request)
    if live.show_job(erasure_view.job_id(request), key="privacy") in {"failed", "stopped", None}:
        st.warning(t("The erasure ended early. Ask for it once more: it goes on where this one stopped."))
        if st.button(t("Close"), key=f"close_erasure_{id}"):
            let_go(id)
            st.rerun()


def let_go(id: str) -> None:
    """Follow it no longer."""
    if st.session_state.get(_RUNNING) == id:
        del st.session_state[_RUNNING]


def show_keeping() -> None:
    """How long mentions are kept, and whether authors are pseudonymised."""
    st.subheader(t("How long mentions are kept"))
    settings = current_settings()
    days = settings.retention.days
    if not days:
        st.write(t("For ever: RETENTION_DAYS is empty."))
    for platform, count in sorted(days.items(), key=lambda item: item[0] == EVERY_PLATFORM):
        name = t("All other platforms") if platform == EVERY_PLATFORM and len(days) > 1 else labels.platform(platform)
        name = t("All platforms") if platform == EVERY_PLATFORM and len(days) == 1 else name
        st.write(t("{platform}: {n} days", platform=name, n=formats.number(count)))
    if days:
        st.caption(t("What is older goes every night at 02:00. The numbers of those days stay."))
    on = settings.pseudonymise_authors
    st.caption(t("Authors carry pseudonyms.") if on else t("Authors are kept by name (PSEUDONYMISE_AUTHORS is off)."))


st.title(t("Privacy"))
requests = past_erasures(cached.stores())
own = st.session_state.get(_RUNNING)
running = [request.id for request in requests if request.id == own or erasure_view.is_under_way(request)]
if running:
    st.subheader(t("Erasure under way"))
    follow(running)
if own not in running:
    if done := cached.stores().erasures.get(st.session_state.get(_DONE, "")):
        erasure_view.show_result(done)
    show_search()
    if looked := st.session_state.get(_LOOKED):
        with st.container(border=True, key="privacy_preview"):
            erasure_view.show_preview(*looked)
            show_confirmation(*looked)
show_keeping()
erasure_view.show_past([request for request in requests if request.id not in running])
