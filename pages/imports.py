"""Bring a file of mentions in: upload, say which column is which, look, start, and see what came of it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.components import cached, formats, import_view, labels, live, state
from pages.components.access import require_role
from pages.components.i18n import t
from pages.components.sentences import translated
from pasip_core.commands import imports as commands
from pasip_core.domain.runs import ImportRun
from pasip_core.queries.health import recent_imports
from pasip_core.settings import current_settings

require_role()

TYPES = ("csv", "tsv", "txt", "xlsx", "jsonl", "ndjson", "json")
_KEPT, _RUNNING = "_import_kept", "_import_running"


def keep(upload: object) -> Path:
    """The upload's copy under the data folder, made once for each upload."""
    name, path = st.session_state.get(_KEPT, (None, None))
    if name != upload.file_id:
        with st.spinner(t("Reading the file…")):
            path = commands.keep_upload(current_settings(), upload.name, upload)
        st.session_state[_KEPT] = (upload.file_id, path)
    return path


def show_upload() -> None:
    """The file, its mapping and the button that starts it."""
    upload = st.file_uploader(
        t("A CSV, TSV, Excel, JSONL or JSON file, up to 500 MB"), type=TYPES, key="import_upload",
        help=t("Exports of X or of other tools, and spreadsheets: columns are recognised in English and Indonesian."),
    )  # fmt: skip
    if upload is None:
        return
    with state.attempted():
        path = keep(upload)
        table = commands.inspect(path)
        mapping = import_view.choose_mapping(table, key=upload.file_id)
        platform, source = import_view.choose_origin(mapping)
        if import_view.show_preview(table, mapping, platform, source):
            st.button(
                t("Start the import"), type="primary", icon=":material/play_arrow:", key="start_import",
                on_click=start, args=(path, mapping, platform, source),
            )  # fmt: skip


def start(path: Path, mapping: dict[str, str], platform: str, source: str) -> None:
    """Hand it to the workers."""
    with state.attempted():
        run, job = commands.start(
            cached.stores(), current_settings(), path, mapping=mapping, platform=platform, source=source
        )
        st.session_state[_RUNNING] = (run.id, job.job_id)
        st.session_state.pop(_KEPT, None)
        st.session_state.pop("import_upload", None)


@st.fragment(run_every=1.0, key="import_progress")
def follow(run_id: str, job_id: str) -> None:
    """The running import, until it is over."""
    with state.attempted():
        _follow(run_id, job_id)


def _follow(run_id: str, job_id: str) -> None:
    run = cached.stores().imports.get(run_id)
    if run and run.finished_at:
        st.session_state.pop(_RUNNING, None)
        st.session_state["_import_done"] = run_id
        st.rerun()
    state_of_job = live.show_job(job_id, key="import")
    if state_of_job in {"failed", "stopped"} or (state_of_job is None and run is None):
        warn_of_early_end()
        if st.button(t("Close"), key="close_import"):
            st.session_state.pop(_RUNNING, None)
            st.rerun()


def warn_of_early_end() -> None:
    """Nothing is lost, and what to do."""
    st.warning(t("The import ended early. What was read up to then is kept; importing again doubles nothing."))


def say_how_it_ended(run: ImportRun) -> None:
    """Whole, or early: then ``show_result`` says why."""
    if run.error:
        warn_of_early_end()
    else:
        st.success(t("“{file}” was imported.", file=state.shown(run.file_name)), icon=":material/check:")


def show_result(run: ImportRun) -> None:
    """What became of every row; the counts add up to what was read."""
    if run.error:
        st.error(state.shown(translated(run.error)))
    with st.container(horizontal=True, gap="small", key=f"result_{run.id}"):
        st.metric(t("Rows read"), formats.number(run.read), border=True)
        st.metric(t("New mentions"), formats.number(run.inserted), border=True)
        st.metric(t("Updated"), formats.number(run.updated), border=True)
        st.metric(t("Known already"), formats.number(run.duplicates), border=True)
        st.metric(t("Rejected"), formats.number(run.rejected), border=True)
        if run.erased:
            st.metric(t("Of erased persons"), formats.number(run.erased), border=True)
    show_rejected(run)


def show_rejected(run: ImportRun) -> None:
    """The rejected rows with their reasons, as a file."""
    path = Path(run.rejected_file) if run.rejected_file else None
    if path and path.is_file():
        st.download_button(
            t("Rejected rows with reasons"), lambda: path.open("rb"), file_name=path.name, on_click="ignore",
            icon=":material/download:", key=f"rejected_{run.id}",
        )  # fmt: skip


def show_past(runs: list[ImportRun]) -> None:
    """Earlier imports."""
    st.subheader(t("Earlier imports"))
    for run in runs:
        how = t("failed") if run.error else t("running") if run.finished_at is None else t("done")
        counts = t("{read} read, {new} new, {rejected} rejected", read=formats.number(run.read),
                   new=formats.number(run.inserted), rejected=formats.number(run.rejected))  # fmt: skip
        title = f"{state.shown(run.file_name)} · {formats.moment(run.started_at)} · {how} · {counts}"
        with st.expander(title, key=f"past_{run.id}"):
            show_result(run)


st.title(t("Import"))
done = cached.stores().imports.get(st.session_state.get("_import_done", ""))
if running := st.session_state.get(_RUNNING):
    st.subheader(t("Import under way"))
    follow(*running)
else:
    if done:
        say_how_it_ended(done)
        show_result(done)
        st.page_link("overview.py", label=t("To the overview"), icon=":material/arrow_forward:")
    show_upload()
    live.show_work(("import_file", "rematch", "enrich", "rollup"))
runs = recent_imports(cached.stores())
if past := [run for run in runs if running or run != done]:
    show_past(past)
elif not runs and not running:
    st.caption(labels.import_hint())
