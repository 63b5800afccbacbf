"""Faults of limits and forms, of order and keys, of the pipeline."""

from __future__ import annotations

from tests.contract.infra_seeds import Seed

LIMITS = {
    # limits and forms
    "no target for a schedule": Seed(
        "scheduler.tf", "  pubsub_target {\n", "  retry_config {\n", "one of pubsub_target"
    ),
    "two kinds of replication": Seed(
        "secrets.tf",
        "  replication {\n",
        "  replication {\n    auto {}\n",
        "one of auto, user_managed",
    ),
    "a time without its unit": Seed(
        "pubsub.tf", 'maximum_backoff = "600s"', 'maximum_backoff = "600"', "maximum_backoff to be"
    ),
    "a time beyond the limit": Seed(
        "pubsub.tf",
        'maximum_backoff = "600s"',
        'maximum_backoff = "6000s"',
        "maximum_backoff to be",
    ),
    "messages kept too shortly": Seed(
        "chain.tf",
        '"preprocess", retention = "604800s"',
        '"preprocess", retention = "3600s"',
        "message_retention_duration of",
    ),
    "a filter on a push": Seed(
        "pubsub.tf", "each.value.filter", '"attributes:a"', "no filter: nobody else takes the rest"
    ),
    "a person's documents all at once": Seed(
        "pubsub.tf",
        'each.key == "documents"',
        "false",
        "enable_message_ordering of",
    ),
    "a document for two functions": Seed(
        "chain.tf",
        '"attributes.collection = \\"privacy_requests\\""',
        '"attributes:collection"',
        'privacy-documents"] with the filter attributes.collection =',
    ),
    "a push without its wrapper": Seed(
        "pubsub.tf",
        "    oidc_token {\n",
        "    no_wrapper {\n      write_metadata = true\n    }\n    oidc_token {\n",
        "without message and subscription",
    ),
    "no backoff": Seed(
        "pubsub.tf",
        '  retry_policy { minimum_backoff = "10s" maximum_backoff = "600s" }',
        "",
        "retry_policy in",
    ),
    "a schedule that is none": Seed(
        "chain.tf", '"*/5 * * * *"', '"every 5 minutes"', "five fields"
    ),
    "a schedule on another topic": Seed(
        "scheduler.tf",
        "topic[each.key].id",
        'topic["sweeps"].id',
        "topics that are published to: endpoint-checks",
    ),
    "another region in plain text": Seed(
        "scheduler.tf", "= var.region", '= "us-central1"', "region to be var.region"
    ),
    "another project in plain text": Seed(
        "firestore.tf",
        "project = var.project_id",
        'project = "mine"',
        "project to be var.project_id",
    ),
    "half a CPU for many requests": Seed(
        "chain.tf", 'cpu         = "1"', 'cpu         = "0.5"', "a whole CPU"
    ),
    "a member without its kind": Seed(
        "iam.tf",
        'member  = google_service_account.account["build"].member',
        'member  = google_service_account.account["build"].email',
        "member with its kind",
    ),
    "a member for an email": Seed(
        "pubsub.tf",
        'google_service_account.account["push"].email',
        'google_service_account.account["push"].member',
        "to be an account's email",
    ),
    "an API that is not enabled": Seed("apis.tf", '"pubsub.googleapis.com",', "", "APIs: pubsub"),
    "an API that nothing calls": Seed(
        "apis.tf",
        '"pubsub.googleapis.com",',
        '"pubsub.googleapis.com", "bigquery.googleapis.com",',
        "found bigquery",
    ),
    "a misspelt role": Seed(
        "iam.tf",
        '"roles/monitoring.viewer"',
        '"roles/monitoring.viewr"',
        "did you mean roles/monitoring.viewer?",
    ),
    "a misspelt permission": Seed(
        "iam.tf",
        '"aiplatform.models.upload"',
        '"aiplatform.model.upload"',
        "did you mean aiplatform.models.upload?",
    ),
    "a binding that replaces others": Seed(
        "scheduler.tf",
        'resource "google_cloud_scheduler_job"',
        (
            'resource "google_project_iam_binding" "b" {\n  project = var.project_id\n'
            '  role = "roles/browser" # as a test\n  members = []\n}\n\n'
            'resource "google_cloud_scheduler_job"'
        ),
        "it takes others' rights away",
    ),
    "a key that may be destroyed": Seed(
        "kms.tf", "prevent_destroy = true", "prevent_destroy = false", "prevent_destroy = true"
    ),
    "another environment's name": Seed(
        "env/prod.tfvars",
        'environment    = "prod"',
        'environment    = "dev"',
        'environment = "prod"',
    ),
    "a variable without its value": Seed(
        "env/prod.tfvars",
        "retention_days",
        "# retention_days",
        "a value for the variable retention_days",
    ),
    "no backups": Seed("firestore.tf", "daily_recurrence {}", "", "one of daily_recurrence"),
    "no recovery to a point in time": Seed(
        "firestore.tf",
        '"POINT_IN_TIME_RECOVERY_ENABLED"',
        '"POINT_IN_TIME_RECOVERY_DISABLED"',
        "point_in_time_recovery_enablement",
    ),
    # order, keys, decisions
    "another provider's block": Seed(
        "versions.tf", 'provider "google"', 'provider "goggle"', "a required provider"
    ),
    "a resource without a name": Seed("scheduler.tf", '"ticks" {', '"" {', "a name as the label"),
    "a lifetime in days": Seed("secrets.tf", '"604800s"', '"7d"', "version_destroy_ttl to be"),
    "a dynamic block over nothing": Seed(
        "pubsub.tf",
        "    for_each = each.value.schema[*]\n",
        "",
        "dynamic with a name, for_each and content",
    ),
    "a resource before its API": Seed(
        "pubsub.tf",
        "  depends_on = [google_project_service.api]\n",
        "",
        "google_pubsub_schema.schema to wait for google_project_service",
    ),
    "a function before its rights": Seed(
        "functions.tf",
        "    google_storage_bucket_iam_member.bucket,\n",
        "",
        "to wait for google_storage_bucket_iam_member",
    ),
    "a resource before its key's right": Seed(
        "vertex.tf",
        ", google_kms_crypto_key_iam_member.agent]",
        "]",
        "to wait for google_kms_crypto_key_iam_member",
    ),
    "a topic without the key": Seed(
        "pubsub.tf", "  kms_key_name = local.kms_key\n", "", "kms_key_name in google_pubsub_topic"
    ),
    "a function without its memory": Seed(
        "functions.tf", "available_memory = each.value.memory", "", "available_memory in"
    ),
    "other threads than the concurrency": Seed(
        "functions.tf", "THREADS = tostring(each.value.concurrency)", 'THREADS = "1"', "THREADS of"
    ),
    "a split of traffic that Terraform undoes": Seed(
        "vertex.tf",
        "ignore_changes = [traffic_split]",
        "ignore_changes = [labels]",
        "traffic_split",
    ),
    "an ignored attribute that is none": Seed(
        "vertex.tf",
        "ignore_changes = [traffic_split]",
        "ignore_changes = [traffic_split, trafic]",
        "found trafic",
    ),
    "an endpoint without a name of its own": Seed(
        "vertex.tf", "dedicated_endpoint_enabled = true", "", "dedicated_endpoint_enabled in"
    ),
    "a build without its log": Seed(
        "iam.tf",
        '["build", "roles/logging.logWriter"],',
        "",
        'roles/logging.logWriter of google_service_account.account["build"]',
    ),
    "a pipeline that cannot lock the state": Seed(
        "iam.tf",
        '["deployer", local.state_bucket, "roles/storage.objectUser"],',
        "",
        "roles/storage.objectUser of",
    ),
    "a pipeline that cannot deploy the model": Seed(
        "iam.tf", '["deployer", "models"],', "", "aiplatform.models.upload of"
    ),
    # the pipeline, checkov, the format
    "a substitution that nothing uses": Seed(
        "cloudbuild.tf",
        "_STAGE = each.key",
        '_SPARE = "x"\n    _STAGE = each.key',
        "_SPARE, which nothing there uses",
    ),
    "a substitution that nobody gives": Seed("cloudbuild.tf", "_STAGE = each.key", "", "_STAGE"),
    "an apply without approval": Seed(
        "cloudbuild.tf", "approval = true", "approval = false", "approval_required"
    ),
    "a skip without a reason": Seed(
        "storage.tf",
        'resource "google_storage_bucket" "bucket" {\n',
        'resource "google_storage_bucket" "bucket" {\n  #checkov:skip=CKV_GCP_62\n',
        "a reason in a sentence",
    ),
}
