"""The accounts that build and deploy: what they cannot do without.

Sources: cloud.google.com/functions/docs/securing/build-custom-sa (a function's build),
cloud.google.com/build/docs/securing-builds/configure-user-specified-service-accounts (logs), and
developer.hashicorp.com/terraform/language/backend/gcs (the state's bucket).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.terraform.contract import FUNCTION
from infra.terraform.findings import Finding
from infra.terraform.grants import account_of, grants, refers
from infra.terraform.values import elements, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.terraform.plan import Plan

_LOGS = "roles/logging.logWriter"
_STATE = "-terraform"
# What `clarity model` calls (adapters/model_run.py).
_MODELS = frozenset(
    f"aiplatform.{one}"
    for one in (
        "endpoints.deploy",
        "endpoints.get",
        "endpoints.predict",
        "endpoints.undeploy",
        "endpoints.update",
        "models.get",
        "models.list",
        "models.update",
        "models.upload",
        "operations.list",
    )
)


def check(plan: Plan) -> Iterator[Finding]:
    """All findings about an environment."""
    needed: set[tuple[str, str, str]] = set()
    for function in plan.of(FUNCTION):
        account = account_of(plan, function.get("build_config", "service_account"))
        source = function.get("build_config", "source", "storage_source", "bucket")
        images = function.get("build_config", "docker_repository")
        bucket = refers(plan, source, "google_storage_bucket")
        repository = refers(plan, images, "google_artifact_registry_repository")
        needed.add((account, _LOGS, ""))
        needed.add((account, "roles/storage.objectViewer", bucket.address if bucket else ""))
        where = repository.address if repository else ""
        needed.add((account, "roles/artifactregistry.writer", where))
    for trigger in plan.of("google_cloudbuild_trigger"):
        account = account_of(plan, trigger.get("service_account"))
        applies = trigger.get("approval_config", "approval_required") is True
        state = "roles/storage.objectUser" if applies else "roles/storage.objectViewer"
        needed |= {(account, _LOGS, ""), (account, state, _STATE)}
        if applies:
            needed |= {(account, permission, "") for permission in _MODELS}
    given = _given(plan)
    for account, right, on in sorted(needed - given):
        wanted = f"{right} of {account}" + (f" on {on}" if on else "")
        yield Finding("iam.tf", 1, wanted, "none")


def _given(plan: Plan) -> set[tuple[str, str, str]]:
    """Who may do what on what; "" is the project, permissions stand beside roles."""
    customs = {one.address: one for one in plan.of("google_project_iam_custom_role")}
    found: set[tuple[str, str, str]] = set()
    for grant in grants(plan):
        custom = customs.get(grant.role)
        listed = elements(custom.get("permissions")) if custom else [grant.role]
        on = text_of(grant.on) if grant.on else ""
        on = _STATE if on.endswith(_STATE) else on
        found |= {(grant.member, right, on) for right in listed}
    return found
