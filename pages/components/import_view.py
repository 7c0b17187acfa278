"""Which column of a file is which field of a mention, and what its first rows become."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.components import formats, labels, state, tables
from pages.components.i18n import t
from pages.components.sentences import translated
from pasip_core.commands import imports as commands
from pasip_core.errors import InputError

if TYPE_CHECKING:
    from pasip_core.commands.imports import PreviewRow, Table

PLATFORMS = ("twitter", "facebook", "instagram", "tiktok", "youtube", "telegram", "news", "blog", "forum")
REQUIRED = ("content", "published_at")


def choose_mapping(table: Table, *, key: str) -> dict[str, str]:
    """The guessed mapping, to be changed field by field."""
    guessed = commands.guess(table)
    st.subheader(t("Which column is which?"))
    st.caption(
        t("{format} file with {n} columns. What is left empty is not read, but kept beside the mention.",
          format=table.format.upper(), n=formats.number(len(table.columns)))
    )  # fmt: skip
    chosen: dict[str, str] = {}
    columns = st.columns(3)
    for place, field in enumerate(commands.fields()):
        now = guessed.get(field)
        label = labels.field(field) + (" *" if field in REQUIRED else "")
        with columns[place % 3]:
            column = st.selectbox(
                label, table.columns, index=table.columns.index(now) if now in table.columns else None,
                key=f"map_{key}_{field}", placeholder=t("Not in the file"),
            )  # fmt: skip
        if column:
            chosen[field] = column
    return chosen


def choose_origin(mapping: Mapping[str, str]) -> tuple[str, str]:
    """Platform and source, where no column tells."""
    left, right = st.columns(2)
    platform = source = ""
    if "platform" not in mapping:
        platform = left.selectbox(
            t("All from this platform"), PLATFORMS, format_func=labels.platform, key="import_platform",
            accept_new_options=True,
        ) or ""  # fmt: skip
    if "source" not in mapping:
        source = right.text_input(
            t("Name of the source (optional)"), key="import_source", max_chars=100,
            placeholder=t("For example: X export May 2019"),
        )  # fmt: skip
    return platform, source.strip()


def show_preview(table: Table, mapping: Mapping[str, str], platform: str, source: str) -> bool:
    """The first rows as mentions, or why they cannot be read. Whether the import may start."""
    import pandas as pd

    st.subheader(t("The first rows"))
    try:
        rows = commands.preview(table, mapping, platform=platform, source=source)
    except InputError as error:
        st.error(state.shown(translated(error)))
        return False
    st.dataframe(
        pd.DataFrame([_row(row) for row in rows]), hide_index=True, width="stretch", key="preview",
        row_height=tables.WRAPPED, placeholder="–",
        column_config=_columns(),
    )  # fmt: skip
    good = sum(1 for row in rows if row.mention)
    if not good:
        st.error(t("None of the first rows can be read this way. Choose other columns above."))
    return bool(good)


def _row(row: PreviewRow) -> dict[str, Any]:
    raw = row.mention
    if raw is None:
        return {"number": row.number, "problem": translated(row.problem)}
    return {
        "number": row.number, "at": formats.moment(raw.published_at), "author": tables.excerpt(raw.author, 60),
        "text": tables.excerpt(raw.content), "engagement": raw.engagement.total, "problem": "",
    }  # fmt: skip


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "number": column.NumberColumn(t("Row"), width=60),
        "at": column.TextColumn(t("Published"), width=165),
        "author": column.TextColumn(t("Author"), width=130),
        "text": column.TextColumn(t("Text"), width=480),
        "engagement": column.NumberColumn(t("Engagement"), width=95),
        "problem": column.TextColumn(t("Problem"), width=240),
    }
