"""sweep: at a clock's tick, what a death or an outage left lying is taken up again.

found                                             done
messages of a completed claim that nobody sent    they are sent, and marked as sent
a job that has not moved for long                 the message that moves it is sent again; at last
                                                  the job ends as failed, with a dead letter
a document of a person that nobody answered       ingest is told of it
an audit that is not whole                        it is logged, and somebody is told (upkeep.py)
samples kept for longer than the person chose     they expire when the person wants them to
dead letters in their subscription                they are kept in the store

A tick is bounded, and the next one goes on where it stopped. Each thing that is done may be done
again: whoever gets the message completes it once. So ticks may be lost, late, repeated or killed.
"""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar, get_args

from clarity.domain.errors import (
    ClarityError,
    ForgottenError,
    InProgressError,
    PermanentError,
    StuckError,
    TransientError,
)
from clarity.domain.job import Collection, Status
from clarity.steps.dead_letters import Files, file_letters
from clarity.steps.leftovers import (
    STEPS,
    Verdict,
    is_tried,
    judge,
    named,
    resuming,
    standing,
)
from clarity.steps.once import REJECTED, claim_key, once
from clarity.steps.ports import Claimed, Done, End, Outgoing
from clarity.steps.upkeep import Memory, Upkeep

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta

    from clarity.domain.job import Origin
    from clarity.steps.dead_letters import Mail
    from clarity.steps.leftovers import (
        Limits,
        OpenJob,
        Page,
        Sweeps,
        Unanswered,
        Unpublished,
        Work,
    )
    from clarity.steps.ports import Claims, Topics

T = TypeVar("T")

PAGE = 100  # documents of one query
# What a tick counts: what it did, and what else it found.
ACTIONS = ("republished", "resumed", "named", "failed", "filed")
COUNTS = (*ACTIONS, "open", "tried", "lapsed", "not_done")
# What code meets in a document that is not as it should be: a field is missing, or of another kind.
_UNLIKE = (AttributeError, KeyError, TypeError, ValueError)
WRITTEN: tuple[Collection, ...] = get_args(Collection)
_log = logging.getLogger(__name__)


class Letters(Files, Protocol):
    """The store of dead letters."""

    def waiting(self) -> int:
        """How many wait for somebody."""


@dataclass(slots=True)
class _Tick:
    """What one tick has done, and until when its part may work."""

    until: datetime
    counts: Counter[str] = field(default_factory=Counter)
    trouble: PermanentError | TransientError | None = None


@dataclass(frozen=True, slots=True)
class Sweep:
    """Look for what was left lying, and take it up again."""

    sweeps: Sweeps
    mail: Mail
    letters: Letters
    claims: Claims
    topics: Topics
    clock: Callable[[], datetime]
    limits: Limits
    lease: timedelta
    retention: timedelta
    count: Callable[[str, int], None]
    memory: Memory = field(default_factory=Memory)

    def __call__(self) -> Counter[str]:
        """Handle one tick; its counts.

        Raises:
            (PermanentError, TransientError): something could not be done now; the rest was.
        """
        began = self.clock()
        tick = _Tick(until=began)
        parts = (
            self._send_what_was_not_sent,
            self._move_jobs,
            self._name_overdue_uploads,
            self._file_letters,
            self._name_unanswered_documents,
            self._look_after_people,
        )
        for number, part in enumerate(parts):
            left = began + self.limits.lasting - self.clock()
            tick.until = self.clock() + left / (len(parts) - number)
            self._try(tick, partial(part, tick))
        self._try(tick, partial(self._say, tick, began))
        if tick.trouble is not None:
            raise tick.trouble
        return tick.counts

    def _send_what_was_not_sent(self, tick: _Tick) -> None:
        def send(found: Unpublished) -> None:
            if self.clock() - found.completed_at >= self.limits.grace:
                for each in found.completed.owes:
                    self.topics.publish(each)
                self.claims.published(found.key, found.completed)
                self._did(tick, "republished", {"claim": found.key})

        self._scan(tick, "claims", self.sweeps.unpublished, send)

    def _move_jobs(self, tick: _Tick) -> None:
        def move(job: OpenJob) -> None:
            tick.counts["open"] += 1
            if self.clock() - job.moved_at < self.limits.stuck:
                return
            work = self.sweeps.work([claim_key(step, job.origin.path) for step in STEPS])
            at = standing(work)
            verdict = judge(job, work[at], self.clock(), self.limits)
            if verdict is Verdict.LEAVE:
                tick.counts["tried"] += 1
                return
            tick.counts["lapsed"] += work[at].until is not None
            if verdict is Verdict.GIVE_UP:
                self._give_up(tick, job, at, work)
            else:
                self._take_turn(tick, job.origin, "resumed", resuming(job, work))

        self._scan(tick, "jobs", self.sweeps.open_jobs, move)

    def _name_overdue_uploads(self, tick: _Tick) -> None:
        self._scan(tick, "overdue", self.sweeps.overdue, partial(self._name, tick))

    def _name_unanswered_documents(self, tick: _Tick) -> None:
        for collection in WRITTEN:
            if self._is_due(collection):
                read = partial(self.sweeps.unanswered, collection)
                self._scan(tick, collection, read, partial(self._name, tick))

    def _look_after_people(self, tick: _Tick) -> None:
        if not self._is_due("people"):
            return
        upkeep = Upkeep(
            self.sweeps,
            self.claims,
            self.clock,
            self.limits,
            self.lease,
            self.retention,
            self.memory,
        )
        if not self.sweeps.place("people"):
            self._try(tick, upkeep.ledger)
        self._scan(tick, "people", self.sweeps.people, upkeep.person)
        upkeep.say()

    def _is_due(self, scan: str) -> bool:
        """Whether a round over all documents goes on or begins: each is read, and paid for."""
        if self.sweeps.place(scan):
            return True
        key = claim_key("sweep", f"a round of {scan}")
        turn = self.claims.claim(key, user_id="", lease=self.limits.stuck)
        return isinstance(turn, Claimed)

    def _name(self, tick: _Tick, found: Unanswered) -> None:
        """Tell ingest of a document whose event has not come, or not been handled."""
        if self.clock() - found.created_at < self.limits.stuck:
            return
        step = "privacy" if found.origin.collection == "privacy_requests" else "ingest"
        (work,) = self.sweeps.work([claim_key(step, found.origin.path)])
        # It was handled, and has no room for the answer; or else this was of one before, deleted.
        handled = work.completed_at is not None and work.completed_at >= found.created_at
        if handled or is_tried(work, self.clock(), self.limits):
            return
        tick.counts["lapsed"] += work.until is not None
        self._take_turn(tick, found.origin, "named", (named(found.origin),))

    def _file_letters(self, tick: _Tick) -> None:
        filing = file_letters(
            self.mail,
            self.letters,
            clock=self.clock,
            within=tick.until - self.clock(),
            most=self.limits.documents,
        )
        tick.counts["filed"] = filing.filed

    def _take_turn(
        self, tick: _Tick, origin: Origin, action: str, owes: Sequence[Outgoing]
    ) -> None:
        """Send the messages unless that was done a short while ago."""
        if not owes:
            return
        key = claim_key("sweep", f"{action} {origin.path}")
        try:
            turn = self.claims.claim(key, user_id=origin.user_id, lease=self.limits.pause)
        except ForgottenError:  # erased, or about to be: who is told of it deletes it, or goes on
            self._publish(tick, origin, action, owes)
            return
        if not isinstance(turn, Claimed):
            return
        try:
            self._publish(tick, origin, action, owes)
        except BaseException:
            # What went wrong is what the tick must know; unreleased, the lease runs out.
            with suppress(ClarityError):
                self.claims.release(turn)
            raise

    def _publish(self, tick: _Tick, origin: Origin, action: str, owes: Sequence[Outgoing]) -> None:
        for each in owes:
            self.topics.publish(each)
        self._did(tick, action, _ids(origin))

    def _give_up(self, tick: _Tick, job: OpenJob, at: int, work: Sequence[Work]) -> None:
        """End a job that nothing has moved for long; its dead letter goes out with that."""
        origin, step = job.origin, STEPS[at]
        minutes = self.limits.give_up.total_seconds() / 60
        error = StuckError(f"expected to move on, stood still for {minutes:.0f} minutes")
        reason: dict[str, object] = {"code": error.code, "message": str(error)}
        text = "This could not be finished."
        done = Done(
            f"{REJECTED}{error.code}",
            owes=(_letter(job, step, error, resuming(job, work)),),
            end=End(origin, Status.FAILED, text, {"reason": reason}),
        )
        if at == 0:
            answer = {
                "status": "rejected",
                "reason": reason,
                "processing_id": origin.processing_id,
                "expires_at": self.clock() + self.retention,
            }
            # Of which document under this id nobody knows here.
            done = replace(done, result=f"{done.result}@", answer=(origin, answer))
        # A job that is open although its last step is completed ends by itself, each time anew.
        completed = work[at].completed is not None
        event = f"{step} {origin.path} since {job.moved_at.isoformat()}"
        result = once(
            self.claims,
            "sweep" if completed else step,
            event if completed else origin.path,
            lambda _: done,
            user_id=origin.user_id,
            lease=self.lease,
            topics=self.topics,
        )
        if result != done.result:  # a worker has come, and the job goes on
            raise InProgressError(f"{step} was completed meanwhile")
        self._did(tick, "failed", _ids(origin) | {"code": error.code, "stood": step})

    def _scan(
        self,
        tick: _Tick,
        name: str,
        read: Callable[[str, int], Page[T]],
        handle: Callable[[T], None],
    ) -> None:
        """Read on from where the last tick stopped; behind the last document it begins anew."""
        began = place = self.sweeps.place(name)
        left = self.limits.documents
        while left > 0 and self.clock() < tick.until:
            page = read(place, min(left, PAGE))
            place, left = self._handle(tick, page, handle), left - page.read
            if not place:
                break
        if place != began:
            self.sweeps.keep_place(name, place)

    def _handle(self, tick: _Tick, page: Page[T], handle: Callable[[T], None]) -> str:
        """Handle what was found, one at least; the place up to which it was."""
        for path in page.unlike:
            self._leave(tick, path)
        for path, found in page.found:
            try:
                self._try(tick, partial(handle, found))
            except _UNLIKE:
                self._leave(tick, path)
            if self.clock() >= tick.until:
                return path
        return page.last

    def _try(self, tick: _Tick, work: Callable[[], None]) -> None:
        """Do it; what fails keeps nothing else from being done."""
        try:
            work()
        except (ForgottenError, InProgressError):  # somebody is at it
            tick.counts["tried"] += 1
        except (PermanentError, TransientError) as error:
            tick.counts["not_done"] += 1
            _log.warning("not swept", extra={"fields": {"code": error.code}})
            if tick.trouble is None:
                tick.trouble = error

    def _leave(self, tick: _Tick, path: str) -> None:
        """Leave a document that cannot be read, or whose claims cannot; somebody must look."""
        tick.counts["not_done"] += 1
        fields = {"code": "unreadable_document", "document": path}
        _log.warning("not swept", extra={"fields": fields})

    def _did(self, tick: _Tick, action: str, ids: dict[str, str]) -> None:
        tick.counts[action] += 1
        _log.info("swept up", extra={"fields": {"action": action, **ids}})

    def _say(self, tick: _Tick, began: datetime) -> None:
        fields = {
            **{name: tick.counts[name] for name in COUNTS},
            "letters": self.letters.waiting(),
            "seconds": round((self.clock() - began).total_seconds(), 3),
        }
        _log.info("swept", extra={"fields": fields})
        for action in ACTIONS:
            self.count(action, tick.counts[action])


def _ids(origin: Origin) -> dict[str, str]:
    return {"user_id": origin.user_id, "processing_id": origin.processing_id}


def _letter(job: OpenJob, step: str, error: StuckError, owes: Sequence[Outgoing]) -> Outgoing:
    """The dead letter of a stuck job, with the message that should have moved it."""
    origin = job.origin
    attributes = {
        "step": step,
        "code": error.code,
        "reason": error.unquoted,
        "event_id": claim_key("sweep", f"stuck {origin.path}"),
        "source": "sweep",
        "subject": f"documents/{origin.path}",
        **_ids(origin),
        **origin.reference,
    }
    return Outgoing("dead_letter", owes[0].data if owes else b"", attributes)
