"""Sentiment by a Hugging Face sequence classifier, on the processor, behind the same interface.

Weights are read from safetensors only and no code of a checkpoint is run. Nothing is downloaded here:
``models pull`` does that. Load before a worker forks and predict only afterwards, since a thread pool of the
parent hangs in the child.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loguru import logger

from pasip_core.domain.analysis import SentimentScores
from pasip_core.errors import ModelRefused

from .labels import sentiment_of_labels
from .reading import lead

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH = 32
SORTED_TOGETHER = 2_048
"""Texts ordered by length at a time, so that a batch holds little padding."""

LONGEST = 512
WHOLE = ("model.safetensors", "model.safetensors.index.json")


class TransformerSentiment:
    """Order is kept, memory is bounded, an empty text is neutral."""

    def __init__(self, model: Any, tokenizer: Any, mapping: NDArray[np.float64], version: str) -> None:
        self._model, self._tokenizer, self._mapping = model, tokenizer, mapping
        self._longest = _longest(model, tokenizer)
        self.version = version

    def predict(self, texts: Sequence[str]) -> list[SentimentScores]:
        """See ``SentimentModel``."""
        found: list[SentimentScores] = []
        for start in range(0, len(texts), SORTED_TOGETHER):
            found.extend(self._ordered(texts[start : start + SORTED_TOGETHER]))
        return found

    def _ordered(self, texts: Sequence[str]) -> list[SentimentScores]:
        read = [lead(text).strip() for text in texts]
        found = [SentimentScores.certain("neutral")] * len(texts)
        order = sorted((n for n, text in enumerate(read) if text), key=lambda n: len(read[n]))
        for start in range(0, len(order), BATCH):
            numbers = order[start : start + BATCH]
            for number, scores in zip(numbers, self._batch([read[n] for n in numbers]), strict=True):
                found[number] = scores
        return found

    def _batch(self, texts: list[str]) -> Iterator[SentimentScores]:
        import torch

        inputs = self._tokenizer(texts, padding=True, truncation=True, max_length=self._longest, return_tensors="pt")
        accepted = {name: value for name, value in inputs.items() if name in {"input_ids", "attention_mask"}}
        with torch.inference_mode():
            logits = self._model(**accepted).logits
        shares = torch.softmax(logits.double(), dim=-1).numpy() @ self._mapping
        for positive, neutral, negative in (shares / shares.sum(axis=1, keepdims=True)).tolist():
            yield SentimentScores(positive=positive, neutral=neutral, negative=negative)


def load_transformer(name: str, *, fast: bool = True) -> TransformerSentiment:
    """The classifier at this path or in the local Hugging Face cache; never from the network.

    ``fast`` turns linear layers to int8 where this version of torch can. ``ModelRefused`` where the model is
    not on disk, has no trained head over positive, neutral and negative, or has no safetensors weights.
    """
    config = read_config(name)
    mapping = sentiment_of_labels(config.id2label, name)
    _must_classify(config, name)
    folder = local_folder(name)
    if not any((folder / file).exists() for file in WHOLE):
        raise ModelRefused(
            f"SENTIMENT_MODEL: {name!r} has no weights in safetensors format, and pickled weights are never opened; "
            "convert it (model.save_pretrained) or choose another.",
            field="sentiment_model",
            value=name,
        )
    with _one_thread():
        model, tokenizer = _read(folder, name)
        if fast:
            model = _eight_bits(model)
    return TransformerSentiment(model, tokenizer, mapping, _version(name, folder, model))


@contextmanager
def _one_thread() -> Iterator[None]:
    """No thread pool may start while loading: a process that forks later would leave its child a dead one."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def on_disk(name: str) -> bool:
    """Whether the checkpoint can be loaded without a network."""
    try:
        local_folder(name)
    except ModelRefused:
        return False
    return True


def local_folder(name: str) -> Path:
    """The folder of the checkpoint: the path itself, or its snapshot in the Hugging Face cache."""
    if (Path(name) / "config.json").is_file():
        return Path(name)
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        cached = try_to_load_from_cache(name, "config.json")
    except HFValidationError:
        cached = None
    if isinstance(cached, str):
        return Path(cached).parent
    raise ModelRefused(
        f"SENTIMENT_MODEL: {name!r} is neither a folder with a config.json nor downloaded; "
        f"run `python -m pasip_core models pull {name}`, or use bundled.",
        field="sentiment_model",
        value=name,
    )


def read_config(name: str) -> Any:
    """The checkpoint's configuration. ``ModelRefused`` where it cannot be read."""
    from transformers import AutoConfig

    try:
        return AutoConfig.from_pretrained(local_folder(name), local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError) as error:
        raise _unreadable(name, error) from error


def _must_classify(config: Any, name: str) -> None:
    heads = config.architectures or []
    if not any("ForSequenceClassification" in head for head in heads):
        shown = ", ".join(heads) or "no head at all"
        raise ModelRefused(
            f"SENTIMENT_MODEL: {name!r} is a language model without a sentiment classifier ({shown}); its scores "
            "would be noise. Name a checkpoint fine-tuned for sentiment, or use bundled.",
            field="sentiment_model",
            value=name,
        )


def _read(folder: Path, name: str) -> tuple[Any, Any]:
    from safetensors import SafetensorError
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        model, report = AutoModelForSequenceClassification.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            output_loading_info=True,
        )
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise _unreadable(name, error) from error
    if missing := sorted(report["missing_keys"]):
        raise ModelRefused(
            f"SENTIMENT_MODEL: {name!r} lacks trained weights ({', '.join(missing[:3])}); its scores would be noise. "
            "Name a checkpoint fine-tuned for sentiment, or use bundled.",
            field="sentiment_model",
            value=name,
        )
    return model.eval(), tokenizer


def _unreadable(name: str, error: Exception) -> ModelRefused:
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
    return ModelRefused(
        f"SENTIMENT_MODEL: {name!r} cannot be loaded: {reason}. Pull it again, or use bundled.",
        field="sentiment_model",
        value=name,
    )


def _eight_bits(model: Any) -> Any:
    """int8 linear layers, some four times faster; the model itself where torch no longer offers that."""
    import warnings

    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.ao.quantization.quantize_dynamic(model, {torch.nn.Linear}, dtype=torch.qint8)
    except (AttributeError, NotImplementedError, RuntimeError) as error:
        logger.info("sentiment model runs unquantised: {}", error)
        return model


def _longest(model: Any, tokenizer: Any) -> int:
    """Tokens a text may have: what both sides allow; RoBERTa counts positions from its padding index on."""
    positions = getattr(model.config, "max_position_embeddings", None) or LONGEST
    if str(getattr(model.config, "model_type", "")) in {"roberta", "xlm-roberta", "camembert"}:
        positions -= 2
    return int(max(8, min(LONGEST, positions, tokenizer.model_max_length)))


def _version(name: str, folder: Path, model: Any) -> str:
    """Name, a digest of what was loaded, and the precision: enough to tell two answers' makers apart."""
    digest = hashlib.sha256((folder / "config.json").read_bytes())
    for file in sorted(folder.glob("*.safetensors")):
        with file.open("rb") as weights:
            digest.update(weights.read(1 << 20))
            weights.seek(max(0, file.stat().st_size - (1 << 20)))
            digest.update(weights.read())
    precision = "int8" if any("quantized" in type(part).__module__ for part in model.modules()) else "fp32"
    label = Path(name).name if Path(name).is_dir() else name
    return f"{label}@{digest.hexdigest()[:8]}-{precision}"
