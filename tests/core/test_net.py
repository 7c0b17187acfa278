"""The network that numpy answers is the one that torch learns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pasip_core.nlp import net_training
from pasip_core.nlp.features import hash_word
from pasip_core.nlp.lexicon import TONE
from pasip_core.nlp.net import WordNet, count_codes, load_net, save_net

torch = pytest.importorskip("torch", reason="torch is not installed")

WORDS = sorted(["jalan", "rusak", "tidak", "bagus", "sekali", "harga", "naik", "terus", "pak"], key=hash_word)
TEXTS = [
    ["bagus"],
    ["jalan", "tidak", "bagus"],
    [""],
    ["zorplik", "naik", "terus", "pak", "harga", "jalan", "rusak", "sekali"],
    ["tidak", "zorplik"] * 90,
]


@pytest.fixture(params=[0, 5], ids=["without memory", "with memory"])
def torches(request: pytest.FixtureRequest):
    """A network as it begins, and the rows of the words it knows."""
    torch.manual_seed(7)
    net = net_training.network(len(WORDS) + 2, count_codes(TONE), 3, request.param)
    return net.eval(), {word: row + 2 for row, word in enumerate(WORDS)}


def test_numpy_answers_as_torch_does_whatever_stands_beside_a_text(torches, monkeypatch: pytest.MonkeyPatch) -> None:
    net, rows = torches
    monkeypatch.setattr(net_training, "SKIP_WORDS", -1)
    with torch.no_grad():
        expected = net.answer(*net.vectors(*net_training._collate(TEXTS, rows, TONE))).numpy()

    answering = WordNet(net_training._arrays(net, rows))
    found = answering.logits(TEXTS)

    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert all((answering.logits([text]) == row).all() for text, row in zip(TEXTS, found, strict=True))
    assert np.abs(found - found[0]).max() > 0.001


def test_a_network_is_kept_and_read_again(torches, tmp_path: Path) -> None:
    arrays = net_training._arrays(*torches)
    save_net(arrays, tmp_path / "net")

    found = load_net(tmp_path / "net", TONE).logits(TEXTS)

    np.testing.assert_allclose(found, WordNet(arrays).logits(TEXTS), atol=0.02)  # tables are rounded


@pytest.mark.parametrize("taught", [{}, {"agreement": 1.0}, {"adversity": 1.0, "agreement": 1.0, "cells": 8}])
def test_it_learns_what_words_say_together(taught: dict[str, float]) -> None:
    """The first word says nothing by itself, and the last one neither."""
    beginnings, endings = ("ayam", "bebek"), ("biru", "merah")
    texts = [[beginnings[n % 2], *["lalu"] * (2 + n % 5), endings[n // 2 % 2]] for n in range(240)]
    labels = np.array([(n % 2) ^ (n // 2 % 2) for n in range(240)])

    arrays = net_training.learn_net(texts, labels, np.ones(240), seed=3, epochs=12, **taught)

    right = (WordNet(arrays).logits(texts).argmax(axis=1) == labels).mean()
    assert right > 0.95
