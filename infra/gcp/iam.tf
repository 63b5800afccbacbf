# Who may do what, and why: one row a right. Where a right can be given on one resource alone, it is;
# a custom role takes the place of a predefined one that allows more than the code does. What a call
# needs: Google's pages firestore/docs/security/iam and vertex-ai/docs/general/iam-permissions; whether
# listing an endpoint's operations needs aiplatform.operations.list is unverified here.
#
# The pipeline changes what runs. It can not change who may do what: accounts, roles, keys, buckets
# and the pipeline itself are applied by a person with Owner, so that no commit raises its own rights.

locals {
  custom_roles = {
    documents = [ # get, list, query, commit, begin and roll back a transaction; it deletes nothing
      "datastore.databases.get",
      "datastore.entities.create",
      "datastore.entities.get",
      "datastore.entities.list",
      "datastore.entities.update",
    ]
    documentSettings = [ # the database, its indexes, TTL and backups, but no document
      "datastore.backupSchedules.get",
      "datastore.backupSchedules.list",
      "datastore.databases.get",
      "datastore.databases.getMetadata",
      "datastore.indexes.get",
      "datastore.indexes.list",
    ]
    predictions = [ # rawPredict; and whether anything is deployed, after it failed
      "aiplatform.endpoints.get",
      "aiplatform.endpoints.predict",
    ]
    parking = [ # undeploy, and deploy what was promoted
      "aiplatform.endpoints.deploy",
      "aiplatform.endpoints.get",
      "aiplatform.endpoints.undeploy",
      "aiplatform.models.get",
      "aiplatform.models.list",
      "aiplatform.operations.list",
    ]
    models = [ # `clarity model`: register, deploy, promote, roll back, predict-batch
      "aiplatform.batchPredictionJobs.create",
      "aiplatform.batchPredictionJobs.get",
      "aiplatform.batchPredictionJobs.list",
      "aiplatform.endpoints.deploy",
      "aiplatform.endpoints.get",
      "aiplatform.endpoints.predict",
      "aiplatform.endpoints.undeploy",
      "aiplatform.endpoints.update",
      "aiplatform.models.get",
      "aiplatform.models.list",
      "aiplatform.models.update",
      "aiplatform.models.upload",
      "aiplatform.operations.list",
    ]
    billsOfMaterials = [ # what `gcloud artifacts sbom load` calls
      "containeranalysis.notes.attachOccurrence",
      "containeranalysis.notes.create",
      "containeranalysis.notes.get",
      "containeranalysis.occurrences.create",
      "containeranalysis.occurrences.list",
      "containeranalysis.occurrences.update",
    ]

    figures       = ["monitoring.timeSeries.list"]     # the backlog, and the predictions of late
    forgetting    = ["datastore.entities.delete"]      # an erased person's documents, and what the smoke test leaves
    notifications = ["cloudmessaging.messages.create"] # messages:send
    signing       = ["iam.serviceAccounts.signBlob"]   # the link to an export
  }

  # On the project, since these can be given nowhere else: [account, role].
  project_roles = concat([
    ["ingest", "documents"],                            # stores samples, jobs and claims
    ["preprocess", "documents"],                        # reads samples, writes analyses
    ["preprocess", "predictions"],                      # asks PAT
    ["insights", "documents"],                          # reads analyses, writes insights
    ["insights", "notifications"],                      # tells a phone of a new insight
    ["park", "figures"],                                # sees whether anybody waits or asks
    ["park", "parking"],                                # parks and starts
    ["sweep", "documents"],                             # reads claims, jobs, documents, audits; ends jobs, keeps dead letters, lets samples expire sooner
    ["monitor", "documents"],                           # reads analyses; writes drift, health, requests for training
    ["privacy", "documents"],                           # reads all that names a person, answers requests
    ["privacy", "forgetting"],                          # erases a person
    ["events", "roles/eventarc.eventReceiver"],         # receives Firestore's events; a trigger has no policy
    ["build", "roles/logging.logWriter"],               # the log of a function's build
    ["deployer", "documents"],                          # the ledger's record of a promotion; as smoke it could anyway
    ["smoke", "documents"],                             # writes as a phone would, follows its job
    ["smoke", "forgetting"],                            # cleans up
    ["builder", "roles/logging.logWriter"],             # the build's log
    ["builder", "roles/ondemandscanning.admin"],        # has the images looked through
    ["builder", "billsOfMaterials"],                    # hangs them on the images
    ["deployer", "roles/logging.logWriter"],            # the build's log
    ["deployer", "roles/cloudfunctions.developer"],     # a function's new bundle and settings
    ["deployer", "roles/cloudscheduler.admin"],         # the schedule; no smaller role writes jobs
    ["deployer", "roles/datastore.indexAdmin"],         # indexes, exemptions and TTL
    ["deployer", "roles/eventarc.developer"],           # the triggers
    ["deployer", "roles/firebaserules.admin"],          # the rules' new text
    ["deployer", "roles/logging.configWriter"],         # metrics made of logs
    ["deployer", "roles/monitoring.alertPolicyEditor"], # the alerts
    ["deployer", "roles/monitoring.dashboardEditor"],   # the dashboard
    ["deployer", "roles/pubsub.editor"],                # topics, schemas, subscriptions
    ["deployer", "models"],                             # the endpoint, and what is deployed to it
    ], var.telemetry ? setproduct(keys(local.functions), [
      "roles/telemetry.metricsWriter", # sends metrics
      "roles/telemetry.tracesWriter",  # sends traces
  ]) : [])

  # What a plan compares with; none of these reads a document or a secret.
  planner_roles = concat([
    "documentSettings",                        # the database, indexes, backups
    "roles/aiplatform.viewer",                 # the endpoint
    "roles/browser",                           # the project
    "roles/cloudbuild.builds.viewer",          # the pipeline's triggers
    "roles/cloudfunctions.viewer",             # the functions
    "roles/cloudkms.viewer",                   # the key's settings, with cmek
    "roles/cloudscheduler.viewer",             # the schedule
    "roles/eventarc.viewer",                   # the triggers
    "roles/firebaserules.viewer",              # the rules' text
    "roles/iam.roleViewer",                    # custom roles
    "roles/iam.securityReviewer",              # who may do what, on each resource
    "roles/iam.serviceAccountViewer",          # the accounts
    "roles/logging.viewer",                    # metrics made of logs, sinks, buckets of logs
    "roles/monitoring.viewer",                 # alerts, channels, the dashboard
    "roles/pubsub.viewer",                     # topics, schemas, subscriptions
    "roles/run.viewer",                        # the functions' services
    "roles/secretmanager.viewer",              # names and versions of secrets
    "roles/serviceusage.serviceUsageConsumer", # which APIs are on; lets calls count to this project
    ], var.app_check == null ? [] : [
    "roles/firebaseappcheck.viewer", # App Check's settings
  ])

  topic_roles = [
    ["ingest", "health-data-ingested", "roles/pubsub.publisher"],           # hands a queued job on
    ["ingest", "clarity-dead-letters", "roles/pubsub.publisher"],           # an event that can never work
    ["ingest", "documents-to-ingest", "roles/pubsub.publisher"],            # a document after many others of its person
    ["preprocess", "health-insights-processing", "roles/pubsub.publisher"], # hands an analysed job on
    ["preprocess", "clarity-dead-letters", "roles/pubsub.publisher"],       # a message that can never work
    ["insights", "clarity-dead-letters", "roles/pubsub.publisher"],         # a message that can never work
    ["sweep", "health-data-ingested", "roles/pubsub.publisher"],            # what ingest did not get to send
    ["sweep", "health-insights-processing", "roles/pubsub.publisher"],      # what preprocess did not get to send
    ["sweep", "documents-to-ingest", "roles/pubsub.publisher"],             # a document that ingest or privacy has not answered
    ["sweep", "clarity-dead-letters", "roles/pubsub.publisher"],            # a job that nothing moves
    ["privacy", "clarity-dead-letters", "roles/pubsub.publisher"],          # a request that can never work
  ]

  repository_roles = [
    ["build", "functions", "roles/artifactregistry.writer"],    # keeps what it builds
    ["builder", "clarity", "roles/artifactregistry.writer"],    # pushes the endpoint's image
    ["builder", "functions", "roles/artifactregistry.reader"],  # compares with it
    ["deployer", "clarity", "roles/artifactregistry.reader"],   # compares with it; registers the image as a model
    ["deployer", "functions", "roles/artifactregistry.reader"], # compares with it
  ]

  state_bucket = "${var.project_id}-terraform"
  bucket_roles = concat([
    ["build", "${var.project_id}-bundles", "roles/storage.objectViewer"],   # a function's source
    ["builder", "${var.project_id}-bundles", "roles/storage.objectViewer"], # compares with the objects
    ["builder", "${var.project_id}-plans", "roles/storage.objectUser"],     # keeps the plan
    ["builder", local.state_bucket, "roles/storage.objectViewer"],          # plans, without the lock
    ["deployer", "${var.project_id}-bundles", "roles/storage.objectUser"],  # uploads bundles
    ["deployer", "${var.project_id}-plans", "roles/storage.objectViewer"],  # fetches the approved plan
    ["deployer", local.state_bucket, "roles/storage.objectUser"],           # applies, with the lock
    ["privacy", "${var.project_id}-exports", "roles/storage.objectUser"],   # writes an export, lets its link read it, deletes an erased person's
    ], [
    for pair in setproduct(["builder", "deployer"], keys(local.buckets)) :
    [pair[0], "${var.project_id}-${pair[1]}", "roles/storage.legacyBucketReader"] # compares with the bucket
  ])

  # Accounts that the deployer attaches: functions run as them, triggers and pushes call as them.
  attached = [for name, _ in local.accounts : name if !contains(["builder", "deployer", "smoke"], name)]
}

resource "google_project_iam_custom_role" "role" {
  for_each    = local.custom_roles
  role_id     = "clarity.${each.key}"
  title       = "clarity ${each.key}"
  permissions = each.value
  depends_on  = [google_project_service.api]
}

# Each row of project_roles and planner_roles says why.
resource "google_project_iam_member" "project" {
  for_each = {
    for each in concat(local.project_roles, setproduct(["builder", "deployer"], local.planner_roles)) :
    join(" ", each) => { account = each[0], role = each[1] }
  }
  project = var.project_id
  role    = startswith(each.value.role, "roles/") ? each.value.role : google_project_iam_custom_role.role[each.value.role].id
  member  = google_service_account.account[each.value.account].member
}

# Cloud Functions keeps the sources that it builds from in a bucket of its own, made on first use;
# its name is from public build records, not from a page of Google's.
resource "google_project_iam_member" "build_sources" {
  project = var.project_id
  role    = "roles/storage.objectViewer" # a function's source, there only
  member  = google_service_account.account["build"].member
  condition {
    title      = "sources of functions"
    expression = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-${data.google_project.project.number}-${var.region}\")"
  }
}

# Each row of topic_roles says why.
resource "google_pubsub_topic_iam_member" "topic" {
  for_each = { for each in local.topic_roles : join(" ", each) => { account = each[0], topic = each[1], role = each[2] } }
  topic    = google_pubsub_topic.topic[each.value.topic].name
  role     = each.value.role
  member   = google_service_account.account[each.value.account].member
}

# Pub/Sub itself moves what was delivered too often: it publishes the letter ...
resource "google_pubsub_topic_iam_member" "dead_letters" {
  topic  = google_pubsub_topic.topic["clarity-dead-letters"].name
  role   = "roles/pubsub.publisher" # see above
  member = local.agents.pubsub
}

# ... and acknowledges the message.
resource "google_pubsub_subscription_iam_member" "dead_letters" {
  for_each     = local.pushes
  subscription = google_pubsub_subscription.push[each.key].name
  role         = "roles/pubsub.subscriber" # see above
  member       = local.agents.pubsub
}

# The sweeper takes dead letters into their store.
resource "google_pubsub_subscription_iam_member" "letters" {
  subscription = google_pubsub_subscription.dead_letters.name
  role         = "roles/pubsub.subscriber" # see above
  member       = google_service_account.account["sweep"].member
}

# Pub/Sub signs its pushes as this account.
resource "google_service_account_iam_member" "push_tokens" {
  service_account_id = google_service_account.account["push"].name
  role               = "roles/iam.serviceAccountOpenIdTokenCreator" # see above
  member             = local.agents.pubsub
}

# A link is signed as this account, by itself: it has no key, and may take on nobody's tokens.
resource "google_service_account_iam_member" "links" {
  service_account_id = google_service_account.account["privacy"].name
  role               = google_project_iam_custom_role.role["signing"].id
  member             = google_service_account.account["privacy"].member
}

# The smoke test runs as the synthetic person's account, not with the deployer's rights.
resource "google_service_account_iam_member" "smoke_tokens" {
  service_account_id = google_service_account.account["smoke"].name
  role               = "roles/iam.serviceAccountTokenCreator" # see above
  member             = google_service_account.account["deployer"].member
}

resource "google_service_account_iam_member" "attached" {
  for_each           = toset(local.attached)
  service_account_id = google_service_account.account[each.value].name
  role               = "roles/iam.serviceAccountUser" # who deploys must be allowed to act as what it attaches
  member             = google_service_account.account["deployer"].member
}

resource "google_service_account_iam_member" "container" {
  for_each           = var.pat_machine.service_account == null ? toset([]) : toset(["park", "deployer"])
  service_account_id = "projects/${var.project_id}/serviceAccounts/${var.pat_machine.service_account}"
  role               = "roles/iam.serviceAccountUser" # who deploys a model must be allowed to act as its container's account
  member             = google_service_account.account[each.key].member
}

# Each row of repository_roles says why.
resource "google_artifact_registry_repository_iam_member" "repository" {
  for_each   = { for each in local.repository_roles : join(" ", each) => { account = each[0], repository = each[1], role = each[2] } }
  location   = var.region
  repository = google_artifact_registry_repository.repository[each.value.repository].name
  role       = each.value.role
  member     = google_service_account.account[each.value.account].member
}

# Each row of bucket_roles says why.
resource "google_storage_bucket_iam_member" "bucket" {
  for_each   = { for each in local.bucket_roles : join(" ", each) => { account = each[0], bucket = each[1], role = each[2] } }
  bucket     = each.value.bucket
  role       = each.value.role
  member     = google_service_account.account[each.value.account].member
  depends_on = [google_storage_bucket.bucket]
}

resource "google_secret_manager_secret_iam_member" "secret" {
  for_each = merge([
    for name, function in local.functions : { for secret in values(function.secrets) : "${name} ${secret}" => { account = name, secret = secret } }
  ]...)
  secret_id = google_secret_manager_secret.secret[each.value.secret].secret_id
  role      = "roles/secretmanager.secretAccessor" # the function is given this one secret
  member    = google_service_account.account[each.value.account].member
}

resource "google_project_iam_member" "approver" {
  for_each = var.pipeline == null ? toset([]) : var.pipeline.approvers
  project  = var.project_id
  role     = "roles/cloudbuild.builds.approver" # lets a plan be applied; a trigger has no policy of its own
  member   = each.value
}
