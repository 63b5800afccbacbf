"""Faults of what the code needs: functions, triggers, messages, rights, documents."""

from __future__ import annotations

from tests.contract.infra_seeds import Seed

CODE = {
    # the code: functions
    "a function that is not deployed": Seed(
        "chain.tf",
        "    park = {\n      memory",
        "    parks = {\n      memory",
        "functions: park, which the code needs",
    ),
    "a missing variable": Seed(
        "chain.tf",
        "        QUIET_SECONDS ",
        "        # QUIET_SECONDS ",
        "QUIET_SECONDS in the environment",
    ),
    "a variable that nothing reads": Seed(
        "chain.tf",
        "        QUIET_SECONDS ",
        "        CALM_SECONDS = 1\n        QUIET_SECONDS ",
        "CALM_SECONDS",
    ),
    "a variable of the embedded cloud": Seed(
        "chain.tf",
        "        QUIET_SECONDS ",
        '        VERTEX_EMULATOR_HOST = "x"\n        QUIET_SECONDS ',
        "VERTEX_EMULATOR_HOST",
    ),
    "a variable that is no number": Seed(
        "chain.tf",
        "QUIET_SECONDS                    = 30",
        'QUIET_SECONDS                    = "soon"',
        "QUIET_SECONDS in",
    ),
    "an optional variable that no option sets": Seed(
        "chain.tf",
        "        FCM_ENDPOINT ",
        "        # FCM_ENDPOINT ",
        "FCM_ENDPOINT in the environment",
    ),
    "a lease that outlasts the timeout": Seed(
        "chain.tf",
        "LEASE_SECONDS              = 100",
        "LEASE_SECONDS              = 1000",
        "below its timeout",
    ),
    "another topic in a variable": Seed(
        "chain.tf",
        'HEALTH_DATA_INGESTED_TOPIC = local.topic_names["health-data-ingested"]',
        'HEALTH_DATA_INGESTED_TOPIC = local.topic_names["health-insights-processing"]',
        "topics/health-data-ingested",
    ),
    "a secret in plain text": Seed(
        "chain.tf",
        "        GEMINI_MODEL ",
        '        GEMINI_API_KEY = "x"\n        GEMINI_MODEL ',
        "by secret_environment_variables",
    ),
    "a secret's value in the state": Seed(
        "secrets.tf",
        'resource "google_secret_manager_secret" "secret"',
        (
            'resource "google_secret_manager_secret_version" "v" {\n  secret      = "x"\n'
            '  secret_data = "y"\n}\n\nresource "google_secret_manager_secret" "secret"'
        ),
        "secret",
    ),
    "a key in tfvars": Seed(
        "env/prod.tfvars",
        "environment ",
        "# AIza" + "A" * 35 + "\nenvironment ",
        "one in plain text",
    ),
    "a public function": Seed(
        "functions.tf",
        "google_service_account.account[each.value.caller].member",
        '"allUsers"',
        "the public",
    ),
    "ingress from everywhere": Seed(
        "functions.tf",
        '"ALLOW_INTERNAL_ONLY"',
        '"ALLOW_ALL"',
        "ingress_settings = ALLOW_INTERNAL_ONLY",
    ),
    "another runtime": Seed("functions.tf", '"python311"', '"python312"', "runtime"),
    "another entry point": Seed(
        "functions.tf", "entry_point       = each.key", 'entry_point       = "main"', "entry_point"
    ),
    "one account for all functions": Seed(
        "functions.tf",
        "service_account_email            = google_service_account.account[each.key].email",
        'service_account_email            = google_service_account.account["ingest"].email',
        "a service account of its own",
    ),
    # the code: triggers
    "DO_NOT_RETRY": Seed(
        "functions.tf", "RETRY_POLICY_RETRY", "RETRY_POLICY_DO_NOT_RETRY", "RETRY_POLICY_RETRY"
    ),
    "a wrong trigger path": Seed(
        "chain.tf",
        "users/{uid}/uploads/{upload_id}",
        "users/{uid}/upload/{upload_id}",
        "users/{uid}/uploads/{upload_id} -> ingest",
    ),
    "a trigger missing": Seed(
        "chain.tf",
        "    feedback         =",
        "    # feedback         =",
        "users/{uid}/feedback/{feedback_id} -> ingest",
    ),
    "a wrong event type": Seed(
        "eventarc.tf",
        "document.v1.created",
        "document.v1.written",
        "google.cloud.firestore.document.v1.created",
    ),
    "no path pattern": Seed(
        "eventarc.tf", '    operator  = "match-path-pattern"\n', "", "operator match-path-pattern"
    ),
    "a wrong content type": Seed(
        "eventarc.tf",
        "application/protobuf",
        "application/json",
        "event_data_content_type application/protobuf",
    ),
    "a trigger that gives up at once": Seed(
        "eventarc.tf",
        "  destination {\n",
        "  retry_policy {\n    max_attempts = 1\n  }\n  destination {\n",
        "no retry_policy",
    ),
    # the code: messages
    "a topic missing": Seed(
        "chain.tf",
        "    endpoint-checks            = { schema = null }",
        "    endpoint-tests            = { schema = null }",
        "endpoint-checks",
    ),
    "a subscription on another topic": Seed(
        "chain.tf",
        'preprocess = { topic = "health-data-ingested"',
        'preprocess = { topic = "health-insights-processing"',
        "on the topic health-data-ingested",
    ),
    "no OIDC": Seed("pubsub.tf", "    oidc_token {\n", "    no_wrapper {\n", "oidc_token"),
    "a wrong audience": Seed(
        "pubsub.tf",
        (
            "audience              = "
            "google_cloudfunctions2_function.function[each.value.function].service_config[0].uri"
        ),
        'audience              = "https://example.com"',
        "audience of",
    ),
    "a push to another function": Seed(
        "pubsub.tf",
        "push_endpoint = google_cloudfunctions2_function.function[each.value.function]",
        'push_endpoint = google_cloudfunctions2_function.function["ingest"]',
        "push_endpoint of",
    ),
    "no dead letters": Seed(
        "pubsub.tf",
        (
            "  dead_letter_policy {\n"
            '    dead_letter_topic     = google_pubsub_topic.topic["clarity-dead-letters"].id\n'
            "    max_delivery_attempts = 100 # for what cannot run; functions give up earlier, "
            "by age\n"
            "  }\n"
        ),
        "",
        "dead_letter_policy in",
    ),
    "dead letters to a missing topic": Seed(
        "pubsub.tf",
        'dead_letter_topic     = google_pubsub_topic.topic["clarity-dead-letters"]',
        'dead_letter_topic     = google_pubsub_topic.topic["dead-letters"]',
        "dead-letters",
    ),
    "dead letters to another topic": Seed(
        "pubsub.tf",
        'dead_letter_topic     = google_pubsub_topic.topic["clarity-dead-letters"]',
        'dead_letter_topic     = google_pubsub_topic.topic["endpoint-checks"]',
        "dead_letter_topic of",
    ),
    "other attempts than the embedded cloud's": Seed(
        "pubsub.tf",
        "max_delivery_attempts = 100",
        "max_delivery_attempts = 5",
        "max_delivery_attempts 100",
    ),
    "a deadline below the timeout": Seed(
        "pubsub.tf",
        "ack_deadline_seconds       = 600 # no",
        "ack_deadline_seconds       = 60 # no",
        "not below the timeout",
    ),
    "a subscription that expires": Seed(
        "pubsub.tf", '    ttl = "" # never', '    ttl = "86400s"', "expiration_policy"
    ),
    # rights
    "a missing role": Seed(
        "iam.tf",
        '["insights", "clarity-dead-letters", "roles/pubsub.publisher"],',
        '# ["insights", "clarity-dead-letters", "roles/pubsub.publisher"],',
        'account["insights"] on clarity-dead-letters',
    ),
    "a role that no code needs": Seed(
        "iam.tf",
        '    ["insights", "clarity-dead-letters", "roles/pubsub.publisher"],',
        (
            '    ["insights", "health-data-ingested", "roles/pubsub.publisher"], # for no '
            "reason\n"
            '    ["insights", "clarity-dead-letters", "roles/pubsub.publisher"],'
        ),
        'account["insights"] on health-data-ingested',
    ),
    "no role for Firestore": Seed(
        "iam.tf",
        '    ["preprocess", "documents"],',
        '    # ["preprocess", "documents"],',
        "datastore.entities.create",
    ),
    "no right to publish dead letters": Seed(
        "iam.tf",
        'role   = "roles/pubsub.publisher" # see',
        'role   = "roles/pubsub.viewer" # see',
        "Pub/Sub's service agent on clarity-dead-letters",
    ),
    "no right to acknowledge dead letters": Seed(
        "iam.tf",
        '"roles/pubsub.subscriber"',
        '"roles/pubsub.viewer"',
        "roles/pubsub.subscriber of Pub/Sub's service agent",
    ),
    "no invoker": Seed(
        "functions.tf", '"roles/run.invoker"', '"roles/run.viewer"', "roles/run.invoker of"
    ),
    "the owner's role": Seed(
        "iam.tf",
        '["build", "roles/logging.logWriter"]',
        '["build", "roles/owner"]',
        "found roles/owner",
    ),
    "a role without a reason": Seed(
        "functions.tf", " # to hand this one function its events", "", "a role with its reason"
    ),
    "a row without a reason": Seed(
        "iam.tf",
        '["insights", "notifications"], # tells a phone of a new insight',
        '["insights", "notifications"],',
        "a row with its reason",
    ),
    "no right to read the secret": Seed(
        "iam.tf",
        '"roles/secretmanager.secretAccessor"',
        '"roles/secretmanager.viewer"',
        "roles/secretmanager.secretAccessor of",
    ),
    # documents, buckets, the endpoint
    "a missing index": Seed(
        "firestore.tf",
        'indexed = { push_token = "ASCENDING" }',
        "indexed = {}",
        "devices.push_token",
    ),
    "an index on a wrong field": Seed(
        "firestore.tf",
        'received_at = "DESCENDING"',
        'recieved_at = "DESCENDING"',
        "did you mean feedback.recieved_at (COLLECTION)?",
    ),
    "a missing expiry": Seed(
        "firestore.tf",
        "audit            = { expires = true",
        "audit            = { expires = false",
        "an expiry (ttl_config) of: audit",
    ),
    "an expiry of what stays": Seed(
        "firestore.tf",
        "users            = { expires = false",
        "users            = { expires = true",
        "found users",
    ),
    "an expiry by a string": Seed(
        "firestore.tf",
        'field      = "expires_at"',
        'field      = "date"',
        "a timestamp that the code writes",
    ),
    "an unknown collection": Seed(
        "firestore.tf", "    shards  ", "    splinters  ", "collection groups: shards"
    ),
    "no delete protection": Seed(
        "firestore.tf",
        '"DELETE_PROTECTION_ENABLED" :',
        '"DELETE_PROTECTION_DISABLED" :',
        "delete_protection_state = DELETE_PROTECTION_ENABLED",
    ),
    "a public bucket": Seed(
        "storage.tf",
        '  public_access_prevention    = "enforced"\n',
        "",
        "public_access_prevention = enforced",
    ),
    "requests that are logged": Seed(
        "vertex.tf",
        "  lifecycle {\n",
        "  predict_request_response_logging_config {\n    enabled = true\n  }\n\n  lifecycle {\n",
        "requests are health data",
    ),
}
