"""A person's bucket lets through what a plain token bucket would, whoever comes when."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clarity.domain.job import Origin
from clarity.steps.ports import Claimed, Done, Toll
from tests.chain import Clock
from tests.contract.claim_store import (
    LEASE,
    RETENTION,
    Store,
    claims_through,
    faulty,
    over,
    twice,
)
from tests.memory import MemoryClaims, MemoryRecords

if TYPE_CHECKING:
    from datetime import datetime


@dataclass
class TokenBucket:
    """As the textbook has it: it fills by itself, and who finds no whole token takes none."""

    toll: Toll
    tokens: float
    at: datetime

    def takes(self, now: datetime) -> bool:
        gained = (now - self.at) / self.toll.every
        self.tokens, self.at = min(self.toll.burst, self.tokens + gained), now
        if self.tokens < 1 - 1e-6:
            return False
        self.tokens -= 1
        return True

    def wait(self) -> timedelta:
        return (1 - self.tokens) * self.toll.every


def in_memory() -> Store:
    clock, records = Clock(), MemoryRecords()
    return Store(MemoryClaims(clock, records), records, clock, None)


TOLLS = st.builds(
    Toll,
    kind=st.just("uploads"),
    every=st.sampled_from([timedelta(seconds=6), timedelta(milliseconds=700), timedelta(days=1)]),
    burst=st.integers(1, 4),
)
# In parts of the time in which one token comes back.
PAUSES = st.lists(st.sampled_from([0, 0, 0.1, 0.5, 1, 1.5, 3, 40]), min_size=1, max_size=30)


def come(store: Store, number: int, toll: Toll) -> Any:
    key, user_id = f"{store.key}-{number}", store.origin.user_id
    claim = store.claims.claim(key, user_id=user_id, lease=LEASE, toll=toll)
    if isinstance(claim, Claimed):
        store.claims.complete(claim, Done("done"))
    return claim


def agree(store: Store, toll: Toll, pauses: list[float]) -> None:
    bucket = TokenBucket(toll, toll.burst, store.clock())
    for number, pause in enumerate(pauses):
        store.clock.now += pause * toll.every

        claim = come(store, number, toll)
        come(store, number, toll)  # delivered again: it is not paid for twice

        assert (claim.retry_at is None) == bucket.takes(store.clock())
        if claim.retry_at:
            late = claim.retry_at - store.clock() - bucket.wait()
            assert abs(late) <= timedelta(milliseconds=1)


@pytest.fixture
def store(firestore) -> Store:
    return over(firestore) if firestore else in_memory()


@given(toll=TOLLS, pauses=PAUSES)
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
def test_what_is_let_through_is_what_a_token_bucket_lets_through(firestore, toll, pauses) -> None:
    agree(over(firestore) if firestore else in_memory(), toll, pauses)


@given(toll=TOLLS, pauses=PAUSES)
@settings(max_examples=200)
def test_the_fake_agrees_with_a_token_bucket_at_length(toll, pauses) -> None:
    agree(in_memory(), toll, pauses)


TOLL = Toll("requests", timedelta(minutes=2), 5)


def test_of_many_at_once_as_many_pass_as_there_are_tokens(store) -> None:
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda number: come(store, number, TOLL), range(20)))

    assert [claim.retry_at for claim in claims].count(None) == TOLL.burst
    assert come(store, 20, TOLL).retry_at == store.clock() + TOLL.every


def test_workers_whose_clocks_are_apart_let_through_what_one_would(database) -> None:
    ahead = replace(database.clock, now=database.clock.now + timedelta(milliseconds=40))
    late = replace(database, claims=replace(database.claims, clock=ahead))

    claims = [come((late, database)[number % 2], number, TOLL) for number in range(10)]

    assert [claim.retry_at is None for claim in claims] == [True] * 5 + [False] * 5
    assert come(database, 10, TOLL).retry_at == ahead.now + TOLL.every


def test_kinds_and_people_have_buckets_of_their_own(store) -> None:
    one, other = replace(TOLL, burst=1), Toll("uploads", timedelta(minutes=2), 1)
    come(store, 0, one)

    assert come(store, 1, one).retry_at
    assert come(store, 2, other).retry_at is None
    another = replace(store, origin=Origin(uuid.uuid4().hex, "uploads", "u1"))
    assert come(another, 3, one).retry_at is None


def test_who_takes_over_pays_nothing(store) -> None:
    toll = replace(TOLL, burst=2)
    for _ in range(3):
        assert store.claims.claim(store.key, user_id=store.origin.user_id, lease=LEASE, toll=toll)
        store.clock.now += LEASE + timedelta(microseconds=1)

    assert come(store, 1, toll).retry_at is None


@pytest.mark.parametrize("left", [0, 1])
def test_a_toll_whose_answer_is_lost_is_paid_once_and_judged(database, left) -> None:
    toll = replace(TOLL, burst=2)
    for number in range(2 - left):
        come(database, number, toll)

    claims, origin = faulty(database, twice), database.origin
    claim = claims.claim(database.key, user_id=origin.user_id, lease=LEASE, toll=toll)

    assert claim.retry_at == (None if left else database.clock() + toll.every)
    claims.complete(claim, Done("done"))
    assert come(database, 2, toll).retry_at == database.clock() + toll.every


def test_a_take_over_whose_answer_is_lost_is_not_judged(database) -> None:
    toll, user_id = replace(TOLL, burst=1), database.origin.user_id
    database.claims.claim(database.key, user_id=user_id, lease=LEASE, toll=toll)
    database.clock.now += LEASE
    come(database, 1, toll)

    claims = faulty(database, None, twice)
    claim = claims.claim(database.key, user_id=user_id, lease=LEASE, toll=toll)

    assert (claim.retry_at, claim.over) == (None, None)


def test_a_toll_costs_no_further_call_and_its_bucket_expires(database) -> None:
    api = faulty(database).client._firestore_api
    api.commits += [None] * 9
    claims = claims_through(database, lambda _: api)

    claims.claim(database.key, user_id=database.origin.user_id, lease=LEASE, toll=TOLL)

    assert len(api.commits) == 8
    bucket = database.client.document(f"users/{database.origin.user_id}/limits/requests").get()
    assert bucket.get("expires_at") == database.clock() + RETENTION
