resource "google_pubsub_schema" "schema" {
  for_each   = toset(compact([for each in values(local.topics) : each.schema]))
  name       = each.value
  type       = "PROTOCOL_BUFFER" # its JSON form takes fields that may be absent; Avro's does not
  definition = file("${path.module}/schemas/${each.value}.proto")
  depends_on = [google_project_service.api]
}

resource "google_pubsub_topic" "topic" {
  for_each     = local.topics
  name         = each.key
  kms_key_name = local.kms_key

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  dynamic "schema_settings" {
    for_each = each.value.schema[*]
    content {
      schema   = google_pubsub_schema.schema[schema_settings.value].id
      encoding = "JSON"
    }
  }

  depends_on = [google_project_service.api, google_kms_crypto_key_iam_member.agent]
}

resource "google_pubsub_subscription" "push" {
  for_each                   = local.pushes
  name                       = each.key
  topic                      = google_pubsub_topic.topic[each.value.topic].id
  ack_deadline_seconds       = 600 # no function runs longer
  message_retention_duration = each.value.retention
  filter                     = each.value.filter
  enable_message_ordering    = each.key == "documents" # of a person's documents one is out at a time

  push_config {
    push_endpoint = google_cloudfunctions2_function.function[each.value.function].service_config[0].uri
    oidc_token {
      service_account_email = google_service_account.account["push"].email
      audience              = google_cloudfunctions2_function.function[each.value.function].service_config[0].uri
    }
  }
  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }
  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.topic["clarity-dead-letters"].id
    max_delivery_attempts = 100 # for what cannot run; functions give up earlier, by age
  }
  expiration_policy {
    ttl = "" # never
  }
}

# From here the sweeper, and `clarity dead-letters`, take letters into their store.
resource "google_pubsub_subscription" "dead_letters" {
  name                       = "clarity-dead-letters"
  topic                      = google_pubsub_topic.topic["clarity-dead-letters"].id
  ack_deadline_seconds       = 600
  message_retention_duration = "2678400s" # 31 days, the most there is

  expiration_policy {
    ttl = "" # never
  }
}
