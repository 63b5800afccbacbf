"""What Terraform has to be given after a promotion or rollback: exactly, and in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from clarity.adapters import model_settings
from clarity.adapters.model_state import Deployment, Machine, State, Version

AT = datetime(2026, 11, 1, tzinfo=UTC)
PLACE = "--endpoint 1"


def version(number: str, model: str, *aliases: str) -> Version:
    return Version(number, frozenset(aliases), {"model": model}, {}, "", AT)


def state(versions: list[Version], **traffic: int) -> State:
    resources = Machine().resources()
    there = [
        Deployment(name[1:], name[1:], share, resources, "", AT) for name, share in traffic.items()
    ]
    return State("p", "e", "", versions, there)


BESIDE = state([version("1", "old", "live"), version("2", "new", "candidate")], v1=95, v2=5)
PROMOTED = state([version("1", "old", "previous"), version("2", "new", "live")], v2=100)
BACK = state([version("1", "old", "live"), version("2", "new", "previous")], v1=100)


def test_a_promotion_is_followed_by_one_apply_and_its_way_back_has_three_steps() -> None:
    assert model_settings.promoted(PROMOTED, PLACE).splitlines() == [
        "new answers all requests. In Terraform now, both in one apply:",
        '  pat_model_id        = "new"',
        "  pat_canary_model_id = null",
        'Until then preprocess takes its answers by pat_canary_model_id = "new"; where that is not',
        "applied, apply these at once: what was refused is asked again.",
        "To go back before that apply: clarity model rollback 2 --endpoint 1",
        "To go back after it, so that no answer is refused:",
        '  1. pat_canary_model_id = "old", apply (pat_model_id stays)',
        "  2. clarity model rollback 2 --endpoint 1",
        '  3. pat_model_id = "old" and pat_canary_model_id = null, apply',
    ]


@pytest.mark.parametrize(
    "versions",
    [
        [version("1", "old", "live")],
        [version("1", "old", "previous"), version("2", "old", "live")],
        [],
    ],
    ids=["the first", "another image", "none"],
)
def test_where_no_other_model_was_promoted_nothing_has_to_be_given(versions) -> None:
    assert model_settings.promoted(state(versions), PLACE) == ""


@pytest.mark.parametrize("after", [BACK, replace(BACK, deployments=[])], ids=["deployed", "parked"])
def test_a_promotion_that_is_taken_back_is_followed_by_the_former_model(after) -> None:
    said = model_settings.rolled_back(PROMOTED, after).splitlines()

    assert said[:3] == [
        "old is the live model again. In Terraform now, both in one apply:",
        '  pat_model_id        = "old"',
        "  pat_canary_model_id = null",
    ]


def test_a_canary_that_is_taken_away_leaves_the_model_as_it_is() -> None:
    after = state([version("1", "old", "live"), version("2", "new")], v1=100)

    assert model_settings.rolled_back(BESIDE, after).splitlines() == [
        "new gets no requests any more. In Terraform, when you like:",
        "  pat_canary_model_id = null",
    ]


def test_a_canary_of_the_same_model_needs_no_setting() -> None:
    before = state([version("1", "old", "live"), version("2", "old", "candidate")], v1=90, v2=10)
    after = state([version("1", "old", "live"), version("2", "old")], v1=100)

    assert model_settings.rolled_back(before, after) == ""
