"""Sentiment: the bundled model on one core, and a transformer of IndoBERT-base size against one text at a time."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pasip_core.domain.analysis import SentimentScores
from pasip_core.nlp.language import detect
from pasip_core.nlp.sentiment import SentimentModel, load_sentiment
from pasip_core.nlp.transformer import load_transformer

WORDS = (  # noqa: SIM905 (readable as text)
    "pemerintah presiden warga harga naik turun bagus buruk tidak sangat banget kecewa senang jalan tol baru rusak "
    "bantuan korupsi hebat mantap gagal berhasil rapat menteri gubernur kota desa sekolah macet banjir listrik"
).split()  # fmt: skip


def bundled_sentiment(texts: int = 4_000) -> dict[str, float]:
    """Short texts (10 to 40 words) a second, and languages detected a second."""
    corpus = _texts(texts)
    model = load_sentiment("bundled")
    model.predict(corpus[:50])
    return {
        "texts_per_second": texts / _seconds(lambda: model.predict(corpus)),
        "languages_per_second": texts / _seconds(lambda: [detect(text) for text in corpus]),
    }


def transformer_sentiment(texts: int = 128) -> dict[str, float]:
    """A random 12-layer, 768-wide BERT: batches as we run them against fp32 one by one. Takes minutes."""
    if not os.environ.get("BENCH_TRANSFORMER"):
        return {}
    corpus = _texts(texts)
    with tempfile.TemporaryDirectory() as folder:
        save_random_bert(Path(folder))
        fast, exact = load_transformer(folder), load_transformer(folder, fast=False)
        alone, together = _in_turn(exact, fast, corpus)
        labels = [(a.sentiment, b.sentiment) for a, b in zip(exact.predict(corpus), fast.predict(corpus), strict=True)]
    return {
        "one_by_one_per_second": texts / alone,
        "batched_per_second": texts / together,
        "ratio": alone / together,
        "same_label": sum(a == b for a, b in labels) / texts,
    }


BENCHMARKS = [bundled_sentiment, transformer_sentiment]


def save_random_bert(folder: Path) -> None:
    """A checkpoint of IndoBERT-base size with random weights and a word-level tokenizer."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    torch.manual_seed(0)
    plain = Tokenizer(
        models.WordLevel({word: n for n, word in enumerate(["[PAD]", "[UNK]", *WORDS])}, unk_token="[UNK]")
    )
    plain.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=plain, pad_token="[PAD]", unk_token="[UNK]").save_pretrained(folder)
    names = {0: "positive", 1: "neutral", 2: "negative"}
    config = BertConfig(vocab_size=50_000, id2label=names, label2id={name: n for n, name in names.items()})
    BertForSequenceClassification(config).save_pretrained(folder)


def _in_turn(exact: SentimentModel, fast: SentimentModel, corpus: list[str]) -> tuple[float, float]:
    """Best of two rounds each, turn by turn, so that a busy neighbour harms both alike."""

    def one_by_one() -> list[SentimentScores]:
        return [exact.predict([text])[0] for text in corpus]

    rounds = [(_seconds(one_by_one), _seconds(lambda: fast.predict(corpus))) for _ in range(2)]
    return min(alone for alone, _ in rounds), min(together for _, together in rounds)


def _texts(count: int) -> list[str]:
    rng = random.Random(5)
    return [" ".join(rng.choices(WORDS, k=rng.randint(10, 40))) for _ in range(count)]


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
