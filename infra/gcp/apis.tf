locals {
  apis = toset([
    "aiplatform.googleapis.com",           # the PAT endpoint and its models
    "artifactregistry.googleapis.com",     # images: the endpoint's and the functions'
    "cloudbuild.googleapis.com",           # builds the functions; the pipeline
    "cloudfunctions.googleapis.com",       # the functions
    "cloudkms.googleapis.com",             # the key, with cmek
    "cloudresourcemanager.googleapis.com", # the project and who may do what in it
    "cloudscheduler.googleapis.com",       # the ticks of park, sweep and monitor
    "containeranalysis.googleapis.com",    # images' bills of materials
    "eventarc.googleapis.com",             # Firestore's events to ingest and privacy
    "eventarcpublishing.googleapis.com",   # needed for direct events, such as Firestore's
    "fcm.googleapis.com",                  # notifications
    "firebaserules.googleapis.com",        # who may read and write which document
    "firestore.googleapis.com",            # the documents
    "generativelanguage.googleapis.com",   # Gemini
    "iam.googleapis.com",                  # accounts and custom roles
    "iamcredentials.googleapis.com",       # tokens for the pipeline's smoke test, signatures of exports' links
    "logging.googleapis.com",              # logs and the metrics made of them
    "monitoring.googleapis.com",           # alerts, dashboards; park reads the backlog
    "ondemandscanning.googleapis.com",     # looks for known weaknesses in the endpoint's images
    "pubsub.googleapis.com",               # what joins the functions
    "run.googleapis.com",                  # where the functions run
    "secretmanager.googleapis.com",        # the keys for Gemini and for pseudonyms
    "storage.googleapis.com",              # bundles, plans, batches, exports
  ])
  optional_apis = compact([
    var.telemetry ? "telemetry.googleapis.com" : "",                # takes traces and metrics
    var.telemetry ? "cloudtrace.googleapis.com" : "",               # keeps and shows traces
    var.budget == null ? "" : "billingbudgets.googleapis.com",      # the month's budget
    var.app_check == null ? "" : "firebaseappcheck.googleapis.com", # only our own app may ask
  ])
}

resource "google_project_service" "api" {
  for_each           = setunion(local.apis, local.optional_apis)
  service            = each.value
  disable_on_destroy = false # what else the project does with it goes on
}
