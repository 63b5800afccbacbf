"""A narrative: sentences, each with the facts that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from clarity.domain.person import Level

SentenceKind = Literal["summary", "insight", "recommendation"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and the ids of the facts that it rests on."""

    text: str
    fact_ids: tuple[str, ...]
    kind: SentenceKind


@dataclass(frozen=True, slots=True)
class Narrative:
    """What the person reads.

    Attributes:
        sentences: in reading order.
        source: who wrote it.
        language: of the sentences, as an ISO 639-1 code.
        level: how the person likes to read.
    """

    sentences: tuple[Sentence, ...]
    source: Literal["template", "gemini"]
    language: str
    level: Level = "detailed"

    @property
    def narrative(self) -> str:
        """The summary as one paragraph."""
        return " ".join(self._texts("summary"))

    @property
    def key_insights(self) -> tuple[str, ...]:
        """What stands out, a sentence each."""
        return self._texts("insight")

    @property
    def recommendations(self) -> tuple[str, ...]:
        """What the person might try, a sentence each."""
        return self._texts("recommendation")

    def _texts(self, kind: SentenceKind) -> tuple[str, ...]:
        return tuple(sentence.text for sentence in self.sentences if sentence.kind == kind)
