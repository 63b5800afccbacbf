# One cloudbuild.yaml, two stages: the plan runs on each push, its apply waits for a person.
locals {
  machine_type = coalesce(var.pat_machine.type, var.pat_machine.accelerator == "nvidia-l4" ? "g2-standard-4" : "n1-standard-4")

  # The pipeline deploys on what the park function starts again.
  machine_options = join(" ", concat([
    "--machine-type ${local.machine_type}",
    "--accelerator ${var.pat_machine.accelerator}",
    "--accelerator-count ${var.pat_machine.accelerator_count}",
    "--min-replicas ${var.pat_machine.min_replicas}",
    "--max-replicas ${var.pat_machine.max_replicas}",
    ], var.pat_machine.service_account == null ? [] : [
    "--service-account ${var.pat_machine.service_account}",
  ]))

  stages = {
    plan  = { account = "builder", approval = false, about = "Tests, builds, and plans" }
    apply = { account = "deployer", approval = true, about = "Applies the approved commit's plan, tries it with a synthetic person" }
  }
}

resource "google_cloudbuild_trigger" "stage" {
  for_each        = var.pipeline == null ? {} : local.stages
  name            = "clarity-${each.key}"
  description     = each.value.about
  location        = var.region
  filename        = "cloudbuild.yaml"
  service_account = google_service_account.account[each.value.account].id
  substitutions = {
    _STAGE       = each.key
    _ENVIRONMENT = var.environment
    _REGION      = var.region
    _VARIANT     = var.pat_machine.accelerator == "none" ? "cpu" : "gpu"
    _WEIGHTS     = startswith(var.pat_model_id, "pat-m-") ? "medium" : "small"
    _MACHINE     = local.machine_options
  }

  repository_event_config {
    repository = var.pipeline.repository
    push {
      branch = var.pipeline.branch
      tag    = var.pipeline.tag
    }
  }
  approval_config {
    approval_required = each.value.approval
  }

  depends_on = [google_project_service.api]
}
