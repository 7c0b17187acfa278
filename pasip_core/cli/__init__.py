"""The command line: thin words around commands, pipeline and queries.

Every command takes ``--json`` for machines. Exit status: 0 done, 1 a store, source or queue failed,
2 what was given cannot be used. Stack traces go to the log only.
"""

from .app import main

__all__ = ["main"]
