# Firestore: the database, what is indexed, what expires, backups, and who may read what (the rules).

variable "firestore_location" {
  description = "Where the database lies, for ever: a region, or nam5 or eur3. null: the region of the rest."
  type        = string
  default     = null
  validation {
    condition     = var.firestore_location == null ? true : can(regex("^(nam5|eur3|[a-z]+-(north|south|east|west|central|northeast|northwest|southeast|southwest)[0-9]{1,2})$", var.firestore_location))
    error_message = "firestore_location: expected a region, nam5 or eur3."
  }
}

variable "firestore_backup_days" {
  description = "How long the daily and the weekly backups are kept. An erased person is in them until then."
  type        = object({ daily = optional(number, 7), weekly = optional(number, 28) })
  default     = {}

  validation {
    condition     = min(values(var.firestore_backup_days)...) >= 1 && max(values(var.firestore_backup_days)...) <= 98
    error_message = "Expected 1 to 98 days (14 weeks) for daily and for weekly."
  }
}

variable "firestore_keep" {
  description = "Whether the database refuses to be deleted, by Terraform and by anybody."
  type        = bool
  default     = true
}

locals {
  # Each collection group that there is. expires: its documents carry `expires_at`, a timestamp, and go
  # with it. indexed: what a query filters or orders by, and in which direction (BOTH; CONTAINS: what is
  # in a list); everybody: likewise of queries over all collections of the name at once. Nothing else
  # has an index, since each entry is paid for, and an indexed rising time limits a collection, or with
  # `everybody` all of them together, to 500 writes a second. No query needs more than one field, so
  # that there is no composite index.
  collections = {
    users               = { expires = false, indexed = {} }                                                            # in the order of their names, by sweep
    uploads             = { expires = true, indexed = { status = "ASCENDING" }, everybody = { status = "ASCENDING" } } # counted by preprocess; overdue ones, by sweep
    rejections          = { expires = true, indexed = {} }
    insight_requests    = { expires = true, indexed = {} }
    feedback            = { expires = true, indexed = { received_at = "DESCENDING" } }                                           # the latest, by insights
    devices             = { expires = true, indexed = { push_token = "ASCENDING" } }                                             # those that have one, by insights
    jobs                = { expires = true, indexed = { created_at = "DESCENDING" }, everybody = { status = "ASCENDING" } }      # the latest, by the phone; open ones, by sweep
    insights            = { expires = true, indexed = { generated_at = "DESCENDING" }, everybody = { rated_at = "DESCENDING" } } # the latest, by the phone; those rated, by monitor
    analyses            = { expires = true, indexed = {}, everybody = { created_at = "BOTH" } }                                  # those since its last look, by monitor
    explanations        = { expires = true, indexed = {} }
    histories           = { expires = true, indexed = {} }
    reviews             = { expires = true, indexed = {} }                         # listed whole, over everybody, by `clarity reviews`
    audit               = { expires = true, indexed = { sequence = "ASCENDING" } } # a chain's ends, and the record that was its last, by sweep
    audit_heads         = { expires = true, indexed = {} }
    privacy_requests    = { expires = true, indexed = {} }
    days                = { expires = true, indexed = { date = "DESCENDING" } } # the latest, by preprocess
    chunks              = { expires = true, indexed = {} }
    queues              = { expires = true, indexed = {} }
    budgets             = { expires = true, indexed = {} }
    shards              = { expires = true, indexed = {} }
    claims              = { expires = true, indexed = { user_id = "ASCENDING", unpublished = "ASCENDING" } } # a person's, by privacy; those whose messages wait, by sweep
    erasures            = { expires = true, indexed = {} }
    limits              = { expires = true, indexed = {} }
    sweeps              = { expires = true, indexed = { user_id = "ASCENDING" } }                      # a person's, by privacy
    dead_letters        = { expires = true, indexed = { state = "ASCENDING", user_id = "ASCENDING" } } # those that wait, by `clarity dead-letters`; a person's, by privacy
    ledger              = { expires = true, indexed = {} }
    ledger_heads        = { expires = true, indexed = {} }
    monitor             = { expires = true, indexed = { hour = "ASCENDING" } } # failures of the last day, by monitor
    drift               = { expires = true, indexed = {} }
    health              = { expires = false, indexed = {} }                      # one document a model
    references          = { expires = true, indexed = { persons = "CONTAINS" } } # those that an erased person is in, by privacy
    retraining_requests = { expires = true, indexed = {} }
    candidates          = { expires = false, indexed = {} } # why a model was promoted: of no person
  }

  indexed_fields = merge([
    for collection, documents in local.collections : {
      for field, order in merge(documents.indexed, try(documents.everybody, {})) : "${collection}.${field}" => {
        collection = collection
        field      = field
        indexes = setproduct(
          concat(
            can(documents.indexed[field]) ? ["COLLECTION"] : [],
            can(documents.everybody[field]) ? ["COLLECTION_GROUP"] : [],
          ),
          order == "BOTH" ? ["ASCENDING", "DESCENDING"] : [order],
        )
      }
    }
  ]...)
}

resource "google_firestore_database" "default" {
  project                           = var.project_id
  name                              = "(default)"
  location_id                       = coalesce(var.firestore_location, var.region)
  type                              = "FIRESTORE_NATIVE"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
  delete_protection_state           = var.firestore_keep ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy                   = var.firestore_keep ? "PREVENT" : "DELETE"

  # Google lets a project have such databases on request only (cloud.google.com/firestore/quotas, 2026).
  dynamic "cmek_config" {
    for_each = var.cmek ? [local.kms_key] : []
    content {
      kms_key_name = cmek_config.value
    }
  }

  lifecycle {
    precondition {
      condition     = !var.cmek || coalesce(var.firestore_location, var.region) == var.region
      error_message = "firestore_location: expected that of the key (cmek), which is the region."
    }
  }

  # With a key of our own, Firestore's agent needs it before the database is made.
  depends_on = [google_project_service.api, google_kms_crypto_key_iam_member.agent]
}

# No field of a collection has an index ...
resource "google_firestore_field" "unindexed" {
  for_each   = local.collections
  project    = var.project_id
  database   = google_firestore_database.default.name
  collection = each.key
  field      = "*"

  index_config {}
}

# ... but those that a query needs.
resource "google_firestore_field" "indexed" {
  for_each   = local.indexed_fields
  project    = var.project_id
  database   = google_firestore_database.default.name
  collection = each.value.collection
  field      = each.value.field

  index_config {
    dynamic "indexes" {
      for_each = each.value.indexes
      content {
        query_scope  = indexes.value[0]
        order        = indexes.value[1] == "CONTAINS" ? null : indexes.value[1]
        array_config = indexes.value[1] == "CONTAINS" ? "CONTAINS" : null
      }
    }
  }
}

# Firestore deletes a document within a day after this time, but not what is below it: that has its own.
resource "google_firestore_field" "expiry" {
  for_each   = { for collection, documents in local.collections : collection => documents if documents.expires }
  project    = var.project_id
  database   = google_firestore_database.default.name
  collection = each.key
  field      = "expires_at"

  ttl_config {}

  index_config {}
}

resource "google_firestore_backup_schedule" "daily" {
  project   = var.project_id
  database  = google_firestore_database.default.name
  retention = "${var.firestore_backup_days.daily * 86400}s"

  daily_recurrence {}
}

resource "google_firestore_backup_schedule" "weekly" {
  project   = var.project_id
  database  = google_firestore_database.default.name
  retention = "${var.firestore_backup_days.weekly * 86400}s"

  weekly_recurrence {
    day = "SUNDAY"
  }
}

resource "google_firebaserules_ruleset" "firestore" {
  project = var.project_id

  source {
    language = "FIREBASE_RULES"

    files {
      name    = "firestore.rules"
      content = file("${path.module}/firestore.rules")
    }
  }

  # A ruleset cannot be changed: the new one is there before the release leaves the old one.
  lifecycle {
    create_before_destroy = true
  }

  depends_on = [google_firestore_database.default]
}

resource "google_firebaserules_release" "firestore" {
  project      = var.project_id
  name         = "cloud.firestore"
  ruleset_name = "projects/${var.project_id}/rulesets/${google_firebaserules_ruleset.firestore.name}"
}
