"""Run a piece of work once, although its event may be delivered many times.

claim                       complete
(free) ─────────▶ claimed ─────────────────────▶ completed   later deliveries get the result
▲                 │  │
│  release        │  └ lease expires: the next delivery may take it over
└─────────────────┘    (the worker died; its late `complete` is refused)
the work failed
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from clarity.domain.errors import InProgressError
from clarity.steps.ports import Completed, Held

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from clarity.steps.ports import Claims


def once(
    claims: Claims,
    step: str,
    event: str,
    work: Callable[[], str],
    *,
    user_id: str,
    lease: timedelta,
) -> str:
    """The result of `work`, which runs unless an earlier delivery of `event` completed it.

    Args:
        claims: who works on what.
        step: the step's name; the same event may pass several steps.
        event: the event's own identity (a document path, a content hash), not a delivery's.
        work: does it and returns a reference to the result.
        user_id: whose data it is, so that erasure finds the claim.
        lease: how long the work may take before another delivery may take over.

    Raises:
        InProgressError: another worker holds the claim.
    """
    outcome = claims.claim(claim_key(step, event), user_id=user_id, lease=lease)
    if isinstance(outcome, Completed):
        return outcome.result
    if isinstance(outcome, Held):
        raise InProgressError(f"{step} is running elsewhere, its lease ends {outcome.until:%X}")
    try:
        result = work()
    except BaseException:
        claims.release(outcome)
        raise
    claims.complete(outcome, result)
    return result


def claim_key(step: str, event: str) -> str:
    """The claim's document id; hashed, since ids chosen by clients may be longer than one."""
    return f"{step}:{hashlib.blake2b(event.encode(), digest_size=16).hexdigest()}"
