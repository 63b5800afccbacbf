output "endpoint" {
  description = "What `clarity model` deploys to."
  value       = google_vertex_ai_endpoint.pat.id
}

output "endpoint_host" {
  description = "The endpoint's own name, the only one under which it answers."
  value       = google_vertex_ai_endpoint.pat.dedicated_endpoint_dns
}

output "pat_model_id" {
  description = "The model that preprocess expects; a release is tried against it."
  value       = var.pat_model_id
}

output "images" {
  description = "Where the endpoint's image is pushed."
  value       = "${var.region}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.repository["clarity"].repository_id}"
}

output "functions" {
  description = "Function -> its address; only Eventarc and Pub/Sub may call it."
  value       = { for name, each in google_cloudfunctions2_function.function : name => each.service_config[0].uri }
}

output "dead_letters" {
  description = "The subscription to pull dead letters from."
  value       = google_pubsub_subscription.dead_letters.id
}

output "accounts" {
  description = "Account -> its address."
  value       = { for name, each in google_service_account.account : name => each.email }
}
