locals {
  # Bucket -> after how many days an object goes, for how many seconds it can then be had back, whether
  # versions are kept.
  buckets = {
    bundles = { days = null, back_s = 604800, versions = true } # the functions' sources: what runs is built from them
    plans   = { days = 30, back_s = 604800, versions = true }   # Terraform's plans, for who approves them
    batch   = { days = 7, back_s = 604800, versions = false }   # weeks in, embeddings out: `clarity model predict-batch`
    exports = { days = 7, back_s = 0, versions = false }        # what a person asked for; an erased person's goes at once, for good
  }
}

resource "google_storage_bucket" "bucket" {
  #checkov:skip=CKV_GCP_78:batches and exports are health data: what is deleted must not live on as a version
  #checkov:skip=CKV_GCP_62:who read and wrote objects is in the audit log (audit.tf)
  for_each                    = local.buckets
  name                        = "${var.project_id}-${each.key}"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true # nothing in them that could not be made again

  versioning {
    enabled = each.value.versions
  }

  soft_delete_policy {
    retention_duration_seconds = each.value.back_s
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      days_since_noncurrent_time = 30
    }
  }

  dynamic "lifecycle_rule" {
    for_each = each.value.days[*]
    content {
      action {
        type = "Delete"
      }
      condition {
        age = lifecycle_rule.value
      }
    }
  }

  dynamic "encryption" {
    for_each = var.cmek ? [local.kms_key] : []
    content {
      default_kms_key_name = encryption.value
    }
  }

  depends_on = [google_project_service.api, google_kms_crypto_key_iam_member.agent]
}
