locals {
  # Account -> what it is for. Each function has its own.
  accounts = {
    ingest     = "Function ingest: validates what a phone wrote, stores it, queues a job"
    preprocess = "Function preprocess: grid, quality gate, metrics, PAT"
    insights   = "Function insights: facts into words, checked"
    park       = "Function park: parks and starts the endpoint"
    sweep      = "Function sweep: takes up again what was left lying, looks after everybody's audit and retention"
    monitor    = "Function monitor: compares people's weeks with those of the training"
    privacy    = "Function privacy: hands a person's data out, and erases a person"
    events     = "Eventarc's: hands Firestore's events to ingest and privacy"
    push       = "Pub/Sub's: hands messages to the functions"
    build      = "Cloud Functions': builds the functions' images"
    builder    = "The pipeline until approval: tests, builds, plans; changes nothing that runs"
    deployer   = "The pipeline after approval: applies the plan, deploys the model"
    smoke      = "The pipeline's synthetic person"
  }
}

resource "google_service_account" "account" {
  for_each     = local.accounts
  account_id   = "clarity-${each.key}"
  display_name = "clarity ${each.key}"
  description  = each.value
  depends_on   = [google_project_service.api]
}
