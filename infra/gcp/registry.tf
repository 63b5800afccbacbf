locals {
  # Images are scanned, approved and deployed by their digest. A tag only tells the commit and may
  # move: a pipeline that runs twice on a commit pushes it twice.
  repositories = {
    clarity   = { keep = 20, about = "The endpoint's image, for GPU and CPU, of each commit" }
    functions = { keep = 5, about = "The functions' images, as Cloud Functions builds them" }
  }
}

resource "google_artifact_registry_repository" "repository" {
  for_each      = local.repositories
  repository_id = each.key
  description   = each.value.about
  location      = var.region
  format        = "DOCKER"
  kms_key_name  = local.kms_key

  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      tag_state  = "ANY"
      older_than = "7776000s" # 90 days
    }
  }

  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"
    most_recent_versions {
      keep_count = each.value.keep
    }
  }

  depends_on = [google_project_service.api, google_kms_crypto_key_iam_member.agent]
}
