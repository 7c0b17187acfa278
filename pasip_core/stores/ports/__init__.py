"""What a store promises, whatever server stands behind it.

Every backend keeps these contracts and is tested by the one suite in ``tests/contracts``. All methods
raise ``StoreUnavailable``, ``StoreFull`` or ``StoreReadOnly`` where the server does; driver errors never
leave this package. All times are aware UTC.
"""

from .everything import Stores, record_types
from .mentions import MentionStore
from .metrics import MetricStore
from .records import Leases, Records
from .stories import StoryStore
from .values import Assigned, Dimension, Fence, Kept, Matched, Order, Page, Said, Touched, Understood, UpsertCounts

__all__ = [
    "Assigned",
    "Dimension",
    "Fence",
    "Kept",
    "Leases",
    "Matched",
    "MentionStore",
    "MetricStore",
    "Order",
    "Page",
    "Records",
    "Said",
    "Stores",
    "StoryStore",
    "Touched",
    "Understood",
    "UpsertCounts",
    "record_types",
]
