"""Charts of accounts: mentions a day of one, and who speaks to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pages.components import formats, labels, theme
from pages.components.i18n import t

from .base import finished
from .days import bars_a_day

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MOST_LINKS = 60
"""Lines that can still be told apart."""
NAMED = 14
"""Accounts, the most spoken to, whose names stand beside their dots."""
TREND_HEIGHT, NETWORK_HEIGHT = 140, 520
STEPS = 150


def account_trend(trend: pd.DataFrame) -> dict[str, Any]:
    """Mentions a day of one account (columns day, volume)."""
    return bars_a_day(trend, TREND_HEIGHT)


def shown_links(links: pd.DataFrame) -> pd.DataFrame:
    """Those that are drawn: the most frequent."""
    return links.head(MOST_LINKS)


def network(links: pd.DataFrame) -> dict[str, Any]:
    """Dots for accounts, lines from who speaks to who is spoken to (columns platform, speaker, account, mentions)."""
    import altair as alt

    lines, dots = _placed(shown_links(links))
    hidden = {"axis": None, "scale": alt.Scale(domain=[-1.12, 1.12])}
    drawn_lines = alt.Chart(lines).mark_rule(color=theme.SENTIMENTS["neutral"], opacity=0.55).encode(
        x=alt.X("x:Q", **hidden), y=alt.Y("y:Q", **hidden), x2="x2:Q", y2="y2:Q",
        strokeWidth=alt.StrokeWidth("mentions:Q", scale=alt.Scale(range=[1, 6], zero=True), legend=None),
        tooltip=[alt.Tooltip("speaker:N", title=t("Speaks")), alt.Tooltip("account:N", title=t("To")),
                 alt.Tooltip("mentions:Q", title=t("Mentions"), format=",d")],
    )  # fmt: skip
    base = alt.Chart(dots).encode(x=alt.X("x:Q", **hidden), y=alt.Y("y:Q", **hidden))
    drawn_dots = base.mark_circle(opacity=0.9).encode(
        size=alt.Size("named:Q", scale=alt.Scale(range=[40, 700], zero=True), legend=None),
        color=alt.Color(
            "role:N", legend=alt.Legend(),
            scale=alt.Scale(domain=[t("Spoken to"), t("Speaks")], range=[theme.ACCENT, theme.KEYWORDS[2]]),
        ),
        tooltip=[alt.Tooltip("account:N", title=t("Account")), alt.Tooltip("where:N", title=t("Platform")),
                 alt.Tooltip("named:Q", title=t("Named by mentions shown"), format=",d"),
                 alt.Tooltip("speaks:Q", title=t("Speaks to others, mentions shown"), format=",d")],
    )  # fmt: skip
    names = base.transform_filter("datum.label != ''").mark_text(dy=-14, fontWeight=600).encode(text="label:N")
    told = t(
        "{n} accounts and who of them speaks to whom; the table below lists the most mentioned.",
        n=formats.number(len(dots)),
    )
    return finished(alt.layer(drawn_lines, drawn_dots, names).properties(height=NETWORK_HEIGHT, description=told))


def _placed(links: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The links and their accounts, each with a place between -1 and 1."""
    import pandas as pd

    ends = [links["platform"] + "\n" + links[name] for name in ("speaker", "account")]
    nodes = list(dict.fromkeys([*ends[1], *ends[0]]))
    number = {node: place for place, node in enumerate(nodes)}
    begins, goals = ([number[end] for end in side] for side in ends)
    places = spread(len(nodes), begins, goals)
    weight = links["mentions"].astype(int)
    named = weight.groupby(ends[1].to_numpy()).sum().reindex(nodes, fill_value=0)
    speaks = weight.groupby(ends[0].to_numpy()).sum().reindex(nodes, fill_value=0)
    loud = set(named[named > 0].sort_values(ascending=False, kind="stable").index[:NAMED])
    platforms, accounts = zip(*(node.split("\n", 1) for node in nodes), strict=True)
    dots = pd.DataFrame({
        "account": accounts, "where": [labels.platform(name) for name in platforms], "named": named.to_numpy(),
        "speaks": speaks.to_numpy(), "x": places[:, 0], "y": places[:, 1],
        "role": [t("Spoken to") if count else t("Speaks") for count in named],
        "label": [account if node in loud else "" for node, account in zip(nodes, accounts, strict=True)],
    })  # fmt: skip
    lines = links.assign(
        x=places[begins, 0], y=places[begins, 1], x2=places[goals, 0], y2=places[goals, 1], mentions=weight
    )
    return lines, dots


def spread(count: int, begins: list[int], goals: list[int]) -> np.ndarray[Any, Any]:
    """Places of ``count`` dots such that linked ones lie near each other and none on another; the same every time.

    Every dot pushes every other away and links pull, ever more gently (Fruchterman and Reingold, 1991).
    """
    import numpy as np

    angle = 2 * np.pi * np.arange(count) * 0.618034
    places = np.stack([np.cos(angle), np.sin(angle)], axis=1) * np.sqrt((np.arange(count) + 1) / count)[:, None]
    apart = np.sqrt(3.0 / count)
    for step in range(STEPS):
        gaps = places[:, None] - places[None]
        distance = np.maximum(np.linalg.norm(gaps, axis=2), 1e-3)
        push = (gaps * (apart**2 / distance**2)[:, :, None]).sum(axis=1)
        lines = places[begins] - places[goals]
        pull = lines * (np.linalg.norm(lines, axis=1) / apart)[:, None]
        np.add.at(push, begins, -pull)
        np.add.at(push, goals, pull)
        push -= 0.3 * places  # loose parts do not drift away
        length = np.maximum(np.linalg.norm(push, axis=1), 1e-9)
        places = places + push / length[:, None] * np.minimum(length, 0.12 * (1 - step / STEPS))[:, None]
    places -= places.mean(axis=0)
    whole: np.ndarray[Any, Any] = places / max(float(np.abs(places).max()), 1e-9)
    return whole
