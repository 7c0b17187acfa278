"""Persons, places and organisations: the recogniser that comes with the program, and its lists of names."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pasip_core.domain.analysis import ENTITY_LABELS
from pasip_core.nlp.corpora import plain_text, read_entity_training, read_tagged
from pasip_core.nlp.entities import FOLDER, PIECE, BundledEntities, load_entities
from pasip_core.nlp.evaluating import evaluate
from pasip_core.nlp.gazetteer import counted_as, find_names
from pasip_core.nlp.models import analyze
from pasip_core.nlp.tagging import TAGS, best_chain, load_tagger, spans, tags_of
from pasip_core.nlp.train import train

DATA = Path(os.environ.get("EVAL_DATA", "../shared/data"))
needs_data = pytest.mark.skipif(
    not (DATA / "entities").is_dir(), reason=f"no data: {DATA}/entities is not there (EVAL_DATA names the folder)"
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Warga DKI dan Sumut", [("DKI", "PLACE", "Jakarta"), ("Sumut", "PLACE", "Sumatera Utara")]),
        ("jokowi ke surabaya", [("jokowi", "PERSON", "Joko Widodo"), ("surabaya", "PLACE", "Surabaya")]),
        ("KPU DKI JAKARTA", [("KPU", "ORGANISATION", "KPU"), ("DKI JAKARTA", "PLACE", "Jakarta")]),
        ("pdip dan PDI-P", [("pdip", "ORGANISATION", "PDI Perjuangan"), ("PDI-P", "ORGANISATION", "PDI Perjuangan")]),
        ("sungguh malang nasibnya, kepalanya sebesar batu", []),
        ("pemain PAN lawan pan, di Kota Batu", [("PAN", "ORGANISATION", "PAN"), ("Batu", "PLACE", "Batu")]),
        ("Anies dan pak jokowi", [("Anies", "PERSON", "Anies Baswedan"), ("jokowi", "PERSON", "Joko Widodo")]),
        ("#Jakarta @jakarta", []),
        ("Jawa\nBarat", []),
        ("Jawa Baratnya", []),
    ],
)
def test_names_of_the_lists_are_found_as_they_are_written(text: str, found: list[tuple[str, str, str]]) -> None:
    assert [(entity.text, entity.label, entity.name) for entity in find_names(text)] == found


@pytest.mark.parametrize("spelling", ["DKI", "Jakarta", "DKI Jakarta", "dki  jakarta", "JAKARTA"])
def test_all_spellings_of_a_name_count_as_one(spelling: str) -> None:
    assert counted_as(spelling, "PLACE") == "Jakarta"


def test_a_name_that_no_list_has_stands_for_itself() -> None:
    assert counted_as("Siti  Aminah", "PERSON") == "Siti Aminah"


def test_a_sentence_of_the_news_is_understood() -> None:
    text = "Gubernur Jawa Barat Ridwan Kamil bertemu pengurus PDI-P di Bandung."
    [found] = load_entities().find([text])

    said = {(entity.text, entity.label) for entity in found}
    assert {("Jawa Barat", "PLACE"), ("PDI-P", "ORGANISATION"), ("Bandung", "PLACE")} <= said
    assert ("Ridwan Kamil", "PERSON") in said


AWKWARD = [
    "",
    " \n",
    "😡" * 500,
    "x" * 100_000,
    "\ud83d Jakarta",
    "مرحبا",
    "\x00",
    "@a http://b #c",
    "Jakarta\u2028" * 50,
]


def test_places_are_those_of_the_text_whatever_it_is() -> None:
    for text, found in zip(AWKWARD, load_entities().find(AWKWARD), strict=True):
        assert all(text[entity.start : entity.end] == entity.text for entity in found)
        assert all(entity.label in ENTITY_LABELS for entity in found)
        assert all(one.end <= two.start for one, two in pairwise(found))


def test_a_long_text_is_read_to_its_end() -> None:
    text = "Rapat itu berlangsung lama. " * (2 * PIECE // 28) + "Mereka pulang ke Surabaya."
    [found] = load_entities().find([text])

    assert found[-1].text == "Surabaya"
    assert text[found[-1].start : found[-1].end] == "Surabaya"


def test_lines_are_answered_one_by_one_in_order() -> None:
    answers = list(analyze(iter(["kemarin di Jakarta\n", "\n"] * 20), "entities"))

    assert [len(answer["entities"]) for answer in answers] == [1, 0] * 20
    assert answers[0]["entities"] == [{"text": "Jakarta", "label": "PLACE", "start": 11, "end": 18, "name": "Jakarta"}]


def test_nothing_heavy_is_imported_and_nothing_pickled_is_read() -> None:
    script = (
        "import sys; from pasip_core.nlp.entities import load_entities; load_entities().find(['Budi di Jakarta']); "
        "print([name for name in ('torch', 'spacy', 'sklearn', 'scipy', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
    assert {path.suffix for path in FOLDER.iterdir()} == {".json", ".safetensors", ".md"}


def test_a_line_is_read_by_itself() -> None:
    title, body = "Banjir melanda Kabupaten Sukoharjo", "Budi Santoso mengungsi bersama warga."
    [found] = load_entities().find([f"{title}\n{body}"])

    alone = [[entity.text for entity in answer] for answer in load_entities().find([title, body])]
    assert [entity.text for entity in found] == [text for answer in alone for text in answer]


def test_a_name_does_not_end_at_an_apostrophe() -> None:
    [found] = load_entities().find(["Ketua umum Muhammad Vad'aq hadir."])

    assert [(entity.text, entity.label) for entity in found] == [("Muhammad Vad'aq", "PERSON")]


@pytest.mark.parametrize("tags", [["O", "B-PERSON", "I-PERSON", "B-PLACE"], ["B-PLACE", "B-PLACE"], []])
def test_tags_and_names_say_the_same(tags: list[str]) -> None:
    assert tags_of(len(tags), spans(tags)) == tags


def test_no_chain_goes_on_with_a_name_that_has_not_begun() -> None:
    weights = np.zeros((3, len(TAGS)), dtype=np.float32)
    weights[:, TAGS.index("I-PERSON")] = 5
    steps = np.zeros((len(TAGS), len(TAGS)), dtype=np.float32)

    assert best_chain(weights, steps) == ["B-PERSON", "I-PERSON", "I-PERSON"]


@pytest.mark.models
@needs_data
def test_quality_does_not_sink() -> None:
    found = evaluate("bundled", DATA / "entities/nergrit_valid.txt", task="entities")

    assert found.entity_f1 >= 0.71


@pytest.mark.models
@needs_data
def test_no_sentence_of_the_valid_set_is_learnt_from() -> None:
    learnt = {plain_text(sentence) for sentence in read_entity_training(DATA)}

    assert not learnt & {plain_text(sentence) for sentence in read_tagged(DATA / "entities/nergrit_valid.txt")}


@pytest.mark.models
@pytest.mark.slow
@needs_data
def test_training_works_from_end_to_end(tmp_path: Path) -> None:
    [report] = train(DATA, "entities", tmp_path, limit=30)

    assert report["texts"] == 30
    assert BundledEntities(load_tagger(tmp_path / "entities")).find(["Warga Jakarta"])[0][0].text == "Jakarta"
