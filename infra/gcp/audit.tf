# Who read whose data. Admin activity is always logged and kept for 400 days (log bucket _Required).
# Firestore's entries name documents, not what is in them (cloud.google.com/firestore/docs/audit-logging).
locals {
  # Service -> what is written down. Firestore's logs are configured under datastore.googleapis.com.
  # The functions' own reads and writes of documents and predictions are left out: users/{uid}/audit
  # holds each prediction, explanation and generation, and there are many calls a job.
  audited = {
    "datastore.googleapis.com"     = { types = ["ADMIN_READ", "DATA_READ", "DATA_WRITE"], functions = false }
    "aiplatform.googleapis.com"    = { types = ["ADMIN_READ", "DATA_READ", "DATA_WRITE"], functions = false }
    "storage.googleapis.com"       = { types = ["ADMIN_READ", "DATA_READ", "DATA_WRITE"], functions = true } # batch predictions: weeks of health data
    "secretmanager.googleapis.com" = { types = ["ADMIN_READ", "DATA_READ", "DATA_WRITE"], functions = true }
  }

  data_access = "logName=\"projects/${var.project_id}/logs/cloudaudit.googleapis.com%2Fdata_access\""

  # What is kept nowhere.
  own_access  = "protoPayload.authenticationInfo.thirdPartyPrincipal:*" # a phone's: the entry holds its whole sign-in token
  predictions = "protoPayload.methodName:\"PredictionService\""         # whether an entry holds the request, health data, is unverified here

  # Where the ledger ended, by number and hash: who writes the database does not reach a log. Kept
  # as long as who wrote.
  ledger_ends = "${local.logged} AND jsonPayload.message=\"ledger checked\""
}

resource "google_project_iam_audit_config" "audit" {
  for_each = local.audited
  project  = var.project_id
  service  = each.key
  dynamic "audit_log_config" {
    for_each = toset(each.value.types)
    content {
      log_type         = audit_log_config.value
      exempted_members = each.value.functions ? [] : [for name in keys(local.functions) : "serviceAccount:${google_service_account.account[name].email}"]
    }
  }
  depends_on = [google_project_service.api]
}

resource "google_logging_project_bucket_config" "default" {
  project        = var.project_id
  location       = "global"
  bucket_id      = "_Default"
  retention_days = var.log_retention_days.logs
  depends_on     = [google_project_service.api]
}

resource "google_logging_project_bucket_config" "access" {
  project        = var.project_id
  location       = var.region
  bucket_id      = "access"
  description    = "Who read whose data, and where the ledger ended"
  retention_days = var.log_retention_days.access
  depends_on     = [google_project_service.api]
}

resource "google_logging_project_sink" "access" {
  name        = "access"
  destination = "logging.googleapis.com/${google_logging_project_bucket_config.access.id}"
  filter      = "(${local.data_access} AND NOT ${local.own_access} AND NOT ${local.predictions}) OR (${local.ledger_ends})"
}

resource "google_logging_project_exclusion" "exclusion" {
  for_each = {
    own-access  = { filter = "${local.data_access} AND ${local.own_access}", about = "What a person read of their own: the entry holds their sign-in token" }
    predictions = { filter = "${local.data_access} AND ${local.predictions}", about = "Predictions, whose request is health data" }
  }
  name        = each.key
  description = each.value.about
  filter      = each.value.filter
  depends_on  = [google_project_service.api]
}
