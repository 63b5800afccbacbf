"""A job: what the phone follows from its write to the result.

queued -> preprocessing -> processing -> analyzing -> completed

Every status but the last may also be followed by one of these, which are final like `completed`:
insufficient_data (with what is missing), failed (with a reason that a person can act on) and
requires_review (a filter held the text back).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, get_args

from clarity.domain.errors import MalformedEventError

InsightType = Literal["sleep", "activity", "general"]
Timeframe = Literal["1week", "1month", "3months"]
Priority = Literal["high", "normal", "low"]
Collection = Literal["uploads", "insight_requests", "feedback", "privacy_requests"]
_COLLECTIONS: tuple[Collection, ...] = get_args(Collection)

# A privacy request that is not through: where nobody goes on with it, it waits for an answer too.
WORKING = "working"

_CHOICES = {
    "data_timeframe": ("1week", "1month", "3months"),
    "insight_type": ("sleep", "activity", "general"),
    "priority": ("high", "normal", "low"),
}


class Status(StrEnum):
    """Where a job stands; the last four are final."""

    QUEUED = "queued"
    PREPROCESSING = "preprocessing"
    PROCESSING = "processing"
    ANALYZING = "analyzing"
    COMPLETED = "completed"
    INSUFFICIENT_DATA = "insufficient_data"
    FAILED = "failed"
    REQUIRES_REVIEW = "requires_review"

    @property
    def final(self) -> bool:
        """Whether nothing follows this status."""
        return _RANK[self] == _FINAL_RANK

    @property
    def progress(self) -> float:
        """The share of the way that lies behind, 0 to 1."""
        return _RANK[self] / _FINAL_RANK

    def may_follow(self, earlier: Status) -> bool:
        """Whether a job may move here: forward only, and never on from a final status.

        >>> Status.PROCESSING.may_follow(Status.QUEUED), Status.QUEUED.may_follow(Status.COMPLETED)
        (True, False)
        """
        return _RANK[earlier] < _RANK[self]


_RANK = {
    Status.QUEUED: 0,
    Status.PREPROCESSING: 1,
    Status.PROCESSING: 2,
    Status.ANALYZING: 3,
    Status.COMPLETED: 4,
    Status.INSUFFICIENT_DATA: 4,
    Status.FAILED: 4,
    Status.REQUIRES_REVIEW: 4,
}
_FINAL_RANK = 4


@dataclass(frozen=True, slots=True)
class Origin:
    """The document a person created: an upload or an insight request starts a job."""

    user_id: str
    collection: Collection
    document_id: str

    @staticmethod
    def of(user_id: str, collection: str, document_id: str) -> Origin:
        """The origin in a collection whose name came from outside.

        Raises:
            MalformedEventError: no document there starts anything.
        """
        for known in _COLLECTIONS:
            if collection == known:
                return Origin(user_id, known, document_id)
        raise MalformedEventError(
            f"expected one of {', '.join(_COLLECTIONS)}, found {{}}", collection
        )

    @property
    def processing_id(self) -> str:
        """The job's id: derived from the document, so that a redelivery finds its own job.

        >>> Origin("ada", "insight_requests", "r1").processing_id
        'request-r1'
        """
        return f"{_KINDS[self.collection]}-{self.document_id}"

    @property
    def path(self) -> str:
        """The document's path below the database root."""
        return f"users/{self.user_id}/{self.collection}/{self.document_id}"

    @property
    def job_path(self) -> str:
        """The job's document, likewise."""
        return f"users/{self.user_id}/jobs/{self.processing_id}"

    @property
    def reference(self) -> dict[str, str]:
        """The origin as a field of documents, messages and logs."""
        return {f"{_KINDS[self.collection]}_id": self.document_id}


_KINDS: dict[Collection, str] = {
    "uploads": "upload",
    "insight_requests": "request",
    "feedback": "feedback",
    "privacy_requests": "privacy",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person asked for.

    Attributes:
        data_timeframe: The newest week, the last four, or the last thirteen weeks.
        insight_type: What the words are about.
        priority: "high" does not wait for the end of a burst of uploads; "low" leaves half of the
            person's paid calls of the day to others.
        explanation: Whether to say where PAT looked and what moved its reading.
    """

    data_timeframe: Timeframe
    insight_type: InsightType
    priority: Priority
    explanation: bool = False


# What an upload asks for by itself: the week, in general, behind what a person asks for.
AUTOMATIC = Wanted("1week", "general", "low")


def parse_request(document: dict[str, object]) -> Wanted:
    """The wishes in an insight request document.

    Raises:
        MalformedEventError: a field is missing or is none of its allowed values.
    """
    explanation = document.get("explanation", False)
    problems = [
        (f"{name}: expected one of {', '.join(allowed)}, found {{}}", document.get(name))
        for name, allowed in _CHOICES.items()
        if document.get(name) not in allowed
    ]
    if not isinstance(explanation, bool):
        problems.append(("explanation: expected true or false, found {}", explanation))
    if problems:
        words, found = zip(*problems, strict=True)
        raise MalformedEventError("; ".join(words), *found)
    choices = {name: document[name] for name in _CHOICES}
    return Wanted(**choices, explanation=explanation is True)  # type: ignore[arg-type]  # checked above
