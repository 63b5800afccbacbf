resource "google_cloud_scheduler_job" "endpoint_checks" {
  name        = "endpoint-checks"
  description = "Lets the park function look whether the endpoint is idle, or parked while work waits"
  region      = var.region
  schedule    = "*/5 * * * *"
  time_zone   = "Etc/UTC"
  paused      = !var.park.enabled

  pubsub_target {
    topic_name = google_pubsub_topic.topic["endpoint-checks"].id
    data       = base64encode("tick")
  }
}
