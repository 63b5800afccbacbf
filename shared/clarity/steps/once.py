"""Run a piece of work once in effect, although its event may be delivered many times.

                   renew
                   ┌───┐
          claim    ▼   │    complete                       publish, mark
    (free) ─────▶ claimed ───────────▶ completed, unpublished ─────────▶ completed
                   ▲   │  (where the work owes nothing, it is completed at once)
             claim │   │ release, or the lease ends
                   │   ▼
                  expired

Whose worker dies: what is claimed expires, and the next delivery does the work anew; what is
unpublished goes out with the next delivery or from the sweeper.

Each arrow is one write, on the condition that the claim still is the version that its writer knows:
a late worker, whose lease has ended and whom another has followed, can neither renew, complete nor
release. `claim` moves the job with it. `complete` writes the result, what the work creates with its
audit record, an upload's chunks, the messages owed, the answer on the person's document, the job
that it joins and the job's end in one commit: none of them is there without the others. What the
work itself writes before is created under an id that follows from the event (a second time changes
nothing), or is fenced by the claim. Work whose creation must be the first of its id, and is not, is
done once more under the same claim, unrenewed: it is short. Messages may go out twice and in any
order: who receives them runs once, too.
"""

from __future__ import annotations

import hashlib
import heapq
import itertools
import logging
import threading
import time
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING

from clarity.domain.consent import NO_CONSENT
from clarity.domain.errors import ClarityError, InProgressError, OvertakenError
from clarity.domain.job import Status
from clarity.steps.ports import Claimed, Done, End, Held

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta
    from types import TracebackType

    from clarity.domain.job import Origin
    from clarity.steps.ports import Claims, Completed, Move, Outgoing, Toll, Topics

_log = logging.getLogger(__name__)

# A lease is renewed when this part of it has passed: two renewals may fail before it ends.
_RENEWED_AFTER = 1 / 3
# A worker that has not ended after so many leases hangs, and loses its claim: a function's time
# limit ends its request, not its threads.
_LEASES = 4
# What a thread's start raises where there is no memory, or no number, for one more.
_NO_THREAD = (RuntimeError, MemoryError)
# What the result of an event that was given up begins with; the error's code follows.
REJECTED = "rejected:"
# The code of what is turned away since the person's bucket is empty (`Claimed.retry_at`).
RATE_LIMITED = "rate_limited"


def once(
    claims: Claims,
    step: str,
    event: str,
    work: Callable[[Claimed], Done],
    *,
    user_id: str,
    lease: timedelta,
    topics: Topics | None = None,
    toll: Toll | None = None,
    move: Move | None = None,
) -> str:
    """The result of `work`, which runs unless an earlier delivery of `event` completed it.

    Args:
        claims: who works on what.
        step: the step's name; the same event may pass several steps.
        event: the event's own identity (a document path, a content hash), not a delivery's.
        work: does it. What it writes by itself must be harmless where it comes late or twice.
        user_id: whose data it is, so that erasure finds the claim.
        lease: how long a dead worker keeps others away; a living one renews it a few times.
        topics: where the messages go that the work owes; None where it owes none.
        toll: what the first claim of this event takes from the person's bucket.
        move: where the work's job stands from the claim on.

    Raises:
        InProgressError: another worker holds the claim, or took it over meanwhile.
    """
    key = claim_key(step, event)
    outcome = claims.claim(key, user_id=user_id, lease=lease, toll=toll, move=move)
    if isinstance(outcome, Held):
        raise InProgressError(f"{step} is running elsewhere, its lease ends {outcome.until:%X}")
    if isinstance(outcome, Claimed):
        outcome = _complete(claims, outcome, work, lease)
    if outcome.owes and topics:
        for each in outcome.owes:
            topics.publish(each)
        claims.published(key, outcome)
    return outcome.result


def give_up(
    claims: Claims, step: str, end: End, letter: Outgoing, *, topics: Topics, lease: timedelta
) -> None:
    """End a job as failed and send the letter about it: both or neither.

    No effect where another delivery has completed the step.

    Raises:
        InProgressError: another worker is at it.
    """
    done = Done(f"{REJECTED}{letter.attributes['code']}", owes=(letter,), end=end)
    once(
        claims,
        step,
        end.origin.path,
        lambda _: done,
        user_id=end.origin.user_id,
        lease=lease,
        topics=topics,
    )


def refused(origin: Origin, why: str) -> Done:
    """The end of a job whose person has not consented, or does not any more; nobody is written to.

    Args:
        origin: of the job.
        why: what was expected of the person's document, and found.
    """
    reason = {"code": NO_CONSENT, "message": why}
    end = End(origin, Status.FAILED, "Consent is missing.", {"reason": reason})
    return Done(f"{REJECTED}{NO_CONSENT}", end=end)


def claim_key(step: str, event: str) -> str:
    """The claim's document id; hashed, since ids chosen by clients may be longer than one."""
    return f"{step}:{hashlib.blake2b(event.encode(), digest_size=16).hexdigest()}"


def _complete(
    claims: Claims, claim: Claimed, work: Callable[[Claimed], Done], lease: timedelta
) -> Completed:
    with _Renewed(claims, claim, lease) as renewed:
        try:
            done = work(claim)
            try:
                return claims.complete(renewed.stop(), done)
            except OvertakenError:  # what it found missing is there by now
                return claims.complete(renewed.stop(), work(claim))
        except BaseException:
            # What went wrong is what the caller must know; unreleased, the lease runs out.
            with suppress(ClarityError):
                claims.release(renewed.stop())
            raise


class _Renewed:
    """Holds a claim for as long as its work takes."""

    def __init__(self, claims: Claims, claim: Claimed, lease: timedelta) -> None:
        self._claims, self._claim, self._lease = claims, claim, lease
        self._stopped, self._beginning = threading.Event(), threading.Lock()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> _Renewed:
        self._begin_later()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> Claimed:
        """The claim as it stands, which nobody renews any more."""
        with self._beginning:
            self._stopped.set()
        if self._thread:
            self._thread.join()
        return self._claim

    def _begin_later(self) -> None:
        _clock.call_after(self._lease.total_seconds() * _RENEWED_AFTER, self._begin)

    def _begin(self) -> None:
        """Renew from now on, in a thread: what takes so long is rare, and one may hang."""
        with self._beginning:
            if not self._stopped.is_set():
                thread = threading.Thread(target=self._renew, daemon=True)
                try:
                    thread.start()
                except _NO_THREAD:
                    _log.exception("a lease is not renewed yet")
                    self._begin_later()
                else:
                    self._thread = thread  # who stops waits for its end

    def _renew(self) -> None:
        for _ in range(round((_LEASES - 1) / _RENEWED_AFTER)):
            try:
                self._claim = self._claims.renew(self._claim, self._lease)
            except InProgressError:  # lost: `complete` will say so
                return
            except ClarityError:  # not now: there is time for another try
                pass
            if self._stopped.wait(self._lease.total_seconds() * _RENEWED_AFTER):
                return


class _Clock:
    """Calls back after a time, by one thread for all, since most work is done before.

    It ends when nothing is waited for. Where no thread can be started, the lease is renewed with
    the next one that begins, or runs out: the work goes on, and `complete` says whether it counts.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, weakref.WeakMethod[Callable[[], None]]]] = []
        self._numbers = itertools.count()
        self._running = False

    def call_after(self, seconds: float, call: Callable[[], None]) -> None:
        """Call it then, unless nobody has the object any more that it is a method of."""
        due = (time.monotonic() + seconds, next(self._numbers), weakref.WeakMethod(call))
        with self._changed:
            heapq.heappush(self._due, due)
            if not self._running:
                self._start()
            elif self._due[0] is due:
                self._changed.notify()

    def _start(self) -> None:
        try:
            threading.Thread(target=self._run, name="leases", daemon=True).start()
        except _NO_THREAD:
            _log.exception("no thread for leases")
        else:
            self._running = True

    def _run(self) -> None:
        while call := self._next():
            try:
                call()
            except Exception:  # noqa: BLE001  others wait for this thread
                _log.exception("a lease is not renewed")

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            while self._due:
                at, _, method = self._due[0]
                if (left := at - time.monotonic()) > 0:
                    self._changed.wait(left)
                    continue
                heapq.heappop(self._due)
                if call := method():
                    return call
            self._running = False
            return None


_clock = _Clock()
