"""Whoever erases a person may die at any call to Firestore, before or after it arrives."""

from __future__ import annotations

import contextlib
import uuid

import pytest

from clarity.adapters import firestore_erase
from clarity.adapters.firestore_erase import FirestoreErasures
from clarity.domain.job import Origin
from clarity.steps.erase import Erase
from tests.contract.killer import Killed, Killer, mortal
from tests.erasing import now

PAGE = 4


@pytest.fixture(autouse=True)
def small_pages(monkeypatch) -> None:
    monkeypatch.setattr(firestore_erase, "PAGE", PAGE)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_an_erasure_that_dies_at_any_call_is_finished_by_the_next_with_a_true_receipt(
    cloud, after
) -> None:
    client, at, deaths = cloud.firestore(), 0, 0
    while True:
        at += 1
        user = f"user-{uuid.uuid4().hex}"
        request = Origin(user, "privacy_requests", "r1")
        paths = [f"users/{user}/days/{n}/chunks/u1" for n in range(6)]
        for path in (*paths, request.path, f"claims/test:{user}"):
            client.document(path).set({"user_id": user, "kind": "erase"})
        killer = Killer(at, after)
        with contextlib.suppress(Killed):
            dying = FirestoreErasures(mortal(cloud, killer), now)
            Erase(dying, None, now, lasting=None)(user, request, by="person")
            assert not killer.dead
        deaths += killer.dead
        erasures = FirestoreErasures(client, now)
        if erasures.state(user) != "erased":
            assert client.document(request.path).get().exists  # so that somebody is told again
            Erase(erasures, None, now, lasting=None)(user, request, by="person")

        receipt = erasures.receipt(user)
        assert erasures.survey(user) == {}
        assert (receipt["state"], receipt["documents"], receipt["claims"]) == ("erased", 6, 1)
        if not killer.dead:
            break
    assert deaths == at - 1 > 20


def test_nobody_who_erases_beside_the_dead_waits_for_them(cloud) -> None:
    client, user = cloud.firestore(), f"user-{uuid.uuid4().hex}"
    client.document(f"users/{user}/uploads/u1").set({})
    FirestoreErasures(client, now).begin(user)

    receipt = Erase(FirestoreErasures(client, now), None, now, lasting=None)(user, by="grace")

    assert receipt["documents"] == 1
