"""The catalogues: complete, fresh, and with the same gaps to fill in every language."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from pages.components.i18n import LANGUAGES, LOCALES, translations

ROOT = Path(__file__).parents[2]
RULES = ROOT / "pasip_core/domain/rules/parser.py"


def used_texts() -> set[str]:
    """The first text of every ``t``, ``tn`` and ``_fail`` call, found in the syntax tree rather than by pattern."""
    texts = set()
    for path in [*(ROOT / "pages").rglob("*.py"), RULES]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and called(node) in {"t", "tn", "_fail"} and not passed_on(node):
                first = node.args[0]
                assert isinstance(first, ast.Constant), f"{path.name}:{node.lineno}: a text must stand there itself"
                texts.add(first.value)
    return texts


def called(node: ast.Call) -> str:
    return str(getattr(node.func, "id", None) or getattr(node.func, "attr", ""))


def passed_on(node: ast.Call) -> bool:
    """Whether a ``_fail`` hands its own text on to the other one."""
    return called(node) == "_fail" and ast.unparse(node.args[0]) == "message"


def catalogue(language: str) -> dict[str, tuple[str, ...]]:
    """Message id to its translations (several where the text depends on a number)."""
    with (LOCALES / language / "messages.po").open("rb") as file:
        messages = [m for m in read_po(file, locale=language) if m.id]
    return {
        m.id if isinstance(m.id, str) else m.id[0]: (m.string,) if isinstance(m.string, str) else tuple(m.string)
        for m in messages
    }


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_and_no_translation_is_stale(language: str):
    known = catalogue(language)
    assert used_texts() - known.keys() == set()
    assert known.keys() - used_texts() == set()
    assert [key for key, texts in known.items() if not all(texts)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_gaps_of_the_original(language: str):
    different = {key for key, texts in catalogue(language).items() for text in texts if gaps(text) != gaps(key)}
    assert different == set()


def test_indonesian_says_it_in_indonesian_for_one_and_for_many():
    indonesian = translations("id")
    assert indonesian.gettext("Overview") == "Ringkasan"
    assert indonesian.ngettext("{n} worker", "{n} workers", 1) == "{n} pekerja latar"
    assert indonesian.ngettext("{n} worker", "{n} workers", 7) == "{n} pekerja latar"
