locals {
  bundles = { for name, _ in local.functions : name => fileset(var.bundles, "${name}-*.zip") }

  # Who calls which function: Eventarc with documents, Pub/Sub with messages.
  calls = merge(
    { for name, each in local.functions : "events ${name}" => { caller = "events", function = name } if each.document != null },
    { for each in values(local.pushes) : "push ${each.function}" => { caller = "push", function = each.function } },
  )
  callers = { for name, _ in local.functions : name => join(",", [
    for call in values(local.calls) : google_service_account.account[call.caller].email if call.function == name
  ]) }
}

resource "google_storage_bucket_object" "bundle" {
  for_each = local.functions
  # The name carries the content's hash: a changed source, and only that, redeploys.
  name         = join("", local.bundles[each.key])
  bucket       = google_storage_bucket.bucket["bundles"].name
  source       = "${var.bundles}/${join("", local.bundles[each.key])}"
  content_type = "application/zip"

  lifecycle {
    precondition {
      condition     = length(local.bundles[each.key]) == 1
      error_message = "Expected one bundle ${each.key}-<hash>.zip in ${var.bundles}, found ${length(local.bundles[each.key])}: run `make bundle`."
    }
  }
}

resource "google_cloudfunctions2_function" "function" {
  for_each     = local.functions
  name         = each.key
  location     = var.region
  description  = local.accounts[each.key]
  kms_key_name = local.kms_key

  build_config {
    runtime           = "python311"
    entry_point       = each.key
    docker_repository = google_artifact_registry_repository.repository["functions"].id
    service_account   = google_service_account.account["build"].name
    automatic_update_policy {} # patches of the base image come without a deployment
    source {
      storage_source {
        bucket = google_storage_bucket.bucket["bundles"].name
        object = google_storage_bucket_object.bundle[each.key].name
      }
    }
  }

  service_config {
    available_memory                 = each.value.memory
    available_cpu                    = each.value.cpu
    max_instance_request_concurrency = each.value.concurrency
    min_instance_count               = var.instances[each.key].min
    max_instance_count               = var.instances[each.key].max
    timeout_seconds                  = each.value.timeout_s
    environment_variables = merge(
      { THREADS = tostring(each.value.concurrency) }, # functions-framework's: a request waits for no other
      { MALLOC_ARENA_MAX = "2" },                     # glibc's: else each thread keeps freed memory of its own
      {
        # Its own two addresses: which one Eventarc names as a token's audience is written nowhere.
        EVENT_AUDIENCE = "https://${each.key}-${data.google_project.project.number}.${var.region}.run.app,https://${each.key}-*.a.run.app"
        EVENT_CALLERS  = local.callers[each.key]
      },
      var.telemetry ? { TELEMETRY_ENDPOINT = "https://telemetry.googleapis.com", TELEMETRY_LOCATION = var.region } : {},
      { for name, value in each.value.environment : name => tostring(value) if value != null },
    )
    ingress_settings      = "ALLOW_INTERNAL_ONLY" # Eventarc and Pub/Sub of this project count as internal
    service_account_email = google_service_account.account[each.key].email
    direct_vpc_egress     = var.vpc == null ? null : var.vpc.egress

    dynamic "direct_vpc_network_interface" {
      for_each = var.vpc[*]
      content {
        network    = direct_vpc_network_interface.value.network
        subnetwork = direct_vpc_network_interface.value.subnetwork
      }
    }

    dynamic "secret_environment_variables" {
      for_each = { for name, secret in each.value.secrets : name => secret if contains(keys(var.secret_versions), secret) }
      content {
        key        = secret_environment_variables.key
        project_id = var.project_id
        secret     = google_secret_manager_secret.secret[secret_environment_variables.value].secret_id
        version    = var.secret_versions[secret_environment_variables.value]
      }
    }
  }

  dynamic "event_trigger" {
    for_each = each.value.document[*]
    content {
      event_type            = local.document_created
      trigger_region        = google_firestore_database.default.location_id
      retry_policy          = "RETRY_POLICY_RETRY"
      service_account_email = google_service_account.account["events"].email
      event_filters {
        attribute = "database"
        value     = google_firestore_database.default.name
      }
      event_filters {
        attribute = "document"
        value     = event_trigger.value
        operator  = "match-path-pattern"
      }
    }
  }

  lifecycle {
    precondition {
      condition     = each.value.timeout_s > try(each.value.environment.LEASE_SECONDS, 0)
      error_message = "${each.key}: expected LEASE_SECONDS below the timeout: a longer lease keeps redeliveries away from what died."
    }
  }

  depends_on = [
    google_project_service.api,
    google_project_iam_member.project,
    google_artifact_registry_repository_iam_member.repository,
    google_storage_bucket_iam_member.bucket,
    google_secret_manager_secret_iam_member.secret,
    google_kms_crypto_key_iam_member.agent,
  ]
}

# Only what delivers events may call a function; nothing is open to the public.
resource "google_cloud_run_v2_service_iam_member" "invoker" {
  for_each = local.calls
  name     = basename(google_cloudfunctions2_function.function[each.value.function].service_config[0].service)
  location = var.region
  role     = "roles/run.invoker" # to hand this one function its events
  member   = google_service_account.account[each.value.caller].member
}
