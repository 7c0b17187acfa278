"""Who may see a page. Every page begins with ``require_role``."""

from __future__ import annotations

import streamlit as st

from pages.components.i18n import t

ROLES = ("viewer", "analyst", "admin")
"""From the least to the most that a person may do."""


def current_role() -> str:
    """The role of whoever looks at this page.

    Without accounts the app listens on the loopback interface alone, so whoever reaches it sits at
    this machine and works as an analyst.
    """
    return "analyst"


def may(least: str) -> bool:
    """Whether whoever looks at this page has this role, or one above it."""
    return ROLES.index(current_role()) >= ROLES.index(least)


def require_role(least: str = "viewer") -> None:
    """Stop the page here for anyone whose role is below ``least``."""
    if not may(least):
        st.error(t("This page needs the role “{role}”. Ask an administrator for it.", role=least))
        st.stop()
