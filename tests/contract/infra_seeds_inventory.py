"""Faults that no rule names: what differs from the inventory says so. And cycles, variables."""

from __future__ import annotations

from tests.contract.infra_seeds import Seed

CHANGES = {
    # rights
    "pushes signed by another account": Seed(
        "iam.tf",
        'google_service_account.account["push"].name',
        'google_service_account.account["events"].name',
        "google_service_account_iam_member.push_tokens: service_account_id",
    ),
    "the smoke test's rights over another account": Seed(
        "iam.tf",
        'google_service_account.account["smoke"].name',
        'google_service_account.account["push"].name',
        "google_service_account_iam_member.smoke_tokens: service_account_id",
    ),
    "the smoke test for the planner": Seed(
        "iam.tf",
        '"roles/iam.serviceAccountTokenCreator" # see above\n  member             = '
        'google_service_account.account["deployer"]',
        '"roles/iam.serviceAccountTokenCreator" # see above\n  member             = '
        'google_service_account.account["builder"]',
        "google_service_account_iam_member.smoke_tokens: member",
    ),
    "an account that cannot be attached": Seed(
        "iam.tf",
        '["builder", "deployer", "smoke"], name)',
        '["builder", "deployer", "smoke", "push"], name)',
        'found nothing, in google_service_account_iam_member.attached["push"]',
    ),
    "the build's sources for the pushes": Seed(
        "iam.tf",
        'member  = google_service_account.account["build"].member',
        'member  = google_service_account.account["push"].member',
        "google_project_iam_member.build_sources: member",
    ),
    "a misspelt condition": Seed(
        "iam.tf",
        '"resource.name.startsWith(',
        '"resource.nam.startWith(',
        "google_project_iam_member.build_sources: condition.expression",
    ),
    "no container for park": Seed(
        "iam.tf",
        'toset(["park", "deployer"])',
        'toset(["deployer"])',
        'google_service_account_iam_member.container["park"]',
    ),
    "a way past the approval": Seed(
        "iam.tf",
        'resource "google_service_account_iam_member" "attached"',
        (
            'resource "google_service_account_iam_member" "more" {\n'
            '  service_account_id = google_service_account.account["deployer"].name\n'
            '  role               = "roles/iam.serviceAccountUser"\n'
            '  member             = google_service_account.account["builder"].member\n}\n\n'
            'resource "google_service_account_iam_member" "attached"'
        ),
        "found it, in google_service_account_iam_member.more",
    ),
    "a stranger at the batches": Seed(
        "iam.tf",
        'resource "google_service_account_iam_member" "attached"',
        (
            'resource "google_storage_bucket_iam_member" "more" {\n'
            '  bucket = google_storage_bucket.bucket["batch"].name\n'
            '  role   = "roles/storage.objectViewer"\n'
            '  member = "user:eve@example.com"\n}\n\n'
            'resource "google_service_account_iam_member" "attached"'
        ),
        "google_storage_bucket_iam_member.more",
    ),
    # what is kept
    "a backup that lasts an hour": Seed(
        "firestore.tf",
        'retention = "${var.firestore_backup_days.daily * 86400}s"',
        'retention = "${var.firestore_backup_days.daily * 3600}s"',
        "google_firestore_backup_schedule.daily: retention",
    ),
    "what is not chosen here": Seed(
        "firestore.tf",
        '"PREVENT" : "DELETE"',
        '"PREVENT" : "ABANDON"',
        "resource google_firestore_database default: deletion_policy as written",
    ),
    "secrets that go at once": Seed(
        "secrets.tf",
        '  version_destroy_ttl = "604800s" # a week to take a destruction back\n',
        "",
        "version_destroy_ttl",
    ),
    "images that go at once": Seed("registry.tf", '"7776000s"', '"1s"', "older_than"),
    # rules and indexes
    "rules for another service": Seed(
        "firestore.tf", '"cloud.firestore"', '"cloud.storage"', "release.firestore: name"
    ),
    "no field but one without an index": Seed(
        "firestore.tf",
        'field      = "*"',
        'field      = "stuff"',
        "google_firestore_field.unindexed",
    ),
    "an index over groups": Seed(
        "firestore.tf", '"COLLECTION"', '"COLLECTION_GROUP"', "index_config.indexes.query_scope"
    ),
    # functions, schedule, messages
    "a schedule at no hour": Seed("chain.tf", '"*/5 * * * *"', '"*/5 25 * * *"', "schedule"),
    "pushes that keep what was taken": Seed(
        "pubsub.tf",
        "= 600 # no function runs longer\n",
        "= 600 # no function runs longer\n  retain_acked_messages = true\n",
        "retain_acked_messages",
    ),
    "triggers in another place": Seed(
        "eventarc.tf",
        "= google_firestore_database.default.location_id",
        "= var.region",
        "resource google_eventarc_trigger trigger: names",
    ),
    # provider, state
    "another project": Seed(
        "versions.tf", "project = var.project_id", 'project = "other"', "provider google: project"
    ),
    "an older Terraform": Seed("versions.tf", '">= 1.9"', '">= 1.2"', "required_version"),
    "a name that Vertex AI refuses": Seed("vertex.tf", '"1001"', '"pat"', "endpoint.pat: name"),
    "changes that nobody makes": Seed(
        "vertex.tf", "[traffic_split]", "[traffic_split, location]", "lifecycle.ignore_changes"
    ),
    # alerts, audit, budget
    "an alert the wrong way round": Seed(
        "alerts.tf", '"COMPARISON_GT"', '"COMPARISON_LT"', "condition_threshold.comparison"
    ),
    "an alert that is off": Seed(
        "alerts.tf",
        "  depends_on = [google_logging_metric.metric]",
        "  enabled = false\n  depends_on = [google_logging_metric.metric]",
        'alert["wrong-model"]: enabled',
    ),
    "reads that nobody writes down": Seed(
        "audit.tf",
        '["ADMIN_READ", "DATA_READ", "DATA_WRITE"]',
        '["ADMIN_READ"]',
        "audit_log_config",
    ),
    "a budget of another project": Seed(
        "budgets.tf",
        '"projects/${data.google_project.project.number}"',
        '"projects/1"',
        "google_billing_budget.month[0]: budget_filter.projects",
    ),
    "another value in an environment": Seed(
        "env/prod.tfvars", "max_replicas = 4", "max_replicas = 40", "env/prod.tfvars:4"
    ),
    # the pipeline
    "a stage that is always the first": Seed(
        "cloudbuild.tf", "_STAGE = each.key", '_STAGE = "plan"', "substitutions._STAGE"
    ),
    "a scan that may fail": Seed(
        "../../cloudbuild.yaml",
        "  - id: scan\n",
        "  - id: scan\n    allowFailure: true\n",
        "step.scan.allowFailure",
    ),
    "an apply in the first stage": Seed(
        "../../cloudbuild.yaml",
        "only.sh, apply, infra/build/terraform.sh, apply]",
        "only.sh, plan, infra/build/terraform.sh, apply]",
        "step.apply.args",
    ),
    "a script that goes on": Seed("../build/release.sh", "set -", "set +", "release.sh: sha256"),
    # cycles
    "a resource that waits for itself": Seed(
        "pubsub.tf",
        "  dead_letter_policy {",
        (
            "  depends_on = [google_pubsub_subscription_iam_member.dead_letters]\n"
            "  dead_letter_policy {"
        ),
        "a cycle through google_pubsub_subscription_iam_member.dead_letters",
    ),
    # variables
    "a region that there is not": Seed(
        "variables.tf", '"us-central1"\n', '"us-centrall1"\n', "a region such as us-central1"
    ),
    "less than no calls": Seed(
        "variables.tf", "optional(number, 3)", "optional(number, -3)", "whole numbers of calls"
    ),
    "a secret that there is not": Seed(
        "env/prod.tfvars",
        "retention_days = 400",
        'retention_days  = 400\nsecret_versions = { gemini-apikey = "1" }',
        "no secret but gemini-api-key",
    ),
    "three accelerators": Seed(
        "env/prod.tfvars", "max_replicas = 4", "accelerator_count = 3", "expected 1, 2, 4 or 8"
    ),
    "half a replica": Seed(
        "env/prod.tfvars", "max_replicas = 4", "max_replicas = 4.5", "whole replicas"
    ),
    "an accelerator within the machine": Seed(
        "env/prod.tfvars",
        "max_replicas = 4",
        'type = "g2-standard-4", accelerator = "none"',
        "a and g machines come with",
    ),
}
