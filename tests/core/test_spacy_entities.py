"""A spaCy pipeline of somebody else marks names, and what cannot is refused in words."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import spacy

from pasip_core.domain.analysis import ORGANISATION, PERSON, PLACE
from pasip_core.errors import ModelRefused
from pasip_core.nlp.evaluating import evaluate
from pasip_core.nlp.models import analyze
from pasip_core.nlp.spacy_entities import load_spacy

PATTERNS = (("PER", "Budi Santoso"), ("GPE", "Bandung"), ("ORG", "KPU"), ("DATE", "Senin"))


def pipeline_in(folder: Path, patterns: tuple[tuple[str, str], ...] = PATTERNS) -> str:
    """The folder of a small pipeline that marks these names by rule."""
    pipeline = spacy.blank("id")
    pipeline.meta["name"], pipeline.meta["version"] = "mine", "1.2"
    pipeline.add_pipe("entity_ruler").add_patterns([{"label": label, "pattern": name} for label, name in patterns])
    pipeline.to_disk(folder)
    return str(folder)


def test_its_labels_become_ours_and_others_are_passed_over(tmp_path: Path) -> None:
    text = "\ud83d Senin lalu Budi Santoso dari KPU ada di Bandung."
    [answer] = analyze([text], "entities", pipeline_in(tmp_path / "p"))
    assert answer["model_version"] == "spacy:id_mine-1.2"
    found = [(name["text"], name["label"]) for name in answer["entities"]]
    assert found == [("Budi Santoso", PERSON), ("KPU", ORGANISATION), ("Bandung", PLACE)]
    assert all(text[name["start"] : name["end"]] == name["text"] for name in answer["entities"])


def test_it_is_judged_on_the_same_sentences_as_ours(tmp_path: Path) -> None:
    sentences = tmp_path / "names.txt"
    sentences.write_text("Budi\tB-PERSON\nSantoso\tI-PERSON\ndi\tO\nBandung\tB-PLACE\n\nWarga\tO\nMedan\tB-PLACE\n")
    theirs = evaluate(pipeline_in(tmp_path / "p"), sentences, task="entities")
    assert (theirs.model_version, theirs.precision, theirs.recall) == ("spacy:id_mine-1.2", 1.0, 2 / 3)
    assert evaluate("bundled", sentences, task="entities").model_version.startswith("bundled-entities")


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda folder: str(folder / "nowhere"), "no such folder"),
        (lambda folder: str(folder), "spaCy cannot read it"),
        (lambda folder: pipeline_in(folder / "p", (("DATE", "Senin"),)), "it marks DATE"),
    ],
)
def test_what_cannot_mark_names_is_refused_in_words(tmp_path: Path, make, why: str) -> None:
    with pytest.raises(ModelRefused, match=why):
        load_spacy(make(tmp_path))


def test_the_command_line_answers_with_it(tmp_path: Path) -> None:
    file = tmp_path / "texts.txt"
    file.write_text("Budi Santoso di Bandung\n")
    argv = [sys.executable, "-m", "pasip_core", "analyze", "--task", "entities", str(file), "--model"]
    done = subprocess.run([*argv, pipeline_in(tmp_path / "p")], capture_output=True, text=True)
    assert [name["text"] for name in json.loads(done.stdout)["entities"]] == ["Budi Santoso", "Bandung"]
    done = subprocess.run([*argv, "no-such-pipeline"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "no such folder" in done.stderr
    assert "Traceback" not in done.stderr
