# The names only; the runbook says how a value is added.
resource "google_secret_manager_secret" "secret" {
  for_each            = local.secrets
  secret_id           = each.value
  version_destroy_ttl = "604800s" # a week to take a destruction back

  replication {
    user_managed {
      replicas {
        location = var.region
        dynamic "customer_managed_encryption" {
          for_each = var.cmek ? [local.kms_key] : []
          content {
            kms_key_name = customer_managed_encryption.value
          }
        }
      }
    }
  }

  depends_on = [google_project_service.api, google_kms_crypto_key_iam_member.agent]
}
