"""The budgets: one suite for the adapter and its fake, and a rush on the embedded Firestore."""

from __future__ import annotations

import itertools
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from clarity.adapters.firestore_budgets import FirestoreBudgets
from clarity.domain.errors import UnavailableError
from clarity.steps.ports_words import Usage
from tests.memory_services import MemoryBudgets

if TYPE_CHECKING:
    from google.cloud.firestore import Client

    from clarity.steps.ports_words import Call
    from tests.cloud import Cloud

TAKES = 1000
THREADS = 100
MONTH = timedelta(days=30)
NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)
_TESTS = itertools.count()


@pytest.fixture
def user() -> str:
    return f"user-{uuid.uuid4().hex}"


@pytest.fixture
def budgets(firestore):
    """Five calls a person and day, seven a day in all."""
    if firestore is None:
        return MemoryBudgets(person_calls=5, project_calls=7)
    return FirestoreBudgets(firestore, 5, 7, MONTH)


@pytest.fixture
def today() -> datetime:
    """A day that no other test has used up."""
    return NOW + timedelta(days=2 * next(_TESTS))


def spent(budgets: FirestoreBudgets | MemoryBudgets, user: str, day: date) -> dict[str, int]:
    if isinstance(budgets, MemoryBudgets):
        return budgets.spent(user, day)
    fields: Any = budgets.client.document(f"users/{user}/budgets/{day}").get().to_dict()
    assert fields.pop("expires_at").date() == day + budgets.retention
    return fields


@pytest.mark.parametrize(("low", "calls"), [(False, 5), (True, 2)])
def test_a_person_s_day_has_so_many_calls(budgets, user, today, low, calls) -> None:
    taken = [budgets.take(user, today, low=low) for _ in range(6)]

    assert [call is not None for call in taken] == [True] * calls + [False] * (6 - calls)
    assert {(call.user_id, call.day) for call in taken if call} == {(user, today.date())}
    assert len({call.id for call in taken if call}) == calls


def test_what_waits_behind_finds_no_call_where_half_of_the_day_is_spent(
    budgets, user, today
) -> None:
    for _ in range(3):
        budgets.take(user, today, low=False)

    assert budgets.take(user, today, low=True) is None
    assert budgets.take(user, today, low=False)


def test_another_day_and_another_person_have_calls_of_their_own(budgets, user, today) -> None:
    while budgets.take(user, today, low=False):
        pass

    assert budgets.take(f"{user}-2", today, low=False)
    assert budgets.take(user, today + timedelta(days=1), low=False)


def test_the_project_s_day_ends_for_everybody_and_costs_nobody_a_call(budgets, user, today) -> None:
    taken = [budgets.take(f"{user}-{n}", today, low=False) for n in range(8)]

    assert [call is not None for call in taken] == [True] * 7 + [False]
    budgets.give_back(taken[0])
    assert budgets.take(f"{user}-7", today, low=False)
    assert spent(budgets, f"{user}-7", today.date())["calls"] == 1


def test_a_call_is_given_back_to_the_day_that_it_was_taken_from(budgets, user, today) -> None:
    calls = [budgets.take(user, today, low=False) for _ in range(5)]

    budgets.give_back(calls[2])

    assert budgets.take(user, today, low=False)
    assert budgets.take(user, today, low=False) is None


def test_the_day_s_tokens_are_added_up(budgets, user, today) -> None:
    first, second = (budgets.take(user, today, low=False) for _ in range(2))

    budgets.record(first, Usage(1000, 200))
    budgets.record(second, Usage(500, 100))

    used = {"calls": 2, "prompt_tokens": 1500, "output_tokens": 300}
    assert spent(budgets, user, today.date()) == used


@pytest.fixture
def client(cloud: Cloud) -> Client:
    return cloud.firestore()


def take(budgets: FirestoreBudgets, user: str, now: datetime) -> Call | None:
    """One message: delivered again where the documents are contended for, as Pub/Sub does."""
    while True:
        try:
            return budgets.take(user, now, low=False)
        except UnavailableError:
            continue


def rush(budgets: FirestoreBudgets, people: int, now: datetime) -> list[Call]:
    """The calls that a thousand messages got, all at once."""
    users = [f"{uuid.uuid4().hex}" for _ in range(people)]
    with ThreadPoolExecutor(THREADS) as pool:
        asked = [pool.submit(take, budgets, users[n % people], now) for n in range(TAKES)]
        return [call for future in asked if (call := future.result()) is not None]


def test_a_thousand_at_once_get_the_project_s_calls_and_no_more(client) -> None:
    now, limit = datetime(2027, 2, 1, tzinfo=UTC), 333
    budgets = FirestoreBudgets(client, 10, limit, MONTH)

    calls = rush(budgets, 200, now)

    assert len(calls) == len({call.id for call in calls}) == limit
    shards = client.collection(f"budgets/{now.date()}/shards").stream()
    assert sum(shard.get("calls") for shard in shards) == limit


def test_one_person_asking_on_many_devices_gets_their_own_calls(client) -> None:
    budgets = FirestoreBudgets(client, 4, 10_000, MONTH)

    calls = rush(budgets, 20, datetime(2027, 1, 1, tzinfo=UTC))

    assert set(Counter(call.user_id for call in calls).values()) == {4}
    assert len(calls) == 80


def test_a_spent_day_stays_spent_when_its_limit_is_raised_only_by_the_difference(client) -> None:
    now = datetime(2027, 1, 2, tzinfo=UTC)
    before, after = (FirestoreBudgets(client, 100, limit, MONTH) for limit in (3, 25))

    calls = [before.take("ada", now, low=False) for _ in range(4)]
    more = [after.take("ada", now, low=False) for _ in range(23)]

    assert [call is not None for call in calls] == [True] * 3 + [False]
    assert [call is not None for call in more] == [True] * 22 + [False]


def test_what_an_erased_person_had_taken_is_given_back_and_brings_nothing_of_theirs(client) -> None:
    now, user = datetime(2027, 1, 3, tzinfo=UTC), uuid.uuid4().hex
    budgets = FirestoreBudgets(client, 5, 1, MONTH)
    call = budgets.take(user, now, low=False)
    assert call
    own = client.document(f"users/{user}/budgets/{now.date()}")
    own.delete()

    budgets.give_back(call)

    assert not own.get().exists
    assert budgets.take("somebody else", now, low=False)
