"""What infra/gcp comes to in its environments, as `python -m infra.terraform` evaluates it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from infra.terraform.check import plans
from tests.cloud import REPOSITORY

if TYPE_CHECKING:
    from infra.terraform.plan import Instance, Plan


@cache
def planned(environment: str = "prod") -> Plan:
    """One environment's resources."""
    _, made, _ = plans(REPOSITORY / "infra" / "gcp")
    (plan,) = (each for each in made if each.environment == environment)
    return plan


def instances(*types: str, environment: str = "prod") -> list[Instance]:
    """The instances of those types of resources."""
    return planned(environment).of(*types)
