"""Which of the latest mentions a rule would catch, and which it would miss, while it is being written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.components import cached, mention_view, state
from pages.components.i18n import t, tn
from pages.components.sentences import translated
from pasip_core.domain.keyword import Keyword
from pasip_core.domain.mention import Mention
from pasip_core.domain.rules import find_spans, parse_rule
from pasip_core.errors import RuleError

SAMPLE = 500
SHOWN = 6


def show(values: Mapping[str, Any]) -> None:
    """The tester under a form. Says nothing as long as there is neither a name nor a rule."""
    label = " ".join(str(values["keyword"]).split())
    if not label and not str(values["rule"]).strip():
        return
    draft = _draft(label, values)
    try:
        if draft.rule.strip():
            parse_rule(draft.rule)
        rule = parse_rule(draft.effective_rule())
    except RuleError as error:
        _show_mistake(draft.rule or draft.effective_rule(), error)
        return
    mentions = cached.latest_mentions(SAMPLE)
    if not mentions:
        st.caption(t("There are no mentions yet to try the rule on."))
        return
    caught = [m for m in mentions if find_spans(rule, m.text)]
    ids = {m.id for m in caught}
    st.markdown(
        "**" + tn("Catches {n} of the latest {all} mentions", "Catches {n} of the latest {all} mentions",
                  len(caught), all=len(mentions)) + "**"
    )  # fmt: skip
    left, right = st.columns(2)
    with left:
        st.caption(":material/check: " + t("Catches"))
        _examples(caught, [draft])
    with right:
        st.caption(":material/close: " + t("Misses"))
        _examples(_nearest([m for m in mentions if m.id not in ids], label), [])


def _draft(label: str, values: Mapping[str, Any]) -> Keyword:
    now = cached.now()
    return Keyword(
        id="draft", keyword=label or "–", created_at=now, updated_at=now, rule=str(values["rule"]),
        aliases=tuple(a.strip() for a in values["aliases"] if a.strip()),
        exclusions=tuple(e.strip() for e in values["exclusions"] if e.strip()),
    )  # fmt: skip


def _nearest(missed: Sequence[Mention], label: str) -> list[Mention]:
    """Misses that hold the beginning of the name come first: they are the ones to look at."""
    stem = label.casefold()[: max(3, len(label) - 2)]
    return sorted(missed, key=lambda m: stem not in m.text.casefold())


def _examples(mentions: Sequence[Mention], keywords: Sequence[Keyword]) -> None:
    if not mentions:
        st.caption("–")
    for mention in mentions[:SHOWN]:
        st.html(f"<p dir='auto' class='pasip-text pasip-small'>{mention_view.marked(mention.text[:240], keywords)}</p>")


def _show_mistake(rule: str, error: RuleError) -> None:
    why = state.shown(translated(error))
    st.error(t("The rule cannot be read, column {column}: {why}", column=error.column, why=why))
    place = max(0, error.column - 1)
    start = max(0, place - 60)
    st.code(f"{rule[start : place + 60]}\n{' ' * (place - start)}^", language=None)
