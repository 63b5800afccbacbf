"""The plans for the model on Vertex AI: shares, and what a stopped command leaves to the next."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clarity.adapters import model_plan
from clarity.adapters.model_state import Deployment, Machine, PlanError, State, Version

AT = datetime(2026, 11, 1, tzinfo=UTC)
CPU = Machine(accelerator="none")


def version(number: str, *aliases: str) -> Version:
    return Version(number, frozenset(aliases), {"weights": "w"}, {}, "", AT)


def deployment(number: str, traffic: int) -> Deployment:
    return Deployment(number, number, traffic, CPU.resources(), "", AT)


def state(versions: list[Version], deployments: list[Deployment]) -> State:
    parent = "projects/p/locations/l"
    return State(parent, f"{parent}/endpoints/1", "e", versions, deployments)


@given(
    st.lists(st.integers(0, 100), min_size=1, max_size=6).filter(any),
    st.integers(0, 100),
)
def test_shares_are_whole_sum_to_a_hundred_and_keep_the_others_order(weights, percent) -> None:
    total = sum(weights)
    shares = [weight * 100 // total for weight in weights]
    shares[0] += 100 - sum(shares)
    there = [deployment(str(number + 1), share) for number, share in enumerate(shares)]
    versions = [version(each.number) for each in there]

    [call] = model_plan.deploy(state([*versions, version("9")], there), "9", percent, CPU)

    split = call.request["traffic_split"]
    assert sum(split.values()) == 100
    assert split.get("0", 0) == percent
    assert min(split.values()) > 0
    rest = 100 - percent
    for each in there:
        assert abs(split.get(each.deployed_id, 0) - each.traffic * rest / 100) < 1


def test_a_promotion_that_stopped_between_its_aliases_is_taken_back_by_a_rollback() -> None:
    versions = [version("1", "live", "previous"), version("2", "candidate")]
    there = [deployment("1", 0), deployment("2", 100)]

    calls = model_plan.rollback(state(versions, there), None, keep=False)

    assert [each.about for each in calls] == [
        "route the requests: 100 % to 1",
        "version 2: -candidate",
        "undeploy version 2",
        "version 1: -previous",
    ]


def test_which_version_a_stopped_promotion_leaves_is_not_guessed() -> None:
    versions = [version("1", "live", "previous"), version("2", "candidate")]
    there = [deployment("1", 0), deployment("2", 100)]

    with pytest.raises(PlanError, match="finish it with clarity model promote"):
        model_plan.rollback(state(versions, there), "1", keep=False)


def test_a_rollback_that_stopped_between_its_aliases_is_completed() -> None:
    versions = [version("1", "live", "previous"), version("2")]
    there = [deployment("1", 100), deployment("2", 0)]

    calls = model_plan.rollback(state(versions, there), "2", keep=False)

    assert [each.about for each in calls] == ["version 2: previous", "undeploy version 2"]


def test_where_nobody_can_say_which_version_was_left_the_alias_goes() -> None:
    versions = [version("1", "live", "previous"), version("2")]

    calls = model_plan.rollback(state(versions, [deployment("1", 100)]), None, keep=False)

    assert [each.about for each in calls] == ["version 1: -previous"]


def test_a_parked_endpoint_is_rolled_back_by_its_aliases_alone() -> None:
    versions = [version("1", "previous"), version("2", "live")]

    calls = model_plan.rollback(state(versions, []), None, keep=False)

    assert [each.about for each in calls] == ["version 1: live", "version 2: previous"]


def test_the_version_kept_to_go_back_to_is_no_canary() -> None:
    versions = [version("1", "previous"), version("2", "live")]
    there = [deployment("1", 0), deployment("2", 100)]

    calls = model_plan.rollback(state(versions, there), None, keep=True)

    assert [each.about for each in calls] == [
        "route the requests: 100 % to 1",
        "version 1: live",
        "version 2: previous",
    ]


def test_a_canary_cannot_end_where_nobody_else_could_answer() -> None:
    versions = [version("1", "live"), version("2")]

    with pytest.raises(PlanError, match="the live version 1 is not deployed"):
        model_plan.rollback(state(versions, [deployment("2", 100)]), "2", keep=False)


def test_without_a_live_version_there_is_nothing_to_roll_back_to() -> None:
    with pytest.raises(PlanError, match="expected a version with the alias 'live'"):
        model_plan.rollback(state([version("1")], []), None, keep=False)


def test_parking_routes_away_what_it_undeploys_first() -> None:
    versions = [version("1", "live"), version("2"), version("3")]
    there = [deployment("1", 70), deployment("2", 30), deployment("3", 0)]

    calls = model_plan.park(state(versions, there))

    assert [each.about for each in calls] == [
        "undeploy version 3",
        "undeploy version 2",
        "undeploy version 1",
    ]
    assert [each.request.get("traffic_split") for each in calls] == [None, {"1": 100}, None]


def test_an_accelerator_that_nobody_knows_is_named_with_those_that_are_known() -> None:
    with pytest.raises(PlanError, match="nvidia-l4, nvidia-tesla-t4, none, found 'NVIDIA_L4'"):
        Machine(accelerator="NVIDIA_L4")
