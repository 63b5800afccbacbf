"""Replay: a dead letter's event is handled again, once what made it fail is put right.

begin ── one commit: job reopened, claim given back, answer taken back, audit ──▶ begun
begun ── the event is published ──▶ published ── end: the letter is `replayed`

Whoever dies in between leaves a letter that waits: the next replay looks at job and claim as they
are then, and does what is missing. What was done meanwhile, by whichever delivery, stays as it is.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import orjson

from clarity.domain.errors import MalformedEventError
from clarity.domain.events import DocumentNamed, JobMessage
from clarity.domain.job import Status
from clarity.steps.once import REJECTED
from clarity.steps.ports import Outgoing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from clarity.domain.job import Origin
    from clarity.steps.dead_letters import Letter
    from clarity.steps.ports import Topic, Topics

# What is to be done with a letter:
#   replay   publish its event again
#   done     nothing: its work was done meanwhile; the letter is settled
#   settled  nothing: it was replayed or dropped before
#   gone     drop it: what it is about is not there any more
#   erased   delete it: its person was erased
#   later    nothing yet: somebody is at work on it
#   refused  nothing: a replay cannot help
Kind = Literal["replay", "done", "settled", "gone", "erased", "later", "refused"]

# Where a step's events come from, and where its job stands before it: a queued job takes uploads
# until preprocess reads them, so one that is past that is not queued again.
_SOURCES: Mapping[str, tuple[Topic, Status]] = {
    "ingest": ("documents", Status.QUEUED),
    "preprocess": ("ingested", Status.QUEUED),
    "insights": ("analysed", Status.PROCESSING),
    "privacy": ("documents", Status.QUEUED),
}
# The steps that are told of a person's document, and read it themselves.
_OF_DOCUMENTS = ("ingest", "privacy")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is there of a letter's event; None for what is not.

    Attributes:
        erased: whether its person was erased since.
        document: the person's own document.
        job: its job.
        claim: who works on it at the letter's step.
    """

    erased: bool
    document: Mapping[str, object] | None
    job: Mapping[str, object] | None
    claim: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done with a letter, and why, in words.

    Attributes:
        kind: what is to be done.
        why: in words.
        outgoing: the event, to be published.
        reopen: the status that the failed job goes back to.
        unclaim: whether the claim is given back.
        unanswer: whether the answer on the person's document is taken back.
    """

    kind: Kind
    why: str
    outgoing: Outgoing | None = None
    reopen: Status | None = None
    unclaim: bool = False
    unanswer: bool = False


class Letters(Protocol):
    """Where letters are kept, beside the jobs and claims that they are about."""

    def look(self, letter: Letter) -> Decision:
        """What a replay would do now."""

    def begin(self, letter: Letter, attempt: str, by: str) -> Decision:
        """Decide, and do all of it but publishing, in one commit."""

    def end(self, letter: Letter, attempt: str) -> None:
        """The event is published; no effect if the letter came again since the attempt began."""


@dataclass(frozen=True, slots=True)
class Replay:
    """Handle letters' events again."""

    letters: Letters
    topics: Topics

    def __call__(self, letter: Letter, by: str) -> Decision:
        """Replay one letter; `by` whom goes into the person's audit."""
        attempt = secrets.token_hex(8)
        decision = self.letters.begin(letter, attempt, by)
        if decision.outgoing is not None:
            self.topics.publish(decision.outgoing)
            self.letters.end(letter, attempt)
        return decision


def decide(letter: Letter | None, standing: Standing, now: datetime) -> Decision:
    """What a replay of the letter is to do, as things stand."""
    if letter is None:
        return Decision("settled", "it is not there any more")
    if letter.state != "waiting":
        return Decision("settled", f"it is {letter.state}")
    if standing.erased:
        return Decision("erased", "the person was erased")
    refusal = _refusal(letter)
    if refusal:
        return Decision("refused", refusal)
    if letter.origin is None:  # nothing to reopen: as it came, so it goes
        return Decision("replay", "as it came", Outgoing(_topic(letter), letter.data or b"", {}))
    return _among_documents(letter, letter.origin, standing, now)


def _topic(letter: Letter) -> Topic:
    return _SOURCES[letter.step][0]


def _refusal(letter: Letter) -> str:
    """Why no replay can help; empty where one may."""
    if letter.step not in _SOURCES:
        return f"no event of {letter.step} is published again"
    if letter.code == "reused_id":
        return "its id was used before: the app writes the document under another id"
    if letter.origin is None and letter.step == "privacy":
        return "it names no request"
    if letter.origin is None:
        return "" if letter.data else "its message was not kept, and it names no document"
    if letter.step == "insights" and _message(letter) is None:
        return "its message was not kept, or is none"
    return ""


def _among_documents(letter: Letter, origin: Origin, standing: Standing, now: datetime) -> Decision:
    of_document = letter.step in _OF_DOCUMENTS
    anchor = standing.document if of_document else standing.job
    if anchor is None:
        return Decision("gone", "its document or job is gone")
    claim, job = standing.claim or {}, standing.job or {}
    lease_until: datetime | None = claim.get("lease_until")  # type: ignore[assignment]  # a claim's
    handled = "result" in claim
    if claim and not handled and lease_until is not None and lease_until > now:
        return Decision("later", f"a worker is at it, until {lease_until:%X} at the latest")
    failed = job.get("status") == Status.FAILED
    if failed and _code(job) != letter.code:
        return Decision("refused", f"its job failed otherwise since: {_code(job)}")
    unanswer = of_document and _refused(standing.document, letter.code)
    if _done(claim, job, again=unanswer):
        return Decision("done", "it was done meanwhile")
    return Decision(
        "replay",
        "its event is published again",
        _event(letter, origin, job),
        _SOURCES[letter.step][1] if failed else None,
        unclaim=handled,
        unanswer=unanswer,
    )


def _done(claim: Mapping[str, object], job: Mapping[str, object], *, again: bool) -> bool:
    """Whether the letter's step has done its work, or the job has ended without failing.

    A job that failed although this step is done failed at another one, whose letter it has.
    """
    rejected = str(claim.get("result", REJECTED)).startswith(REJECTED)
    ended = bool(job) and Status(str(job["status"])).final and job["status"] != Status.FAILED
    return ended or not (rejected or again)


def _code(fields: Mapping[str, object]) -> str:
    reason = fields.get("reason")
    return str(reason["code"]) if isinstance(reason, dict) and "code" in reason else "(no code)"


def _refused(document: Mapping[str, object] | None, code: str) -> bool:
    """Whether the person's document says that it was refused, and for this."""
    found = document or {}
    return found.get("status") == "rejected" and _code(found) == code


def _event(letter: Letter, origin: Origin, job: Mapping[str, object]) -> Outgoing:
    """The event as it was, or one that says the same; it continues its trace."""
    trace = letter.reference.get("traceparent")
    context = {"traceparent": trace} if trace else {}
    if letter.step in _OF_DOCUMENTS:
        named = DocumentNamed(origin)
        return Outgoing("documents", orjson.dumps(named.body()), {**named.attributes(), **context})
    message = _message(letter) or JobMessage(origin, str(job.get("priority", "normal")))
    attributes = {**message.attributes(), **context}
    return Outgoing(_topic(letter), orjson.dumps(message.body()), attributes)


def _message(letter: Letter) -> JobMessage | None:
    try:
        body = orjson.loads(letter.data or b"")
        message = JobMessage.parse(body) if isinstance(body, dict) else None
    except (orjson.JSONDecodeError, MalformedEventError):
        return None
    return message if message and message.origin == letter.origin else None
