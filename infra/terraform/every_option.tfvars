# Every option on, so that the check reads what dev and prod leave out. Nothing is deployed with it.
environment         = "prod"
retention_days      = 400
park                = { enabled = true }
pat_machine         = { type = "n1-standard-4", accelerator = "nvidia-tesla-t4", service_account = "pat@p.iam.gserviceaccount.com" }
pat_canary_model_id = "pat-m-nhanes-steps-24141a7c"
gemini              = { model = "gemini-2.5-flash" }
secret_versions     = { gemini-api-key = "1", pseudonym-key = "1" }
notifications       = true
region              = "europe-west1"
cmek                = true
vpc                 = { network = "clarity", subnetwork = "clarity" }
firestore_location  = "europe-west1"
instances = {
  ingest     = { min = 1, max = 2 }
  preprocess = { min = 1, max = 2 }
  insights   = { min = 1, max = 2 }
  park       = { min = 0, max = 1 }
  sweep      = { min = 0, max = 1 }
  monitor    = { min = 0, max = 1 }
  privacy    = { min = 0, max = 2 }
}
pipeline = {
  repository = "projects/p/locations/us-central1/connections/c/repositories/r"
  branch     = "^main$"
  approvers  = ["group:ops@example.com"]
}
alert_emails   = ["on-call@example.com"]
alert_channels = ["projects/p/notificationChannels/1"]
budget         = { billing_account = "012345-6789AB-CDEF01", monthly = 1000 }
app_check      = { ios_app_id = "1:1:ios:1", enforcement = "ENFORCED" }
