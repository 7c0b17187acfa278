"""Names by a spaCy pipeline that somebody else has trained: to judge it beside ours, or to have it answer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pasip_core.domain.analysis import ORGANISATION, PERSON, PLACE, Entity
from pasip_core.errors import ModelRefused

from .entities import without_halves
from .gazetteer import counted_as

if TYPE_CHECKING:
    from spacy.language import Language

LABELS = {
    **dict.fromkeys(("PERSON", "PER", "PERS"), PERSON),
    **dict.fromkeys(("PLACE", "PLC", "LOC", "LOCATION", "GPE", "FAC"), PLACE),
    **dict.fromkeys(("ORGANISATION", "ORGANIZATION", "ORG", "NOR"), ORGANISATION),
}
"""What pipelines call our three kinds; they have others, which are passed over."""
BATCH = 64
LONGEST = 10_000_000
"""Characters of a text: spaCy's own limit of a tenth of that would end the whole file."""


class SpacyEntities:
    """What the pipeline marks as a person, place or organisation."""

    def __init__(self, pipeline: Language) -> None:
        meta = pipeline.meta
        self.version = f"spacy:{meta['lang']}_{meta['name']}-{meta['version']}"
        self._pipeline = pipeline

    def find(self, texts: Sequence[str]) -> list[list[Entity]]:
        """For each text its entities in order; ``text[start:end]`` is what stands there. None overlap."""
        with self._pipeline.memory_zone():  # or words met once are kept for ever
            return [
                [
                    Entity(name.text, label, name.start_char, name.end_char, counted_as(name.text, label))
                    for name in document.ents
                    if (label := LABELS.get(name.label_.upper()))
                ]
                for document in self._pipeline.pipe(map(without_halves, texts), batch_size=BATCH)
            ]


@lru_cache(maxsize=2)
def load_spacy(name: str) -> SpacyEntities:
    """The pipeline in this folder, or of this installed package. ``ModelRefused`` where it cannot mark our names."""
    import spacy

    if not Path(name).is_dir() and not spacy.util.is_package(name):
        raise _refused(name, "there is no such folder and no such package here; give the folder of a spaCy pipeline")
    try:
        pipeline = spacy.load(name)
    except (OSError, ValueError, ImportError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise _refused(name, f"spaCy cannot read it ({reason})") from error
    known = {label for labels in pipeline.pipe_labels.values() for label in labels}
    if not {label.upper() for label in known} & LABELS.keys():
        marks = ", ".join(sorted(known)[:10]) or "nothing"
        raise _refused(name, f"it marks {marks}, and none of {', '.join(LABELS)}")
    pipeline.max_length = LONGEST
    return SpacyEntities(pipeline)


def _refused(name: str, why: str) -> ModelRefused:
    return ModelRefused(f"Model {name!r} is no pipeline for entities: {why}.", field="model", value=name)
