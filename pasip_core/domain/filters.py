"""Which mentions a page, an export or a report speaks of."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .period import Period


@dataclass(frozen=True, slots=True)
class Filters:
    """An empty tuple, or empty text, leaves that side open.

    ``keywords`` are ids; a mention is meant once however many of them it has. ``sentiments`` reads the
    stance towards the keyword where exactly one keyword is chosen, else the sentiment of the whole.
    ``text`` wants all its words after normalisation; ``"quoted words"`` want to stand together.
    ``accounts`` are authors as they are stored, ``without`` those that are left out, ``emotions`` what the whole
    text was read as (``pending`` where it was not), ``topic``, ``story`` and ``entity`` ids of a ``Topic``, of a story
    (``cluster_id``) and of a ``NamedEntity``. ``unsure`` leaves only texts of whose sentiment the model was not sure
    (see ``analysis.SURE``).
    """

    period: Period
    keywords: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    sentiments: tuple[str, ...] = ()
    text: str = ""
    accounts: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    emotions: tuple[str, ...] = ()
    topic: str = ""
    story: str = ""
    entity: str = ""
    unsure: bool = False

    @property
    def fits_series(self) -> bool:
        """Whether day cells can answer, with no look at single mentions."""
        return not self.sources and not self.looks_up

    @property
    def looks_up(self) -> bool:
        """Whether only single mentions can answer: what is asked for is in no series at all."""
        looked_up = (self.accounts, self.without, self.emotions, self.topic, self.story, self.entity, self.unsure)
        return bool(self.text.strip()) or any(looked_up)

    @property
    def one_keyword(self) -> str | None:
        """The keyword whose stance counts, if there is exactly one."""
        return self.keywords[0] if len(self.keywords) == 1 else None

    def before(self) -> Filters:
        """The same over the period before."""
        return replace(self, period=self.period.previous())

    def only(self, keyword: str) -> Filters:
        """The same for one keyword."""
        return replace(self, keywords=(keyword,))
