"""Learning of a bundled classifier from labelled texts. Same data, same libraries: same model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .blend import Mixture
from .corpora import OWN, Labelled
from .features import GRAMS, Grams
from .lexicon import LEXICONS
from .linear import Family, LinearModel
from .net import WordNet
from .net_training import learn_net
from .reading import model_tokens
from .recipes import Part, Recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, slots=True)
class Learnt:
    """A trained model, and its probabilities for each training text from a fold that did not hold it."""

    linear: LinearModel
    net: dict[str, NDArray[Any]]
    mixture: Mixture
    unseen: NDArray[np.float64]


def learn(data: Labelled, recipe: Recipe) -> Learnt:
    """Cross-validate to fit the mixture, then learn from everything.

    Our own sentences are learnt from but do not calibrate: how sure to be is a question of texts that people wrote.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    texts = [model_tokens(text) for text in data.texts]
    linear, net = np.zeros((2, len(texts), len(recipe.labels)))
    folds = StratifiedGroupKFold(recipe.folds, shuffle=True, random_state=recipe.seed)
    for seen, unseen in folds.split(texts, data.labels, data.groups):
        part = [texts[i] for i in seen], data.labels[seen], data.weights[seen]
        held = [texts[i] for i in unseen]
        linear[unseen] = _fit(*part, recipe).logits(held)
        net[unseen] = WordNet(_learn_net(*part, recipe), LEXICONS[recipe.lexicon]).logits(held)
    real = data.sources != OWN
    mixture = calibrate(linear[real], net[real], data.labels[real], data.weights[real]).leaning(recipe.lean)
    whole = texts, data.labels, data.weights
    return Learnt(_fit(*whole, recipe), _learn_net(*whole, recipe), mixture, mixture.probabilities(linear, net))


def _learn_net(
    texts: Sequence[Sequence[str]], labels: NDArray[np.int64], weights: NDArray[np.float64], recipe: Recipe
) -> dict[str, NDArray[Any]]:
    return learn_net(
        texts,
        labels,
        weights,
        seed=recipe.seed,
        lexicon=LEXICONS[recipe.lexicon],
        epochs=recipe.epochs,
        agreement=recipe.agreement,
        adversity=recipe.adversity,
        cells=recipe.cells,
    )


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

    start = np.array([0.5, 1.0, *[0.0] * (linear.shape[1] - 1)])
    return _mixture(minimize(loss, start, method="BFGS").x)


def _mixture(values: NDArray[np.float64]) -> Mixture:
    return Mixture(float(values[0]), float(values[1]), (*map(float, values[2:]), 0.0))


def _fit(
    texts: Sequence[Sequence[str]], labels: NDArray[np.int64], weights: NDArray[np.float64], recipe: Recipe
) -> LinearModel:
    from scipy.sparse import hstack

    families, blocks = [], []
    for part in recipe.parts:
        grams = GRAMS[part.kind](texts, part.shape)
        family = _empty_family(part, grams, len(texts))
        families.append(family)
        blocks.append(_matrix(family, grams, len(texts)))
    model = _learner(recipe)
    model.fit(hstack(blocks).tocsr(), labels, sample_weight=weights)
    learnt = np.split(model.coef_.T, np.cumsum([len(family.keys) for family in families])[:-1])
    whole = [
        Family(family.kind, family.shape, family.keys, family.idf, np.ascontiguousarray(part, dtype=np.float32))
        for family, part in zip(families, learnt, strict=True)
    ]
    return LinearModel(recipe.labels, tuple(whole), model.intercept_, 1.0, np.zeros(len(recipe.labels)), recipe.version)


def _learner(recipe: Recipe) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    if recipe.hinge:
        return LinearSVC(C=recipe.strength, class_weight="balanced", random_state=recipe.seed)
    return LogisticRegression(C=recipe.strength, class_weight="balanced", max_iter=500, tol=1e-4)


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
