"""feedback: what a person says of an insight is kept, and answered at once where it must be."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from clarity.domain.errors import MalformedEventError, UnknownReferenceError
from clarity.domain.feedback import parse_feedback
from clarity.domain.person import Person
from clarity.domain.words.safety import concern, support

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import timedelta

    from clarity.domain.events import DocumentCreated
    from clarity.domain.feedback import Feedback
    from clarity.domain.words.safety import Concern
    from clarity.steps.ports import Records


@dataclass(frozen=True, slots=True)
class TakeFeedback:
    """Note rating and reading on the insight; answer words that speak of a crisis with help.

    Such words are for the person's own eyes and for those whom they call: no prompt gets them.
    """

    records: Records
    clock: Callable[[], datetime]
    retention: timedelta

    def __call__(self, event: DocumentCreated) -> None:
        """Take one feedback document.

        Raises:
            MalformedEventError: a field cannot be used.
            UnknownReferenceError: the insight is not there.
        """
        user_id, now = event.origin.user_id, self.clock()
        given = parse_feedback(event.fields)
        insight = self.records.insight(user_id, given.insight_id)
        if insight is None:
            raise UnknownReferenceError("expected the id of an insight that is there, found none")
        answer = {
            "status": "received",
            # Of what says something: a mere receipt may not push it out of the latest.
            **({"received_at": now} if given.words or given.rating is not None else {}),
            **self.help_for(event),
            "expires_at": now + self.retention,
        }
        # The help first: nothing that fails later may keep it from the person.
        self.records.answer(event.origin, answer)
        marks: dict[str, object] = {}
        if given.rating is not None:
            marks["rating"] = given.rating
        if given.read and insight.get("read_at") is None:
            marks["read_at"] = event.time.replace(microsecond=0)
        if marks:
            self.records.mark_insight(user_id, given.insight_id, marks)

    def help_for(self, event: DocumentCreated) -> dict[str, object]:
        """The concern that the words raise, and the help for it: also for feedback that is refused.

        Whoever writes too long a text in a crisis gets the lines to call all the same.
        """
        words, user_id = event.fields.get("words"), event.origin.user_id
        found = concern(words) if isinstance(words, str) else None
        if found is None:
            return {"concern": None, "support": None}
        person = Person.parse(self.records.person(user_id), self.clock().date())
        return {
            "concern": found,
            "support": asdict(support(found, person.language, person.region)),
        }


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said, what concern it raises, and when it was taken."""

    feedback: Feedback
    concern: Concern | None
    at: datetime


def said(documents: Sequence[Mapping[str, object]]) -> tuple[Said, ...]:
    """The feedback in documents, looked at anew: a phone may have changed them since the answer.

    What is no feedback any more is left out.
    """
    found = []
    for document in documents:
        at = document.get("received_at")
        try:
            feedback = parse_feedback(document)
        except MalformedEventError:
            continue
        if isinstance(at, datetime):
            found.append(Said(feedback, concern(feedback.words), at))
    return tuple(found)
