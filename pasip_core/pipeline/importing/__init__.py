"""Importing a file that a person gave: CSV, TSV, XLSX, JSONL or JSON, from whatever tool.

``open_table`` says what the file is, ``guess_mapping`` which column is which of our fields, ``preview`` what
the first rows would become, and ``import_file`` does it.
"""

from .mapping import FIELDS, Mapping, complete_mapping, guess_mapping
from .run import PreviewRow, import_file, preview
from .table import MAX_IMPORT_BYTES, Table, open_table

__all__ = [
    "FIELDS", "MAX_IMPORT_BYTES", "Mapping", "PreviewRow", "Table", "complete_mapping", "guess_mapping",
    "import_file", "open_table", "preview",
]  # fmt: skip
