"""The catalogues: complete, fresh, and with the same gaps to fill in every language."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from pages.components.i18n import LANGUAGES, LOCALES, translations
from pages.components.i18n import catalogue as core_catalogue
from pages.components.sentences import translated, translated_note
from pasip_core.domain.rules import parse_rule
from pasip_core.errors import InputError, ModelRefused, RuleError, SettingError
from pasip_core.nlp.labels import sentiment_of_labels
from pasip_core.settings import load_settings
from pasip_core.sources.outlet_file import read_outlet
from tests.pages.core_texts import core_texts

ROOT = Path(__file__).parents[2]
PARTS = string.Formatter()


def used_texts() -> set[str]:
    """The first text of every ``t`` and ``tn`` call, found in the syntax tree rather than by pattern."""
    texts = set()
    for path in (ROOT / "pages").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and called(node) in {"t", "tn"}:
                first = node.args[0]
                assert isinstance(first, ast.Constant), f"{path.name}:{node.lineno}: a text must stand there itself"
                texts.add(first.value)
    return texts


def called(node: ast.Call) -> str:
    return str(getattr(node.func, "id", None) or getattr(node.func, "attr", ""))


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


def test_every_sentence_of_the_core_that_a_page_can_show_is_translated_and_none_is_stale():
    known = core_catalogue("core", "id")
    assert core_texts() - known.keys() == set()
    assert known.keys() - core_texts() == set()
    assert {key for key, text in known.items() if gaps(text) != gaps(key)} == set()


@pytest.fixture
def indonesian(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.components.sentences.language", lambda: "id")


@pytest.mark.usefixtures("indonesian")
@pytest.mark.parametrize("template", sorted(core_texts()))
def test_a_sentence_is_known_by_its_template_whatever_fills_the_gaps(template: str):
    def filled(text: str) -> str:
        return "".join(said + (f"«{gap}»" if gap is not None else "") for said, gap, _, _ in PARTS.parse(text))

    assert translated(filled(template)) == filled(core_catalogue("core", "id")[template])


@pytest.mark.usefixtures("indonesian")
def test_a_mistake_in_a_rule_is_told_in_indonesian_with_what_was_written():
    with pytest.raises(RuleError) as refused:
        parse_rule("jokowi {0} -hoaks")
    assert translated(refused.value) == "Tulis NOT hoaks sebagai ganti -hoaks."


@pytest.mark.usefixtures("indonesian")
def test_a_sentence_within_a_sentence_is_translated_too():
    inner = "https://a.id/: the server answered 404."
    assert translated(f"https://a.id/: neither a feed nor a page that names one ({inner})") == (
        "https://a.id/: bukan feed dan bukan halaman yang menyebutkannya (https://a.id/: server menjawab 404.)"
    )


@pytest.mark.usefixtures("indonesian")
def test_what_a_run_notes_is_translated_sentence_by_sentence():
    note = "3 feeds came cut off and are read again next time. 2 article pages could not be read (gone 2)."
    assert translated_note(note) == (
        "3 feed datang terpotong dan dibaca lagi lain kali. 2 halaman artikel tidak dapat dibaca (gone 2)."
    )
    assert translated_note("Nothing. We know of 2 ways.") == "Nothing. We know of 2 ways."


@pytest.mark.usefixtures("indonesian")
def test_a_setting_a_file_and_a_model_that_cannot_be_used_are_told_with_the_reason(tmp_path: Path):
    file = tmp_path / "uji.toml"
    file.write_text('name = "uji"\nlabel = "Uji"\nsite = "uji.id"\nhome = "uji"\n')
    with pytest.raises(SettingError) as setting:
        load_settings(timezone="Jakarta")
    with pytest.raises(InputError) as outlet:
        read_outlet(file)
    with pytest.raises(ModelRefused) as model:
        sentiment_of_labels({0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2"}, "uji")
    reason = "zona waktu itu tidak ada; pakai nama seperti Asia/Jakarta"
    assert translated(setting.value) == f"TIMEZONE: 'Jakarta' tidak dapat dipakai: {reason}."
    reason = "tulis alamat lengkap dengan http:// atau https://"
    assert translated(outlet.value) == f"{file}: home: 'uji' tidak dapat dipakai: {reason}."
    assert translated(model.value).endswith("setel id2label di situ ke positive, neutral, dan negative.")


@pytest.mark.usefixtures("indonesian")
@pytest.mark.parametrize(
    "text", ["disk I/O error", "", "{0}", "<b>keyword</b>", "a: " * 600, "keyword: 'x", "x" * 100_000]
)
def test_what_nobody_translated_stays_as_it_is(text: str):
    assert translated(text) == text


def test_in_english_the_core_is_heard_as_it_speaks(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pages.components.sentences.language", lambda: "en")
    assert translated("content: the text is empty") == "content: the text is empty"
