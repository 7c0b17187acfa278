"""The network of ``net`` as torch learns it, which only training needs."""

from __future__ import annotations

from typing import Any

from .net import BUCKETS, GATES, PAD, REACH, WAYS, WIDTHS

SIZE, FILTERS = 64, 64
FORGET_WORDS = 0.1
"""Share of words read as unknown while learning: what makes it hold on texts of another kind."""

DROP_IN, DROP_OUT = 0.4, 0.5


def network(words: int, codes: int, labels: int, cells: int) -> Any:
    """A module that turns distinct words and their places into ``vectors``, and these into an ``answer``.

    Its memory has so many ``cells`` in each direction; 0 for no memory.
    """
    import torch
    from torch import nn
    from torch.nn.functional import dropout, pad, relu

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
            self.gates = nn.ModuleList(nn.Conv1d(SIZE, GATES * cells, REACH) for _ in WAYS if cells)
            self.out = nn.Linear(FILTERS * len(WIDTHS) + SIZE + cells * len(WAYS), labels)

        def vectors(self, rows: Any, tones: Any, pieces: Any, offsets: Any, index: Any) -> tuple[Any, Any]:
            """(texts, places, SIZE), and (texts, places): 1 where there is a word."""
            if self.training:
                rows = torch.where((torch.rand(rows.shape) < FORGET_WORDS) & (rows > 0), 1, rows)
            table = self.words(rows) + self.pieces(pieces, offsets) + self.tones(tones)
            there = (index > 0).float()
            return dropout(table, DROP_IN, self.training)[index] * there[..., None], there

        def answer(self, vectors: Any, there: Any) -> Any:
            turned = pad(vectors.transpose(1, 2), (PAD - 1, 0))
            answers = [relu(layer(turned)).amax(2) for layer in self.filters]
            shares = self.attention(vectors).squeeze(-1).masked_fill(there == 0, -1e9).softmax(1)
            answers.append((shares[..., None] * vectors).sum(1))
            if cells:
                answers.append(self._remember(vectors, there))
            return self.out(dropout(torch.cat(answers, 1), DROP_OUT, self.training))

        def _remember(self, vectors: Any, there: Any) -> Any:
            ways = (vectors, vectors.flip(1))
            read = [
                layer(pad(way.transpose(1, 2), (REACH - 1, 0))) for layer, way in zip(self.gates, ways, strict=True)
            ]
            gates = [both.transpose(1, 2).chunk(GATES, 2) for both in read]
            real = [way[..., None].expand(-1, -1, cells) for way in (there, there.flip(1))]
            new, keep, show = (torch.cat(both, 2) for both in zip(*gates, strict=True))
            word = torch.cat(real, 2) > 0
            # Where there is no word, everything is kept and nothing taken in.
            kept = torch.where(word, keep.sigmoid(), 1.0)
            memory, held = torch.zeros_like(new[:, 0]), []
            for share, value in zip(kept.unbind(1), ((1 - kept) * new.tanh()).unbind(1), strict=True):
                memory = torch.addcmul(value, share, memory)
                held.append(memory)
            return (torch.stack(held, 1) * show.sigmoid()).masked_fill(~word, -1e9).amax(1)

    return Net()
