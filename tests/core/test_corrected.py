"""A sentiment model of one's own: the training sets and people's corrections, beside the bundled model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from safetensors.numpy import load_file, save_file

from pasip_core.errors import InputError, ModelRefused
from pasip_core.nlp.comparing import CROSS_VALIDATION, compare
from pasip_core.nlp.corpora import CORRECTED, read_training
from pasip_core.nlp.corrected import LEAST, read_report, train_corrected
from pasip_core.nlp.recipes import SENTIMENT
from pasip_core.nlp.sentiment import load_sentiment

QUICK = replace(SENTIMENT, epochs=1, folds=2)
TONES = {"positive": "bagus sekali", "neutral": "rapat hari ini", "negative": "jelek sekali"}
CORRECTIONS = [(f"zorplik nomor {n} {word}", label) for n in range(20) for label, word in TONES.items()]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Training sets of made-up sentences."""
    folder = tmp_path_factory.mktemp("sets")
    sets = folder / "sentiment"
    sets.mkdir()
    rows = [(f"tempat ke {n} {word}", label) for n in range(30) for label, word in TONES.items()]
    (sets / "smsa_train.tsv").write_text("".join(f"{text}\t{label}\n" for text, label in rows))
    (sets / "smsa_valid.tsv").write_text("makanan bagus sekali\tpositive\nlayanan jelek sekali\tnegative\n")
    for language in ("indonesian", "javanese", "sundanese"):
        (sets / f"nusax_{language}_train.csv").write_text("id,text,label\n1,enak banget,positive\n")
        (sets / f"nusax_{language}_valid.csv").write_text("id,text,label\n1,ora enak,negative\n")
    return folder


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "models" / "ours"
    train_corrected(data, CORRECTIONS, folder, load_sentiment("bundled"), recipe=QUICK)
    return folder


def test_a_correction_outranks_the_same_text_in_a_set(data: Path) -> None:
    found = read_training(data, corrections=[("Tempat ke 3 BAGUS sekali!", "negative")], weight=2.0)

    rows = [n for n, text in enumerate(found.texts) if "ke 3 " in text.lower() and "bagus" in text.lower()]
    assert [(found.names[found.labels[n]], found.weights[n], found.groups[n]) for n in rows] == [
        ("negative", 2.0, CORRECTED)
    ]


def test_a_corrected_text_of_a_valid_set_is_not_learnt_from(data: Path) -> None:
    found = read_training(data, corrections=[("Makanan bagus sekali", "negative")])

    assert not any("makanan bagus" in text.lower() for text in found.texts)


def test_it_answers_under_its_path_and_a_name_of_its_own(trained: Path) -> None:
    model = load_sentiment(str(trained))

    assert model.version == f"{SENTIMENT.version}+ours"
    assert model.predict([""])[0].sentiment == "neutral"
    assert load_sentiment("bundled").version == SENTIMENT.version


def test_its_folder_holds_no_text_and_nothing_pickled(trained: Path) -> None:
    assert {path.suffix for path in trained.iterdir()} == {".json", ".safetensors"}
    assert not any(b"zorplik" in path.read_bytes() for path in trained.iterdir())


def test_both_models_are_told_of_side_by_side(trained: Path, data: Path) -> None:
    on_corrections, *valid = compare("bundled", str(trained), data)

    assert (on_corrections.on, on_corrections.texts) == (CROSS_VALIDATION, len(CORRECTIONS))
    assert [found.on for found in valid] == ["smsa_valid.tsv"] + [
        f"nusax_{language}_valid.csv" for language in ("indonesian", "javanese", "sundanese")
    ]
    assert on_corrections.before_version == valid[0].before_version == SENTIMENT.version
    assert all(0 <= old <= 1 and 0 <= new <= 1 for found in [on_corrections, *valid] for _, old, new in found.rows())


def test_one_file_is_enough_to_compare_on(trained: Path, data: Path) -> None:
    found = list(compare(str(trained), "bundled", data / "sentiment/smsa_valid.tsv"))

    assert [(one.on, one.texts) for one in found] == [("smsa_valid.tsv", 2)]


def test_a_model_is_not_compared_with_itself(data: Path) -> None:
    with pytest.raises(InputError, match="same model"):
        compare("bundled", "bundled", data)


def test_nothing_is_written_over(trained: Path, data: Path) -> None:
    with pytest.raises(InputError, match="--name"):
        train_corrected(data, CORRECTIONS, trained, load_sentiment("bundled"), recipe=QUICK)


def test_few_corrections_are_refused_with_how_many_it_takes(data: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=str(LEAST)):
        train_corrected(data, CORRECTIONS[:5], tmp_path / "few", load_sentiment("bundled"), recipe=QUICK)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file", ["net.safetensors", "model.safetensors", "config.json"])
def test_a_damaged_model_is_refused(trained: Path, tmp_path: Path, file: str) -> None:
    for path in trained.iterdir():
        (tmp_path / path.name).write_bytes(b"{" if path.name == file else path.read_bytes())

    with pytest.raises(ModelRefused, match="bundled"):
        load_sentiment(str(tmp_path))


def test_a_model_of_another_task_is_refused(trained: Path, tmp_path: Path) -> None:
    for path in trained.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    config = json.loads((tmp_path / "config.json").read_text()) | {"labels": ["a", "b", "c"]}
    (tmp_path / "config.json").write_text(json.dumps(config))

    with pytest.raises(ModelRefused, match="labels"):
        load_sentiment(str(tmp_path))


def test_a_model_that_knew_other_kinds_of_words_is_refused(trained: Path, tmp_path: Path) -> None:
    for path in trained.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    net = load_file(str(tmp_path / "net.safetensors"))
    save_file(net | {"tones": net["tones"][:-3]}, str(tmp_path / "net.safetensors"))

    with pytest.raises(ModelRefused, match="other kinds of words"):
        load_sentiment(str(tmp_path))


def test_what_trained_it_is_told(trained: Path) -> None:
    report = read_report(trained)

    assert report is not None
    assert (report["corrections"], report["before"]) == (len(CORRECTIONS), SENTIMENT.version)
