locals {
  # Null: Google's own keys.
  kms_key = one(google_kms_crypto_key.data[*].id)

  # Google's agents by what they act for.
  agents = {
    for name, domain in {
      aiplatform       = "gcp-sa-aiplatform"
      artifactregistry = "gcp-sa-artifactregistry"
      eventarc         = "gcp-sa-eventarc"
      firestore        = "gcp-sa-firestore"
      functions        = "gcf-admin-robot"
      pubsub           = "gcp-sa-pubsub"
      run              = "serverless-robot-prod"
      secretmanager    = "gcp-sa-secretmanager"
      storage          = "gs-project-accounts"
    } : name => "serviceAccount:service-${data.google_project.project.number}@${domain}.iam.gserviceaccount.com"
  }
}

resource "google_kms_key_ring" "ring" {
  count      = var.cmek ? 1 : 0
  name       = "clarity"
  location   = var.region
  depends_on = [google_project_service.api]
}

resource "google_kms_crypto_key" "data" {
  count           = var.cmek ? 1 : 0
  name            = "data"
  key_ring        = google_kms_key_ring.ring[0].id
  rotation_period = "7776000s" # 90 days

  lifecycle {
    prevent_destroy = true # without it nothing that it encrypted can be read again
  }
}

resource "google_kms_crypto_key_iam_member" "agent" {
  for_each      = var.cmek ? local.agents : {}
  crypto_key_id = google_kms_crypto_key.data[0].id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter" # each service encrypts what it keeps for us
  member        = each.value
}
