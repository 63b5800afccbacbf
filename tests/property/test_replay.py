"""Whatever there is of a letter's event, a replay undoes nothing that was done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from clarity.domain.job import Origin, Status
from clarity.steps.replay import Standing, decide
from tests.letters import AT, letter

CODES = ("exhausted", "refused", "reused_id")
ORIGINS = [Origin("ada", kind, "d1") for kind in ("uploads", "insight_requests", "feedback")]
letters = st.builds(
    lambda origin, step, code, state: replace(letter(origin, step=step, code=code), state=state),
    st.sampled_from(ORIGINS),
    st.sampled_from(("ingest", "preprocess", "insights", "park")),
    st.sampled_from(CODES),
    st.sampled_from(("waiting", "waiting", "replayed", "dropped")),
)
reasons = st.none() | st.builds(lambda code: {"code": code}, st.sampled_from(CODES))
jobs = st.none() | st.fixed_dictionaries(
    {"status": st.sampled_from(Status), "reason": reasons, "priority": st.just("low")}
)
documents = st.none() | st.fixed_dictionaries(
    {}, optional={"status": st.sampled_from(("ingested", "rejected")), "reason": reasons}
)
claims = st.none() | st.fixed_dictionaries(
    {"lease_until": st.integers(-60, 60).map(lambda seconds: AT + timedelta(seconds=seconds))},
    optional={"result": st.sampled_from(("analysis-1", "rejected:exhausted", "rejected:x@1"))},
)
standings = st.builds(Standing, st.booleans(), documents, jobs, claims)


def live(standing: Standing) -> bool:
    claim: Any = standing.claim
    return claim is not None and "result" not in claim and claim["lease_until"] > AT


@given(one=letters, standing=standings)
@example(
    one=letter(),
    standing=Standing(
        erased=False,
        document={},
        job={"status": "failed", "reason": {"code": "exhausted"}},
        claim={"lease_until": AT, "result": "rejected:exhausted"},
    ),
)
def test_only_what_waits_failed_so_and_is_nobody_s_now_is_replayed(one, standing) -> None:
    decision = decide(one, standing, AT)
    job: Any = standing.job or {}

    if decision.kind != "replay":
        assert decision.outgoing is None
        assert not any((decision.reopen, decision.unclaim, decision.unanswer))
        return
    assert decision.outgoing is not None
    assert decision.outgoing.attributes["user_id"] == "ada"
    assert one.state == "waiting"
    assert not standing.erased
    assert not live(standing)
    assert (standing.document if one.step == "ingest" else standing.job) is not None
    assert not job or job["status"] == "failed" or not Status(job["status"]).final
    assert bool(decision.reopen) == (job.get("status") == "failed")
    if decision.reopen:
        assert job["reason"]["code"] == one.code
        assert Status.FAILED.may_follow(decision.reopen)
    if decision.unanswer:
        assert standing.document == {"status": "rejected", "reason": {"code": one.code}}
    claim: Any = standing.claim or {}
    assert decision.unclaim == ("result" in claim)
    assert claim.get("result", "rejected:").startswith("rejected:") or decision.unanswer


@given(one=letters, standing=standings)
def test_nothing_of_an_erased_person_is_kept(one, standing) -> None:
    decision = decide(one, replace(standing, erased=True), AT)

    assert decision.kind == ("erased" if one.state == "waiting" else "settled")
