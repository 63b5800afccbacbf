# Only our app may reach Firestore from outside: iOS attests it. First UNENFORCED, until the share of
# verified requests in the Firebase console is what it should be. Service accounts are not affected.
resource "google_firebase_app_check_app_attest_config" "ios" {
  count      = var.app_check == null ? 0 : 1
  app_id     = var.app_check.ios_app_id
  token_ttl  = "3600s"
  depends_on = [google_project_service.api]
}

resource "google_firebase_app_check_service_config" "firestore" {
  count            = var.app_check == null ? 0 : 1
  service_id       = "firestore.googleapis.com"
  enforcement_mode = var.app_check.enforcement
  depends_on       = [google_firebase_app_check_app_attest_config.ios]
}
