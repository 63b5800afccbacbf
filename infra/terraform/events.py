"""Triggers: the documents of the code, as events that are tried again; who may call a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.terraform import code
from infra.terraform.contract import FUNCTION, same
from infra.terraform.findings import Finding
from infra.terraform.grants import account_of, grants, name_of
from infra.terraform.values import Value, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.terraform.plan import Instance, Node, Plan

TRIGGER = "google_eventarc_trigger"
_INVOKER = "roles/run.invoker"
_INVOKERS = (_INVOKER, "roles/cloudfunctions.invoker", "roles/run.servicesInvoker")
_RECEIVER = "roles/eventarc.eventReceiver"


def check(plan: Plan) -> Iterator[Finding]:
    """All findings about an environment."""
    found: list[str] = []
    for function in plan.of(FUNCTION):
        for trigger in function.node.all("event_trigger"):
            found.append(f"{_path(trigger, 'event_filters')} -> {text_of(function.get('name'))}")
            yield from _first_trigger(trigger)
    for instance in plan.of(TRIGGER):
        target = name_of(plan, _service(instance), FUNCTION)
        found.append(f"{_path(instance.node, 'matching_criteria')} -> {target}")
        yield from _further_trigger(instance)
    needed = [f"{path} -> {function}" for path, function in code.triggers()]
    yield from same("eventarc.tf", "triggers", needed, found)
    if len(found) != len(set(found)):
        yield Finding("eventarc.tf", 1, "one trigger a path", "two on one: each event twice")
    yield from _rights(plan)


def _service(trigger: Instance) -> Value:
    for destination in trigger.node.all("destination"):
        for run in destination.all("cloud_run_service"):
            return run.get("service")
    return None


def _path(trigger: Node, filters: str) -> str:
    paths = [one.get("value") for one in trigger.all(filters) if one.get("attribute") == "document"]
    return text_of(paths[0]) if paths else "every document"


def _filters(trigger: Node, filters: str) -> Iterator[Finding]:
    given = {one.get("attribute"): one for one in trigger.all(filters)}
    document = given.get("document")
    if document is not None and document.get("operator") != code.OPERATOR:
        found = text_of(document.get("operator"))
        yield document.finding(
            f"operator {code.OPERATOR} on a path with wildcards", found, "operator"
        )
    database = given.get("database")
    if database is None or database.get("value") != "(default)":
        found = text_of(database.get("value")) if database else "none"
        yield trigger.finding("a filter on database: (default)", found)


def _first_trigger(trigger: Node) -> Iterator[Finding]:
    yield from _filters(trigger, "event_filters")
    for name, wanted in (("event_type", code.EVENT_TYPE), ("retry_policy", "RETRY_POLICY_RETRY")):
        if trigger.get(name) != wanted:
            yield trigger.finding(f"{name} {wanted}", text_of(trigger.get(name)), name)
    if not trigger.get("service_account_email"):
        yield trigger.finding("service_account_email of the trigger", "none: the default account")


def _further_trigger(trigger: Instance) -> Iterator[Finding]:
    node = trigger.node
    yield from _filters(node, "matching_criteria")
    types = [
        one.get("value") for one in node.all("matching_criteria") if one.get("attribute") == "type"
    ]
    if types != [code.EVENT_TYPE]:
        yield node.finding(f"one criterion type = {code.EVENT_TYPE}", str(types))
    if node.get("event_data_content_type") != code.CONTENT_TYPE:
        found = text_of(node.get("event_data_content_type"))
        wanted = f"event_data_content_type {code.CONTENT_TYPE}"
        yield node.finding(wanted, found, "event_data_content_type")
    if node.all("retry_policy"):
        found = f"max_attempts {text_of(node.get('retry_policy', 'max_attempts'))}: no retries"
        yield node.finding("no retry_policy: Eventarc tries for 24 hours", found)
    if not node.get("service_account"):
        yield node.finding("service_account of the trigger", "none: the default account")


def _rights(plan: Plan) -> Iterator[Finding]:
    """Who delivers to a function may call it, and nobody else; Eventarc's accounts receive."""
    events = {
        (account_of(plan, trigger.get("service_account_email")), text_of(function.get("name")))
        for function in plan.of(FUNCTION)
        for trigger in function.node.all("event_trigger")
    }
    events |= {
        (account_of(plan, one.get("service_account")), str(name_of(plan, _service(one), FUNCTION)))
        for one in plan.of(TRIGGER)
    }
    pushes = {
        (
            account_of(plan, token.get("service_account_email")),
            str(name_of(plan, endpoint, FUNCTION)),
        )
        for push in plan.of("google_pubsub_subscription")
        for config in push.node.all("push_config")
        for endpoint in [config.get("push_endpoint")]
        for token in config.all("oidc_token")
    }
    names = {one.address: text_of(one.get("name")) for one in plan.of(FUNCTION)}
    given = {
        (one.member, names.get(text_of(one.on), text_of(one.on)))
        for one in grants(plan)
        if one.role in _INVOKERS
    }
    receivers = {one.member for one in grants(plan) if one.role == _RECEIVER}
    yield from same("functions.tf", f"{_INVOKER} of", _pairs(events | pushes), _pairs(given))
    yield from same("iam.tf", f"{_RECEIVER} of", {account for account, _ in events}, receivers)


def _pairs(pairs: set[tuple[str, str]]) -> list[str]:
    return [f"{member} on {name}" for member, name in pairs]
