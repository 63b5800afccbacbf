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
release. `complete` writes the result, the messages owed, the answer on the person's document and
the job's end in one commit: none of them is there without the others. What the work itself writes
before is created under an id that follows from the event (a second time changes nothing), moves a
job forward only, or is fenced by the claim. Messages may go out twice and in any order: who
receives them runs once, too.
"""

from __future__ import annotations

import hashlib
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from clarity.domain.errors import ClarityError, InProgressError
from clarity.steps.ports import Claimed, Done, Held

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta
    from types import TracebackType

    from clarity.steps.ports import Claims, Completed, End, Outgoing, Toll, Topics

# A lease is renewed when this part of it has passed: two renewals may fail before it ends.
_RENEWED_AFTER = 1 / 3
# A worker that has not ended after so many leases hangs, and loses its claim: a function's time
# limit ends its request, not its threads.
_LEASES = 4
# What the result of an event that was given up begins with; the error's code follows.
REJECTED = "rejected:"


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

    Raises:
        InProgressError: another worker holds the claim, or took it over meanwhile.
    """
    key = claim_key(step, event)
    outcome = claims.claim(key, user_id=user_id, lease=lease, toll=toll)
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


def claim_key(step: str, event: str) -> str:
    """The claim's document id; hashed, since ids chosen by clients may be longer than one."""
    return f"{step}:{hashlib.blake2b(event.encode(), digest_size=16).hexdigest()}"


def _complete(
    claims: Claims, claim: Claimed, work: Callable[[Claimed], Done], lease: timedelta
) -> Completed:
    with _Renewed(claims, claim, lease) as renewed:
        try:
            done = work(claim)
            return claims.complete(renewed.stop(), done)
        except BaseException:
            # What went wrong is what the caller must know; unreleased, the lease runs out.
            with suppress(ClarityError):
                claims.release(renewed.stop())
            raise


class _Renewed:
    """Holds a claim for as long as its work takes."""

    def __init__(self, claims: Claims, claim: Claimed, lease: timedelta) -> None:
        self._claims, self._claim, self._lease = claims, claim, lease
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._renew, daemon=True)

    def __enter__(self) -> _Renewed:
        self._thread.start()
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
        self._stopped.set()
        self._thread.join()
        return self._claim

    def _renew(self) -> None:
        for _ in range(round((_LEASES - 1) / _RENEWED_AFTER)):
            if self._stopped.wait(self._lease.total_seconds() * _RENEWED_AFTER):
                return
            try:
                self._claim = self._claims.renew(self._claim, self._lease)
            except InProgressError:  # lost: `complete` will say so
                return
            except ClarityError:  # not now: there is time for another try
                continue
