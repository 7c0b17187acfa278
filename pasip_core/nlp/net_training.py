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
from .net import BUCKETS, LONGEST, PAD, WIDTHS, buckets, codes, count_codes

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZE, FILTERS = 64, 64
BATCH, RATE, DECAY = 32, 1.5e-3, 1e-4
FORGET_WORDS, SKIP_WORDS = 0.1, 0.1
"""Share of words read as unknown, and left out, while learning: what makes it hold on texts of another kind."""

DROP_IN, DROP_OUT, SMOOTHING = 0.4, 0.5, 0.1


def learn_net(
    texts: Sequence[Sequence[str]],
    labels: NDArray[np.int64],
    weights: NDArray[np.float64],
    *,
    seed: int,
    lexicon: Lexicon = TONE,
    epochs: int = 6,
    agreement: float = 0.0,
) -> dict[str, NDArray[Any]]:
    """The arrays of a trained network. The same seed and thread count give the same network.

    With ``agreement`` each text is read twice, each time with other words left out, and the network also learns to
    answer both alike: worth about as much as a second network, for no time when it answers.
    """
    import torch

    random.seed(seed)
    torch.manual_seed(seed)
    rows = _vocabulary(texts)
    counts = np.bincount(labels)
    net = _network(len(rows) + 2, count_codes(lexicon), len(counts))
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
            batch = [texts[n] for n in chosen]
            answers = [net(*_collate(batch, rows, lexicon)) for _ in range(2 if agreement else 1)]
            losses = sum(loss_of(answer, truth[chosen]) for answer in answers) / len(answers)
            if agreement:
                losses = losses + agreement * _disagreement(*answers)
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


def _network(words: int, codes: int, labels: int) -> Any:
    import torch
    from torch import nn
    from torch.nn.functional import dropout, relu

    class Net(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.words = nn.Embedding(words, SIZE, padding_idx=0)
            self.pieces = nn.EmbeddingBag(BUCKETS + 1, SIZE, mode="mean", padding_idx=0)
            self.tones = nn.Embedding(codes, SIZE, padding_idx=0)
            for table in (self.words, self.pieces, self.tones):
                nn.init.normal_(table.weight, 0, 0.1)
            with torch.no_grad():
                for table in (self.words, self.pieces, self.tones):
                    table.weight[0].zero_()
            self.filters = nn.ModuleList(nn.Conv1d(SIZE, FILTERS, width) for width in WIDTHS)
            self.attention = nn.Linear(SIZE, 1, bias=False)
            self.out = nn.Linear(FILTERS * len(WIDTHS) + SIZE, labels)

        def forward(self, rows: Any, tones: Any, pieces: Any, offsets: Any, index: Any) -> Any:
            rows = torch.where((torch.rand(rows.shape) < FORGET_WORDS) & (rows > 0), 1, rows)
            table = self.words(rows) + self.pieces(pieces, offsets) + self.tones(tones)
            there = (index > 0).float()
            vectors = dropout(table, DROP_IN)[index] * there[..., None]
            turned = nn.functional.pad(vectors.transpose(1, 2), (PAD - 1, 0))
            answers = [relu(layer(turned)).amax(2) for layer in self.filters]
            shares = self.attention(vectors).squeeze(-1).masked_fill(there == 0, -1e9).softmax(1)
            answers.append((shares[..., None] * vectors).sum(1))
            return self.out(dropout(torch.cat(answers, 1), DROP_OUT))

    return Net()


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
    found: dict[str, NDArray[Any]] = {name: value.detach().numpy().copy() for name, value in named.items()}
    found["keys"] = np.array([hash_word(word) for word in rows], dtype=np.uint64)
    return found
