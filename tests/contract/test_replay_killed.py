"""Whoever replays a dead letter may die at any call to Firestore, before or after it arrives."""

from __future__ import annotations

import contextlib
import uuid
from dataclasses import dataclass

import pytest

from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.adapters.firestore_dead_letters import FirestoreDeadLetters
from clarity.domain.job import Origin
from clarity.steps.ports import Claimed, Done
from clarity.steps.replay import Replay
from tests.contract.killer import Killed, Killer, mortal
from tests.given_up import LEASE, Failed, Sent, now


@dataclass
class Function:
    """What the published event meets: a function that takes the claim once and ends the job."""

    failed: Failed
    sent: Sent
    runs: int = 0

    def deliver(self) -> None:
        claims = FirestoreClaims(self.failed.client, now, LEASE)
        claim = claims.claim(self.failed.key, user_id=self.failed.origin.user_id, lease=LEASE)
        if isinstance(claim, Claimed):
            self.runs += 1
            self.failed.place(self.failed.job_path).update({"status": "completed"})
            claims.complete(claim, Done("analysis-1"))


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("prompt", [False, True], ids=["event waits", "event handled at once"])
def test_a_replay_that_dies_at_any_call_is_finished_by_the_next_and_runs_once(
    cloud, after, prompt
) -> None:
    client, at, deaths = cloud.firestore(), 0, 0
    while True:
        at += 1
        failed = Failed(client, Origin(f"user-{uuid.uuid4().hex}", "uploads", "u1"))
        store, killer = FirestoreDeadLetters(client, now), Killer(at, after)
        kept, mortal_store = failed.filed(store), FirestoreDeadLetters(mortal(cloud, killer), now)
        sent = Sent()
        function = Function(failed, sent)
        if prompt:
            sent.then = function.deliver
        with contextlib.suppress(Killed):
            Replay(mortal_store, sent)(kept, "eve")
            assert not killer.dead
        deaths += killer.dead

        Replay(store, sent)(kept, "eve")
        for _ in sent.messages:
            function.deliver()
        Replay(store, sent)(kept, "eve")

        assert function.runs == 1
        assert failed.job()["status"] == "completed"
        assert failed.claim()["result"] == "analysis-1"
        assert failed.kept(store).state == "replayed"
        assert len(sent.messages) <= 2
        if not killer.dead:
            break
    assert deaths == at - 1 == 4  # read and write, before and after the publishing
