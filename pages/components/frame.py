"""What surrounds every page: the name of the product, the language switch, and our few lines of style."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.components import session
from pages.components.i18n import LANGUAGES, language, t

ICON = Path(__file__).parents[1] / "icon.png"
# The download button of tables writes cells as they are, formulas too; our exports do not.
STYLE = """<style>
[data-testid="stElementToolbarButton"]:has([aria-label="Download as CSV"]) { display: none; }
.block-container { padding: 2.6rem 3rem 4rem; max-width: 1400px; }
[data-testid="stMetric"] { min-width: 9.5rem; }
[data-testid="stMetricLabel"] p { white-space: normal; }
[data-testid="stText"] { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; }
.pasip-text { white-space: normal; overflow-wrap: anywhere; unicode-bidi: isolate; line-height: 1.55; margin: 0; }
.pasip-title { overflow-wrap: anywhere; unicode-bidi: isolate; margin: 0; padding: 0; }
.pasip-text mark, .pasip-title mark {
  background: color-mix(in srgb, var(--c) 22%, transparent); color: inherit; border-bottom: 2px solid var(--c);
  border-radius: 3px; padding: 0 2px;
}
.pasip-small { font-size: .85rem; margin-bottom: .5rem; }
.pasip-dot { display: inline-block; width: .8rem; height: .8rem; border-radius: 50%; }
.pasip-score { display: grid; grid-template-columns: 7.5rem 1fr 4rem; align-items: center; }
.pasip-score { gap: .6rem; font-size: .9rem; }
.pasip-score i { height: .7rem; border-radius: 3px; min-width: 2px; }
.pasip-score b { font-weight: 500; text-align: right; }
@media (max-width: 640px) {
  .block-container { padding: 3.6rem 1rem 4rem; }
  [data-testid="stButtonGroup"] button { padding-left: .5rem; padding-right: .5rem; }
  h1 { font-size: 1.7rem !important; }
}
</style>"""


def show_frame() -> None:
    """Style and the foot of the sidebar."""
    st.html(STYLE)
    st.logo(str(ICON), size="large")
    with st.sidebar:
        st.session_state["language_switch"] = language()
        st.segmented_control(
            t("Language"), list(LANGUAGES), format_func=LANGUAGES.__getitem__, key="language_switch", required=True,
            on_change=lambda: session.change(lang=st.session_state["language_switch"] or language()),
        )  # fmt: skip
        st.caption(t("PASIP-AI: what public and press say, how much and in what tone."))
