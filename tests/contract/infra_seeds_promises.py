"""Faults of values that the schema takes: data that is kept or lost, times, rights, what runs."""

from __future__ import annotations

from tests.contract.infra_seeds import Seed

_EVE = """
resource "google_storage_bucket_iam_member" "eve" {
  bucket = google_storage_bucket.bucket["batch"].name
  role   = "roles/storage.objectViewer" # none at all
  member = "user:eve@example.com"
}
"""
_FRAN = """
resource "google_storage_bucket_iam_member" "fran" {
  bucket = google_storage_bucket.bucket["exports"].name
  role   = "roles/storage.objectViewer" # none at all
  member = google_service_account.account["ingest"].member
}
"""
_SIGN = """
resource "google_service_account_iam_member" "sign" {
  service_account_id = google_service_account.account["privacy"].name
  role               = google_project_iam_custom_role.role["signing"].id # not its own
  member             = google_service_account.account["ingest"].member
}
"""
_ACT = """
resource "google_service_account_iam_member" "act" {
  service_account_id = google_service_account.account["deployer"].name
  role               = "roles/iam.serviceAccountUser" # past the approval
  member             = google_service_account.account["builder"].member
}
"""

PROMISES = {
    "a trigger of another database": Seed(
        "eventarc.tf",
        "value = google_firestore_database.default.name",
        'value = "other"',
        "a filter on database: (default), found other",
    ),
    "topics of another project": Seed(
        "chain.tf",
        'name => "projects/${var.project_id}/topics/${name}"',
        'name => "projects/other/topics/${name}"',
        "to be projects/${var.project_id}/topics/clarity-dead-letters",
    ),
    "an endpoint by its number": Seed(
        "chain.tf",
        "PAT_ENDPOINT                     = google_vertex_ai_endpoint.pat.id",
        "PAT_ENDPOINT                     = google_vertex_ai_endpoint.pat.name",
        "PAT_ENDPOINT of",
    ),
    "an endpoint's host that is none": Seed(
        "chain.tf",
        "google_vertex_ai_endpoint.pat.dedicated_endpoint_dns",
        "google_vertex_ai_endpoint.pat.id",
        "PAT_ENDPOINT_HOST of",
    ),
    "a model that nobody shipped": Seed(
        "variables.tf", '"pat-s-nhanes-steps-326efa28"', '"pat-s-typo"', "found pat-s-typo"
    ),
    "memory that is no amount": Seed("chain.tf", '"512Mi"', '"lots"', "available_memory of"),
    "a model's time above the lease": Seed(
        "chain.tf",
        "PAT_TIMEOUT_SECONDS              = 30",
        "PAT_TIMEOUT_SECONDS              = 290",
        "PAT_TIMEOUT_SECONDS of",
    ),
    "a time below zero": Seed(
        "chain.tf",
        "GEMINI_PAUSE_SECONDS       = 60",
        "GEMINI_PAUSE_SECONDS       = -60",
        "above 0, found -60",
    ),
    "pushes to another host": Seed(
        "chain.tf", '"https://fcm.googleapis.com"', '"http://fcm.example.com"', "FCM_ENDPOINT:"
    ),
    "no daily backup": Seed(
        "firestore.tf",
        "  daily_recurrence {}",
        '  weekly_recurrence {\n    day = "MONDAY"\n  }',
        "a google_firestore_backup_schedule daily_recurrence",
    ),
    "a database that goes with its resource": Seed(
        "firestore.tf", '? "PREVENT" : "DELETE"', '? "ABANDON" : "DELETE"', "deletion_policy of"
    ),
    "weeks of people for ever": Seed(
        "storage.tf",
        "{ days = 7, back_s = 604800, versions = false }",
        "{ days = null, back_s = 604800, versions = false }",
        "forget",
    ),
    "bundles that expire": Seed(
        "storage.tf",
        "{ days = null, back_s = 604800, versions = true }",
        "{ days = 1, versions = true }",
        "what runs",
    ),
    "dead letters for ten minutes": Seed(
        "pubsub.tf", '"2678400s"', '"600s"', "google_pubsub_subscription.dead_letters: 2678400s"
    ),
    "other rules": Seed(
        "firestore.tf",
        'file("${path.module}/firestore.rules")',
        '"allow"',
        "firestore.rules as what",
    ),
    "rules of another service": Seed(
        "firestore.tf",
        '"cloud.firestore"',
        '"cloud.storage"',
        "name of google_firebaserules_release",
    ),
    "a wildcard on one field": Seed(
        "firestore.tf", '  field      = "*"', '  field      = "stuff"', "field of"
    ),
    "an index over all groups": Seed(
        "firestore.tf",
        '["COLLECTION"]',
        '["COLLECTION_GROUP"]',
        "feedback.received_at (COLLECTION)",
    ),
    "a tick a day": Seed("chain.tf", '"*/5 * * * *"', '"0 0 * * *"', "schedule of"),
    "a time zone on Mars": Seed("scheduler.tf", '"Etc/UTC"', '"Mars/Base"', "time_zone of"),
    "ticks where none are wanted": Seed(
        "chain.tf", "on = var.park.enabled", "on = !var.park.enabled", "paused unless park.enabled"
    ),
    "a monitor without ticks": Seed(
        "chain.tf",
        'of the training", schedule = "7 * * * *", on = true',
        'of the training", schedule = "7 * * * *", on = false',
        "not paused",
    ),
    "a monitor that looks once a day": Seed(
        "chain.tf", '"7 * * * *"', '"7 3 * * *"', "schedule of"
    ),
    "exports that can be had back": Seed(
        "storage.tf", "days = 7, back_s = 0", "days = 7, back_s = 604800", "soft_delete_policy"
    ),
    "exports that stay for a month": Seed(
        "storage.tf", "days = 7, back_s = 0", "days = 30, back_s = 0", "forget after at most 7"
    ),
    "exports that others read": Seed(
        "storage.tf",
        'resource "google_storage_bucket" "bucket" {',
        f'{_FRAN}resource "google_storage_bucket" "bucket" {{',
        "people's weeks in exports",
    ),
    "links that others sign": Seed(
        "iam.tf",
        "# The smoke test runs as",
        f"{_SIGN}# The smoke test runs as",
        "rights to act as another account",
    ),
    "a sweeper without ticks": Seed(
        "chain.tf",
        'left lying", schedule = "*/5 * * * *", on = true',
        'left lying", schedule = "*/5 * * * *", on = false',
        "not paused",
    ),
    "a sweeper that takes what waits for stuck": Seed(
        "chain.tf",
        "SWEEP_STUCK_SECONDS              = 1800",
        "SWEEP_STUCK_SECONDS              = 600",
        "SWEEP_STUCK_SECONDS of sweep above PATIENCE_SECONDS of preprocess",
    ),
    "a provider of another project": Seed(
        "versions.tf", "project = var.project_id", 'project = "other"', "project of the provider"
    ),
    "another state": Seed("versions.tf", '"clarity"\n', '"elsewhere"\n', "there is the state"),
    "an endpoint's name of letters": Seed("vertex.tf", '"1001"', '"pat"', "name of"),
    "a shared endpoint": Seed(
        "vertex.tf",
        "dedicated_endpoint_enabled = true",
        "dedicated_endpoint_enabled = false",
        "dedicated_endpoint_enabled of",
    ),
    "messages elsewhere": Seed(
        "pubsub.tf",
        "allowed_persistence_regions = [var.region]",
        'allowed_persistence_regions = ["asia-east1"]',
        "in var.region",
    ),
    "two stages that plan": Seed(
        "cloudbuild.tf", "_STAGE       = each.key", '_STAGE       = "plan"', "_STAGE of"
    ),
    "a machine's option misspelt": Seed(
        "cloudbuild.tf", "--machine-type ", "--machine ", "_MACHINE of"
    ),
    "a person on weeks of people": Seed(
        "storage.tf", "locals {", f"{_EVE}\nlocals {{", "roles/storage.objectViewer of user:eve"
    ),
    "the planner as the deployer": Seed(
        "iam.tf",
        'resource "google_service_account_iam_member" "attached" {',
        f'{_ACT}\nresource "google_service_account_iam_member" "attached" {{',
        "rights to act as another account",
    ),
    "tokens of the wrong account": Seed(
        "iam.tf",
        'service_account_id = google_service_account.account["push"].name',
        'service_account_id = google_service_account.account["events"].name',
        "roles/iam.serviceAccountOpenIdTokenCreator of Pub/Sub on",
    ),
    "sources of everybody": Seed(
        "iam.tf", "resource.name.startsWith", "resource.nam.startWith", "condition.expression of"
    ),
}
