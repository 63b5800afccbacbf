"""Where no language model is asked, an insight comes into being with its job's end, once."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from clarity.adapters.firestore import FirestoreRecords
from clarity.adapters.firestore_audit_check import checked
from clarity.adapters.firestore_claims import FirestoreClaims
from clarity.domain.errors import ForgottenError, UnavailableError
from clarity.sources.generated import people
from clarity.steps.insight import READY, UNCHANGED
from tests.contract.claim_store import Faulty, aborted, twice, unanswered
from tests.contract.test_insight_document import RETENTION, composed
from tests.erasing import erase
from tests.measured import ask, measure
from tests.usage import counted_client

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.cloud.firestore import Client

    from clarity.steps.insight import Insight
    from tests.cloud import Cloud


@dataclass
class Between:
    """Records, after whose answer to one question something happens."""

    records: Any
    name: str
    then: list[Callable[[], Any]]

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.records, name)
        if name != self.name:
            return found

        def asked(*args: Any) -> Any:
            answer = found(*args)
            if self.then:
                self.then.pop()()
            return answer

        return asked


@dataclass
class Told:
    """A measured person, whom the template tells."""

    client: Client
    user: str
    step: Insight

    def ask(self, request_id: str) -> Any:
        return ask(self.step.records, self.step.clock(), request_id, self.user)

    def through(self, client: Client) -> Insight:
        """The step over another client, as a function composes it."""
        records = FirestoreRecords(client)
        claims = FirestoreClaims(client, self.step.clock, RETENTION, records.heads)
        return replace(self.step, records=records, claims=claims)

    def after(self, name: str, then: Callable[[], Any]) -> Insight:
        """The step, while which something happens."""
        return replace(self.step, records=Between(self.step.records, name, [then]))

    def below(self, collection: str) -> dict[str, dict[str, Any]]:
        found = self.client.collection(f"users/{self.user}/{collection}").stream()
        return {each.id: each.to_dict() or {} for each in found}

    def job(self, request_id: str) -> dict[str, Any]:
        return self.below("jobs")[f"request-{request_id}"]

    def said(self) -> dict[str, str]:
        """The jobs' last words, all of which are completed; nothing is there twice or untold."""
        jobs, insights = self.below("jobs"), self.below("insights")
        assert {job["status"] for job in jobs.values()} == {"completed"}
        assert {job["insight_id"] for job in jobs.values()} <= set(insights)
        records = {
            each["subject"]: each["processing_id"]
            for each in self.below("audit").values()
            if each["action"] == "tell"
        }
        assert records == {name: each["processing_id"] for name, each in insights.items()}
        assert checked(self.client, self.user).findings == ()
        for name, job in jobs.items():
            own = insights[job["insight_id"]]["processing_id"] == name
            assert (job["message"], job.get("unchanged")) == (
                (READY, None) if own else (UNCHANGED, True)
            )
        return {name.removeprefix("request-"): job["message"] for name, job in jobs.items()}


@pytest.fixture
def told(cloud: Cloud) -> Told:
    client, user = cloud.firestore(), f"user-{uuid.uuid4().hex}"
    client.document(f"users/{user}").set(dict(people.CONSENT))
    made = Told(client, user, composed(cloud, None))
    measure(made.step.records, user)
    return made


def unlucky(told: Told, *commits: Any) -> Insight:
    """The step over a client with whose commits something goes wrong."""
    known = told.client
    client = type(known)(project=known.project, credentials=known._credentials)
    client._emulator_host = known._emulator_host
    client._firestore_api_internal = Faulty(known._firestore_api, list(commits))
    return told.through(client)


def lost(_commit: Any) -> Any:
    raise UnavailableError("it never arrived")


def test_a_job_is_told_in_five_calls_and_one_that_finds_it_told_too(cloud, told) -> None:
    first, second = told.ask("r1"), told.ask("r2")
    with counted_client(cloud) as (client, used):
        step = told.through(client)
        step(first)
        calls = used.calls
        step(second)

    # What it rests on, the claim, the feedback, whether it is told, all that comes of it.
    assert (calls, used.calls) == (5, 10)
    assert told.said() == {"r1": READY, "r2": UNCHANGED}


def test_a_job_that_another_was_faster_than_finds_what_that_one_wrote(told) -> None:
    first, second = told.ask("r1"), told.ask("r2")

    told.after("told", lambda: told.step(second))(first)

    assert told.said() == {"r1": UNCHANGED, "r2": READY}
    assert len(told.below("insights")) == 1


def test_many_jobs_on_the_same_facts_at_once_end_with_one_insight(told) -> None:
    messages = [told.ask(f"r{number}") for number in range(6)]

    with ThreadPoolExecutor(len(messages)) as pool:
        list(pool.map(told.through(told.client), messages))

    assert sorted(told.said().values()) == sorted([READY] + [UNCHANGED] * 5)
    assert len(told.below("insights")) == 1


@pytest.mark.parametrize("fault", [lost, unanswered, aborted, twice])
def test_a_delivery_after_a_commit_that_failed_or_was_not_heard_of_tells_once(told, fault) -> None:
    message = told.ask("r1")
    fails = fault in {lost, unanswered}

    step = unlucky(told, None, fault)
    if fails:
        with pytest.raises(UnavailableError):
            step(message)
    else:
        step(message)
    assert told.job("r1")["status"] == ("analyzing" if fault is lost else "completed")
    assert len(told.below("insights")) == (fault is not lost)
    told.step(message)

    assert told.said() == {"r1": READY}


def test_an_insight_that_was_deleted_is_told_under_another_id_with_a_record_of_its_own(
    told,
) -> None:
    told.step(told.ask("r1"))
    (gone,) = told.below("insights")
    told.client.document(f"users/{told.user}/insights/{gone}").delete()
    told.client.document(f"users/{told.user}/jobs/request-r1").delete()

    told.step(told.ask("r2"))
    told.step(told.ask("r3"))

    (kept,) = told.below("insights")
    assert kept != gone
    assert (told.job("r2")["insight_id"], told.job("r3")["unchanged"]) == (kept, True)
    records = {each for each in told.below("audit") if each.startswith("tell-")}
    assert records == {f"tell-{gone}", f"tell-{kept}"}
    assert checked(told.client, told.user).findings == ()


def test_nothing_is_told_of_somebody_who_was_erased_meanwhile(told) -> None:
    step = told.after("told", lambda: erase(told.client, told.user))

    with pytest.raises(ForgottenError):
        step(told.ask("r1"))

    assert list(told.client.document(f"users/{told.user}").collections()) == []


def test_without_consent_nobody_minds_that_the_analysis_is_gone(told) -> None:
    told.client.document(f"users/{told.user}").set({"consent": {"analysis": False}})
    message = replace(told.ask("r1"), analysis_id=None, history_id="gone")

    told.step(message)

    assert told.job("r1")["reason"]["code"] == "no_consent"
