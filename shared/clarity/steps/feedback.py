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

_LOOKED_THROUGH = 1_000  # characters at either end of what is far longer than it may be


@dataclass(frozen=True, slots=True)
class TakeFeedback:
    """Note rating and reading on the insight; answer words that speak of a crisis with help.

    Such words are for the person's own eyes and for those whom they call: no prompt gets them.
    """

    records: Records
    clock: Callable[[], datetime]
    retention: timedelta

    def __call__(self, event: DocumentCreated) -> dict[str, object]:
        """Take one feedback document; the answer that belongs on it.

        Raises:
            MalformedEventError: a field cannot be used.
            UnknownReferenceError: the insight is not there.
        """
        user_id, now = event.origin.user_id, self.clock()
        given = parse_feedback(event.fields)
        help_ = self.help_for(event)
        if help_["support"]:  # at once: nothing that fails later may keep it from the person
            self.records.answer(event.origin, help_)
        if not self.records.mark_insight(user_id, given.insight_id, given.rating, event.time):
            raise UnknownReferenceError("expected the id of an insight that is there, found none")
        return {
            "status": "received",
            # Of what says something: a mere receipt may not push it out of the latest.
            **({"received_at": event.time} if given.words or given.rating is not None else {}),
            **help_,
            "expires_at": now + self.retention,
        }

    def help_for(self, event: DocumentCreated) -> dict[str, object]:
        """The concern that the words raise, and the help for it: also for feedback that is refused.

        Whoever writes too long a text in a crisis gets the lines to call all the same.
        """
        words, user_id = event.fields.get("words"), event.origin.user_id
        found = concern(_ends(words)) if isinstance(words, str) else None
        if found is None:
            return {"concern": None, "support": None}
        person = Person.parse(self.records.person(user_id), self.clock().date())
        return {
            "concern": found,
            "support": asdict(support(found, person.language, person.region)),
        }


def marks_on(insight: Mapping[str, object], rating: int | None, at: datetime) -> dict[str, object]:
    """What feedback of then notes on the insight: the first reading, the last rating."""
    marks: dict[str, object] = {}
    # Whole seconds where the app reads it: its decoder knows no fractions.
    read_at, rated_at, second = (
        insight.get("read_at"),
        insight.get("rated_at"),
        at.replace(microsecond=0),
    )
    if not isinstance(read_at, datetime) or second < read_at:
        marks["read_at"] = second
    if rating is not None and not (isinstance(rated_at, datetime) and at < rated_at):
        marks |= {"rating": rating, "rated_at": at}
    return marks


def _ends(words: str) -> str:
    """Words of any length in bounded time: 1 MiB takes seconds to look through."""
    if len(words) <= 2 * _LOOKED_THROUGH:
        return words
    return f"{words[:_LOOKED_THROUGH]}\n{words[-_LOOKED_THROUGH:]}"


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
