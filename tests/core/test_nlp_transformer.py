"""A Hugging Face classifier behind the sentiment interface, with a small real one that the test builds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pasip_core.errors import ModelRefused
from pasip_core.nlp.sentiment import KNOWN, load_sentiment
from pasip_core.nlp.transformer import load_transformer

pytestmark = [pytest.mark.models]

GOOD, PLAIN, BAD = (
    ["bagus", "enak", "mantap", "hebat", "suka"],
    ["rapat", "jalan", "kantor", "hari", "buku"],
    ["buruk", "jelek", "kecewa", "marah", "rugi"],
)
EXAMPLES = [(f"{a} {b}", n) for n, words in enumerate((BAD, PLAIN, GOOD)) for a in words for b in words]


def build_classifier(folder: Path, labels: tuple[str, ...] = ("negatif", "netral", "positif"), steps: int = 25) -> Path:
    """A one-layer BERT that knows fifteen words, trained for a moment and saved."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(0)
    tokenizer = save_tokenizer(folder)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=64, id2label=dict(enumerate(labels)),
        label2id={name: n for n, name in enumerate(labels)},
    )  # fmt: skip
    model = BertForSequenceClassification(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    inputs = tokenizer([text for text, _ in EXAMPLES], padding=True, return_tensors="pt")
    truth = torch.tensor([min(label, len(labels) - 1) for _, label in EXAMPLES])
    for _ in range(steps):
        optimizer.zero_grad()
        model(**inputs, labels=truth).loss.backward()
        optimizer.step()
    model.eval().save_pretrained(folder)
    return folder


def save_tokenizer(folder: Path):
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *GOOD, *PLAIN, *BAD]
    plain = Tokenizer(models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="[UNK]"))
    plain.pre_tokenizer = pre_tokenizers.Whitespace()
    plain.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=plain, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    )
    tokenizer.save_pretrained(folder)
    return tokenizer


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_classifier(tmp_path_factory.mktemp("classifier"))


def test_indonesian_labels_are_understood_and_order_is_kept(checkpoint: Path) -> None:
    model = load_sentiment(str(checkpoint))
    texts = ["kecewa marah", "", "hebat suka mantap enak bagus", "rapat kantor", "jelek " * 300]

    found = model.predict(texts)

    assert [scores.sentiment for scores in found] == ["negative", "neutral", "positive", "neutral", "negative"]
    assert all(abs(scores.positive + scores.neutral + scores.negative - 1) < 1e-9 for scores in found)


def test_int8_batches_agree_with_full_precision_one_by_one(checkpoint: Path) -> None:
    fast, exact = load_transformer(str(checkpoint)), load_transformer(str(checkpoint), fast=False)
    texts = [text for text, _ in EXAMPLES] * 2

    together = fast.predict(texts)
    alone = [exact.predict([text])[0] for text in texts]

    assert [one.sentiment for one in together] == [one.sentiment for one in alone]
    assert fast.version != exact.version


def test_stars_are_added_up(tmp_path: Path) -> None:
    stars = ("1 star", "2 stars", "3 stars", "4 stars", "5 stars")
    scores = load_sentiment(str(build_classifier(tmp_path, stars, steps=1))).predict(["bagus"])[0]

    assert abs(scores.positive + scores.neutral + scores.negative - 1) < 1e-9


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (("LABEL_0", "LABEL_1", "LABEL_2"), "id2label"),
        (("negative", "positive"), "are needed"),
        (("anger", "fear", "love"), "anger, fear, love"),
    ],
)
def test_labels_that_do_not_mean_the_three_sentiments_are_refused(
    tmp_path: Path, labels: tuple[str, ...], said: str
) -> None:
    build_classifier(tmp_path, labels, steps=1)

    with pytest.raises(ModelRefused, match=said):
        load_sentiment(str(tmp_path))


def test_a_bare_language_model_is_refused_since_its_scores_would_be_noise(tmp_path: Path) -> None:
    from transformers import BertConfig, BertModel

    save_tokenizer(tmp_path)
    names = {0: "negative", 1: "neutral", 2: "positive"}
    shape = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    BertModel(BertConfig(vocab_size=19, id2label=names, **shape)).save_pretrained(tmp_path)

    with pytest.raises(ModelRefused, match="noise"):
        load_sentiment(str(tmp_path))


def test_a_head_whose_weights_are_missing_is_refused_whatever_the_config_claims(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    build_classifier(tmp_path, steps=1)
    weights = load_file(tmp_path / "model.safetensors")
    kept = {name: value for name, value in weights.items() if not name.startswith("classifier")}
    save_file(kept, tmp_path / "model.safetensors", metadata={"format": "pt"})

    with pytest.raises(ModelRefused, match="classifier"):
        load_sentiment(str(tmp_path))


def test_pickled_weights_are_never_opened(tmp_path: Path) -> None:
    build_classifier(tmp_path, steps=1)
    (tmp_path / "model.safetensors").rename(tmp_path / "pytorch_model.bin")

    with pytest.raises(ModelRefused, match="safetensors"):
        load_sentiment(str(tmp_path))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"model_type": "nonsense"}'])
def test_a_broken_checkpoint_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "config.json").write_text(content)

    with pytest.raises(ModelRefused):
        load_sentiment(str(tmp_path))


def test_cut_off_weights_are_refused(tmp_path: Path) -> None:
    build_classifier(tmp_path, steps=1)
    weights = (tmp_path / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(weights[: len(weights) // 2])

    with pytest.raises(ModelRefused):
        load_sentiment(str(tmp_path))


@pytest.mark.parametrize("name", ["nobody/no-such-model", "/no/such/folder", "a name with spaces", "../x"])
def test_a_model_that_is_not_on_disk_is_refused_with_the_way_to_get_it(name: str) -> None:
    with pytest.raises(ModelRefused, match="models pull"):
        load_sentiment(name)


def test_auto_takes_a_known_classifier_that_is_on_disk_and_else_the_bundled_model(tmp_path: Path) -> None:
    script = "from pasip_core.nlp.sentiment import load_sentiment; print(load_sentiment('auto').version)"
    environment = dict(os.environ) | {"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    environment.pop("HF_HUB_CACHE", None)

    def chosen() -> str:
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True, timeout=300
        )
        return done.stdout.strip()

    assert chosen().startswith("bundled-sentiment")

    repository = tmp_path / "hub" / f"models--{KNOWN[0].replace('/', '--')}"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("0" * 40)
    build_classifier(repository / "snapshots" / ("0" * 40), steps=1)
    assert chosen().startswith(KNOWN[0])

    (repository / "snapshots" / ("0" * 40) / "model.safetensors").unlink()
    assert chosen().startswith("bundled-sentiment")


def test_code_that_comes_with_a_checkpoint_is_not_run(tmp_path: Path) -> None:
    build_classifier(tmp_path, steps=1)
    config = json.loads((tmp_path / "config.json").read_text())
    config["auto_map"] = {"AutoConfig": "evil.Config", "AutoModelForSequenceClassification": "evil.Model"}
    config["model_type"] = "evil"
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n")

    with pytest.raises(ModelRefused):
        load_sentiment(str(tmp_path))
    assert not (tmp_path / "ran").exists()


def test_a_model_loaded_before_a_fork_answers_in_the_child(checkpoint: Path) -> None:
    script = (
        "import os, sys\n"
        "from pasip_core.nlp.sentiment import load_sentiment\n"
        "model = load_sentiment(sys.argv[1])\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    os._exit(0 if model.predict(['kecewa marah'])[0].sentiment == 'negative' else 7)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(checkpoint)], timeout=120, env=dict(os.environ), check=False
    )

    assert done.returncode == 0
