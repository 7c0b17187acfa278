"""Tables. Their cells are drawn on a canvas: text from outside stays text. Links only to http and https."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import streamlit as st

from pages.components import cached, formats, labels, theme
from pages.components.i18n import t
from pasip_core.domain.analysis import PENDING, SENTIMENTS
from pasip_core.domain.mention import Mention

if TYPE_CHECKING:
    import pandas as pd

MOST_TEXT = 155
"""Characters of a mention that a table shows: what fits into four lines of a cell."""
HEADER = 36
WRAPPED = 88
"""Rows higher than 64 pixels wrap their text; lower ones cut it."""


def web_address(url: str) -> str | None:
    """``url`` if a browser may be sent there: http or https with a host; else ``None``."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    usable = parts.scheme in {"http", "https"} and parts.hostname and len(url) <= 2000
    return url.strip() if usable and not any(c.isspace() or not c.isprintable() for c in url.strip()) else None


def excerpt(text: str, most: int = MOST_TEXT) -> str:
    """The beginning of a text on one line, without characters that turn or hide what follows."""
    line = " ".join(plain(text[: most * 4]).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def plain(text: str) -> str:
    """``text`` without control characters and bidirectional overrides; line ends and tabs stay."""
    return "".join(c for c in text if c in "\n\t" or (c.isprintable() and c not in _HIDING) or c in _JOINERS)


_HIDING = set("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINERS = set("\u200c\u200d\ufe0f\u00a0")


def show_mentions(
    mentions: Sequence[Mention],
    *,
    key: str,
    selectable: bool,
    towards: str | None = None,
    row_height: int = WRAPPED,
    on_select: Callable[[], None] | None = None,
    several: bool = False,
) -> None:
    """One row a mention, in the order given, with its sentiment ``towards`` a keyword or, without one, of the whole
    text; a click on a row calls ``on_select``. ``several`` rows may be selected instead, and stay so."""
    import pandas as pd

    names = {k.id: k.keyword for k in cached.keywords()}
    rows = [_row(mention, names, towards) for mention in mentions]
    frame = pd.DataFrame(rows, columns=["tone", "text", "author", "where", "at", "keywords", "engagement", "url"])
    frame["engagement"] = frame["engagement"].astype("Int64")
    choosing: dict[str, Any] = {"on_select": on_select, "selection_mode": "single-row"} if selectable else {}
    if several:
        choosing = {"on_select": "rerun", "selection_mode": "multi-row"}
    st.dataframe(
        frame, key=key, hide_index=True, width="stretch", row_height=row_height, placeholder="–",
        height=HEADER + row_height * max(1, min(len(rows), 12)) + 4, column_config=_mention_columns(),
        **choosing,
    )  # fmt: skip


def _row(mention: Mention, names: dict[str, str], towards: str | None) -> dict[str, Any]:
    whole = mention.analysis.sentiment if mention.analysis else PENDING
    tone = mention.stances.get(towards, PENDING) if towards else whole  # as filters and totals of one keyword count
    where = labels.platform(mention.platform)
    if mention.source.casefold() not in {mention.platform.casefold(), where.casefold()}:
        where = f"{where} · {excerpt(mention.source, 40)}"
    return {
        "tone": [labels.signed_sentiment(tone)],
        "text": excerpt(mention.text),
        "author": excerpt(mention.author, 60),
        "where": where,
        "at": formats.moment(mention.published_at),
        "keywords": [names[id] for id in mention.keywords if id in names],
        "engagement": mention.engagement.total,
        "url": web_address(mention.url),
    }


def _mention_columns() -> dict[str, Any]:
    column = st.column_config
    tones = (*SENTIMENTS, PENDING)
    every = cached.keywords()
    colours = theme.keyword_colours(every)
    return {
        "tone": column.MultiselectColumn(
            t("Sentiment"), width=112, options=[labels.signed_sentiment(name) for name in tones],
            color=[theme.SENTIMENTS[name] for name in tones],
        ),
        "text": column.TextColumn(t("Text"), width=300),
        "author": column.TextColumn(t("Author"), width=115),
        "where": column.TextColumn(t("Where"), width=100),
        "at": column.TextColumn(t("Published"), width=110),
        "keywords": column.MultiselectColumn(
            t("Keywords"), width=115, options=[k.keyword for k in every], color=[colours[k.id] for k in every]
        ),
        "engagement": column.NumberColumn(t("Engagement"), width=90, format="localized"),
        "url": column.LinkColumn(t("Link"), width=55, display_text=":material/open_in_new:"),
    }  # fmt: skip


def _source_name(name: str) -> str:
    """As people know it: what an import names after its platform is called like that platform."""
    return excerpt(labels.platform(name), 60)


def show_sources(table: pd.DataFrame, counted: str) -> None:
    """The loudest sources, with how much of what is ``counted`` is negative."""
    analysed = (table["volume"] - table["pending"]).where(table["volume"] > table["pending"])
    shown = table.assign(
        source=table["source"].map(_source_name),
        platform=table["platform"].map(labels.platform),
        positive=100 * table["positive"] / analysed,
        negative=100 * table["negative"] / analysed,
    )[["source", "platform", "volume", "positive", "negative"]]
    column = st.column_config
    st.dataframe(
        shown, hide_index=True, width="stretch", key="sources", height="content", placeholder="–",
        column_config={
            "source": column.TextColumn(t("Source")),
            "platform": column.TextColumn(t("Platform")),
            "volume": column.ProgressColumn(
                counted, format="localized", min_value=0, max_value=int(table["volume"].max()), width=105
            ),
            "positive": column.NumberColumn(labels.signed_sentiment("positive"), format="%.0f%%", width=78),
            "negative": column.NumberColumn(labels.signed_sentiment("negative"), format="%.0f%%", width=78),
        },
    )  # fmt: skip


def show_accounts(table: pd.DataFrame) -> None:
    """The loudest accounts."""
    shown = table.assign(
        author=table["author"].map(lambda name: excerpt(name, 60)), platform=table["platform"].map(labels.platform)
    )[["author", "platform", "volume", "engagement_total"]]
    column = st.column_config
    st.dataframe(
        shown, hide_index=True, width="stretch", key="accounts", height="content", placeholder="–",
        column_config={
            "author": column.TextColumn(t("Account")),
            "platform": column.TextColumn(t("Platform")),
            "volume": column.ProgressColumn(
                t("Mentions"), format="localized", min_value=0, max_value=int(table["volume"].max())
            ),
            "engagement_total": column.NumberColumn(t("Engagement"), format="localized"),
        },
    )  # fmt: skip


def show_side_sources(table: pd.DataFrame, counted: str, key: str) -> None:
    """The loudest sources of one side of a comparison, by what is ``counted``."""
    shown = table.assign(source=table["source"].map(_source_name))[["source", "volume"]].head(8)
    column = st.column_config
    st.dataframe(
        shown, hide_index=True, width="stretch", key=key, height="content",
        column_config={
            "source": column.TextColumn(t("Source")),
            "volume": column.NumberColumn(counted, format="localized"),
        },
    )  # fmt: skip
