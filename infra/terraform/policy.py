"""What holds for any resource: no public access, least privilege, no secret in plain text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from infra.terraform.findings import Finding
from infra.terraform.grants import grants
from infra.terraform.references import chain
from infra.terraform.syntax import Items, Literal
from infra.terraform.values import Value, text_of
from infra.terraform.walk import everything, inner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.terraform.configuration import Configuration
    from infra.terraform.plan import Instance, Node, Plan

PUBLIC = ("allUsers", "allAuthenticatedUsers")
PRIMITIVE = ("roles/owner", "roles/editor", "roles/viewer")
_SECRET_NAME = re.compile(r"(KEY|SECRET|TOKEN|PASSWORD|PASSPHRASE|CREDENTIALS?)$")
_SECRET_ARGUMENT = re.compile(
    r"(^|_)(password|private_key|secret_data|api_key|auth_token|client_secret)$"
)
# Forms of keys that are published: PEM, Google API key, OAuth token, service account file, GitHub.
_SECRET_TEXT = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|AIza[0-9A-Za-z_-]{35}|ya29\.[0-9A-Za-z_-]{20}"
    r"|\"private_key_id\"|gh[pousr]_[0-9A-Za-z]{36}"
)
# type -> what an argument, behind blocks, must be.
_MUST: dict[str, dict[tuple[str, ...], Value]] = {
    "google_storage_bucket": {
        ("public_access_prevention",): "enforced",
        ("uniform_bucket_level_access",): True,
    },
    "google_firestore_database": {
        ("type",): "FIRESTORE_NATIVE",
        ("delete_protection_state",): "DELETE_PROTECTION_ENABLED",
        ("point_in_time_recovery_enablement",): "POINT_IN_TIME_RECOVERY_ENABLED",
    },
    "google_cloudfunctions2_function": {
        ("service_config", "ingress_settings"): "ALLOW_INTERNAL_ONLY",
    },
}
# type -> an argument that must be absent or false: requests are health data.
_MUST_NOT: dict[str, tuple[tuple[str, ...], ...]] = {
    "google_vertex_ai_endpoint": (("predict_request_response_logging_config", "enabled"),),
}


def of_text(configuration: Configuration) -> Iterator[Finding]:
    """What the files say, whatever the values."""
    for name, text in configuration.texts.items():
        for number, line in enumerate(text.splitlines(), 1):
            if _SECRET_TEXT.search(line):
                yield Finding(name, number, "a secret in Secret Manager alone", "one in plain text")
    for file, expression in everything(configuration):
        if isinstance(expression, Literal) and expression.value in PUBLIC:
            found = str(expression.value)
            yield Finding(file, expression.line, "members that are named", f"{found}: the public")
    yield from _reasons(configuration)


def _reasons(configuration: Configuration) -> Iterator[Finding]:
    """Each role has its reason: beside it, or above the block or argument that it stands in."""
    customs = _custom_roles(configuration)
    texts = {file: text.splitlines() for file, text in configuration.texts.items()}
    for file, expression in everything(configuration):
        row = isinstance(expression, Items) and _is_row(expression, customs)
        if row and not _comment(texts[file], expression.line):
            found = texts[file][expression.line - 1].strip()
            yield Finding(file, expression.line, "a row with its reason (# ...)", found)
    for declared in configuration.resources.values():
        role = declared.block.attribute("role")
        if role is None or not isinstance(role.value, Literal):
            continue
        lines = texts[declared.file]
        if not _comment(lines, role.line):
            found = lines[role.line - 1].strip()
            yield Finding(declared.file, role.line, "a role with its reason (# ...)", found)


def _custom_roles(configuration: Configuration) -> set[str]:
    named = configuration.local_values.get("custom_roles")
    pairs = getattr(named[1].value, "pairs", ()) if named else ()
    return {str(key.value) for key, _ in pairs if isinstance(key, Literal)}


def _is_row(row: Items, customs: set[str]) -> bool:
    last = row.items[-1] if len(row.items) > 1 else None
    if not isinstance(last, Literal) or not isinstance(last.value, str):
        return False
    if len({item.line for item in row.items}) > 1:
        return False
    return last.value in customs or last.value.startswith("roles/")


def _comment(lines: list[str], line: int) -> bool:
    """A comment of more than one word behind the line."""
    written = re.search(
        r"(?:^|\s)#\s*(?!checkov)(\S+ .+)$", re.sub(r'"[^"]*"', '""', lines[line - 1])
    )
    return written is not None


def of_plan(plan: Plan) -> Iterator[Finding]:
    """What the instances of an environment may not be."""
    for instance in plan.instances:
        yield from _instance(instance)
    for grant in grants(plan):
        if grant.role in PRIMITIVE:
            wanted = "the smallest role that does"
            yield grant.instance.node.finding(wanted, grant.role, "role")
    if not plan.of("google_firestore_backup_schedule"):
        yield Finding("firestore.tf", 1, "a google_firestore_backup_schedule", "none")


def _instance(instance: Instance) -> Iterator[Finding]:
    node, address = instance.node, instance.address
    if instance.type.endswith(("_iam_binding", "_iam_policy")):
        yield node.finding("an _iam_member", f"{instance.type}: it takes others' rights away")
    if instance.type == "google_secret_manager_secret_version":
        yield node.finding("a secret's value added by command", "it in Terraform's state")
    if instance.type == "google_kms_crypto_key" and not _stays(instance):
        yield node.finding(f"lifecycle prevent_destroy = true of {address}", "none")
    yield from _must(instance)
    if instance.type == "google_vertex_ai_endpoint" and not _left(instance):
        yield node.finding(f"lifecycle ignore_changes = [traffic_split] of {address}", "none")
    for path in _MUST_NOT.get(instance.type, ()):
        if node.get(*path) not in (None, False):
            wanted = f"{address} without {'.'.join(path)}: requests are health data"
            yield node.finding(wanted, text_of(node.get(*path)), path[-1])
    for block in node.within():
        yield from _values(block)


def _must(instance: Instance) -> Iterator[Finding]:
    for path, value in _MUST.get(instance.type, {}).items():
        found = instance.get(*path)
        if found != value:
            wanted = f"{instance.address} with {'.'.join(path)} = {text_of(value)}"
            shown = "none" if found is None else text_of(found)
            yield instance.node.finding(wanted, shown, path[-1])


def _left(instance: Instance) -> bool:
    """Whether Terraform leaves alone how traffic is split: `clarity model promote` sets it."""
    ignored = [one.attribute("ignore_changes") for one in instance.declared.block.all("lifecycle")]
    words = [word for one in ignored if one for part in inner(one.value) for word in chain(part)]
    return "traffic_split" in words


def _stays(instance: Instance) -> bool:
    kept = [one.attribute("prevent_destroy") for one in instance.declared.block.all("lifecycle")]
    return any(one and getattr(one.value, "value", None) is True for one in kept)


def _values(node: Node) -> Iterator[Finding]:
    for name, value in node.values.items():
        if _SECRET_ARGUMENT.search(name) and isinstance(value, str) and value:
            yield node.finding(f"{name} from Secret Manager", "it in plain text", name)
        if value == "RETRY_POLICY_DO_NOT_RETRY":
            yield node.finding("RETRY_POLICY_RETRY: an event is tried again", value, name)
        if name.endswith("environment_variables") and isinstance(value, dict):
            for variable in filter(_SECRET_NAME.search, value):
                wanted = f"{variable} by secret_environment_variables"
                yield node.finding(wanted, "it in plain text", name)
