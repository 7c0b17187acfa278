"""Training of the entity recogniser: a spaCy pipeline that begins with nothing but NERGrit's sentences."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .corpora import Sentence
from .entities import blank_pipeline

if TYPE_CHECKING:
    from spacy.language import Language

SEED = 20_261_124
EPOCHS, BATCH, DROP, RATE = 14, 16, 0.35, 0.001
REPLACED, LOWERED = 0.3, 0.1
"""Share of sentences in which a name gives way to another of its kind, and of those written without capitals."""

Span = tuple[int, int, str]


def learn_entities(sentences: Sequence[Sentence], *, epochs: int = EPOCHS, seed: int = SEED) -> Language:
    """A pipeline that marks persons, places and organisations. The same seed gives the same pipeline."""
    from spacy.util import fix_random_seed

    fix_random_seed(seed)
    chance = random.Random(seed)  # noqa: S311 (no secret)
    nlp = blank_pipeline()
    nlp.initialize(lambda: [_example(nlp, sentence) for sentence in sentences])
    optimizer = nlp.create_optimizer()
    optimizer.learn_rate = RATE
    names = _names(sentences)
    for _ in range(epochs):
        shuffled = chance.sample(list(sentences), len(sentences))
        varied = [_vary(sentence, names, chance) for sentence in shuffled]
        for start in range(0, len(varied), BATCH):
            batch = [_example(nlp, sentence) for sentence in varied[start : start + BATCH]]
            nlp.update(batch, sgd=optimizer, drop=DROP)
    # What is kept is the mean of the weights over training, which errs less than the last ones.
    with nlp.use_params(optimizer.averages):
        kept = nlp.to_bytes()
    return blank_pipeline().from_bytes(kept)


def spans(tags: Iterable[str]) -> list[Span]:
    """(first token, end, label) of each name; an I- that continues nothing begins a name."""
    found: list[Span] = []
    last = "O"
    for place, tag in enumerate(tags):
        label = tag[2:]
        if tag.startswith("I-") and last[2:] == label:
            found[-1] = (found[-1][0], place + 1, label)
        elif label:
            found.append((place, place + 1, label))
        last = tag
    return found


def _example(nlp: Language, sentence: Sentence) -> Any:
    from spacy.tokens import Doc, Span
    from spacy.training import Example

    words = [word for word, _ in sentence]
    truth = Doc(nlp.vocab, words=words)
    truth.set_ents([Span(truth, *found[:2], label=found[2]) for found in spans(tag for _, tag in sentence)])
    return Example(Doc(nlp.vocab, words=words), truth)


def _names(sentences: Sequence[Sentence]) -> dict[str, list[list[str]]]:
    names: dict[str, list[list[str]]] = {}
    for sentence in sentences:
        for start, end, label in spans(tag for _, tag in sentence):
            names.setdefault(label, []).append([word for word, _ in sentence[start:end]])
    return names


def _vary(sentence: Sentence, names: dict[str, list[list[str]]], chance: random.Random) -> Sentence:
    """The sentence, at times with other names of the same kinds, or as it would be typed in haste."""
    if chance.random() < REPLACED:
        sentence = _rename(sentence, names, chance)
    if chance.random() < LOWERED:
        sentence = [(word.lower(), tag) for word, tag in sentence]
    return sentence


def _rename(sentence: Sentence, names: dict[str, list[list[str]]], chance: random.Random) -> Sentence:
    found, end = [], 0
    for start, stop, label in spans(tag for _, tag in sentence):
        found += sentence[end:start]
        first, *more = chance.choice(names[label])
        found += [(first, f"B-{label}"), *((word, f"I-{label}") for word in more)]
        end = stop
    return found + sentence[end:]
