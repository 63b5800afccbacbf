# What the functions log, counted. tests/contract/test_observability.py runs the functions and holds
# these filters and labels against what they write; a log line has ids, codes and counts only.
locals {
  logged = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=(${join(" OR ", [for name in keys(local.functions) : "\"${name}\""])})"

  # Metric -> the lines that it counts, and the fields that become its labels. One with `value` is a
  # distribution of that field, in `unit`.
  log_metrics = {
    dead_letters         = { lines = "jsonPayload.message=\"dead-lettered\"", labels = ["step", "code"], about = "events that can never be handled" }
    put_off              = { lines = "jsonPayload.message=\"not now\"", labels = ["step", "code"], about = "deliveries that are to come again; code parked: the model is being started; wrong_model: another one answers" }
    crashes              = { lines = "jsonPayload.message=\"failed\"", labels = ["step"], about = "errors that nobody expected; the event is delivered again" }
    jobs_ended           = { lines = "jsonPayload.message=\"job ended\"", labels = ["status"], about = "jobs by final state" }
    job_seconds          = { lines = "jsonPayload.message=\"job ended\"", labels = ["status"], about = "from a job's creation to its end", value = "seconds", unit = "s" }
    gemini_calls         = { lines = "jsonPayload.message=\"asked Gemini\"", labels = ["outcome"], about = "calls; answered and cut_off count against the caps" }
    gemini_prompt_tokens = { lines = "jsonPayload.message=\"asked Gemini\" AND jsonPayload.outcome=\"answered\"", labels = [], about = "tokens of a call's prompt", value = "prompt_tokens", unit = "1" }
    gemini_output_tokens = { lines = "jsonPayload.message=\"asked Gemini\" AND jsonPayload.outcome=\"answered\"", labels = [], about = "tokens of a call's answer, thinking included", value = "output_tokens", unit = "1" }
    unannounced          = { lines = "jsonPayload.message=\"not announced\"", labels = ["code"], about = "insights that a device was not told of" }
    turned_away          = { lines = "jsonPayload.message=\"turned away\"", labels = ["kind"], about = "uploads and requests above what one person may send" }
    without_consent      = { lines = "jsonPayload.message=\"without consent\"", labels = ["kind"], about = "uploads and requests of people who have not consented; nothing of them is stored" }
    refused              = { lines = "jsonPayload.message=\"refused\"", labels = ["code"], about = "deliveries that a function's door did not take; code says of what" }
    swept_up             = { lines = "jsonPayload.message=\"swept up\"", labels = ["action"], about = "what was left lying and is taken up again: messages republished, jobs resumed or failed, documents named to ingest" }
    letters_waiting      = { lines = "jsonPayload.message=\"swept\"", labels = [], about = "dead letters that wait for somebody, at each sweep", value = "letters", unit = "1" }
    model_checks         = { lines = "jsonPayload.message=\"monitored\"", labels = ["state"], about = "looks at people's weeks, by what they came to: drift, suspected, none, too few people" }
    predictions_made     = { lines = "jsonPayload.message=\"monitored\"", labels = [], about = "predictions of the 24 hours before each look", value = "predictions", unit = "1" }
    predictions_failed   = { lines = "jsonPayload.message=\"monitored\"", labels = [], about = "predictions that failed in the 24 hours before each look", value = "failed", unit = "1" }
    privacy_ended        = { lines = "jsonPayload.message=\"privacy request ended\"", labels = ["status"], about = "what people asked for about their data, by its end: an export completed, a person erased, a request rejected" }
    privacy_seconds      = { lines = "jsonPayload.message=\"privacy request ended\" AND jsonPayload.status=(\"completed\" OR \"erased\")", labels = ["status"], about = "from a request to its end", value = "seconds", unit = "s" }
    audit_findings       = { lines = "jsonPayload.message=\"audit not whole\"", labels = ["kind", "chain"], about = "chains of the audit in which a record is missing, changed or put in, each time that one is looked at; chain: a person's, or the ledger" }
    audit_checks         = { lines = "jsonPayload.message=\"audit checked\"", labels = [], about = "ticks of the sweeper in which people's chains were looked at" }
    audit_chains         = { lines = "jsonPayload.message=\"audit checked\"", labels = [], about = "chains that one tick looked at", value = "chains", unit = "1" }
    retention_shortened  = { lines = "jsonPayload.message=\"retention shortened\"", labels = [], about = "chunks that expire sooner, since their person has chosen so after they were stored", value = "chunks", unit = "1" }
    endpoint_moves       = { lines = "jsonPayload.message=\"endpoint checked\" AND jsonPayload.action=(\"parked\" OR \"unparked\")", labels = ["action"], about = "the endpoint parked or started by the park function" }
  }
}

resource "google_logging_metric" "metric" {
  for_each    = local.log_metrics
  name        = each.key
  description = each.value.about
  filter      = "${local.logged} AND ${each.value.lines}"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = can(each.value.value) ? "DISTRIBUTION" : "INT64"
    unit        = try(each.value.unit, "1")
    dynamic "labels" {
      for_each = toset(each.value.labels)
      content {
        key        = labels.value
        value_type = "STRING"
      }
    }
  }
  label_extractors = { for label in each.value.labels : label => "EXTRACT(jsonPayload.${label})" }

  value_extractor = can(each.value.value) ? "EXTRACT(jsonPayload.${each.value.value})" : null
  dynamic "bucket_options" {
    for_each = can(each.value.value) ? [1] : []
    content {
      exponential_buckets { # 0.5, 0.75, ... some 5 million: seconds to weeks, and tokens
        num_finite_buckets = 40
        growth_factor      = 1.5
        scale              = 0.5
      }
    }
  }
  depends_on = [google_project_service.api]
}
