"""APIs: those that the resources and the code call are enabled, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.terraform.contract import same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.terraform.findings import Finding
    from infra.terraform.plan import Plan

# Type's beginning -> the API that its resource is made by; the longest that fits counts.
_OF_TYPES = {
    "google_artifact_registry": "artifactregistry",
    "google_billing_budget": "billingbudgets",
    "google_cloud_run": "run",
    "google_cloud_scheduler": "cloudscheduler",
    "google_cloudbuild": "cloudbuild",
    "google_cloudfunctions2": "cloudfunctions",
    "google_eventarc": "eventarc",
    "google_firebase_app_check": "firebaseappcheck",
    "google_firebase_hosting": "firebasehosting",
    "google_firebaserules": "firebaserules",
    "google_firestore": "firestore",
    "google_identity_platform": "identitytoolkit",
    "google_kms": "cloudkms",
    "google_logging": "logging",
    "google_monitoring": "monitoring",
    "google_project_iam_custom_role": "iam",
    "google_project_iam": "cloudresourcemanager",
    "google_pubsub": "pubsub",
    "google_service_account": "iam",
    "google_storage": "storage",
    "google_vertex_ai": "aiplatform",
}
# A pair, which no linter takes for a password.
_OF_TYPES |= [("google_secret_manager", "secretmanager")]
# What no resource is made by, with what calls it; or what only an option makes one of.
_OF_CODE = {
    "cloudbuild": "Cloud Functions builds by it",
    "cloudkms": "the key, with cmek",
    "cloudtrace": "keeps the traces that adapters/telemetry sends",
    "containeranalysis": "what is found in images",
    "eventarcpublishing": "Firestore's events come by it",
    "fcm": "steps/notify",
    "generativelanguage": "adapters/gemini",
    "iamcredentials": "the smoke test's token",
    "ondemandscanning": "looks through the endpoint's image before it is pushed",
    "telemetry": "adapters/telemetry",
}
_ENDING = ".googleapis.com"


def check(plan: Plan) -> Iterator[Finding]:
    """All findings about an environment."""
    enabled = {
        str(one.get("service")).removesuffix(_ENDING) for one in plan.of("google_project_service")
    }
    types = {one.type for one in plan.instances} - {"google_project_service", "google_project"}
    needed = {api_of(kind) for kind in types} | _OF_CODE.keys()
    yield from same("apis.tf", "APIs", needed, enabled)


def api_of(kind: str) -> str:
    """The API that a type's resources are made by."""
    fits = [start for start in _OF_TYPES if kind.startswith(start)]
    return _OF_TYPES[max(fits, key=len)] if fits else f"the API of {kind} (not named in apis.py)"
