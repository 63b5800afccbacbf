"""While the endpoint is parked, workers may die at any call: the work is done once all the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clarity.domain.errors import ParkedError
from tests.chain import Chain
from tests.memory_services import MemoryEncoder
from tests.property.test_idempotency import Killer, deliver, outcome


@dataclass
class Parked(MemoryEncoder):
    """No model runs for its first `left` calls."""

    left: int = 3

    def _embedding(self, steps: Any) -> Any:
        if self.left:
            self.left -= 1
            raise ParkedError("expected a deployed model, found none")
        return super()._embedding(steps)


def calls_of_one_run() -> int:
    killer = Killer(at=0)
    deliver(Chain(encoder=Parked(), through=killer), [], killer.revive)
    return killer.calls


@pytest.fixture(scope="module")
def expected() -> Any:
    chain = Chain()
    deliver(chain, [], lambda: None)
    return outcome(chain)


@given(at=st.integers(1, calls_of_one_run()), left=st.integers(1, 6))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_a_worker_that_dies_while_the_work_waits_leaves_nothing_half_done(
    at, left, expected
) -> None:
    killer, encoder = Killer(at=at), Parked(left=left)
    chain = Chain(encoder=encoder, through=killer)

    deliver(chain, [], killer.revive)

    assert outcome(chain) == expected
    assert not encoder.left
    assert all(job["stage"] == job["status"] for job in chain.records.jobs.values())
