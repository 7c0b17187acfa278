"""Series in InfluxDB 2, beside a document store that keeps everything else and a copy of them."""

from .backend import InfluxStores
from .server import InfluxServer

__all__ = ["InfluxServer", "InfluxStores"]
