"""The sentiment model that comes with the program."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pasip_core.errors import InputError
from pasip_core.nlp.blend import Mixture, load_blend
from pasip_core.nlp.corpora import read_training
from pasip_core.nlp.evaluating import evaluate
from pasip_core.nlp.features import GRAMS
from pasip_core.nlp.models import analyze
from pasip_core.nlp.sentiment import BUNDLED_FOLDER, BundledSentiment, load_sentiment
from pasip_core.nlp.train import train

DATA = Path(os.environ.get("EVAL_DATA", "../shared/data"))
needs_data = pytest.mark.skipif(
    not (DATA / "sentiment").is_dir(), reason=f"no data: {DATA}/sentiment is not there (EVAL_DATA names the folder)"
)


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("mantap pak presiden 👏👏", "positive"),
        ("pelayanannya ramah dan makanannya enak banget", "positive"),
        ("pemerintah gak becus ngurus rakyat 😡", "negative"),
        ("kecewa berat, barang rusak dan penjual tidak peduli", "negative"),
        ("tidak enak", "negative"),
        ("tidak mengecewakan", "positive"),
        ("keren nih, pajak naik gaji segitu-gitu aja", "negative"),
        ("bacot doang lu wkwk kerja kagak", "negative"),
        ("Hoaks bantuan 5 juta rupiah beredar di WhatsApp, ini faktanya", "neutral"),
        ("panganane ora enak", "negative"),
        ("pelayanane elek banget, aku ora bakal rene maneh", "negative"),
        ("tempatna merenah, palayanana someah", "positive"),
        ("coblos nomor 2, semoga menang", "positive"),
        ("pangananana teu ngeunah, awis deuih", "negative"),
        ("Gubernur menghadiri rapat paripurna DPRD", "neutral"),
        ("Bank Indonesia pertahankan suku bunga acuan 6 persen", "neutral"),
        ("angka pengangguran turun, kerja menteri terbukti", "positive"),
        ("pemerintah berhasil memberantas pungli", "positive"),
        ("harga cabai turun, pedagang senang", "positive"),
        ("siap kawal suara pak gubernur sampai menang", "positive"),
        ("lanjutkan pak, dua periode!", "positive"),
        ("iuran naik, pelayanan tetap buruk", "negative"),
        ("rezim ngibul lagi, utang menumpuk", "negative"),
        ("dasar cebong, otak dipakai dong", "negative"),
        ("kampret teriak curang tanpa bukti", "negative"),
        ("terima kasih pak wali, sampahnya makin menggunung 👏", "negative"),
        ("Cek fakta: benarkah bupati menghapus bantuan sekolah?", "neutral"),
        ("Beredar kabar menteri mundur, istana membantah", "neutral"),
        ("", "neutral"),
        (" \n\t", "neutral"),
    ],
)
def test_plain_cases_are_plain(text: str, sentiment: str) -> None:
    assert load_sentiment("bundled").predict([text])[0].sentiment == sentiment


def test_scores_are_probabilities_for_any_text_there_is() -> None:
    texts = [
        "",
        "😍",
        "😡" * 500,
        "x" * 100_000,
        "\ud83d",
        "مرحبا بالعالم",
        "berita " * 5_000,
        "!!!",
        "\x00",
        "@a http://b",
    ]

    for scores in load_sentiment("bundled").predict(texts):
        values = (scores.positive, scores.neutral, scores.negative)
        assert all(0 <= value <= 1 for value in values)
        assert abs(sum(values) - 1) < 1e-9


@pytest.mark.parametrize("in_front", ["RT @warga_hulu: ", "RT @warga_hulu ", "  RT @satu: RT @dua: "])
def test_a_retweet_is_read_as_what_it_repeats(in_front: str) -> None:
    text = "Jembatan gantung di hulu akhirnya dibuka kembali setelah dua tahun diperbaiki"
    model = load_sentiment("bundled")

    assert model.predict([in_front + text]) == model.predict([text])
    assert model.predict(["RT gang kami banjir"]) != model.predict(["gang kami banjir"])


def test_an_answer_does_not_depend_on_the_company_of_the_text() -> None:
    texts = _texts_of_all_lengths(600)
    shuffled = random.Random(1).sample(texts, len(texts))
    model, another = load_sentiment("bundled"), BundledSentiment(load_blend(BUNDLED_FOLDER))

    alone = {text: model.predict([text])[0] for text in texts}

    for size in (2, 3, 7, 64, 511, len(texts)):
        for order in (texts, shuffled):
            batches = [order[start : start + size] for start in range(0, len(order), size)]
            assert [scores for batch in batches for scores in another.predict(batch)] == [alone[text] for text in order]


def _texts_of_all_lengths(count: int) -> list[str]:
    """None to some 100 words each, known and unknown, repeated and negated."""
    chance = random.Random(7)
    known = "tidak suka rapat kecewa enak enak! banget 😡 Jakarta 2019 mengecewakan xyzzy menyenangkan, sgt jelek"
    words = [*known.split(), *(f"kata{n}" for n in range(200))]
    return [" ".join(chance.choices(words, k=int(chance.expovariate(1 / 20)))) for _ in range(count)]


def test_no_text_gives_no_answer() -> None:
    assert load_sentiment("bundled").predict([]) == []


def test_the_same_model_is_loaded_once() -> None:
    assert load_sentiment("bundled") is load_sentiment("bundled")


def test_nothing_heavy_is_imported_and_nothing_pickled_is_read() -> None:
    script = (
        "import sys; from pasip_core.nlp.sentiment import load_sentiment; load_sentiment('bundled').predict(['enak']); "
        "print([name for name in ('torch', 'transformers', 'sklearn', 'scipy', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
    assert {path.suffix for path in BUNDLED_FOLDER.iterdir()} == {".json", ".safetensors", ".md"}


def test_the_bundled_model_stays_small() -> None:
    assert sum(path.stat().st_size for path in BUNDLED_FOLDER.iterdir()) <= 8_000_000


def test_words_taken_apart_one_by_one_weigh_as_the_whole_text_does() -> None:
    texts = [["tidak", "enak", "enak", "sekali"], [], ["enak", "tidak", "enak", "!"]]
    [family] = [family for family in load_blend(BUNDLED_FOLDER).linear.families if family.kind == "signed_char"]
    grams = GRAMS[family.kind](texts, family.shape)
    known, values = family.weigh(grams)
    sums, squares = np.zeros((len(texts), 3)), np.zeros(len(texts))
    np.add.at(sums, grams.rows[known.found], values[:, None] * family.weights[known.index])
    np.add.at(squares, grams.rows[known.found], values**2)

    assert np.allclose(family.logits(texts), sums / np.maximum(np.sqrt(squares), 1e-9)[:, None])


def test_a_mixture_may_lean_to_a_label() -> None:
    even = Mixture(1.0, 1.0, (0.0, 0.0, 0.0))
    logits = np.zeros((1, 3))

    assert even.leaning(()) == even
    assert even.leaning((0.0, 0.2, 0.0)).probabilities(logits, logits).argmax() == 1


def test_lines_are_answered_one_by_one_in_order() -> None:
    lines = iter(["enak sekali\n", "\n", "mengecewakan\n"] * 400)

    answers = list(analyze(lines, "sentiment", "bundled"))

    assert [answer["sentiment"] for answer in answers] == ["positive", "neutral", "negative"] * 400
    assert set(answers[0]) == {"sentiment", "confidence", "sentiment_scores", "model_version"}
    assert set(answers[0]["sentiment_scores"]) == {"positive", "negative", "neutral"}
    assert answers[0]["confidence"] == max(answers[0]["sentiment_scores"].values())


@pytest.mark.parametrize("task", ["nonsense", "", "Sentiment"])
def test_a_task_that_is_not_there_is_refused_before_any_line_is_read(task: str) -> None:
    with pytest.raises(InputError, match="sentiment"):
        analyze(iter(()), task)


@pytest.mark.parametrize(
    ("content", "said"), [("bagus\tgembira\n", "row 1"), ("", "no rows"), ("tanpa label\n", "row 1")]
)
def test_a_file_to_judge_by_that_cannot_be_read_is_refused(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "data.tsv"
    path.write_text(content)

    with pytest.raises(InputError, match=said):
        evaluate("bundled", path)


def test_a_missing_file_to_judge_by_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        evaluate("bundled", tmp_path / "none.tsv")


@pytest.mark.models
@needs_data
@pytest.mark.parametrize(
    ("file", "floor"),
    [
        ("smsa_valid.tsv", 0.885),
        ("nusax_indonesian_valid.csv", 0.91),
        ("nusax_javanese_valid.csv", 0.88),
        ("nusax_sundanese_valid.csv", 0.86),
    ],
)
def test_quality_does_not_sink(file: str, floor: float) -> None:
    found = evaluate("bundled", DATA / "sentiment" / file)

    assert found.macro_f1 >= floor
    assert found.calibration_error <= (0.02 if file.startswith("smsa") else 0.08)


@pytest.mark.models
@needs_data
def test_no_text_of_a_valid_set_is_learnt_from() -> None:
    learnt = read_training(DATA)
    keys = {"".join(char for char in text.lower() if char.isalnum()) for text in learnt.texts}
    held = [line.split("\t")[0] for line in (DATA / "sentiment/smsa_valid.tsv").read_text().splitlines()]

    assert not any("".join(char for char in text.lower() if char.isalnum()) in keys for text in held)


@pytest.mark.models
@pytest.mark.slow
@needs_data
def test_training_works_from_end_to_end(tmp_path: Path) -> None:
    [report] = train(DATA, "sentiment", tmp_path, limit=60)

    assert report["task"] == "sentiment"
    model = BundledSentiment(load_blend(tmp_path / "sentiment"))
    assert model.predict(["makanannya enak sekali, pelayanannya ramah, tempatnya nyaman"])[0].sentiment == "positive"
