# Terraform owns the endpoint; `clarity model` and the park function own what is deployed to it.
resource "google_vertex_ai_endpoint" "pat" {
  #checkov:skip=CKV2_GCP_33:each call needs IAM, and a private one needs a peered network for nothing more
  name                       = "1001" # digits only
  display_name               = "pat"
  description                = "PAT reads a week of minutes; parked while it has no model"
  location                   = var.region
  region                     = var.region
  dedicated_endpoint_enabled = true
  # No predict_request_response_logging_config: requests are health data.

  dynamic "encryption_spec" {
    for_each = var.cmek ? [local.kms_key] : []
    content {
      kms_key_name = encryption_spec.value
    }
  }

  lifecycle {
    ignore_changes = [traffic_split] # `clarity model promote` sets it
  }

  depends_on = [google_project_service.api, google_kms_crypto_key_iam_member.agent]
}
