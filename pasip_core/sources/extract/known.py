"""What the outlet files know about an address."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from .model import ArticleRules

if TYPE_CHECKING:
    from ..outlet_file import Outlet


def rules_of_outlet(url: str) -> ArticleRules | None:
    """The rules of the built-in outlet on whose hosts ``url`` lies, if there is one."""
    try:
        return next((outlet.rules for outlet in _outlets() if outlet.owns(url)), None)
    except ValueError:  # an address that cannot be taken apart
        return None


@cache
def _outlets() -> tuple[Outlet, ...]:
    from ..outlet_file import load_outlets

    return tuple(outlet for outlet in load_outlets().values() if "*" not in outlet.addresses.hosts)
