"""``python -m tests.scale``: every statement that pages make SQLite execute, with its plan; 1 where one is too dear."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.scale.plans import explained
from tests.scale.sample import MONTH, sample_stores


def main() -> int:
    """Print statements, plans and complaints."""
    with tempfile.TemporaryDirectory(prefix="pasip-explain-") as folder:
        stores = sample_stores(Path(folder))
        statements = explained(stores, MONTH)
        stores.close()
    for one in statements:
        print(f"\n{one.question}\n    {one.sql}")
        for line, wrong in one.lines:
            print(f"      {line}{f'   <-- {wrong}' if wrong else ''}")
    dear = [wrong for one in statements for wrong in one.complaints]
    print(f"\n{len(statements)} statements, {len(dear)} of them read more than they should")
    return 1 if dear else 0


if __name__ == "__main__":
    sys.exit(main())
