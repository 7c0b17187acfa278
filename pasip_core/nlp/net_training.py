"""Training of the network of ``net`` with torch, which only training needs."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from .features import hash_word
from .lexicon import TONE, Lexicon
from .net import LONGEST, PAD, WAYS, WIDTHS, buckets, codes, count_codes
from .net_module import network

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH, RATE, DECAY = 32, 1.5e-3, 1e-4
SKIP_WORDS = 0.1
"""Share of words left out while learning: what makes it hold on texts of another kind."""

SMOOTHING = 0.1


def learn_net(
    texts: Sequence[Sequence[str]],
    labels: NDArray[np.int64],
    weights: NDArray[np.float64],
    *,
    seed: int,
    lexicon: Lexicon = TONE,
    epochs: int = 6,
    agreement: float = 0.0,
    adversity: float = 0.0,
    cells: int = 0,
) -> dict[str, NDArray[Any]]:
    """The arrays of a trained network. The same seed gives the same network, on one thread: steps are so small that
    more of them wait for each other, some four times as long where anything else runs.

    With ``agreement`` each text is read twice, each time with other words left out, and the network also learns to
    answer both alike: worth about as much as a second network, for no time when it answers. With ``adversity`` it
    learns each text once more with its words' vectors moved by so much, all together, to where it errs most (Miyato et
    al., Adversarial Training Methods for Semi-Supervised Text Classification, 2017).
    """
    import torch

    torch.set_num_threads(1)
    random.seed(seed)
    torch.manual_seed(seed)
    rows = _vocabulary(texts)
    counts = np.bincount(labels)
    net = network(len(rows) + 2, count_codes(lexicon), len(counts), cells)
    # Classes weigh by the root of their rarity: between as there and all alike.
    rarity = torch.tensor(np.sqrt(len(labels) / len(counts) / counts), dtype=torch.float32)
    truth, each = torch.tensor(labels), torch.tensor(weights, dtype=torch.float32)
    loss_of = torch.nn.CrossEntropyLoss(weight=rarity, label_smoothing=SMOOTHING, reduction="none")
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY, fused=True)
    steps = epochs * (len(texts) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, pct_start=0.1)
    net.train()
    for _ in range(epochs):
        for chosen in _batches(texts):
            batch, labelled = [texts[n] for n in chosen], truth[chosen]
            readings = [net.vectors(*_collate(batch, rows, lexicon)) for _ in range(2 if agreement else 1)]
            answers = [net.answer(*reading) for reading in readings]
            losses = sum(loss_of(answer, labelled) for answer in answers) / len(answers)
            if agreement:
                losses = losses + agreement * _disagreement(*answers)
            if adversity:
                vectors, there = readings[0]
                worse = vectors + adversity * _worst(loss_of(answers[0], labelled) * each[chosen], vectors)
                losses = losses + loss_of(net.answer(worse, there), labelled)
            loss = (losses * each[chosen]).mean()
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return _arrays(net, rows)


def _disagreement(one: Any, other: Any) -> Any:
    """How far two answers to the same texts lie apart: relative entropy, the mean of both ways."""
    first, second = one.log_softmax(1), other.log_softmax(1)
    return ((first.exp() - second.exp()) * (first - second)).sum(1) / 2


def _worst(losses: Any, vectors: Any) -> Any:
    """Where to move each text's vectors so that the loss grows most; of length 1 a text."""
    import torch

    (slope,) = torch.autograd.grad(losses.mean(), vectors, retain_graph=True)
    return slope / (slope.pow(2).sum((1, 2), keepdim=True).sqrt() + 1e-12)


def _vocabulary(texts: Sequence[Sequence[str]]) -> dict[str, int]:
    """Words of two or more texts, in the order of their hashes, which is how they are looked up later."""
    seen = Counter(word for tokens in texts for word in set(tokens))
    kept = sorted((hash_word(word), word) for word, count in seen.items() if count > 1)
    return {word: row + 2 for row, (_, word) in enumerate(kept)}


def _batches(texts: Sequence[Sequence[str]]) -> list[list[int]]:
    """Random batches of texts of similar length."""
    order = random.sample(range(len(texts)), len(texts))
    found = []
    for start in range(0, len(order), BATCH * 20):
        near = sorted(order[start : start + BATCH * 20], key=lambda n: len(texts[n]))
        found += [near[i : i + BATCH] for i in range(0, len(near), BATCH)]
    return random.sample(found, len(found))


def _collate(texts: Sequence[Sequence[str]], rows: dict[str, int], lexicon: Lexicon) -> tuple[Any, ...]:
    """Distinct words of the batch (row, code, character n-grams) and where they stand in each text."""
    import torch

    distinct: dict[tuple[str, int], int] = {}
    places = []
    for text in texts:
        tokens = list(text[:LONGEST]) or [""]
        pairs = list(zip(tokens, codes(tokens, lexicon), strict=True))
        kept = [pair for pair in pairs if random.random() > SKIP_WORDS]  # noqa: S311 (no secret)
        places.append([distinct.setdefault(pair, len(distinct) + 1) for pair in kept or pairs])
    index = torch.zeros(len(places), max(map(len, places)) + PAD, dtype=torch.long)
    for row, place in enumerate(places):
        index[row, : len(place)] = torch.tensor(place)
    words = torch.tensor([0] + [rows.get(token, 1) for token, _ in distinct])
    tones = torch.tensor([0] + [code for _, code in distinct])
    pieces, offsets = [0], [0]
    for token, _ in distinct:
        offsets.append(len(pieces))
        pieces += _buckets(token)
    return words, tones, torch.tensor(pieces), torch.tensor(offsets), index


@lru_cache(maxsize=1 << 17)
def _buckets(token: str) -> list[int]:
    """Each word comes in many batches."""
    return buckets(token)


def _arrays(net: Any, rows: dict[str, int]) -> dict[str, NDArray[Any]]:
    named = {
        "words": net.words.weight,
        "pieces": net.pieces.weight,
        "tones": net.tones.weight,
        "attention": net.attention.weight[0],
        "out": net.out.weight,
        "out_bias": net.out.bias,
    }
    for width, layer in zip(WIDTHS, net.filters, strict=True):
        named |= {f"filter{width}": layer.weight, f"bias{width}": layer.bias}
    for way, layer in zip(WAYS, net.gates, strict=False):  # none without a memory
        named |= {way: layer.weight, f"{way}_bias": layer.bias}
    found: dict[str, NDArray[Any]] = {name: value.detach().numpy().copy() for name, value in named.items()}
    found["keys"] = np.array([hash_word(word) for word in rows], dtype=np.uint64)
    return found
