"""MongoDB, or a server that speaks its language: for more than one machine.

Nothing here needs transactions, JavaScript, ``$text`` or ``$facet``, so that it also runs on a sharded cluster and on
compatible servers. Each mention is one document and each change of it one atomic write, made only where the document
still has the ``revision`` that was read.
"""

from .backend import MongoStores

__all__ = ["MongoStores"]
