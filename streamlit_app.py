"""The web entry: ``streamlit run streamlit_app.py`` finds ``app`` and serves it.

The script that Streamlit runs lies inside ``pages``, so that no ``pages`` folder lies beside it: one that
does would let any page be opened past the navigation.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from pages.components.exports import ROUTES as EXPORTS
from pages.components.web import HEALTH, Guard, log_script_error

app = st.App(
    Path(__file__).parent / "pages" / "navigation.py",
    routes=[HEALTH, *EXPORTS],
    middleware=[Middleware(Guard)],
    on_script_error=log_script_error,
)
