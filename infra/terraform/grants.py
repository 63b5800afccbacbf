"""Who is given what on what, over all kinds of IAM resources, and what a value refers to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from infra.terraform.values import Unknown, Value, text_of

if TYPE_CHECKING:
    from infra.terraform.plan import Instance, Plan

_ADDRESS = re.compile(r'google_\w+\.\w+(?:\["[^"]*"\]|\[\d+\])?')
_NAMES = ("name", "account_id", "secret_id", "repository_id", "role_id", "bucket")
# What an IAM resource names as the thing that it gives rights on.
_TARGETS = (
    "topic",
    "subscription",
    "bucket",
    "secret_id",
    "service_account_id",
    "repository",
    "crypto_key_id",
    "name",
    "cloud_function",
    "service",
)


@dataclass(frozen=True, slots=True)
class Grant:
    """A right: a role that a member has on something; `on` is None where it is the project."""

    role: str
    member: str
    on: str | None
    instance: Instance


def refers(plan: Plan, value: Value, kind: str) -> Instance | None:
    """The instance of that type that a value comes from, or that has it as its name."""
    if not isinstance(value, (str, Unknown)):
        return None
    text = text_of(value)
    addresses = set(_ADDRESS.findall(text))
    if addresses:
        return next((one for one in plan.of(kind) if one.address in addresses), None)
    names = {text, text.rsplit("/", 1)[-1]}
    return next((one for one in plan.of(kind) if names & _names(one)), None)


def _names(instance: Instance) -> set[str]:
    return {text_of(instance.get(name)) for name in _NAMES if instance.get(name) is not None}


def name_of(plan: Plan, value: Value, kind: str) -> str | None:
    """The name of what a value refers to."""
    found = refers(plan, value, kind)
    name = found and found.get("name")
    return name if isinstance(name, str) else None


def account_of(plan: Plan, value: Value) -> str:
    """A service account of ours as its address, another member as it is written."""
    found = refers(plan, value, "google_service_account")
    return found.address if found else text_of(value)


@lru_cache(maxsize=3)
def grants(plan: Plan) -> list[Grant]:
    """All rights that the plan gives."""
    members = [
        one
        for one in plan.instances
        if one.type.endswith("_iam_member") and one.declared.block.type == "resource"
    ]
    return [
        Grant(_role(plan, one), account_of(plan, one.get("member")), _target(plan, one), one)
        for one in members
    ]


def _role(plan: Plan, instance: Instance) -> str:
    role = instance.get("role")
    custom = refers(plan, role, "google_project_iam_custom_role")
    return custom.address if custom and isinstance(role, Unknown) else text_of(role)


def _target(plan: Plan, instance: Instance) -> str | None:
    given = [instance.get(name) for name in _TARGETS]
    value = next((one for one in given if one is not None), None)
    if value is None:
        return None
    named = refers(plan, value, instance.type.removesuffix("_iam_member"))
    address = _ADDRESS.search(text_of(value))
    if named is not None:
        return named.address
    return address[0] if address else text_of(value)
