"""Infra and code: what the code needs is there, and nothing is there that no code needs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from infra.terraform import code
from infra.terraform.findings import Finding, did_you_mean
from infra.terraform.grants import account_of, grants, refers
from infra.terraform.values import Unknown, Value, elements, mapping, number, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from infra.terraform.plan import Instance, Node, Plan

FUNCTION = "google_cloudfunctions2_function"
_VARIABLES = "environment_variables"
_SECRETS = "google_secret_manager_secret"
_ACCESSOR = "roles/secretmanager.secretAccessor"


def check(plan: Plan, *, every_option: bool) -> Iterator[Finding]:
    """All findings about an environment; with every option on, what is optional is needed too."""
    deployed = {str(one.get("name")): one for one in plan.of(FUNCTION)}
    needed = code.functions()
    yield from same("functions.tf", "functions", needed, deployed)
    for name in sorted(needed.keys() & deployed):
        function = deployed[name]
        yield from _environment(plan, function, needed[name], every_option=every_option)
        yield from _form(plan, name, function)
    yield from _accounts(plan, deployed)
    yield from _secrets(plan, deployed, needed, every_option=every_option)
    yield from _permissions(plan, deployed)


def same(
    file: str, what: str, needed: Iterable[object], found: Iterable[object], line: int = 1
) -> Iterator[Finding]:
    """Two sets are equal; else what is missing and what nobody needs."""
    wanted, present = {str(one) for one in needed}, {str(one) for one in found}
    for one in sorted(wanted - present):
        hint = did_you_mean(one, present - wanted)
        yield Finding(file, line, f"{what}: {one}, which the code needs", "none", hint)
    for one in sorted(present - wanted):
        hint = did_you_mean(one, wanted - present)
        yield Finding(file, line, f"{what} that the code needs", one, hint)


def service_of(function: Instance) -> Node:
    """The block that says how a function runs."""
    blocks = function.node.all("service_config")
    return blocks[0] if blocks else function.node


def _environment(
    plan: Plan, function: Instance, needed: dict[str, code.Variable], *, every_option: bool
) -> Iterator[Finding]:
    service = service_of(function)
    given = mapping(service.get("environment_variables"))
    secret = {str(one.get("key")) for one in service.all("secret_environment_variables")}
    known = {name for name, one in needed.items() if not one.local}
    optional = set() if every_option else {n for n, one in needed.items() if not one.required}
    where = f"the environment of {function.address}"
    for name in sorted({*given, *secret} - known - code.FRAMEWORK):
        hint = did_you_mean(name, known)
        yield service.finding(
            f"variables in {where} that its settings read", name, _VARIABLES, hint
        )
    for name in sorted(known - optional - {*given, *secret}):
        yield service.finding(f"{name} in {where}", "none", _VARIABLES)
    for name in sorted(known & given.keys()):
        if needed[name].number and not _is_number(given[name]):
            found = text_of(given[name])
            yield service.finding(f"{name} in {where} to be a number", found, _VARIABLES)
    joined = code.joined()
    for name in sorted(given.keys() & joined.keys()):
        if text_of(given[name]) != joined[name]:
            wanted = f"{name} in {where} to be {joined[name]}"
            yield service.finding(wanted, text_of(given[name]), _VARIABLES)
    yield from _times(plan, function, service, given)


def _is_number(value: Value) -> bool:
    if isinstance(value, Unknown):
        return value.kind in {"number", "any"}
    return not math.isnan(number(value))


def _times(
    plan: Plan, function: Instance, service: Node, given: dict[str, Value]
) -> Iterator[Finding]:
    parallel, threads = service.get("max_instance_request_concurrency"), given.get("THREADS")
    if text_of(threads) != text_of(parallel):
        wanted = f"THREADS of {function.address} to be its concurrency, {text_of(parallel)}"
        yield service.finding(wanted, text_of(threads), _VARIABLES)
    timeout, lease = number(service.get("timeout_seconds")), number(given.get("LEASE_SECONDS"))
    if math.isnan(timeout):
        found = text_of(service.get("timeout_seconds"))
        yield service.finding(f"timeout_seconds of {function.address}", found)
        return
    if lease >= timeout:
        wanted = f"LEASE_SECONDS of {function.address} below its timeout of {text_of(timeout)}"
        yield service.finding(wanted, text_of(lease), _VARIABLES)
    for push in plan.of("google_pubsub_subscription"):
        target = refers(plan, push.get("push_config", "push_endpoint"), FUNCTION)
        deadline = number(push.get("ack_deadline_seconds"))
        if target is function and not deadline >= timeout:
            name = "ack_deadline_seconds"
            wanted = f"{name} of {push.address} not below the timeout of {text_of(timeout)}"
            yield push.node.finding(wanted, text_of(push.get(name)), name)


def _form(plan: Plan, name: str, function: Instance) -> Iterator[Finding]:
    node = function.node
    for path, wanted in (
        (("build_config", "runtime"), "python311"),
        (("build_config", "entry_point"), name),
    ):
        if node.get(*path) != wanted:
            found = text_of(node.get(*path))
            yield node.finding(f"{path[-1]} of {function.address} to be {wanted}", found, path[-1])
    source = node.all("build_config")
    storage = [
        one
        for build in source
        for inner in build.all("source")
        for one in inner.all("storage_source")
    ]
    bundle = text_of(storage[0].get("object")) if storage else "none"
    if f"{name}-*.zip" not in bundle and f'["{name}"]' not in bundle:
        yield node.finding(f"the bundle {name}-*.zip as the source of {function.address}", bundle)


def _accounts(plan: Plan, deployed: dict[str, Instance]) -> Iterator[Finding]:
    users: dict[str, str] = {}
    for name, function in deployed.items():
        service = service_of(function)
        account = account_of(plan, service.get("service_account_email"))
        if not account.startswith("google_service_account."):
            wanted = f"a service account of its own for {function.address}"
            yield service.finding(wanted, account, "service_account_email")
        elif account in users:
            wanted = f"a service account of its own for {function.address}"
            yield service.finding(wanted, f"that of {users[account]}", "service_account_email")
        users[account] = name


def _secrets(
    plan: Plan,
    deployed: dict[str, Instance],
    needed: dict[str, dict[str, code.Variable]],
    *,
    every_option: bool,
) -> Iterator[Finding]:
    """A secret is read by the functions whose settings want one; each secret has a reader."""
    wanted: set[str] = set()
    used: set[str] = set()
    for name, function in deployed.items():
        service = service_of(function)
        account = account_of(plan, service.get("service_account_email"))
        if any(one.secret for one in needed.get(name, {}).values()):
            wanted.add(account)
        for one in service.all("secret_environment_variables"):
            secret = refers(plan, one.get("secret"), _SECRETS)
            if secret is None:
                found = text_of(one.get("secret"))
                yield one.finding("a secret of this project", found, "secret")
            used.add(text_of(secret and secret.get("secret_id")))
    given = {one.member for one in grants(plan) if one.role == _ACCESSOR}
    yield from same("iam.tf", f"{_ACCESSOR} of", wanted, given)
    if every_option:
        declared = {text_of(one.get("secret_id")) for one in plan.of(_SECRETS)}
        yield from same("secrets.tf", "secrets", used, declared)


def _permissions(plan: Plan, deployed: dict[str, Instance]) -> Iterator[Finding]:
    """A function's account may do on the project what its code does, and no more."""
    roles = {one.address: one for one in plan.of("google_project_iam_custom_role")}
    for name in sorted(code.functions().keys() & deployed):
        account = account_of(plan, service_of(deployed[name]).get("service_account_email"))
        allowed: set[str] = set()
        for grant in grants(plan):
            if grant.member == account and grant.instance.type == "google_project_iam_member":
                custom = roles.get(grant.role)
                allowed |= set(elements(custom.get("permissions")) if custom else [grant.role])
        yield from same("iam.tf", f"permissions of {account}", code.permissions(name), allowed)
