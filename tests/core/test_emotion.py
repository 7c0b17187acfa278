"""The emotion model that comes with the program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pasip_core.domain.analysis import EMOTIONS, EmotionScores
from pasip_core.errors import InputError
from pasip_core.nlp.blend import load_blend
from pasip_core.nlp.corpora import EMOTION_LABELS, read_emotion_training, read_labelled
from pasip_core.nlp.emotion import BundledEmotion, load_emotion
from pasip_core.nlp.evaluating import evaluate
from pasip_core.nlp.models import analyze
from pasip_core.nlp.recipes import BUNDLED_FOLDER, EMOTION
from pasip_core.nlp.sentiment import load_sentiment
from pasip_core.nlp.train import train
from pasip_core.pipeline.enrich import enrich
from pasip_core.settings import Settings
from pasip_core.stores.connect import connect
from pasip_core.stores.ports import Stores
from tests.builders import make_mention

DATA = Path(os.environ.get("EVAL_DATA", "../shared/data"))
needs_data = pytest.mark.skipif(
    not (DATA / "emotion").is_dir(), reason=f"no data: {DATA}/emotion is not there (EVAL_DATA names the folder)"
)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    opened = connect(Settings(data_dir=tmp_path))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("Dasar goblok, bikin marah saja kerjamu!", "anger"),
        ("aku takut banget, merinding denger suara itu semalam", "fear"),
        ("alhamdulillah bahagia sekali hari ini, akhirnya lulus wisuda", "happy"),
        ("aku cinta dan sayang kamu selamanya", "love"),
        ("sedih banget, nangis terus ditinggal pergi", "sadness"),
        ("Bank Indonesia mempertahankan suku bunga acuan 6 persen", "neutral"),
        ("Gubernur menghadiri rapat paripurna DPRD di Bandung", "neutral"),
        ("", "neutral"),
        (" \n\t", "neutral"),
    ],
)
def test_plain_cases_are_plain(text: str, emotion: str) -> None:
    assert load_emotion().predict([text])[0].emotion == emotion


def test_scores_are_probabilities_for_any_text_there_is() -> None:
    texts = ["", "😍", "😡" * 500, "x" * 100_000, "\ud83d", "مرحبا بالعالم", "berita " * 5_000, "!!!", "\x00"]

    for scores in load_emotion().predict(texts):
        values = [getattr(scores, name) for name in EMOTIONS]
        assert all(0 <= value <= 1 for value in values)
        assert abs(sum(values) - 1) < 1e-9
        assert 0 <= scores.confidence <= 1


def test_an_emotion_that_is_not_probable_enough_is_not_named() -> None:
    torn = EmotionScores(anger=0.25, fear=0.2, happy=0.1, love=0.1, sadness=0.24, neutral=0.11)

    assert torn.emotion == "neutral"
    assert torn.confidence == 0.11


def test_lines_are_answered_one_by_one_in_order() -> None:
    answers = list(analyze(iter(["aku takut sekali, merinding\n", "\n"] * 300), "emotion"))

    assert [answer["emotion"] for answer in answers] == ["fear", "neutral"] * 300
    assert set(answers[0]) == {"emotion", "confidence", "emotion_scores", "model_version"}
    assert set(answers[0]["emotion_scores"]) == set(EMOTIONS)


def test_a_model_that_cannot_tell_emotions_is_refused() -> None:
    with pytest.raises(InputError, match="bundled"):
        analyze(iter(()), "emotion", "someone/some-model")


def test_what_is_collected_is_stored_with_its_emotion(stores: Stores) -> None:
    mention = make_mention("Sedih sekali, kami menangis mendengar kabar duka itu")
    stores.mentions.upsert([mention])

    enrich(stores, load_sentiment("bundled"), load_emotion())

    stored = stores.mentions.get(mention.id)
    assert stored is not None
    assert stored.analysis is not None
    assert stored.analysis.emotion == "sadness"


def test_nothing_heavy_is_imported_and_nothing_pickled_is_read() -> None:
    script = (
        "import sys; from pasip_core.nlp.emotion import load_emotion; load_emotion().predict(['senang']); "
        "print([name for name in ('torch', 'spacy', 'sklearn', 'scipy', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
    assert {path.suffix for path in EMOTION.folder.iterdir()} == {".json", ".safetensors", ".md"}


def test_all_bundled_models_together_stay_small() -> None:
    files = [path for path in BUNDLED_FOLDER.rglob("*") if path.is_file()]

    assert sum(path.stat().st_size for path in files) <= 30_000_000


@pytest.mark.models
@needs_data
def test_quality_does_not_sink() -> None:
    found = evaluate("bundled", DATA / "emotion/emot_valid.csv", task="emotion")

    assert found.macro_f1 >= 0.71
    assert found.calibration_error <= 0.05


@pytest.mark.models
@needs_data
def test_plain_facts_carry_no_emotion() -> None:
    facts = [text for text, label in read_labelled(DATA / "sentiment/smsa_valid.tsv").found if label == "neutral"]

    found = [scores.emotion for scores in load_emotion().predict(facts)]

    assert found.count("neutral") / len(found) >= 0.9


@pytest.mark.models
@needs_data
def test_malformed_rows_are_rejected_and_counted() -> None:
    assert read_labelled(DATA / "emotion/emot_train.csv", EMOTION_LABELS).rejected == 2


@pytest.mark.models
@needs_data
def test_no_text_of_a_valid_set_is_learnt_from() -> None:
    learnt = {text.lower() for text in read_emotion_training(DATA).texts}
    held = [text for text, _ in read_labelled(DATA / "emotion/emot_valid.csv", EMOTION_LABELS).found]

    assert not any(text.lower() in learnt for text in held)


@pytest.mark.models
@pytest.mark.slow
@needs_data
def test_training_works_from_end_to_end(tmp_path: Path) -> None:
    [report] = train(DATA, "emotion", tmp_path, limit=120)

    assert set(report["f1"]) == set(EMOTION_LABELS)
    assert BundledEmotion(load_blend(tmp_path / "emotion")).predict(["aku takut sekali"])[0].emotion in EMOTIONS
