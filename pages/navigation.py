"""The script that Streamlit runs for every page: page frame, language, navigation, and the page itself."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

if (root := str(Path(__file__).parent.parent)) not in sys.path:  # under AppTest and bare `streamlit run`
    sys.path.insert(0, root)

from pages.components import frame, session, state
from pages.components.i18n import t

st.set_page_config(page_title="PASIP-AI", page_icon=str(Path(__file__).parent / "icon.png"), layout="wide")
session.settle_early()
pages = {
    t("Understand"): [
        st.Page("overview.py", title=t("Overview"), icon=":material/monitoring:", default=True),
        st.Page("mentions.py", title=t("Mentions"), icon=":material/forum:"),
        st.Page("sentiment.py", title=t("Sentiment"), icon=":material/mood:"),
        st.Page("topics.py", title=t("Topics"), icon=":material/bubble_chart:"),
        st.Page("people.py", title=t("People & places"), icon=":material/groups:"),
        st.Page("influencers.py", title=t("Influencers"), icon=":material/campaign:"),
        st.Page("stories.py", title=t("Stories"), icon=":material/content_copy:"),
        st.Page("comparison.py", title=t("Comparison"), icon=":material/compare_arrows:"),
    ],
    t("Collect"): [
        st.Page("keywords.py", title=t("Keywords"), icon=":material/sell:"),
        st.Page("collection.py", title=t("Collection"), icon=":material/travel_explore:"),
        st.Page("sources.py", title=t("Sources"), icon=":material/rss_feed:"),
        st.Page("imports.py", title=t("Import"), icon=":material/upload_file:", url_path="import"),
    ],
    t("Look after"): [
        st.Page("quality.py", title=t("Quality"), icon=":material/fact_check:"),
        st.Page("privacy.py", title=t("Privacy"), icon=":material/shield_person:"),
    ],
}
page = st.navigation(pages, expanded=True)
frame.show_frame()
with state.guarded(page.url_path or "overview"):
    state.announce_trouble()
    session.settle(page.url_path or "overview")
    page.run()
