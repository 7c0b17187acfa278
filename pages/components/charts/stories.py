"""How a story spread, as a small picture."""

from __future__ import annotations

from datetime import date
from typing import Any

from .days import bars_a_day

HEIGHT = 90


def spread(days: tuple[tuple[date, int], ...]) -> dict[str, Any]:
    """Mentions a day."""
    import pandas as pd

    return bars_a_day(pd.DataFrame(days, columns=["day", "volume"]), HEIGHT)
