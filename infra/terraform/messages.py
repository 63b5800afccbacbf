"""Topics and subscriptions: those of the code, each with its dead letters and its rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.terraform import code
from infra.terraform.contract import FUNCTION, same
from infra.terraform.grants import account_of, grants, name_of, refers
from infra.terraform.values import mapping, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.terraform.findings import Finding
    from infra.terraform.plan import Instance, Plan

TOPIC = "google_pubsub_topic"
SUBSCRIPTION = "google_pubsub_subscription"
_PUBLISHER, _SUBSCRIBER = "roles/pubsub.publisher", "roles/pubsub.subscriber"
# Pub/Sub's own account in a project (cloud.google.com/pubsub/docs/handling-failures).
_AGENT = "gcp-sa-pubsub.iam.gserviceaccount.com"


def check(plan: Plan) -> Iterator[Finding]:
    """All findings about an environment."""
    names = {text_of(one.get("name")): one for one in plan.of(SUBSCRIPTION)}
    yield from same(
        "pubsub.tf", "topics", code.topics(), [one.get("name") for one in plan.of(TOPIC)]
    )
    yield from same("pubsub.tf", "subscriptions", code.subscriptions(), names)
    letters, attempts = code.dead_letters()
    for name, (topic, function) in code.pushes().items():
        if name in names:
            yield from _push(plan, function, topic, names[name])
            yield from _dead_letter(plan, names[name], letters, attempts)
    for name in code.subscriptions() - code.pushes().keys():
        if name in names:
            yield from _pull(plan, names[name], letters)
    for subscription in names.values():
        if subscription.get("expiration_policy", "ttl") != "":
            found = text_of(subscription.get("expiration_policy", "ttl"))
            wanted = f'expiration_policy ttl = "" (never) of {subscription.address}'
            yield subscription.node.finding(wanted, found)
    yield from _publishers(plan, letters)
    yield from _sources(plan, letters)
    yield from _forwarding(plan, letters)


def _push(plan: Plan, function: str, topic: str, push: Instance) -> Iterator[Finding]:
    node = push.node
    found = name_of(plan, push.get("topic"), TOPIC)
    if found != topic:
        yield node.finding(f"{push.address} on the topic {topic}", text_of(found), "topic")
    endpoint = push.get("push_config", "push_endpoint")
    target = name_of(plan, endpoint, FUNCTION)
    if target != function or not text_of(endpoint).endswith("service_config[0].uri}"):
        wanted = f"push_endpoint of {push.address} to be the function {function}'s uri"
        yield node.finding(wanted, text_of(endpoint), "push_endpoint")
    account = push.node.all("push_config")[0].all("oidc_token") if node.all("push_config") else []
    if not account:
        yield node.finding(
            f"oidc_token in {push.address}: a function takes no unsigned push", "none"
        )
        return
    audience = account[0].get("audience")
    if text_of(audience) != text_of(endpoint):
        wanted = f"audience of {push.address} to be {text_of(endpoint)}"
        yield account[0].finding(wanted, text_of(audience), "audience")
    member = account_of(plan, account[0].get("service_account_email"))
    if not member.startswith("google_service_account."):
        wanted = f"a service account of ours in {push.address}"
        yield account[0].finding(wanted, member, "service_account_email")
    yield from _wire(push)
    yield from _kept(plan, push, function)


def _wire(push: Instance) -> Iterator[Finding]:
    """What it is for comes, in the form that the functions read, and not at once again."""
    node = push.node
    if not node.all("retry_policy"):
        yield node.finding(f"retry_policy in {push.address}", "none: tried again at once")
    wanted = code.message_filter(text_of(push.get("name")))
    if node.get("filter") != wanted:
        said = f"the filter {wanted}" if wanted else "no filter: nobody else takes the rest"
        yield node.finding(f"{push.address} with {said}", text_of(node.get("filter")), "filter")
    name, ordered = "enable_message_ordering", code.ordered(text_of(push.get("name")))
    if bool(push.get(name)) is not ordered:
        said = f"{name} of {push.address} to be {str(ordered).lower()}"
        yield node.finding(said, text_of(push.get(name)), name)
    if any(config.all("no_wrapper") for config in node.all("push_config")):
        found = "no_wrapper: a body without message and subscription"
        yield node.finding(f"{push.address} in the form that the functions read", found)


def _kept(plan: Plan, push: Instance, function: str) -> Iterator[Finding]:
    """Messages are kept for as long as the function tries."""
    kept = str(push.get("message_retention_duration")).removesuffix("s")
    for one in plan.of(FUNCTION):
        given = mapping(one.get("service_config", "environment_variables"))
        age = text_of(given.get("MAX_EVENT_AGE_SECONDS"))
        if one.get("name") != function or not age.isdecimal():
            continue
        if not kept.isdecimal() or int(kept) <= int(age):
            name = "message_retention_duration"
            wanted = f"{name} of {push.address} above {age} s"
            yield push.node.finding(wanted, text_of(push.get(name)), name)


def _dead_letter(plan: Plan, push: Instance, letters: str, attempts: int) -> Iterator[Finding]:
    policies = push.node.all("dead_letter_policy")
    if not policies:
        yield push.node.finding(f"dead_letter_policy in {push.address}", "none")
        return
    found = name_of(plan, policies[0].get("dead_letter_topic"), TOPIC)
    if found != letters:
        wanted = f"dead_letter_topic of {push.address} to be {letters}"
        shown = text_of(policies[0].get("dead_letter_topic"))
        yield policies[0].finding(wanted, shown, "dead_letter_topic")
    if policies[0].get("max_delivery_attempts") != attempts:
        wanted = f"max_delivery_attempts {attempts} in {push.address}, as the embedded cloud has"
        shown = text_of(policies[0].get("max_delivery_attempts"))
        yield policies[0].finding(wanted, shown, "max_delivery_attempts")


def _pull(plan: Plan, pull: Instance, letters: str) -> Iterator[Finding]:
    found = name_of(plan, pull.get("topic"), TOPIC)
    if found != letters:
        yield pull.node.finding(f"{pull.address} on the topic {letters}", text_of(found), "topic")
    if pull.node.all("push_config"):
        yield pull.node.finding(f"{pull.address} to be pulled from", "push_config")


def _publishers(plan: Plan, letters: str) -> Iterator[Finding]:
    """Each function may publish to the topics that its environment names, and nobody to others."""
    topics = {text_of(one.get("name")): one.address for one in plan.of(TOPIC)}
    needed = set()
    for function in plan.of(FUNCTION):
        account = account_of(plan, function.get("service_config", "service_account_email"))
        given = mapping(function.get("service_config", "environment_variables"))
        for value in given.values():
            if "/topics/" in text_of(value) or refers(plan, value, TOPIC):
                needed.add(f"{account} on {text_of(value).rsplit('/', 1)[-1]}")
    agents = [one for one in grants(plan) if one.member.endswith(_AGENT)]
    needed |= {f"{one.member} on {letters}" for one in agents[:1]}
    by_address = {address: name for name, address in topics.items()}
    found = {
        f"{one.member} on {by_address.get(text_of(one.on), text_of(one.on))}"
        for one in grants(plan)
        if one.role == _PUBLISHER
    }
    yield from same("iam.tf", f"{_PUBLISHER} of", needed, found)


def _sources(plan: Plan, letters: str) -> Iterator[Finding]:
    """Each topic has somebody who publishes to it: a function, the scheduler, Pub/Sub itself."""
    names = {one.address: text_of(one.get("name")) for one in plan.of(TOPIC)}
    rights = {names.get(text_of(one.on)) for one in grants(plan) if one.role == _PUBLISHER}
    ticks = {
        name_of(plan, one.get("pubsub_target", "topic_name"), TOPIC)
        for one in plan.of("google_cloud_scheduler_job")
    }
    published = {text_of(one) for one in rights | ticks if one} | {letters}
    yield from same("scheduler.tf", "topics that are published to", names.values(), published)


def _forwarding(plan: Plan, letters: str) -> Iterator[Finding]:
    """Pub/Sub's own account may publish dead letters, and acknowledge what it has moved."""
    rights = [one for one in grants(plan) if one.member.endswith(_AGENT)]
    topic = next((one.address for one in plan.of(TOPIC) if one.get("name") == letters), letters)
    if not any(one.role == _PUBLISHER and one.on == topic for one in rights):
        wanted = (
            f"{_PUBLISHER} of Pub/Sub's service agent on {letters}: else no dead letter is moved"
        )
        yield from same("iam.tf", wanted, ["it"], [])
    pushes = {one.address for one in plan.of(SUBSCRIPTION) if one.node.all("dead_letter_policy")}
    given = {text_of(one.on) for one in rights if one.role == _SUBSCRIBER}
    yield from same("iam.tf", f"{_SUBSCRIBER} of Pub/Sub's service agent on", pushes, given)
