"""What one rerun of a page costs once its answers are remembered."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

PAGES = ("overview", "mentions", "comparison")
WARM, RERUNS = 3, 15
SCRIPT = Path(__file__).parents[2] / "pages" / "navigation.py"


def reruns() -> dict[str, float]:
    """Median milliseconds of processor time a rerun, a page, over the sample set; the test harness included."""
    from pasip_core.pipeline.demo import plant
    from pasip_core.pipeline.rollup import rollup
    from pasip_core.settings import current_settings
    from pasip_core.stores.connect import connect

    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, DATA_DIR=folder):
        current_settings.cache_clear()
        stores = connect(current_settings())
        plant(stores, current_settings().zone)
        while rollup(stores, owner="bench", limit_days=100):
            pass
        measured = {f"{page}_ms": _rerun_ms(page) for page in PAGES}
        stores.close()
    current_settings.cache_clear()
    return measured | {"slowest_ms": max(measured.values())}


def _rerun_ms(page: str) -> float:
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(SCRIPT, default_timeout=60)
    app.run()
    if page != "overview":
        app.switch_page(f"{page}.py")
    for _ in range(WARM):
        app.run()
    assert not app.exception
    return statistics.median(_processor_ms(app) for _ in range(RERUNS))


def _processor_ms(app) -> float:  # type: ignore[no-untyped-def]
    begun = time.process_time()
    app.run()
    return 1000 * (time.process_time() - begun)
