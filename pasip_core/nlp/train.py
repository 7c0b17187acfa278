"""Training of the bundled sentiment model: ``python -m pasip_core.nlp.train sentiment --data DIR``.

DIR holds SmSA (``sentiment/smsa_*.tsv``) and NusaX (``sentiment/nusax_*.csv``). Same data, same libraries:
same model. Features and constants were chosen by cross-validation; nothing is fitted on ``valid``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .blend import Mixture, save_blend
from .corpora import LABELS, Labelled, read_training
from .features import GRAMS, Grams, Shape
from .linear import Family, LinearModel
from .models import calibration_error, f1_by_label
from .net import WordNet
from .net_training import learn_net
from .reading import model_tokens
from .sentiment import BUNDLED_FOLDER

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

VERSION = "bundled-sentiment-1"
SEED = 20_261_124
FOLDS = 3


@dataclass(frozen=True, slots=True)
class Part:
    """One family to learn: its kind, its n-grams, the least number of texts with one, whether rare ones weigh more."""

    kind: str
    shape: Shape
    least: int = 2
    by_rarity: bool = True


PARTS = (
    Part("word", Shape(words=(1, 2, 3), skips=True)),
    Part("signed", Shape(words=(1,))),
    Part("signed_char", Shape(chars=(3, 4, 5, 6))),
    Part("tone", Shape(words=(1, 2, 3)), by_rarity=False),
)
STRENGTH = 6.0
"""Inverse regularisation of the logistic regression."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """A trained model, and its probabilities for each training text from a fold that did not hold it."""

    linear: LinearModel
    net: dict[str, NDArray[Any]]
    mixture: Mixture
    unseen: NDArray[np.float64]


def learn(data: Labelled, *, version: str = VERSION) -> Learnt:
    """Cross-validate to fit the mixture, then learn from everything."""
    from sklearn.model_selection import StratifiedGroupKFold

    texts = [model_tokens(text) for text in data.texts]
    linear, net = np.zeros((2, len(texts), len(LABELS)))
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED).split(texts, data.labels, data.groups)
    for seen, unseen in folds:
        part = [texts[i] for i in seen], data.labels[seen], data.weights[seen]
        held = [texts[i] for i in unseen]
        linear[unseen] = _fit(*part, version).logits(held)
        net[unseen] = WordNet(learn_net(*part, seed=SEED)).logits(held)
    mixture = calibrate(linear, net, data.labels, data.weights)
    whole = texts, data.labels, data.weights
    return Learnt(_fit(*whole, version), learn_net(*whole, seed=SEED), mixture, mixture.probabilities(linear, net))


def calibrate(
    linear: NDArray[np.float64],
    net: NDArray[np.float64],
    labels: NDArray[np.int64],
    weights: NDArray[np.float64],
) -> Mixture:
    """The mixture under which the probabilities of unseen texts are right."""
    from scipy.optimize import minimize

    rows = np.arange(len(labels))

    def loss(values: NDArray[np.float64]) -> float:
        shares = _mixture(values).probabilities(linear, net)
        return float(-(weights * np.log(shares[rows, labels] + 1e-12)).sum() / weights.sum())

    options = {"xatol": 1e-4, "fatol": 1e-7, "maxiter": 2_000}
    return _mixture(minimize(loss, np.array([0.5, 1.0, 0.0, 0.0]), method="Nelder-Mead", options=options).x)


def _mixture(values: NDArray[np.float64]) -> Mixture:
    return Mixture(float(values[0]), float(values[1]), (float(values[2]), float(values[3]), 0.0))


def _fit(
    texts: Sequence[Sequence[str]], labels: NDArray[np.int64], weights: NDArray[np.float64], version: str
) -> LinearModel:
    from scipy.sparse import hstack
    from sklearn.linear_model import LogisticRegression

    families, blocks = [], []
    for part in PARTS:
        grams = GRAMS[part.kind](texts, part.shape)
        family = _empty_family(part, grams, len(texts))
        families.append(family)
        blocks.append(_matrix(family, grams, len(texts)))
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=500, tol=1e-4)
    model.fit(hstack(blocks).tocsr(), labels, sample_weight=weights)
    learnt = np.split(model.coef_.T, np.cumsum([len(family.keys) for family in families])[:-1])
    whole = [
        Family(family.kind, family.shape, family.keys, family.idf, np.ascontiguousarray(part, dtype=np.float32))
        for family, part in zip(families, learnt, strict=True)
    ]
    return LinearModel(LABELS, tuple(whole), model.intercept_, 1.0, np.zeros(len(LABELS)), version)


def _empty_family(part: Part, grams: Grams, texts: int) -> Family:
    keys, texts_with = np.unique(grams.keys, return_counts=True)
    kept = texts_with >= part.least
    keys, texts_with = keys[kept], texts_with[kept]
    idf = np.log((1 + texts) / (1 + texts_with)) + 1 if part.by_rarity else np.ones(len(keys))
    empty = np.zeros((len(keys), 0), dtype=np.float32)
    # Rounded as it will be kept, so that the weights are learnt for what is later read.
    return Family(part.kind, part.shape, keys, idf.astype(np.float16).astype(np.float32), empty)


def _matrix(family: Family, grams: Grams, texts: int) -> csr_matrix:
    from scipy.sparse import csr_matrix, diags

    known, values = family.weigh(grams)
    matrix = csr_matrix((values, (grams.rows[known.found], known.index)), shape=(texts, len(family.keys)))
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return diags(1 / np.maximum(lengths, 1e-9)) @ matrix


def train_sentiment(data: Path, out: Path | None = None, *, limit: int | None = None) -> dict[str, Any]:
    """Train, save to ``out`` (default: the bundled folder), and report cross-validated scores on SmSA train.

    ``InputError`` where a file of the training data cannot be read. ``limit`` uses only so many texts of each set.
    """
    folder = out or BUNDLED_FOLDER
    texts = read_training(data, limit=limit)
    learnt = learn(texts)
    save_blend(learnt.linear, learnt.net, learnt.mixture, folder, trained_on=len(texts.texts))
    of_smsa = texts.groups >= 0
    truth, unseen = texts.labels[of_smsa], learnt.unseen[of_smsa]
    f1 = f1_by_label(truth, unseen.argmax(axis=1))
    return {
        "texts": len(texts.texts),
        "folder": str(folder),
        "f1": f1,
        "macro_f1": float(np.mean(list(f1.values()))),
        "calibration_error": calibration_error(truth, unseen),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, and print the report as JSON."""
    parser = argparse.ArgumentParser(prog="python -m pasip_core.nlp.train", description=__doc__)
    parser.add_argument("task", choices=["sentiment"])
    parser.add_argument("--data", type=Path, required=True, help="folder with sentiment/smsa_train.tsv and so on")
    parser.add_argument("--out", type=Path, default=None, help="folder to write the model to")
    parser.add_argument("--limit", type=int, default=None, help="use only so many texts of each set")
    options = parser.parse_args(arguments)
    print(json.dumps(train_sentiment(options.data, options.out, limit=options.limit), indent=1))


if __name__ == "__main__":
    main()
