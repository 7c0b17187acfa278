"""Charts as Vega-Lite specifications, made with Altair once and then remembered (see ``cached.figure``).

Every text in them is ours or a name given as data; nothing of a mention is ever drawn.
"""

from . import accounts, names, quality, stories, topics
from .base import HEIGHT
from .blind import HATCH
from .rhythm import rhythm_strip
from .volume import by_platform, by_side, grouped, lines, sentiment_trend, shares

__all__ = [
    "HATCH",
    "HEIGHT",
    "accounts",
    "by_platform",
    "by_side",
    "grouped",
    "lines",
    "names",
    "quality",
    "rhythm_strip",
    "sentiment_trend",
    "shares",
    "stories",
    "topics",
]
