"""A bundled classifier as a whole: a linear model and a network, blended and calibrated."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .lexicon import LEXICONS
from .linear import LinearModel, load_linear, save_linear, softmax
from .net import WordNet, load_net, save_net

if TYPE_CHECKING:
    from numpy.typing import NDArray

NET_FILE, BLEND_FILE = "net.safetensors", "blend.json"


@dataclass(frozen=True, slots=True)
class Mixture:
    """Probabilities are softmax(linear x logits + net x logits + shift), fitted on texts that neither saw."""

    linear: float
    net: float
    shift: tuple[float, ...]

    def probabilities(self, linear: NDArray[np.float64], net: NDArray[np.float64]) -> NDArray[np.float64]:
        """Rows that sum to 1."""
        return softmax(self.linear * linear + self.net * net + np.array(self.shift))

    def leaning(self, lean: tuple[float, ...]) -> Mixture:
        """The same with some labels likelier by so much; ``()`` for none."""
        return replace(self, shift=tuple(shift + more for shift, more in zip_longest(self.shift, lean, fillvalue=0.0)))


@dataclass(frozen=True, slots=True)
class Blend:
    """Both models read the same tokens."""

    linear: LinearModel
    net: WordNet
    mixture: Mixture

    @property
    def labels(self) -> tuple[str, ...]:
        """The columns of ``probabilities``."""
        return self.linear.labels

    @property
    def version(self) -> str:
        """What is stored with each analysis."""
        return self.linear.version

    def probabilities(self, texts: Sequence[Sequence[str]]) -> NDArray[np.float64]:
        """Calibrated, one row a text."""
        return self.mixture.probabilities(self.linear.logits(texts), self.net.logits(texts))


def save_blend(
    linear: LinearModel, arrays: dict[str, NDArray[Any]], mixture: Mixture, folder: Path, *, lexicon: str, **notes: Any
) -> None:
    """Write the model's four files; ``lexicon`` names the one that the network learnt with."""
    save_linear(linear, folder)
    save_net(arrays, folder / NET_FILE)
    values = {"linear": mixture.linear, "net": mixture.net, "shift": mixture.shift, "lexicon": lexicon}
    (folder / BLEND_FILE).write_text(json.dumps(values | notes, indent=1) + "\n", encoding="utf-8")
    for path in folder.glob("*.safetensors"):
        path.chmod(0o644)


def load_blend(folder: Path) -> Blend:
    """Read what ``save_blend`` wrote."""
    values = json.loads((folder / BLEND_FILE).read_text(encoding="utf-8"))
    mixture = Mixture(float(values["linear"]), float(values["net"]), tuple(values["shift"]))
    return Blend(load_linear(folder), load_net(folder / NET_FILE, LEXICONS[values["lexicon"]]), mixture)
