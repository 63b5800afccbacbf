"""A language model in memory: it tells what the template would, unless it is told otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from clarity.domain.words.narrative import Sentence
from clarity.domain.words.narrator import narrate
from clarity.steps.ports_words import Answer, Task, Usage


@dataclass
class Model:
    """`said` replaces the first sentence, of one type of insight or of all; errors come first."""

    version: str = "model-test"
    errors: list[Exception] = field(default_factory=list)
    said: str = ""
    about: str = ""
    tasks: list[Task] = field(default_factory=list)

    def narrate(self, task: Task) -> Answer:
        self.tasks.append(task)
        if self.errors:
            raise self.errors.pop(0)
        told = narrate(
            task.facts, language=task.language, level=task.level, insight_type=task.insight_type
        )
        first, *others = told.sentences
        if self.said and self.about in {"", task.insight_type}:
            first = Sentence(self.said, first.fact_ids, first.kind)
        return Answer(replace(told, sentences=(first, *others), source="gemini"), Usage(100, 50))
