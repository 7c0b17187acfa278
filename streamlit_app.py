"""The web entry: ``streamlit run streamlit_app.py`` finds ``app`` and serves it.

The script that Streamlit runs lies inside ``pages``, so that no ``pages`` folder lies beside it: one that
does would let any page be opened past the navigation.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from pages.components.exports import ROUTES as EXPORTS
from pages.components.web import HEALTH, Guard, log_script_error
from pasip_core.errors import SettingError
from pasip_core.logs import setup_logging
from pasip_core.settings import current_settings


@asynccontextmanager
async def serving(app: st.App) -> AsyncIterator[None]:
    """Log where all other parts do, without secrets; pages say what is wrong with a setting."""
    with suppress(SettingError):
        setup_logging(current_settings(), "web")
    yield


app = st.App(
    Path(__file__).parent / "pages" / "navigation.py",
    lifespan=serving,
    routes=[HEALTH, *EXPORTS],
    middleware=[Middleware(Guard)],
    on_script_error=log_script_error,
)
