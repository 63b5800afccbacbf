# A project is one environment: its values are in env/<environment>.tfvars, its id on the command line.

variable "project_id" {
  description = "The Google Cloud project."
  type        = string
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id: expected 6 to 30 lower-case letters, digits and hyphens."
  }
}

variable "environment" {
  description = "Which of the two environments the project is."
  type        = string
  validation {
    condition     = contains(["dev", "prod"], var.environment)
    error_message = "environment: expected dev or prod."
  }
}

variable "region" {
  description = "Where everything runs and is kept."
  type        = string
  default     = "us-central1"
  validation {
    condition     = can(regex("^[a-z]+-(north|south|east|west|central|northeast|northwest|southeast|southwest)[0-9]{1,2}$", var.region))
    error_message = "region: expected a region such as us-central1."
  }
}

variable "bundles" {
  description = "The folder of the functions' bundles, as `make bundle` leaves it."
  type        = string
  default     = "../../dist"
}

variable "instances" {
  description = "Function -> its fewest and most instances."
  type        = map(object({ min = number, max = number }))
  validation {
    condition     = toset(keys(var.instances)) == toset(["ingest", "preprocess", "insights", "park", "sweep", "monitor", "privacy"])
    error_message = "instances: expected ingest, preprocess, insights, park, sweep, monitor and privacy."
  }
  validation {
    condition     = alltrue([for name in ["park", "sweep", "monitor"] : try(var.instances[name].max, 1) == 1])
    error_message = "instances: expected max = 1 for park, sweep and monitor: two ticks at once might both deploy, or read the same."
  }
  validation {
    condition     = alltrue([for each in values(var.instances) : 0 <= each.min && each.min <= each.max && each.max >= 1])
    error_message = "instances: expected 0 <= min <= max and max >= 1."
  }
}

variable "retention_days" {
  description = "After how many days a person's documents expire."
  type        = number
  validation {
    condition     = var.retention_days >= 120
    error_message = "retention_days: expected at least 120: three months of insights rest on the weeks before them too."
  }
  validation {
    condition     = var.retention_days <= 36500 && floor(var.retention_days) == var.retention_days
    error_message = "retention_days: expected whole days, and no more than a hundred years."
  }
}

variable "pat_model_id" {
  description = "The model that must answer (model_id in its manifest.json)."
  type        = string
  default     = "pat-s-nhanes-steps-326efa28"
  validation {
    condition     = can(regex("^pat-[sml]-[a-z0-9-]+-[0-9a-f]{8}$", var.pat_model_id))
    error_message = "pat_model_id: expected a manifest's model_id, such as pat-s-nhanes-steps-326efa28."
  }
}

variable "pat_canary_model_id" {
  description = "Another model whose answers preprocess takes as well, while it is tried beside pat_model_id; null: none."
  type        = string
  default     = null
  validation {
    condition     = var.pat_canary_model_id == null ? true : can(regex("^pat-[sml]-[a-z0-9-]+-[0-9a-f]{8}$", var.pat_canary_model_id))
    error_message = "pat_canary_model_id: expected null or a manifest's model_id, such as pat-s-nhanes-steps-326efa28."
  }
  validation {
    condition     = var.pat_canary_model_id != var.pat_model_id
    error_message = "pat_canary_model_id: expected null or another model than pat_model_id: once promoted it is no canary any more."
  }
}

variable "pat_machine" {
  description = "What the endpoint's model runs on when the park function starts it again: nvidia-l4 (g2), nvidia-tesla-t4 (n1) or none."
  type = object({
    type              = optional(string) # null: g2-standard-4 with an L4, n1-standard-4 otherwise
    accelerator       = optional(string, "nvidia-l4")
    accelerator_count = optional(number, 1)
    min_replicas      = optional(number, 1)
    max_replicas      = optional(number, 1)
    service_account   = optional(string) # null: the container runs as Google's, which may do nothing here
  })
  default = {}
  validation {
    condition     = contains(["nvidia-l4", "nvidia-tesla-t4", "none"], var.pat_machine.accelerator)
    error_message = "pat_machine.accelerator: expected nvidia-l4, nvidia-tesla-t4 or none."
  }
  validation {
    condition     = var.pat_machine.type == null ? true : can(regex(lookup({ nvidia-l4 = "^g2-standard-(4|8|12|16|24|32|48|96)$", nvidia-tesla-t4 = "^n1-" }, var.pat_machine.accelerator, "^[b-fh-z]"), var.pat_machine.type))
    error_message = "pat_machine.type: an L4 comes with g2 machines, a T4 with n1 machines; a and g machines come with an accelerator."
  }
  validation {
    condition     = contains([1, 2, 4, 8], var.pat_machine.accelerator_count)
    error_message = "pat_machine.accelerator_count: expected 1, 2, 4 or 8; without an accelerator it counts for nothing."
  }
  validation {
    condition     = alltrue([for count in [var.pat_machine.min_replicas, var.pat_machine.max_replicas] : floor(count) == count])
    error_message = "pat_machine: expected whole replicas."
  }
  validation {
    condition     = 1 <= var.pat_machine.min_replicas && var.pat_machine.min_replicas <= var.pat_machine.max_replicas
    error_message = "pat_machine: expected 1 <= min_replicas <= max_replicas."
  }
}

variable "park" {
  description = "Whether the idle endpoint is parked, and after how many seconds without a prediction."
  type        = object({ enabled = bool, idle_seconds = optional(number, 1800) })
  default     = { enabled = false }
  validation {
    condition     = var.park.idle_seconds > 900
    error_message = "park.idle_seconds: expected more than 900: the figures that it goes by are minutes old."
  }
  validation {
    condition     = var.park.idle_seconds <= 86400 && floor(var.park.idle_seconds) == var.park.idle_seconds
    error_message = "park.idle_seconds: expected whole seconds, a day (86400) at most."
  }
}

variable "gemini" {
  description = "The model that writes, and the calls a day that are paid for: of each person, and of all."
  type = object({
    model               = optional(string, "gemini-2.5-flash")
    daily_calls         = optional(number, 3)
    project_daily_calls = optional(number, 1000)
  })
  default = {}
  validation {
    condition     = startswith(var.gemini.model, "gemini-")
    error_message = "gemini.model: expected a Gemini model such as gemini-2.5-flash."
  }
  validation {
    condition     = alltrue([for calls in [var.gemini.daily_calls, var.gemini.project_daily_calls] : calls >= 0 && floor(calls) == calls])
    error_message = "gemini: expected whole numbers of calls, 0 or more."
  }
}

variable "secret_versions" {
  description = "Secret -> the version in use. Without gemini-api-key our own narrator writes, without pseudonym-key log lines do not tell one person from another."
  type        = map(string)
  default     = {}
  validation {
    condition     = alltrue([for version in values(var.secret_versions) : can(regex("^[1-9][0-9]*$", version))])
    error_message = "secret_versions: expected a version's number; `latest` would change under running instances."
  }
  validation {
    condition     = alltrue([for secret in keys(var.secret_versions) : contains(["gemini-api-key", "pseudonym-key"], secret)])
    error_message = "secret_versions: expected no secret but gemini-api-key and pseudonym-key."
  }
}

variable "notifications" {
  description = "Whether new insights are announced by Firebase Cloud Messaging."
  type        = bool
  default     = false
}

variable "cmek" {
  description = "Whether data is encrypted with a key of this project's own. To be chosen before the first apply."
  type        = bool
  default     = false
}

variable "vpc" {
  description = "The network through which the functions go out; null: Google's own way."
  type = object({
    network    = string
    subnetwork = string
    egress     = optional(string, "VPC_EGRESS_PRIVATE_RANGES_ONLY")
  })
  default = null
  validation {
    condition     = var.vpc == null ? true : contains(["VPC_EGRESS_PRIVATE_RANGES_ONLY", "VPC_EGRESS_ALL_TRAFFIC"], var.vpc.egress)
    error_message = "vpc.egress: expected VPC_EGRESS_PRIVATE_RANGES_ONLY or VPC_EGRESS_ALL_TRAFFIC."
  }
}

variable "pipeline" {
  description = "What Cloud Build deploys (a repository of a Cloud Build connection, the branch or tag as RE2) and who approves; null: no triggers."
  type = object({
    repository = string
    branch     = optional(string)
    tag        = optional(string)
    approvers  = set(string)
  })
  default = null
  validation {
    condition     = var.pipeline == null ? true : (var.pipeline.branch == null) != (var.pipeline.tag == null)
    error_message = "pipeline: expected one of branch and tag."
  }
  validation {
    condition     = var.pipeline == null ? true : length(var.pipeline.approvers) > 0
    error_message = "pipeline.approvers: expected at least one, such as group:ops@example.com."
  }
}
