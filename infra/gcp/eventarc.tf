locals {
  document_created = "google.cloud.firestore.document.v1.created"
}

# Eventarc tries again for 24 hours; a retry_policy here could only say: never.
resource "google_eventarc_trigger" "trigger" {
  for_each                = local.triggers
  name                    = each.key
  location                = google_firestore_database.default.location_id
  service_account         = google_service_account.account["events"].email
  event_data_content_type = "application/protobuf" # Firestore's events come in no other

  matching_criteria {
    attribute = "type"
    value     = local.document_created
  }
  matching_criteria {
    attribute = "database"
    value     = google_firestore_database.default.name
  }
  matching_criteria {
    attribute = "document"
    value     = each.value.document
    operator  = "match-path-pattern"
  }
  destination {
    cloud_run_service {
      service = basename(google_cloudfunctions2_function.function[each.value.function].service_config[0].service)
      region  = var.region
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.invoker]
}

# Events wait in a channel between Firestore and the triggers: with cmek under our key there too.
resource "google_eventarc_google_channel_config" "channel" {
  count           = var.cmek ? 1 : 0
  name            = "projects/${var.project_id}/locations/${var.region}/googleChannelConfig"
  location        = var.region
  crypto_key_name = local.kms_key
  depends_on      = [google_kms_crypto_key_iam_member.agent]
}
