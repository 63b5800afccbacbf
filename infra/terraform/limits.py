"""What the provider's schema leaves out: exclusive blocks, forms of values, limits of the services.

Sources: the descriptions of hashicorp/google 8.7.0's resources (registry.terraform.io), and
cloud.google.com/functions/quotas, /firestore/docs/backups, /run/docs/configuring/services/cpu,
/pubsub/docs/reference/rest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from infra.terraform.values import Unknown, Value, number, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.terraform.findings import Finding
    from infra.terraform.plan import Instance, Node, Plan

# type -> block that it is about ("" for the resource), and of what exactly one must be given.
_ONE_OF: dict[str, list[tuple[str, tuple[str, ...]]]] = {
    "google_cloud_scheduler_job": [
        ("", ("pubsub_target", "http_target", "app_engine_http_target"))
    ],
    "google_cloudbuild_trigger": [
        ("", ("filename", "build", "git_file_source")),
        ("push", ("branch", "tag")),
    ],
    "google_eventarc_trigger": [
        ("destination", ("cloud_run_service", "gke", "workflow", "http_endpoint", "cloud_function"))
    ],
    "google_firestore_backup_schedule": [("", ("daily_recurrence", "weekly_recurrence"))],
    "google_monitoring_alert_policy": [
        (
            "conditions",
            (
                "condition_absent",
                "condition_matched_log",
                "condition_prometheus_query_language",
                "condition_sql",
                "condition_threshold",
            ),
        )
    ],
    "google_secret_manager_secret": [("replication", ("auto", "user_managed"))],
    "google_storage_bucket_object": [("", ("source", "content"))],
}
# type -> what the schema leaves open and must be decided here, behind blocks.
_DECIDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "google_artifact_registry_repository": (("location",),),
    "google_cloud_scheduler_job": (
        ("region",),
        ("schedule",),
        ("time_zone",),
        ("pubsub_target", "data"),
    ),
    "google_cloudfunctions2_function": (
        ("build_config", "docker_repository"),
        ("build_config", "service_account"),
        ("build_config", "source", "storage_source", "bucket"),
        ("service_config", "available_cpu"),
        ("service_config", "available_memory"),
        ("service_config", "environment_variables"),
        ("service_config", "max_instance_count"),
        ("service_config", "max_instance_request_concurrency"),
        ("service_config", "min_instance_count"),
        ("service_config", "service_account_email"),
    ),
    "google_cloud_run_v2_service_iam_member": (("location",),),
    "google_kms_crypto_key": (("rotation_period",),),
    "google_pubsub_schema": (("definition",), ("type",)),
    "google_pubsub_subscription": (("ack_deadline_seconds",), ("message_retention_duration",)),
    "google_pubsub_topic": (("message_storage_policy", "allowed_persistence_regions"),),
    "google_storage_bucket": (("versioning", "enabled"),),
    "google_vertex_ai_endpoint": (("region",), ("dedicated_endpoint_enabled",)),
}
# Blocks that need an argument once they are there.
_IN_BLOCKS = {
    "retry_policy": ("minimum_backoff", "maximum_backoff"),
    "schema_settings": ("encoding",),
    "direct_vpc_network_interface": ("network", "subnetwork"),
    "encryption": ("default_kms_key_name",),
}
# type -> the argument that holds its key, where data is encrypted with a key of our own.
_KEY = {
    "google_artifact_registry_repository": ("kms_key_name",),
    "google_cloudfunctions2_function": ("kms_key_name",),
    "google_eventarc_google_channel_config": ("crypto_key_name",),
    "google_firestore_database": ("cmek_config", "kms_key_name"),
    "google_pubsub_topic": ("kms_key_name",),
    "google_secret_manager_secret": (
        "replication",
        "user_managed",
        "replicas",
        "customer_managed_encryption",
        "kms_key_name",
    ),
    "google_storage_bucket": ("encryption", "default_kms_key_name"),
    "google_vertex_ai_endpoint": ("encryption_spec", "kms_key_name"),
}
# Arguments that are a time in seconds with an s, and the seconds that are allowed.
_DURATIONS = {
    "ack_deadline": (10, 600),
    "minimum_backoff": (0, 600),
    "maximum_backoff": (0, 600),
    "message_retention_duration": (600, 2_678_400),
    "rotation_period": (86_400, None),
    "alignment_period": (60, None),
    "auto_close": (1800, None),
    "older_than": (1, None),
    "retention": (86_400, 8_467_200),
    "token_ttl": (1800, 604_800),
    "version_destroy_ttl": (86_400, None),
}
_NUMBERS = {
    "ack_deadline_seconds": (10, 600),
    "max_delivery_attempts": (5, 100),
    "max_instance_request_concurrency": (1, 1000),
    "min_instance_count": (0, 1000),
    "max_instance_count": (1, 1000),
    "timeout_seconds": (1, 3600),
}
# A function that Eventarc calls may take no longer.
_EVENT_TIMEOUT = 540
_DURATION = re.compile(r"(\d+)(\.\d+)?s")
_CRON = re.compile(r"(\S+ ){4}\S+")
_MEMBER = re.compile(
    r"(user|group|serviceAccount|domain|principal|principalSet)://?\S+|\w+:\S+@\S+"
)
_PLACES = ("location", "region", "trigger_region")


def check(plan: Plan) -> Iterator[Finding]:
    """All findings about an environment."""
    places = _places(plan)
    for instance in plan.instances:
        for path, names in _ONE_OF.get(instance.type, ()):
            yield from _one_of(instance, path, names)
        for node in instance.node.within():
            yield from _values(node)
            yield from _place(node, places)
        yield from _function(instance)
        yield from _decided(plan, instance)


def _one_of(instance: Instance, path: str, names: tuple[str, ...]) -> Iterator[Finding]:
    nodes = [instance.node] if not path else _blocks(instance.node, path)
    for node in nodes:
        given = [name for name in names if node.blocks.get(name) or node.get(name) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            yield node.finding(f"one of {', '.join(names)} in {instance.address}", found)


def _decided(plan: Plan, instance: Instance) -> Iterator[Finding]:
    paths = list(_DECIDED.get(instance.type, ()))
    if plan.of("google_kms_crypto_key") and instance.type in _KEY:
        paths.append(_KEY[instance.type])
    for path in paths:
        if instance.get(*path) is None:
            wanted = f"{'.'.join(path)} in {instance.address}"
            yield instance.node.finding(wanted, "none", path[-1])
    for block, names in _IN_BLOCKS.items():
        for inner in _blocks(instance.node, block):
            lacking = [name for name in names if inner.get(name) is None]
            if lacking and not inner.get("max_attempts"):  # Eventarc's retry_policy is another
                wanted = f"{', '.join(lacking)} in {block} of {instance.address}"
                yield inner.finding(wanted, "none")


def _blocks(node: Node, name: str) -> list[Node]:
    return [block for outer in node.within() for block in outer.all(name)]


def _values(node: Node) -> Iterator[Finding]:
    for name, value in node.values.items():
        if isinstance(value, str) and name in _DURATIONS:
            low, high = _DURATIONS[name]
            form = _DURATION.fullmatch(value)
            if form is None or not low <= int(form[1]) <= (high or int(form[1])):
                wanted = f'{name} to be {low} to {high or "any number of"} seconds, as in "60s"'
                yield node.finding(wanted, repr(value), name)
        if isinstance(value, (int, float)) and name in _NUMBERS:
            least, most = _NUMBERS[name]
            if not least <= value <= most:
                yield node.finding(f"{name} to be {least} to {most}", text_of(value), name)
        if name == "schedule" and isinstance(value, str) and not _CRON.fullmatch(value):
            yield node.finding("schedule to have five fields of cron", repr(value), name)
        yield from _account(node, name, value)


def _account(node: Node, name: str, value: Value) -> Iterator[Finding]:
    """An account by its address; a member with its kind before it."""
    own = isinstance(value, Unknown) and "google_service_account." in value.text
    if name.endswith("service_account_email") and own and not value.text.endswith(".email}"):
        yield node.finding(f"{name} to be an account's email", text_of(value), name)
    if name == "member":
        whole = own and value.text.endswith(".member}")
        if not whole and not _MEMBER.fullmatch(re.sub(r"\$\{[^}]*\}", "x@x", text_of(value))):
            wanted = "member with its kind, such as serviceAccount:"
            yield node.finding(wanted, text_of(value), name)


def _places(plan: Plan) -> set[str]:
    """Where things may be: the region, and where Firestore's database is."""
    databases = [one.get("location_id") for one in plan.of("google_firestore_database")]
    return {"global", *(text_of(one) for one in (plan.variables.get("region"), *databases))}


def _place(node: Node, places: set[str]) -> Iterator[Finding]:
    for name in _PLACES:
        value = node.get(name)
        if isinstance(value, str) and value not in places:
            yield node.finding(f"{name} to be var.region", repr(value), name)
    project = node.get("project")
    if isinstance(project, str):
        yield node.finding("project to be var.project_id", repr(project), "project")


def _function(instance: Instance) -> Iterator[Finding]:
    for service in instance.node.all("service_config"):
        cpu, parallel = (
            service.get("available_cpu"),
            service.get("max_instance_request_concurrency"),
        )
        if isinstance(parallel, int) and parallel > 1 and number(cpu) < 1:
            wanted = f"a whole CPU for {instance.address}, which takes {parallel} requests at once"
            yield service.finding(wanted, text_of(cpu), "available_cpu")
        timeout = service.get("timeout_seconds")
        if (
            instance.node.all("event_trigger")
            and isinstance(timeout, int)
            and timeout > _EVENT_TIMEOUT
        ):
            wanted = f"timeout_seconds of {instance.address} of at most {_EVENT_TIMEOUT}"
            yield service.finding(wanted, text_of(timeout), "timeout_seconds")
