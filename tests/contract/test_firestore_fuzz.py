"""Seeded random requests: our Firestore answers as Google's emulator does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.firestore_fuzz import Fuzz, differences
from tests.contract.firestore_servers import embedded, official

if TYPE_CHECKING:
    from collections.abc import Iterator

SEEDS = range(16)
REQUESTS = 300


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    with official() as theirs, embedded(tmp_path_factory.mktemp("firestore")) as ours:
        yield ours.address, theirs


@pytest.mark.parametrize("seed", SEEDS)
def test_random_requests_have_the_same_answers_on_both_servers(addresses, seed):
    found = differences(seed, REQUESTS, *addresses)

    assert not found, f"{len(found)} differences, the first:\n{found[0]}"


def test_a_seed_always_makes_the_same_requests():
    one, other = Fuzz(7), Fuzz(7)

    assert [one.request() for _ in range(50)] == [other.request() for _ in range(50)]
