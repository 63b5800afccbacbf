# What somebody on call reads, from the top: first what people get, then what may be the cause.
locals {
  # Section -> its four charts: a title, and a series as in `alerts`.
  charts = [
    {
      section = "What people get"
      charts = [
        { title = "Jobs by final state", metric = "${local.log_metric}/jobs_ended", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.status"] },
        { title = "Seconds to the end, 95 of 100", metric = "${local.log_metric}/job_seconds", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_PERCENTILE_95", by = ["metric.label.status"] },
        { title = "New dead letters by step and code", metric = "${local.log_metric}/dead_letters", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.step", "metric.label.code"] },
        { title = "Dead letters that wait", metric = "${local.log_metric}/letters_waiting", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_PERCENTILE_99", by = [] },
      ]
    },
    {
      section = "What waits, and why"
      charts = [
        { title = "Oldest message, seconds", metric = "${local.deliveries}/oldest_unacked_message_age", resource = local.queue, align = "ALIGN_MAX", reduce = "REDUCE_MAX", by = ["resource.label.subscription_id"] },
        { title = "Messages", metric = "${local.deliveries}/num_undelivered_messages", resource = local.queue, align = "ALIGN_MAX", reduce = "REDUCE_MAX", by = ["resource.label.subscription_id"] },
        { title = "Put off by step and code", metric = "${local.log_metric}/put_off", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.step", "metric.label.code"] },
        { title = "Unexpected errors by step", metric = "${local.log_metric}/crashes", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.step"] },
      ]
    },
    {
      section = "Functions"
      charts = [
        { title = "Answers by code (500 asks for a redelivery)", metric = "${local.run}/request_count", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["resource.label.service_name", "metric.label.response_code"] },
        { title = "Instances at work", metric = "${local.run}/container/instance_count", resource = local.service, where = "metric.labels.state=\"active\"", align = "ALIGN_MAX", reduce = "REDUCE_SUM", by = ["resource.label.service_name"] },
        { title = "Memory, 99 of 100", metric = "${local.run}/container/memory/utilizations", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_PERCENTILE_99", by = ["resource.label.service_name"] },
        { title = "Milliseconds, 95 of 100", metric = "${local.run}/request_latencies", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_PERCENTILE_95", by = ["resource.label.service_name"] },
      ]
    },
    {
      section = "PAT's endpoint"
      charts = [
        { title = "Replicas (none: parked)", metric = "${local.online}/replicas", resource = local.endpoint, align = "ALIGN_MAX", reduce = "REDUCE_SUM", by = ["metric.label.deployed_model_id"] },
        { title = "Answers by code", metric = "${local.online}/response_count", resource = local.endpoint, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.deployed_model_id", "metric.label.response_code"] },
        { title = "Milliseconds, 95 of 100", metric = "${local.online}/prediction_latencies", resource = local.endpoint, align = "ALIGN_DELTA", reduce = "REDUCE_PERCENTILE_95", by = ["metric.label.deployed_model_id", "metric.label.latency_type"] },
        { title = "Share of time that the GPU is busy", metric = "${local.online}/accelerator/duty_cycle", resource = local.endpoint, align = "ALIGN_MEAN", reduce = "REDUCE_MEAN", by = ["metric.label.deployed_model_id"] },
      ]
    },
    {
      section = "Parking, and Gemini"
      charts = [
        { title = "Parked and started", metric = "${local.log_metric}/endpoint_moves", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.action"] },
        { title = "Calls to Gemini by outcome", metric = "${local.log_metric}/gemini_calls", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.outcome"] },
        { title = "Tokens of prompts", query = "sum(increase(logging_googleapis_com:user_gemini_prompt_tokens_sum{monitored_resource=\"${local.service}\"}[$${__interval}]))" },
        { title = "Tokens of answers", query = "sum(increase(logging_googleapis_com:user_gemini_output_tokens_sum{monitored_resource=\"${local.service}\"}[$${__interval}]))" },
      ]
    },
    {
      section = "What was left lying, refused and turned away"
      charts = [
        { title = "Taken up again, by action", metric = "${local.log_metric}/swept_up", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.action"] },
        { title = "Turned away: above what one person may send", metric = "${local.log_metric}/turned_away", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.kind"] },
        { title = "Deliveries refused, by reason", metric = "${local.log_metric}/refused", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.code"] },
        { title = "Dead letters not yet in their store", metric = "${local.deliveries}/num_undelivered_messages", resource = local.queue, where = "resource.labels.subscription_id=\"clarity-dead-letters\"", align = "ALIGN_MAX", reduce = "REDUCE_SUM", by = [] },
      ]
    },
    {
      section = "The model and the person"
      charts = [
        { title = "Looks at people's weeks, by what they came to", metric = "${local.log_metric}/model_checks", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.state"] },
        { title = "Refused for want of consent", metric = "${local.log_metric}/without_consent", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.kind"] },
        { title = "Exports and erasures, by their end", metric = "${local.log_metric}/privacy_ended", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.status"] },
        { title = "Seconds to their end, 95 of 100", metric = "${local.log_metric}/privacy_seconds", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_PERCENTILE_95", by = ["metric.label.status"] },
      ]
    },
    {
      section = "The audit, and what was chosen later"
      charts = [
        { title = "Chains that are not whole (none), by what is wrong", metric = "${local.log_metric}/audit_findings", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.kind", "metric.label.chain"] },
        { title = "Ticks that looked at chains", metric = "${local.log_metric}/audit_checks", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = [] },
        { title = "Chains looked at", query = "sum(increase(logging_googleapis_com:user_audit_chains_sum{monitored_resource=\"${local.service}\"}[$${__interval}]))" },
        { title = "Chunks of samples that expire sooner by a later choice", query = "sum(increase(logging_googleapis_com:user_retention_shortened_sum{monitored_resource=\"${local.service}\"}[$${__interval}]))" },
      ]
    },
    {
      section = "Phones and documents"
      charts = [
        { title = "Phones that listen", metric = "firestore.googleapis.com/network/snapshot_listeners", resource = "firestore_instance", align = "ALIGN_MEAN", reduce = "REDUCE_SUM", by = [] },
        { title = "Documents read a second", metric = "firestore.googleapis.com/document/read_count", resource = "firestore_instance", align = "ALIGN_RATE", reduce = "REDUCE_SUM", by = [] },
        { title = "Documents written a second", metric = "firestore.googleapis.com/document/write_count", resource = "firestore_instance", align = "ALIGN_RATE", reduce = "REDUCE_SUM", by = [] },
        { title = "Insights not announced", metric = "${local.log_metric}/unannounced", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.code"] },
      ]
    },
  ]

  # The grid is 48 wide. Incidents first, then a header and a row of charts a section, errors last.
  tiles = concat(
    [{ x = 0, y = 0, width = 48, height = 10, widget = { title = "Open incidents: each says what to do", incidentList = {} } }],
    [for s, section in local.charts : { x = 0, y = 10 + 18 * s, width = 48, height = 4, widget = { title = section.section, sectionHeader = {} } }],
    flatten([for s, section in local.charts : [for c, chart in section.charts : {
      x      = 12 * c
      y      = 14 + 18 * s
      width  = 12
      height = 14
      widget = {
        title = chart.title
        xyChart = {
          dataSets = [{
            plotType = "LINE"
            timeSeriesQuery = merge(
              { for query in [try(chart.query, null)] : "prometheusQuery" => query if query != null },
              { for metric in [try(chart.metric, null)] : "timeSeriesFilter" => {
                filter = join(" AND ", compact(["metric.type=\"${metric}\"", "resource.type=\"${chart.resource}\"", try(chart.where, "")]))
                aggregation = {
                  alignmentPeriod    = "300s"
                  perSeriesAligner   = chart.align
                  crossSeriesReducer = chart.reduce
                  groupByFields      = chart.by
                }
              } if metric != null },
            )
          }]
        }
      }
    }]]),
    [{ x = 0, y = 10 + 18 * length(local.charts), width = 48, height = 16, widget = { title = "Errors", logsPanel = { filter = "${local.logged} AND severity>=ERROR", resourceNames = ["projects/${var.project_id}"] } } }],
  )
}

resource "google_monitoring_dashboard" "on_call" {
  dashboard_json = jsonencode({
    displayName = "clarity ${var.environment}"
    mosaicLayout = {
      columns = 48
      # A position of 0 is left out, as the API does when it is read: no change is seen where there is none.
      tiles = [for tile in local.tiles : merge(
        { for name, position in { xPos = tile.x, yPos = tile.y } : name => position if position > 0 },
        { width = tile.width, height = tile.height, widget = tile.widget },
      )]
    }
  })
  depends_on = [google_logging_metric.metric]
}
