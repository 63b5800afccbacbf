# The system as a table: what runs, what it is given, and what joins it.
locals {
  # Topic -> the form of its messages; null where each message has its own.
  topics = {
    health-data-ingested       = { schema = "job-message" } # ingest to preprocess
    health-insights-processing = { schema = "job-message" } # preprocess to insights
    documents-to-ingest        = { schema = null }          # sweep to ingest and privacy; ingest to itself; whoever replays a dead letter
    endpoint-checks            = { schema = null }          # Cloud Scheduler to park
    sweeps                     = { schema = null }          # Cloud Scheduler to sweep
    model-checks               = { schema = null }          # Cloud Scheduler to monitor
    clarity-dead-letters       = { schema = null }          # what cannot be handled
  }

  # Push subscription -> its topic, the function that it is pushed to, and which messages. Another filter
  # makes the subscription anew, without what waits in it: the sweeper then names those documents again.
  pushes = {
    preprocess        = { topic = "health-data-ingested", function = "preprocess", retention = "604800s", filter = null }
    insights          = { topic = "health-insights-processing", function = "insights", retention = "604800s", filter = null }
    documents         = { topic = "documents-to-ingest", function = "ingest", retention = "604800s", filter = "NOT attributes.collection = \"privacy_requests\"" }
    privacy-documents = { topic = "documents-to-ingest", function = "privacy", retention = "604800s", filter = "attributes.collection = \"privacy_requests\"" }
    park              = { topic = "endpoint-checks", function = "park", retention = "600s", filter = null } # an old tick is of no use
    sweep             = { topic = "sweeps", function = "sweep", retention = "600s", filter = null }
    monitor           = { topic = "model-checks", function = "monitor", retention = "3600s", filter = null }
  }

  # What a clock drives, how often, and whether it does.
  ticks = {
    endpoint-checks = { about = "Lets the park function look whether the endpoint is idle, or parked while work waits", schedule = "*/5 * * * *", on = var.park.enabled }
    sweeps          = { about = "Lets the sweep function take up again what was left lying", schedule = "*/5 * * * *", on = true }
    model-checks    = { about = "Lets the monitor function look whether people's weeks are still like those of the training", schedule = "7 * * * *", on = true }
  }

  # A function has one event trigger, its `document`; these are the further ones.
  triggers = {
    insight-requests = { document = "users/{uid}/insight_requests/{request_id}", function = "ingest" }
    feedback         = { document = "users/{uid}/feedback/{feedback_id}", function = "ingest" }
  }

  # Values are added by command, so that no state holds them.
  secrets = toset([
    "gemini-api-key", # without it our own narrator writes
    "pseudonym-key",  # without it log lines name no person, not even by a pseudonym
  ])

  topic_names = { for name, _ in local.topics : name => "projects/${var.project_id}/topics/${name}" }
  # An event is tried again for so long. Less than Eventarc keeps one (24 h) and than 100 deliveries
  # last (about 16 h): the function gives up first, and says so on the job.
  max_event_age_seconds = 21600
  # An erasure goes on from delivery to delivery; its function gives up before Eventarc does.
  erasure_seconds = 82800

  # Memory: twice the peak (python -m tests.bench.memory). MiB, the densest week, so many at once:
  # ingest 195, preprocess 228, insights 157, park 171; two people's three months in preprocess 216.
  functions = {
    ingest = {
      memory      = "512Mi"
      cpu         = "1"
      concurrency = 4
      timeout_s   = 120
      document    = "users/{uid}/uploads/{upload_id}"
      secrets     = { PSEUDONYM_KEY = "pseudonym-key" }
      environment = {
        GOOGLE_CLOUD_PROJECT       = var.project_id
        DEAD_LETTER_TOPIC          = local.topic_names["clarity-dead-letters"]
        HEALTH_DATA_INGESTED_TOPIC = local.topic_names["health-data-ingested"]
        DOCUMENTS_TOPIC            = local.topic_names["documents-to-ingest"]
        LEASE_SECONDS              = 100
        RETENTION_DAYS             = var.retention_days
        MAX_EVENT_AGE_SECONDS      = local.max_event_age_seconds
        QUEUE_STALE_SECONDS        = 3600
        UPLOAD_RETENTION_DAYS      = 7
        UPLOAD_BURST               = 5000
        UPLOADS_PER_HOUR           = 600
        REQUEST_BURST              = 20
        REQUESTS_PER_HOUR          = 30
      }
    }
    preprocess = {
      memory      = "512Mi"
      cpu         = "1"
      concurrency = 4
      timeout_s   = 300
      document    = null
      secrets     = { PSEUDONYM_KEY = "pseudonym-key" }
      environment = {
        GOOGLE_CLOUD_PROJECT             = var.project_id
        DEAD_LETTER_TOPIC                = local.topic_names["clarity-dead-letters"]
        HEALTH_INSIGHTS_PROCESSING_TOPIC = local.topic_names["health-insights-processing"]
        LEASE_SECONDS                    = 240
        RETENTION_DAYS                   = var.retention_days
        MAX_EVENT_AGE_SECONDS            = local.max_event_age_seconds
        QUIET_SECONDS                    = 30
        PATIENCE_SECONDS                 = 600
        PAT_ENDPOINT                     = google_vertex_ai_endpoint.pat.id
        PAT_ENDPOINT_HOST                = google_vertex_ai_endpoint.pat.dedicated_endpoint_dns
        PAT_MODEL_ID                     = var.pat_model_id
        PAT_CANARY_MODEL_ID              = var.pat_canary_model_id
        PAT_TIMEOUT_SECONDS              = 30
        PAT_RETRY_SECONDS                = 20
      }
    }
    insights = {
      memory      = "512Mi"
      cpu         = "1"
      concurrency = 4
      timeout_s   = 180
      document    = null
      secrets     = { GEMINI_API_KEY = "gemini-api-key", PSEUDONYM_KEY = "pseudonym-key" }
      environment = {
        GOOGLE_CLOUD_PROJECT       = var.project_id
        DEAD_LETTER_TOPIC          = local.topic_names["clarity-dead-letters"]
        LEASE_SECONDS              = 150
        RETENTION_DAYS             = var.retention_days
        MAX_EVENT_AGE_SECONDS      = local.max_event_age_seconds
        GEMINI_MODEL               = var.gemini.model
        GEMINI_TIMEOUT_SECONDS     = 30
        GEMINI_DAILY_CALLS         = var.gemini.daily_calls
        GEMINI_PROJECT_DAILY_CALLS = var.gemini.project_daily_calls
        GEMINI_FAILURES            = 5
        GEMINI_PAUSE_SECONDS       = 60
        GEMINI_PATIENCE_SECONDS    = 900
        FCM_ENDPOINT               = var.notifications ? "https://fcm.googleapis.com" : null
      }
    }
    park = {
      memory      = "512Mi"
      cpu         = "1"
      concurrency = 1   # two ticks at once might both deploy
      timeout_s   = 300 # it waits 2 minutes for all undeployments but the last
      document    = null
      secrets     = { PSEUDONYM_KEY = "pseudonym-key" }
      environment = {
        GOOGLE_CLOUD_PROJECT  = var.project_id
        MAX_EVENT_AGE_SECONDS = 240 # below the schedule's 5 minutes
        PAT_ENDPOINT          = google_vertex_ai_endpoint.pat.id
        PARK_SUBSCRIPTION     = "projects/${var.project_id}/subscriptions/preprocess"
        PARK_IDLE_SECONDS     = var.park.idle_seconds
        PAT_MACHINE_TYPE      = local.machine_type
        PAT_ACCELERATOR       = var.pat_machine.accelerator
        PAT_ACCELERATOR_COUNT = var.pat_machine.accelerator_count
        PAT_MIN_REPLICAS      = var.pat_machine.min_replicas
        PAT_MAX_REPLICAS      = var.pat_machine.max_replicas
        PAT_SERVICE_ACCOUNT   = var.pat_machine.service_account
      }
    }
    sweep = {
      memory      = "512Mi"
      cpu         = "1"
      concurrency = 1 # two ticks at once would read the same
      timeout_s   = 240
      document    = null
      secrets     = { PSEUDONYM_KEY = "pseudonym-key" }
      environment = {
        GOOGLE_CLOUD_PROJECT             = var.project_id
        DEAD_LETTER_TOPIC                = local.topic_names["clarity-dead-letters"]
        HEALTH_DATA_INGESTED_TOPIC       = local.topic_names["health-data-ingested"]
        HEALTH_INSIGHTS_PROCESSING_TOPIC = local.topic_names["health-insights-processing"]
        DOCUMENTS_TOPIC                  = local.topic_names["documents-to-ingest"]
        DEAD_LETTERS_SUBSCRIPTION        = "projects/${var.project_id}/subscriptions/clarity-dead-letters"
        LEASE_SECONDS                    = 60
        RETENTION_DAYS                   = var.retention_days
        MAX_EVENT_AGE_SECONDS            = 240 # below the schedule's 5 minutes
        SWEEP_GRACE_SECONDS              = 120
        SWEEP_STUCK_SECONDS              = 1800                              # what is put off comes again within 10 minutes
        SWEEP_GIVE_UP_SECONDS            = 1.5 * local.max_event_age_seconds # a function gives up first
        SWEEP_PAUSE_SECONDS              = 1800
        SWEEP_SECONDS                    = 180
        SWEEP_DOCUMENTS                  = 1000
      }
    }
    monitor = {
      memory      = "1Gi"
      cpu         = "1"
      concurrency = 1 # two ticks at once would read the same
      timeout_s   = 300
      document    = null
      secrets     = { PSEUDONYM_KEY = "pseudonym-key" }
      environment = {
        GOOGLE_CLOUD_PROJECT   = var.project_id
        RETENTION_DAYS         = var.retention_days
        MAX_EVENT_AGE_SECONDS  = 1800 # below the schedule's hour
        PAT_MODEL_ID           = var.pat_model_id
        MONITOR_WINDOW_SECONDS = 604800 # a week: a noisy day is in the weeks of seven days
        MONITOR_GRACE_SECONDS  = 900    # an analysis is looked at once its commit is surely seen
        MONITOR_DOCUMENTS      = 10000
        MONITOR_SECONDS        = 240
      }
    }
    privacy = {
      memory      = "1Gi"
      cpu         = "1"
      concurrency = 1
      timeout_s   = 540 # the most that an event's function may take; what is not done by then goes on with the next delivery
      document    = "users/{uid}/privacy_requests/{request_id}"
      secrets     = { PSEUDONYM_KEY = "pseudonym-key" }
      environment = {
        GOOGLE_CLOUD_PROJECT  = var.project_id
        DEAD_LETTER_TOPIC     = local.topic_names["clarity-dead-letters"]
        LEASE_SECONDS         = 480
        RETENTION_DAYS        = var.retention_days
        MAX_EVENT_AGE_SECONDS = local.erasure_seconds
        REQUEST_BURST         = 20
        REQUESTS_PER_HOUR     = 30
        ERASE_SECONDS         = 400 # of one delivery
        EXPORTS_BUCKET        = google_storage_bucket.bucket["exports"].name
        EXPORT_LINK_SECONDS   = 86400
        EXPORTS_SIGNER        = google_service_account.account["privacy"].email
      }
    }
  }
}
