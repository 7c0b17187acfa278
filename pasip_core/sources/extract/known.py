"""What the outlet files know about an address."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from .model import ArticleRules

if TYPE_CHECKING:
    from ..outlet import Outlet


def rules_of_outlet(url: str) -> ArticleRules | None:
    """The rules of the built-in outlet on whose hosts ``url`` lies, if there is one."""
    try:
        outlet = _owner()(url)
    except ValueError:  # an address that cannot be taken apart
        return None
    return outlet.rules if outlet else None


@cache
def _owner() -> Callable[[str], Outlet | None]:
    from ..outlet import owner_of
    from ..outlet_file import load_outlets

    return owner_of(load_outlets().values())
