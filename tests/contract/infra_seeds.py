"""Faults to put into infra/gcp, one at a time, and what the check says: schema, references."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Seed:
    """A text that is replaced where it first stands, however it is spaced; words of the finding."""

    file: str
    old: str
    new: str
    says: str


FILES = {
    # the schema
    "a misspelt argument": Seed(
        "pubsub.tf",
        "ack_deadline_seconds ",
        "ack_deadline_second ",
        "did you mean ack_deadline_seconds?",
    ),
    "a misspelt block": Seed(
        "pubsub.tf",
        "  dead_letter_policy {",
        "  deadletter_policy {",
        "did you mean dead_letter_policy?",
    ),
    "a misspelt nested argument": Seed(
        "pubsub.tf", "minimum_backoff =", "min_backoff =", "found min_backoff"
    ),
    "a string for a number": Seed(
        "pubsub.tf",
        "max_delivery_attempts = 100",
        'max_delivery_attempts = "many"',
        "max_delivery_attempts to be number",
    ),
    "a list for a string": Seed(
        "scheduler.tf", "each.value.schedule", '["*/5 * * * *"]', "schedule to be string"
    ),
    "a required argument missing": Seed(
        "scheduler.tf",
        "    topic_name = google",
        "    # topic_name = google",
        "topic_name in google_cloud_scheduler_job.pubsub_target",
    ),
    "a block as an argument": Seed(
        "pubsub.tf", "  retry_policy {\n", "  retry_policy = {\n", "a block retry_policy"
    ),
    "an argument as a block": Seed(
        "vertex.tf",
        "  dedicated_endpoint_enabled = true\n",
        "  dedicated_endpoint_enabled {}\n",
        "an argument dedicated_endpoint_enabled",
    ),
    "a value outside the enumeration": Seed(
        "firestore.tf", '"FIRESTORE_NATIVE"', '"FIRESTORE_NATIV"', "did you mean FIRESTORE_NATIVE?"
    ),
    "two of a block that may be one": Seed(
        "pubsub.tf",
        "  retry_policy {\n",
        '  retry_policy {\n    minimum_backoff = "20s"\n  }\n  retry_policy {\n',
        "one block retry_policy",
    ),
    "an argument that the provider sets": Seed(
        "vertex.tf",
        "  display_name ",
        '  create_time = "now"\n  display_name ',
        "create_time, which only the provider sets",
    ),
    "an unknown type": Seed(
        "scheduler.tf",
        '"google_cloud_scheduler_job"',
        '"google_cloud_schedule_job"',
        "did you mean google_cloud_scheduler_job?",
    ),
    "two of one name": Seed(
        "scheduler.tf",
        'resource "google_cloud_scheduler_job"',
        (
            'resource "google_pubsub_topic" "topic" {\n  name = "x"\n}\n\n'
            'resource "google_cloud_scheduler_job"'
        ),
        "one google_pubsub_topic.topic",
    ),
    "an unknown top-level block": Seed(
        "scheduler.tf", 'resource "google', 'resources "google', "the block resources"
    ),
    "an unpinned provider": Seed("versions.tf", '"= 8.7.0"', '">= 8.0"', "'>= 8.0'"),
    "another version than the schema's": Seed(
        "versions.tf", '"= 8.7.0"', '"= 8.8.0"', "as the vendored schema"
    ),
    "another backend": Seed("versions.tf", 'backend "gcs"', 'backend "local"', 'backend "gcs"'),
    # references
    "an unknown variable": Seed("pubsub.tf", "var.region", "var.regin", "did you mean region?"),
    "an unknown local": Seed("pubsub.tf", "local.topics", "local.topic", "did you mean topics?"),
    "an unknown resource": Seed(
        "scheduler.tf",
        "google_pubsub_topic.topic[",
        "google_pubsub_topic.topics[",
        "did you mean google_pubsub_topic.topic?",
    ),
    "an unknown key of an instance": Seed(
        "pubsub.tf",
        'topic["clarity-dead-letters"].id\n  ack',
        'topic["clarity-dead-letter"].id\n  ack',
        "did you mean clarity-dead-letters?",
    ),
    "an unknown attribute": Seed(
        "outputs.tf",
        "google_vertex_ai_endpoint.pat.id",
        "google_vertex_ai_endpoint.pat.ident",
        "an attribute of google_vertex_ai_endpoint.pat",
    ),
    "an unknown nested attribute": Seed(
        "pubsub.tf", "service_config[0].uri", "service_config[0].url", "did you mean uri?"
    ),
    "an unknown key of each.value": Seed(
        "functions.tf", "each.value.memory", "each.value.memry", "did you mean memory?"
    ),
    "an unknown function": Seed(
        "scheduler.tf", "base64encode(", "base64_encode(", "did you mean base64encode?"
    ),
    "too many arguments": Seed(
        "scheduler.tf",
        'base64encode("tick")',
        'base64encode("tick", 1)',
        "arguments of base64encode",
    ),
    "each without for_each": Seed(
        "scheduler.tf", "  for_each    = local.ticks\n", "", "each without it"
    ),
    "an unused variable": Seed(
        "variables.tf",
        'variable "region"',
        (
            'variable "spare" {\n  description = "x"\n  type        = string\n'
            '  default     = "x"\n}\n\nvariable "region"'
        ),
        "a use of var.spare",
    ),
    "an unused local": Seed(
        "storage.tf", "locals {\n", "locals {\n  spare = 1\n", "a use of local.spare"
    ),
    "a variable without a type": Seed(
        "variables.tf",
        '  type        = string\n  default     = "us-central1"',
        '  default     = "us-central1"',
        "type in var.region",
    ),
    "a variable without a description": Seed(
        "variables.tf",
        '  description = "Where everything runs and is kept."\n',
        "",
        "description in var.region",
    ),
    "an unknown variable in tfvars": Seed(
        "env/prod.tfvars", "retention_days", "retention_day", "did you mean retention_days?"
    ),
    "a wrong type in tfvars": Seed(
        "env/prod.tfvars", "min = 1,", 'min = "one",', "instances to be map(object)"
    ),
    "a value that a validation refuses": Seed(
        "env/prod.tfvars", '"prod"', '"production"', "expected dev or prod"
    ),
    "a syntax error": Seed("scheduler.tf", "{", "{{", "Terraform's syntax"),
    "an expression alone in a string": Seed(
        "scheduler.tf", "= var.region", '= "${var.region}"', "the expression itself"
    ),
}
