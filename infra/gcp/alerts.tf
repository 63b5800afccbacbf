# What somebody is told of, and what to do then. Metric types, kinds and labels: Google's lists
# (docs.cloud.google.com/monitoring/api/metrics_gcp_a_b and ..._p_z); tests/contract/test_observability.py
# holds a copy of the rows that are used.
locals {
  # Subscription -> seconds after which its oldest message is too old. preprocess may wait for the
  # endpoint's start (20 minutes), insights for Gemini (GEMINI_PATIENCE_SECONDS), an erasure may take
  # hours. The ticks of park, sweep and monitor expire sooner: `silence` looks after those.
  backlogs = { preprocess = 2700, insights = 1800, documents = 1800, privacy-documents = 21600 }

  log_metric = "logging.googleapis.com/user"
  run        = "run.googleapis.com"
  online     = "aiplatform.googleapis.com/prediction/online"
  deliveries = "pubsub.googleapis.com/subscription"
  service    = "cloud_run_revision"
  endpoint   = "aiplatform.googleapis.com/Endpoint"
  queue      = "pubsub_subscription"

  # A condition compares the `metric`, each series aligned over `period` seconds and reduced `by`
  # labels, with `over`; `of` makes it a share of those; it must hold `hold` seconds. `absent`: no
  # value for so long. `query`: PromQL. `lines`: a log entry. The conditions of one alert are
  # alternatives, but for `all`.
  alerts = {
    dead-letters = {
      title    = "An event can never be handled"
      severity = "ERROR"
      section  = "Replay dead letters"
      todo     = "Its job has ended `failed` and the sweeper keeps the event in dead_letters. The labels say which step gave up and why (code). Correct the cause, then replay. Forwarded by Pub/Sub itself, a function could not even run: look at its revisions first."
      conditions = {
        "a function gave up"            = { metric = "${local.log_metric}/dead_letters", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.step", "metric.label.code"], period = 300, over = 0 }
        "Pub/Sub gave up on a function" = { metric = "${local.deliveries}/dead_letter_message_count", resource = local.queue, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["resource.label.subscription_id"], period = 300, over = 0 }
      }
    }
    dead-letters-unkept = {
      title    = "Dead letters are not taken into their store"
      severity = "ERROR"
      section  = "Replay dead letters"
      todo     = "The sweeper pulls letters from clarity-dead-letters every five minutes, and the oldest one has lain there for more than 6 hours; after 31 days it is gone. See the function sweep: its lines `swept`, `not swept` and `a dead letter cannot be kept`."
      conditions = {
        "the oldest is 6 hours old" = { metric = "${local.deliveries}/oldest_unacked_message_age", resource = local.queue, where = "resource.labels.subscription_id=\"clarity-dead-letters\"", align = "ALIGN_MAX", reduce = "REDUCE_MAX", by = ["resource.label.subscription_id"], period = 300, over = 21600 }
      }
    }
    swept-up = {
      title    = "Work is left lying"
      severity = "ERROR"
      section  = "Look at a stuck job"
      todo     = "The sweeper sends again what a function did not get to send; now and then that is a killed instance. Often, or a job that ends as `stuck`: messages are lost or never handled. See the lines `swept up` for action and ids, then that function's instances, its subscription and Eventarc's."
      conditions = {
        "a job ended as stuck"        = { metric = "${local.log_metric}/swept_up", resource = local.service, where = "metric.labels.action=\"failed\"", align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = [], period = 300, over = 0 }
        "more than twenty in an hour" = { metric = "${local.log_metric}/swept_up", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.action"], period = 3600, over = 20 }
      }
    }
    doors = {
      title    = "A function's door refuses deliveries"
      severity = "CRITICAL"
      section  = "On call"
      todo     = "The label says of what. `audience`, `caller`: EVENT_AUDIENCE or EVENT_CALLERS of the function do not fit the triggers and subscriptions, and the chain stands still; plan and apply anew. Anything else: somebody who may call the function sends what is none of our events; see who has roles/run.invoker."
      conditions = {
        "more than five in ten minutes" = { metric = "${local.log_metric}/refused", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.code"], period = 600, over = 5 }
      }
    }
    wrong-model = {
      title    = "Another model than expected answers"
      severity = "CRITICAL"
      section  = "Roll back"
      todo     = "A model answers that is neither pat_model_id nor pat_canary_model_id, so jobs wait and are tried again, until they are too old. `clarity model status` says what is deployed. A canary of other weights: apply pat_canary_model_id with its id, or give it no requests (`clarity model deploy VERSION --traffic 0`); else roll the model back, or apply with the id of the model that is meant to answer. `misconfigured`: preprocess lacks aiplatform.endpoints.predict, or PAT_ENDPOINT and PAT_ENDPOINT_HOST name no endpoint; mend it, and the waiting jobs go on."
      conditions = {
        "the endpoint may not be asked, or is not there" = { metric = "${local.log_metric}/put_off", resource = local.service, where = "metric.labels.code=\"misconfigured\"", align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.step"], period = 300, over = 0, hold = 300 }
        "not taken by preprocess"                        = { metric = "${local.log_metric}/put_off", resource = local.service, where = "metric.labels.code=\"wrong_model\"", align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = [], period = 300, over = 0 }
      }
    }
    jobs-fail = {
      title    = "More than one job in twenty fails"
      severity = "ERROR"
      section  = "On call"
      todo     = "Read the dead letters' codes: `malformed_event` and `unusable_upload` point at a release of the app, `refused` at the endpoint or Gemini, `exhausted` at something that was down for hours."
      all      = true
      conditions = {
        "a share of the jobs that ended" = { metric = "${local.log_metric}/jobs_ended", resource = local.service, where = "metric.labels.status=\"failed\"", of = "resource.type=\"${local.service}\"", align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = [], period = 3600, over = 0.05 }
        "and at least five of them"      = { metric = "${local.log_metric}/jobs_ended", resource = local.service, where = "metric.labels.status=\"failed\"", align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = [], period = 3600, over = 4 }
      }
    }
    backlog = {
      title    = "Work waits too long"
      severity = "ERROR"
      section  = "Limits and what to change"
      todo     = "Look at `put off` by code on the dashboard: `parked` or `unavailable` is the endpoint, `open` is Gemini, `in_progress` a lease, or a person with much work at once. No line at all: the function does not run, see its instances and its newest revision."
      conditions = merge(
        { for name, seconds in local.backlogs : "subscription ${name}" => { metric = "${local.deliveries}/oldest_unacked_message_age", resource = local.queue, where = "resource.labels.subscription_id=\"${name}\"", align = "ALIGN_MAX", reduce = "REDUCE_MAX", by = ["resource.label.subscription_id"], period = 300, over = seconds } },
        # Eventarc names the subscriptions that it makes for its triggers so.
        { "Firestore's events" = { metric = "${local.deliveries}/oldest_unacked_message_age", resource = local.queue, where = "resource.labels.subscription_id=starts_with(\"eventarc-\")", align = "ALIGN_MAX", reduce = "REDUCE_MAX", by = ["resource.label.subscription_id"], period = 300, over = 1800 } },
      )
    }
    functions-crash = {
      title    = "A function crashes"
      severity = "ERROR"
      section  = "Roll back"
      todo     = "An unexpected error (log line `failed`, with its traceback), or an answer other than the 500 by which a function asks for a redelivery: 503 a crash, often for want of memory, 504 its timeout. If a release came before it, roll back."
      conditions = {
        "errors that nobody expected"         = { metric = "${local.log_metric}/crashes", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.step"], period = 600, over = 3 }
        "answers that are not the function's" = { metric = "${local.run}/request_count", resource = local.service, where = "metric.labels.response_code_class=\"5xx\" AND metric.labels.response_code!=\"500\"", align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["resource.label.service_name"], period = 600, over = 3 }
      }
    }
    functions-full = {
      title    = "A function runs on all its instances, or on all its memory"
      severity = "WARNING"
      section  = "Limits and what to change"
      todo     = "Raise `instances` of this environment (first see that Gemini's caps and the endpoint's replicas can follow), or the function's memory in chain.tf."
      conditions = merge(
        { for name, _ in local.functions : "instances of ${name}" => { metric = "${local.run}/container/instance_count", resource = local.service, where = "resource.labels.service_name=\"${name}\" AND metric.labels.state=\"active\"", align = "ALIGN_MAX", reduce = "REDUCE_SUM", by = ["resource.label.service_name"], period = 60, over = 0.9 * var.instances[name].max, hold = 600 } if try(var.instances[name].max, 1) > 1 },
        { "memory" = { metric = "${local.run}/container/memory/utilizations", resource = local.service, align = "ALIGN_PERCENTILE_99", reduce = "REDUCE_MAX", by = ["resource.label.service_name"], period = 60, over = 0.9, hold = 600 } },
      )
    }
    endpoint-errors = {
      title    = "The endpoint answers with errors"
      severity = "ERROR"
      section  = "Roll back"
      todo     = "Read the endpoint's container logs. If a model was promoted lately: `clarity model rollback`. The events are delivered again, so nothing needs to be replayed."
      conditions = {
        "more than one prediction in twenty" = { metric = "${local.online}/response_count", resource = local.endpoint, where = "metric.labels.response_code=starts_with(\"5\")", of = "resource.type=\"${local.endpoint}\"", align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["resource.label.endpoint_id"], period = 600, over = 0.05, hold = 300 }
      }
    }
    endpoint-slow = {
      title    = "The endpoint is slow, or its GPU full"
      severity = "WARNING"
      section  = "Limits and what to change"
      todo     = "Raise the replicas: `clarity model deploy` with more of them, and `pat_machine` for the park function. Explanations take seconds each, and share the machine."
      conditions = {
        "predictions take half of PAT_TIMEOUT_SECONDS" = { metric = "${local.online}/prediction_latencies", resource = local.endpoint, where = "metric.labels.latency_type=\"total\"", align = "ALIGN_PERCENTILE_95", reduce = "REDUCE_MAX", by = ["resource.label.endpoint_id"], period = 300, over = 500 * local.functions.preprocess.environment.PAT_TIMEOUT_SECONDS, hold = 900 }
        "the GPU is busy for 30 minutes"               = { metric = "${local.online}/accelerator/duty_cycle", resource = local.endpoint, align = "ALIGN_MEAN", reduce = "REDUCE_MEAN", by = ["resource.label.endpoint_id"], period = 300, over = 0.9, hold = 1800 }
      }
    }
    endpoint-idle = {
      title    = "The endpoint costs money and nobody asks it"
      severity = "WARNING"
      section  = "Park the GPU"
      todo     = "A model is deployed and has had no prediction for six hours. `clarity model park`, and see why the park function did not: is `park.enabled` set, what do its lines `endpoint checked` say?"
      conditions = {
        "replicas without predictions" = { query = "sum by (endpoint_id) (aiplatform_googleapis_com:prediction_online_replicas{monitored_resource=\"${local.endpoint}\"}) > 0 unless sum by (endpoint_id) (increase(aiplatform_googleapis_com:prediction_online_prediction_count{monitored_resource=\"${local.endpoint}\"}[6h])) > 0", hold = 21600 }
      }
    }
    endpoint-parked = {
      title    = "The parked endpoint does not start"
      severity = "CRITICAL"
      section  = "Park the GPU"
      todo     = "Work waits for the model. `clarity model status`, then `clarity model unpark`: its error says whether a quota or a machine is lacking. Another region or accelerator is a change of `pat_machine`."
      conditions = {
        "work has waited for 45 minutes"      = { metric = "${local.log_metric}/put_off", resource = local.service, where = "metric.labels.code=\"parked\"", align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = [], period = 900, over = 0, hold = 2700 }
        "the park function could not ask"     = { metric = "${local.log_metric}/put_off", resource = local.service, where = "metric.labels.step=\"park\"", align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.code"], period = 1800, over = 2 }
        "the park function may not, or fails" = { metric = "${local.log_metric}/crashes", resource = local.service, where = "metric.labels.step=\"park\"", align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.step"], period = 1800, over = 2 }
      }
    }
    drift = {
      title    = "People's weeks are no longer like those of the model's training"
      severity = "WARNING"
      section  = "The model drifts"
      todo     = "Two of three windows differ from the reference, after correction for their number, and a request for training is open. `clarity health` says what differs and in which slice: one device or release of the app alone points at a change of its data, all of them at people or season. Nothing stops: analyses go on."
      conditions = {
        "the last look found drift" = { metric = "${local.log_metric}/model_checks", resource = local.service, where = "metric.labels.state=\"drift\"", align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.state"], period = 7200, over = 0 }
      }
    }
    predictions-fail = {
      title    = "More than one prediction in twenty fails"
      severity = "ERROR"
      section  = "Roll back"
      todo     = "Over the last day, and more than ten. `clarity health` shows the share, `put off` by code on the dashboard says why. If a model was promoted lately: `clarity model rollback`. The events are delivered again, so nothing needs to be replayed."
      conditions = {
        "a share of a day's predictions" = { query = "sum(increase(logging_googleapis_com:user_predictions_failed_sum{monitored_resource=\"${local.service}\"}[3h])) > 30 and sum(increase(logging_googleapis_com:user_predictions_failed_sum{monitored_resource=\"${local.service}\"}[3h])) > 0.05 * (sum(increase(logging_googleapis_com:user_predictions_failed_sum{monitored_resource=\"${local.service}\"}[3h])) + sum(increase(logging_googleapis_com:user_predictions_made_sum{monitored_resource=\"${local.service}\"}[3h])))", hold = 1800 }
      }
    }
    privacy-late = {
      title    = "A person's export or erasure is not done"
      severity = "CRITICAL"
      section  = "A person asks for their data, or to be forgotten"
      todo     = "The law gives a month, we give a day. See the lines of the function privacy: `not now` with `unfinished` is an erasure that goes on, anything else is what stands in its way. Correct that, then `clarity person erase` or `clarity person export` does it by hand; a dead letter can be replayed."
      conditions = {
        "given up"                   = { metric = "${local.log_metric}/dead_letters", resource = local.service, where = "metric.labels.step=\"privacy\"", align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.code"], period = 300, over = 0 }
        "put off for twenty hours"   = { metric = "${local.log_metric}/put_off", resource = local.service, where = "metric.labels.step=\"privacy\"", align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = [], period = 7200, over = 0, hold = 72000 }
        "the function privacy fails" = { metric = "${local.log_metric}/crashes", resource = local.service, where = "metric.labels.step=\"privacy\"", align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.step"], period = 3600, over = 2 }
      }
    }
    audit = {
      title    = "The audit is not whole"
      severity = "CRITICAL"
      section  = "The audit has a gap"
      todo     = "A record of what was done with somebody's data is missing, changed or put in, or a chain was built anew: the functions never do that, so somebody wrote to the database. `clarity audit verify` names the chains and records. Who wrote, say the entries in the log bucket `access`; where the ledger ended before, its lines `ledger checked`, for `--expect`. After an import (Restore) the chains of all who were active since its minute do not hold: that is no attack. It is told again in each round for as long as the records are kept: once it is understood, snooze the alert."
      conditions = {
        "a chain does not hold" = { metric = "${local.log_metric}/audit_findings", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.kind", "metric.label.chain"], period = 300, over = 0 }
      }
    }
    gemini-cap = {
      title    = "Gemini's calls of the day are nearly spent"
      severity = "WARNING"
      section  = "Limits and what to change"
      todo     = "At the cap our own narrator writes, marked as such, until midnight UTC: nothing fails. Raise `gemini.project_daily_calls` if the money is meant to be spent, or look for who asks so much."
      conditions = {
        "four fifths of GEMINI_PROJECT_DAILY_CALLS" = { metric = "${local.log_metric}/gemini_calls", resource = local.service, where = "metric.labels.outcome=one_of(\"answered\", \"cut_off\")", align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = [], period = 86400, over = 0.8 * local.functions.insights.environment.GEMINI_PROJECT_DAILY_CALLS }
      }
    }
    gemini-fails = {
      title    = "Gemini does not take our calls"
      severity = "WARNING"
      section  = "Rotate"
      todo     = "Refused: the key or the model's name is not accepted; add a new version of gemini-api-key and apply. Unavailable: quota or an outage; jobs wait GEMINI_PATIENCE_SECONDS, then our own narrator writes."
      conditions = {
        "refused"                      = { metric = "${local.log_metric}/gemini_calls", resource = local.service, where = "metric.labels.outcome=\"refused\"", align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = [], period = 600, over = 0 }
        "every second one for an hour" = { metric = "${local.log_metric}/gemini_calls", resource = local.service, where = "metric.labels.outcome=one_of(\"unavailable\", \"cut_off\")", of = "resource.type=\"${local.service}\"", align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = [], period = 1800, over = 0.5, hold = 1800 }
      }
    }
    access = {
      title    = "Somebody read people's data, or a secret"
      severity = "WARNING"
      section  = "On call"
      todo     = "A person, not one of our service accounts, called Firestore or Secret Manager, or read batch predictions or exports; the labels say who and what. If it is no known erasure, review or restore, take the account's rights away and read the entries in the log bucket `access`."
      conditions = {
        "by a person's account" = { lines = "${local.data_access} AND (protoPayload.serviceName=(\"firestore.googleapis.com\" OR \"datastore.googleapis.com\" OR \"secretmanager.googleapis.com\") OR protoPayload.resourceName:(\"${google_storage_bucket.bucket["batch"].name}\" OR \"${google_storage_bucket.bucket["exports"].name}\")) AND protoPayload.authenticationInfo.principalEmail:\"@\" AND NOT protoPayload.authenticationInfo.principalEmail:\"gserviceaccount.com\" AND NOT ${local.own_access}", labels = { principal = "EXTRACT(protoPayload.authenticationInfo.principalEmail)", method = "EXTRACT(protoPayload.methodName)" } }
      }
    }
    # Nothing has a public address that an uptime check could ask. What is missed instead: the
    # scheduler's ticks, which take the whole way of a message, and in prod any job's end.
    silence = {
      title    = "Nothing happens where something should"
      severity = "CRITICAL"
      section  = "On call"
      todo     = "Ticks: see the scheduler's jobs endpoint-checks, sweeps and model-checks, and the functions park, sweep and monitor. Jobs: see the subscriptions of Eventarc, then the function ingest, then whether the app still uploads. The audit: see the sweeper's lines `not swept`."
      conditions = { for name, condition in {
        "no tick has reached park for half an hour"  = { on = var.park.enabled, metric = "${local.run}/request_count", resource = local.service, where = "resource.labels.service_name=\"park\" AND metric.labels.response_code_class=\"2xx\"", align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = [], period = 300, absent = 1800 }
        "no tick has reached sweep for half an hour" = { on = true, metric = "${local.run}/request_count", resource = local.service, where = "resource.labels.service_name=\"sweep\" AND metric.labels.response_code_class=\"2xx\"", align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = [], period = 300, absent = 1800 }
        "nobody has looked at the model for a day"   = { on = true, metric = "${local.log_metric}/model_checks", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = [], period = 3600, absent = 82800 }
        "no audit was looked at for 23 hours"        = { on = var.environment == "prod", metric = "${local.log_metric}/audit_checks", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = [], period = 300, absent = 82800 }
        "no job has ended for 23 hours"              = { on = var.environment == "prod", metric = "${local.log_metric}/jobs_ended", resource = local.service, align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = [], period = 300, absent = 82800 }
      } : name => condition if condition.on }
    }
  }

  alert_channels = concat([for channel in google_monitoring_notification_channel.email : channel.id], tolist(var.alert_channels))
}

resource "google_monitoring_notification_channel" "email" {
  for_each     = var.alert_emails
  display_name = "clarity ${each.value}"
  type         = "email"
  labels       = { email_address = each.value }
  depends_on   = [google_project_service.api]
}

resource "google_monitoring_alert_policy" "alert" {
  for_each              = { for name, alert in local.alerts : name => alert if length(alert.conditions) > 0 }
  display_name          = each.value.title
  severity              = each.value.severity
  combiner              = try(each.value.all, false) ? "AND" : "OR"
  notification_channels = local.alert_channels

  documentation {
    content   = "${each.value.todo}\n\nRunbook: infra/README.md, \"${each.value.section}\"."
    mime_type = "text/markdown"
  }

  alert_strategy {
    auto_close = "86400s"
    dynamic "notification_rate_limit" {
      for_each = anytrue([for condition in values(each.value.conditions) : can(condition.lines)]) ? [1] : [] # log entries only
      content {
        period = "3600s"
      }
    }
  }

  dynamic "conditions" {
    for_each = each.value.conditions
    content {
      display_name = conditions.key

      dynamic "condition_threshold" {
        for_each = can(conditions.value.over) ? [conditions.value] : []
        iterator = each_of
        content {
          filter             = join(" AND ", compact(["metric.type=\"${each_of.value.metric}\"", "resource.type=\"${each_of.value.resource}\"", try(each_of.value.where, "")]))
          comparison         = "COMPARISON_GT"
          threshold_value    = each_of.value.over
          duration           = "${try(each_of.value.hold, 0)}s"
          denominator_filter = can(each_of.value.of) ? "metric.type=\"${each_of.value.metric}\" AND ${each_of.value.of}" : null
          aggregations {
            alignment_period     = "${each_of.value.period}s"
            per_series_aligner   = each_of.value.align
            cross_series_reducer = each_of.value.reduce
            group_by_fields      = each_of.value.by
          }
          dynamic "denominator_aggregations" {
            for_each = can(each_of.value.of) ? [1] : []
            content {
              alignment_period     = "${each_of.value.period}s"
              per_series_aligner   = each_of.value.align
              cross_series_reducer = each_of.value.reduce
              group_by_fields      = each_of.value.by
            }
          }
        }
      }

      dynamic "condition_absent" {
        for_each = can(conditions.value.absent) ? [conditions.value] : []
        iterator = each_of
        content {
          filter   = join(" AND ", compact(["metric.type=\"${each_of.value.metric}\"", "resource.type=\"${each_of.value.resource}\"", try(each_of.value.where, "")]))
          duration = "${each_of.value.absent}s"
          aggregations {
            alignment_period     = "${each_of.value.period}s"
            per_series_aligner   = each_of.value.align
            cross_series_reducer = each_of.value.reduce
            group_by_fields      = each_of.value.by
          }
        }
      }

      dynamic "condition_prometheus_query_language" {
        for_each = can(conditions.value.query) ? [conditions.value] : []
        iterator = each_of
        content {
          query               = each_of.value.query
          duration            = "${each_of.value.hold}s"
          evaluation_interval = "300s"
        }
      }

      dynamic "condition_matched_log" {
        for_each = can(conditions.value.lines) ? [conditions.value] : []
        iterator = each_of
        content {
          filter           = each_of.value.lines
          label_extractors = each_of.value.labels
        }
      }
    }
  }
  depends_on = [google_logging_metric.metric]
}
