"""What an environment must come to, value by value, where the schema would take others too."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING

from infra.terraform import code
from infra.terraform.contract import same
from infra.terraform.findings import Finding
from infra.terraform.grants import account_of, grants
from infra.terraform.values import elements, mapping, number, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.terraform.plan import Instance, Node, Plan
    from infra.terraform.values import Value

_FUNCTION = "google_cloudfunctions2_function"
_ENVIRONMENT = "service_config.environment_variables"
_OPTION = (
    r"--(machine-type|accelerator|accelerator-count|min-replicas|max-replicas|service-account) \S+"
)
# Address -> path behind blocks and into maps -> what the value must be, as a pattern; None: absent.
_VALUES: dict[str, dict[str, str | None]] = {
    rf"{_FUNCTION}\..*": {
        "service_config.available_memory": r"512Mi|[1-9]\d*Gi",
        "service_config.available_cpu": "[1248]",
        "service_config.all_traffic_on_latest_revision": None,
        "build_config.environment_variables": None,
        f"{_ENVIRONMENT}.GOOGLE_CLOUD_PROJECT": r"\$\{var\.project_id\}",
    },
    rf'{_FUNCTION}\.\w+\["(preprocess|park)"\]': {
        f"{_ENVIRONMENT}.PAT_ENDPOINT": r"\$\{google_vertex_ai_endpoint\.\w+\.id\}",
    },
    rf'{_FUNCTION}\.\w+\["preprocess"\]': {
        f"{_ENVIRONMENT}.PAT_ENDPOINT_HOST": r"\$\{google_vertex_ai_endpoint\.\w+\.dedicated_\w+\}",
    },
    r"google_artifact_registry_repository\..*": {
        "cleanup_policies.condition.older_than": r"\d{7,}s",
    },
    r'google_cloudbuild_trigger\.stage\["plan"\]': {
        "substitutions._STAGE": "plan",
        "service_account": r'.*\["builder"\].*',
    },
    r'google_cloudbuild_trigger\.stage\["apply"\]': {
        "substitutions._STAGE": "apply",
        "service_account": r'.*\["deployer"\].*',
    },
    r"google_cloudbuild_trigger\..*": {
        "substitutions._VARIANT": "cpu|gpu",
        "substitutions._WEIGHTS": "small|medium",
        "substitutions._MACHINE": rf"{_OPTION}( {_OPTION})*",
    },
    r"google_cloud_scheduler_job\..*": {"time_zone": "Etc/UTC"},
    r'google_cloud_scheduler_job\.\w+\["(endpoint-checks|sweeps)"\]': {
        "schedule": r"\*/5 \* \* \* \*",
    },
    r'google_cloud_scheduler_job\.\w+\["model-checks"\]': {"schedule": r"\d+ \* \* \* \*"},
    r"google_firebaserules_release\..*": {
        "name": r"cloud\.firestore",
        "ruleset_name": r"projects/\$\{var\.project_id\}/rulesets/"
        r"\$\{google_firebaserules_ruleset\.\w+\.name\}",
    },
    r"google_firestore_database\..*": {"name": r"\(default\)", "deletion_policy": "PREVENT"},
    r"google_firestore_field\.unindexed.*": {"field": r"\*"},
    r"google_project_iam_custom_role\..*": {"role_id": r"[A-Za-z0-9_.]{3,64}"},
    r"google_project_iam_member\.build_sources": {
        "member": r'.*\["build"\].*',
        "condition.expression": r'resource\.name\.startsWith\("[^"]+/gcf-v2-sources-[^"]+"\)',
    },
    r"google_project_service\..*": {"disable_on_destroy": "false"},
    r"google_pubsub_subscription\.dead_letters": {"message_retention_duration": "2678400s"},
    r"google_secret_manager_secret\.\w+\[.*": {"version_destroy_ttl": r"\d+s"},
    r"google_service_account\..*": {"account_id": r"[a-z][a-z0-9-]{4,28}[a-z0-9]"},
    r'google_storage_bucket\.\w+\["batch"\]': {"versioning.enabled": "false"},
    r'google_storage_bucket\.\w+\["exports"\]': {
        "versioning.enabled": "false",
        "soft_delete_policy.retention_duration_seconds": "0",  # or who is erased would be there yet
    },
    r'google_storage_bucket\.\w+\["bundles"\]': {"versioning.enabled": "true"},
    r"google_vertex_ai_endpoint\..*": {
        "name": "[0-9]{1,10}",
        "dedicated_endpoint_enabled": "true",
    },
}
# What there must be at least one of, with that block or address.
_PRESENT = (
    ("google_firestore_backup_schedule", "daily_recurrence"),
    ("google_firestore_backup_schedule", "weekly_recurrence"),
    ("google_firebaserules_release", ""),
)
# Of a function's times the first is below the second.
_BELOW = (
    ("PAT_TIMEOUT_SECONDS", "LEASE_SECONDS"),
    ("GEMINI_TIMEOUT_SECONDS", "LEASE_SECONDS"),
    ("QUIET_SECONDS", "PATIENCE_SECONDS"),
    ("PATIENCE_SECONDS", "MAX_EVENT_AGE_SECONDS"),
    ("GEMINI_PATIENCE_SECONDS", "MAX_EVENT_AGE_SECONDS"),
)
# The sweeper takes nothing for stuck while its function waits: what must be below what of sweep's.
_SWEPT = (
    ("preprocess", "PATIENCE_SECONDS", "SWEEP_STUCK_SECONDS"),
    ("insights", "GEMINI_PATIENCE_SECONDS", "SWEEP_STUCK_SECONDS"),
    ("preprocess", "LEASE_SECONDS", "SWEEP_STUCK_SECONDS"),
    ("ingest", "LEASE_SECONDS", "SWEEP_GRACE_SECONDS"),
    ("ingest", "MAX_EVENT_AGE_SECONDS", "SWEEP_GIVE_UP_SECONDS"),
    ("preprocess", "MAX_EVENT_AGE_SECONDS", "SWEEP_GIVE_UP_SECONDS"),
    ("insights", "MAX_EVENT_AGE_SECONDS", "SWEEP_GIVE_UP_SECONDS"),
)
# Health data: the longest that an object may lie there, in days. An export is as old as its answer.
_LONGEST = {"batch": 31, "exports": 7}
# Who alone may touch objects in a bucket of health data; others list it, to compare.
_USERS = {"exports": {("roles/storage.objectUser", 'google_service_account.account["privacy"]')}}
_BUCKET, _LISTING = 'google_storage_bucket.bucket["{}"]', "roles/storage.legacyBucketReader"
# What a clock has to drive, whatever else is off.
_ALWAYS = ("sweeps", "model-checks")


def check(plan: Plan) -> Iterator[Finding]:
    """All findings about an environment."""
    for instance in plan.instances:
        for address, values in _VALUES.items():
            if re.fullmatch(address, instance.address):
                yield from _promised(instance, values)
    for kind, block in _PRESENT:
        if not [one for one in plan.of(kind) if not block or one.node.all(block)]:
            yield Finding("firestore.tf", 1, f"a {kind} {block}".rstrip(), "none")
    for function in plan.of(_FUNCTION):
        yield from _settings(function)
        yield from _times(function)
    yield from _rules(plan)
    yield from _kept(plan)
    yield from _schedule(plan)
    yield from _sweeping(plan)
    yield from _in_region(plan)
    yield from _own_state(plan)
    yield from _acting(plan)
    yield from _outsiders(plan)


def _at(node: Node, path: str) -> Value:
    """The value at a path: through the first of each block, then into a map."""
    names = path.split(".")
    while len(names) > 1 and node.all(names[0]):
        node = node.all(names.pop(0))[0]
    found = node.values.get(names[0])
    return found if len(names) == 1 else mapping(found).get(names[1])


def _promised(instance: Instance, values: dict[str, str | None]) -> Iterator[Finding]:
    for path, pattern in values.items():
        found = _at(instance.node, path)
        if pattern is None and found is not None:
            yield instance.node.finding(f"{instance.address} without {path}", text_of(found))
        elif pattern and not re.fullmatch(pattern, _text(found)):
            yield instance.node.finding(f"{path} of {instance.address}: {pattern}", _text(found))


def _text(value: Value) -> str:
    return "none" if value is None else text_of(value)


@cache
def _model_ids() -> frozenset[str]:
    manifests = (code.ROOT / "shared/clarity/pat/data").glob("*/manifest.json")
    return frozenset(json.loads(each.read_text())["model_id"] for each in manifests)


def _settings(instance: Instance) -> Iterator[Finding]:
    service = instance.node.all("service_config")[0]
    given = mapping(service.get("environment_variables"))
    model = given.get("PAT_MODEL_ID")
    if model is not None and text_of(model) not in _model_ids():
        wanted = f"PAT_MODEL_ID of {instance.address}: {', '.join(sorted(_model_ids()))}"
        yield service.finding(wanted, text_of(model))
    if given.get("FCM_ENDPOINT") not in (None, "https://fcm.googleapis.com"):
        found = text_of(given["FCM_ENDPOINT"])
        yield service.finding("FCM_ENDPOINT: https://fcm.googleapis.com", found)
    for secret in service.all("secret_environment_variables"):
        if not re.fullmatch(r"[1-9]\d*", _text(secret.get("version"))):
            yield secret.finding("a secret's version by number", _text(secret.get("version")))
    if any(one.attribute("ignore_changes") for one in instance.declared.block.all("lifecycle")):
        yield service.finding(f"{instance.address} without ignore_changes", "some")


def _times(instance: Instance) -> Iterator[Finding]:
    service = instance.node.all("service_config")[0]
    given = mapping(service.get("environment_variables"))
    for name, value in given.items():
        if name.endswith(("_SECONDS", "_FAILURES", "_DAYS")) and number(value) <= 0:
            yield service.finding(f"{name} of {instance.address} above 0", text_of(value))
    for name, limit in _BELOW:
        if number(given.get(name)) >= number(given.get(limit)):
            found = f"{text_of(given[name])} and {text_of(given[limit])}"
            yield service.finding(f"{name} of {instance.address} below {limit}", found)


def _rules(plan: Plan) -> Iterator[Finding]:
    wanted = (plan.configuration.folder / "firestore.rules").read_text()
    for ruleset in plan.of("google_firebaserules_ruleset"):
        content = ruleset.get("source", "files", "content")
        if content != wanted:
            found = _text(content)[:40]
            yield ruleset.node.finding(f"firestore.rules as what {ruleset.address} has", found)


def _kept(plan: Plan) -> Iterator[Finding]:
    for bucket in plan.of("google_storage_bucket"):
        ages = [
            number(condition.get("age"))
            for rule in bucket.node.all("lifecycle_rule")
            for condition in rule.all("condition")
            if condition.get("age") is not None
        ]
        longest = _LONGEST.get(str(bucket.key))
        if longest and not any(age <= longest for age in ages):
            wanted = f"{bucket.address} to forget after at most {longest} days"
            yield bucket.node.finding(wanted, str(ages))
        if bucket.key == "bundles" and ages:
            yield bucket.node.finding(f"{bucket.address} to keep what runs", f"{ages} days")


def _schedule(plan: Plan) -> Iterator[Finding]:
    enabled = mapping(plan.variables.get("park")).get("enabled")
    for job in plan.of("google_cloud_scheduler_job"):
        if job.key in _ALWAYS and job.get("paused"):
            yield job.node.finding(f"{job.address} not paused", "paused")
        if job.key not in _ALWAYS and job.get("paused") is enabled:
            yield job.node.finding(f"{job.address} paused unless park.enabled", _text(enabled))


def _sweeping(plan: Plan) -> Iterator[Finding]:
    functions = {str(one.get("name")): one for one in plan.of(_FUNCTION)}
    given = {
        name: mapping(one.get("service_config", "environment_variables"))
        for name, one in functions.items()
    }
    for function, waits, limit in _SWEPT:
        mine, sweep = given.get(function, {}), given.get("sweep", {})
        if number(mine.get(waits)) >= number(sweep.get(limit)):
            wanted = f"{limit} of sweep above {waits} of {function}, {text_of(mine.get(waits))}"
            yield functions["sweep"].node.finding(wanted, text_of(sweep.get(limit)))


def _in_region(plan: Plan) -> Iterator[Finding]:
    """Messages stay in the region; the provider is this project's."""
    region = plan.variables.get("region")
    for topic in plan.of("google_pubsub_topic"):
        found = elements(topic.get("message_storage_policy", "allowed_persistence_regions"))
        if [text_of(one) for one in found] != [text_of(region)]:
            yield topic.node.finding(f"messages of {topic.address} in var.region", str(found))
    for declared in plan.configuration.of_type("provider"):
        for name, wanted in (("project", plan.variables.get("project_id")), ("region", region)):
            given = declared.block.attribute(name)
            value = plan.evaluator.value(given.value, {}) if given else None
            if _text(value) != text_of(wanted):
                expected = f"{name} of the provider: {text_of(wanted)}"
                yield Finding(declared.file, declared.block.line, expected, _text(value))


def _own_state(plan: Plan) -> Iterator[Finding]:
    for declared in plan.configuration.of_type("terraform"):
        for backend in declared.block.all("backend"):
            said = {one.name: getattr(one.value, "value", None) for one in backend.attributes}
            if said != {"prefix": "clarity"}:
                wanted = 'backend "gcs" with prefix = "clarity" alone: there is the state'
                yield Finding(declared.file, backend.line, wanted, str(said))


def _acting(plan: Plan) -> Iterator[Finding]:
    """Who may act as which account: the deployer as what it attaches, and these few others."""
    signing = 'google_project_iam_custom_role.role["signing"]'
    own = 'google_service_account.account["{}"]'.format
    attached = {account_of(plan, value) for value in _attached(plan)}
    needed = {f"roles/iam.serviceAccountUser of {own('deployer')} on {one}" for one in attached}
    needed.add(f"roles/iam.serviceAccountTokenCreator of {own('deployer')} on {own('smoke')}")
    needed.add(f"roles/iam.serviceAccountOpenIdTokenCreator of Pub/Sub on {own('push')}")
    needed.add(f"{signing} of {own('privacy')} on {own('privacy')}")
    container = mapping(plan.variables.get("pat_machine")).get("service_account")
    if container:
        where = f"projects/{text_of(plan.variables['project_id'])}/serviceAccounts/{container}"
        users = (own("park"), own("deployer"))
        needed |= {f"roles/iam.serviceAccountUser of {one} on {where}" for one in users}
    given = {
        f"{one.role} of {'Pub/Sub' if '@gcp-sa-pubsub.' in one.member else one.member} on {one.on}"
        for one in grants(plan)
        if one.instance.type == "google_service_account_iam_member"
    }
    yield from same("iam.tf", "rights to act as another account", needed, given)


def _attached(plan: Plan) -> Iterator[Value]:
    for function in plan.of(_FUNCTION):
        yield function.get("service_config", "service_account_email")
        yield function.get("build_config", "service_account")
    for trigger in plan.of("google_eventarc_trigger"):
        yield trigger.get("service_account")
    for push in plan.of("google_pubsub_subscription"):
        if push.node.all("push_config"):
            yield push.get("push_config", "oidc_token", "service_account_email")


def _outsiders(plan: Plan) -> Iterator[Finding]:
    """Rights are our accounts' and Google's agents'; a person's is to approve; few are on weeks."""
    approvers = {
        text_of(one) for one in elements(mapping(plan.variables.get("pipeline")).get("approvers"))
    }
    for grant in grants(plan):
        ours = grant.member.startswith(("google_service_account.", "serviceAccount:service-"))
        approves = grant.role == "roles/cloudbuild.builds.approver" and grant.member in approvers
        if not ours and not approves:
            wanted = "a right of our accounts, of Google's agents, or to approve"
            found = f"{grant.role} of {grant.member}"
            yield grant.instance.node.finding(wanted, found, "member")
        bucket = next((key for key in _LONGEST if grant.on == _BUCKET.format(key)), "")
        users = _USERS.get(bucket, set())
        if bucket and grant.role != _LISTING and (grant.role, grant.member) not in users:
            found = f"{grant.role} of {grant.member}"
            wanted = f"no right to people's weeks in {bucket} but its function's"
            yield grant.instance.node.finding(wanted, found)
