"""What is exported and imported again says the very same."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pasip_core.domain.mention import Mention
from pasip_core.domain.period import JAKARTA
from pasip_core.domain.rules import Matcher
from pasip_core.nlp.clean import clean_text
from pasip_core.pipeline.importing import open_table, preview
from pasip_core.pipeline.prepare import prepare
from pasip_core.reports.export import write_csv, write_jsonl, write_xlsx
from tests.builders import NOW, make_mention

WRITERS: dict[str, Any] = {"csv": write_csv, "xlsx": write_xlsx, "jsonl": write_jsonl}
COLUMNS = {"content": "content", "title": "title"}
"""Given, since a file of nothing but signs has no column that looks like a text."""

signs = st.text("'=+-@<>&_x0\"; \n＝\u3000", min_size=1, max_size=6)
stored = (signs | st.text()).map(clean_text).filter(lambda text: text and clean_text(text) == text)


def there_and_back(form: str, mentions: Sequence[Mention]) -> list[Mention]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"out.{form}"
        with path.open("wb") as out:
            WRITERS[form](mentions, out, {}, JAKARTA)
        rows = preview(open_table(path), mapping=COLUMNS, limit=len(mentions), clock=lambda: NOW)
    assert [row.problem for row in rows] == [""] * len(mentions)
    return [prepare(row.mention, Matcher([]), NOW) for row in rows if row.mention]


@pytest.mark.parametrize("form", WRITERS)
@settings(deadline=None)
@given(st.lists(stored, min_size=1, max_size=4))
@example(["'=1", "''=1", "=1", "'", "'kutipan'", "' =1"])
@example(["-", "nan", "null"])
@example(["_x0041_", "_x005F_", "@_x2024_"])
@example(["<r>tebal</r>", "<r>a & <b</r>"])
def test_every_text_comes_back_as_it_was(form: str, texts: list[str]) -> None:
    mentions = [make_mention(text, title=text) for text in texts]
    back = there_and_back(form, mentions)
    assert [(m.id, m.title, m.content) for m in back] == [(m.id, m.title, m.content) for m in mentions]
