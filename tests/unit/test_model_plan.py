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


@pytest.mark.parametrize(
    ("wanted", "said"), [(None, "version 2: previous"), ("2", "version 1: -previous")]
)
def test_a_rollback_that_stopped_between_its_aliases_is_completed(wanted, said) -> None:
    versions = [version("1", "live", "previous"), version("2")]
    there = [deployment("1", 100), deployment("2", 0)]

    calls = model_plan.rollback(state(versions, there), wanted, keep=False)

    assert [each.about for each in calls] == [said, "undeploy version 2"]


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


@pytest.mark.parametrize("wanted", ["2", None])
@pytest.mark.parametrize("first", [version("1", "live"), version("1")], ids=["live", "none live"])
def test_a_canary_that_is_alone_is_undeployed(first, wanted) -> None:
    there = [deployment("2", 100)]

    calls = model_plan.rollback(
        state([first, version("2", "candidate")], there), wanted, keep=False
    )

    assert [each.about for each in calls] == ["version 2: -candidate", "undeploy version 2"]


def test_canaries_that_nobody_live_stands_beside_are_all_undeployed() -> None:
    versions = [version("1", "live"), version("2"), version("3")]
    there = [deployment("2", 90), deployment("3", 10)]

    calls = model_plan.rollback(state(versions, there), None, keep=False)

    assert [each.about for each in calls] == ["undeploy version 3", "undeploy version 2"]
    assert [each.request.get("traffic_split") for each in calls] == [{"2": 100}, None]


def test_one_canary_cannot_leave_its_requests_to_another() -> None:
    versions = [version("1", "live"), version("2"), version("3")]
    there = [deployment("2", 90), deployment("3", 10)]

    with pytest.raises(PlanError, match=r"not the live version.*: clarity model unpark, then this"):
        model_plan.rollback(state(versions, there), "3", keep=False)


@pytest.mark.parametrize(
    ("variant", "asked", "found"),
    [
        ("cpu", Machine(max_replicas=3), "n1-standard-4"),
        ("gpu", Machine("none", "n2-standard-8", max_replicas=3), "g2-standard-4"),
        ("cpu", Machine("none", "n2-standard-8", max_replicas=3), "n2-standard-8"),
    ],
)
def test_what_is_live_comes_back_on_what_its_image_was_built_for(variant, asked, found) -> None:
    live = Version("1", frozenset({"live"}), {"variant": variant}, {}, "", AT)

    [call] = model_plan.unpark(state([live], []), asked)

    resources = call.request["deployed_model"]["dedicated_resources"]
    assert resources["machine_spec"]["machine_type"] == found
    assert ("accelerator_type" in resources["machine_spec"]) is (variant == "gpu")
    assert resources["max_replica_count"] == 3


def test_the_live_version_comes_back_beside_others_and_takes_all_requests() -> None:
    versions = [version("1", "live"), version("2")]

    [call] = model_plan.unpark(state(versions, [deployment("2", 100)]), CPU)

    assert call.about == "deploy version 1 with 100 % of the requests"
    assert call.request["traffic_split"] == {"0": 100}


@pytest.mark.parametrize("there", [[], [deployment("2", 100)]], ids=["parked", "a canary alone"])
def test_an_untried_version_gets_no_requests_unasked_while_the_live_one_is_away(there) -> None:
    found = state([version("1", "live"), version("2"), version("3")], there)

    with pytest.raises(PlanError, match=r"clarity model unpark first.*or --traffic 100 for all"):
        model_plan.deploy(found, "3", None, CPU)

    [asked] = model_plan.deploy(found, "3", 100, CPU)
    assert asked.request["traffic_split"] == {"0": 100}
    [live] = model_plan.deploy(state([version("1", "live")], []), "1", None, CPU)
    assert live.request["traffic_split"] == {"0": 100}


def test_without_a_live_version_there_is_nothing_to_roll_back_to() -> None:
    with pytest.raises(PlanError, match="expected a version with the alias 'live'"):
        model_plan.rollback(state([version("1")], []), None, keep=False)


def test_a_version_that_is_not_deployed_is_no_candidate_any_more() -> None:
    versions = [version("1", "live"), version("2", "candidate"), version("3")]

    calls = model_plan.rollback(state(versions, []), "2", keep=False)

    assert [each.about for each in calls] == ["version 2: -candidate"]
    assert model_plan.rollback(state(versions, []), "3", keep=False) == []


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
