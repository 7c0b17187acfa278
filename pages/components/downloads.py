"""Files to take along: small tables at once, mentions by a link to the route in ``exports``."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from pages.components import session
from pages.components.exports import FORMATS
from pages.components.i18n import t
from pages.components.view import write
from pasip_core.domain.spreadsheet import harmless

if TYPE_CHECKING:
    import pandas as pd

NAMES = {"csv": "CSV", "xlsx": "Excel", "jsonl": "JSONL"}


def show_table(table: pd.DataFrame, name: str) -> None:
    """A button that gives ``table`` as CSV when it is pressed; nothing is computed before."""
    st.download_button(
        t("Download this table (CSV)"), lambda: as_csv(table), file_name=f"{name}.csv", mime="text/csv",
        on_click="ignore", icon=":material/download:", type="tertiary", key=f"download_{name}",
    )  # fmt: skip


def show_exports() -> None:
    """A menu of the three files of what this session looks at."""
    view = session.current()
    period = view.period or session.choices().default_period()
    params = {
        k: v
        for k, v in write(view).items()
        if k not in {"lang", "mention", "order", "compare", "other_from", "other_to", "names", "count"}
    }
    # the file keeps the days that were on the page, even if it is fetched after midnight
    params |= {"from": period.first.isoformat(), "to": period.last.isoformat()}
    with st.popover(t("Export"), icon=":material/download:"):
        st.caption(t("All mentions that the filters mean, not only this page."))
        for form in FORMATS:
            st.link_button(NAMES[form], f"/download/mentions.{form}?{urlencode(params)}", width="stretch")


def as_csv(table: pd.DataFrame) -> bytes:
    """UTF-8 with a mark at the beginning, as Excel wants it; text cannot become a formula, numbers stay."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(table.columns)
    for row in table.itertuples(index=False):
        writer.writerow(_cell(value) for value in row)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(value: object) -> object:
    import pandas as pd

    if isinstance(value, str):
        return harmless(value)
    return "" if value is None or pd.isna(value) else value
