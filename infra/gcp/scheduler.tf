resource "google_cloud_scheduler_job" "ticks" {
  for_each    = local.ticks
  name        = each.key
  description = each.value.about
  region      = var.region
  schedule    = each.value.schedule
  time_zone   = "Etc/UTC"
  paused      = !each.value.on

  pubsub_target {
    topic_name = google_pubsub_topic.topic[each.key].id
    data       = base64encode("tick")
  }
}
