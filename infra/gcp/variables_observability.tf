variable "telemetry" {
  description = "Whether the functions send traces and metrics (OTLP) to Cloud Trace and Cloud Monitoring."
  type        = bool
  default     = true
}

variable "alert_emails" {
  description = "Who is written to when something is wrong."
  type        = set(string)
  default     = []
  validation {
    condition     = alltrue([for email in var.alert_emails : can(regex("^[^@ ]+@[^@ ]+$", email))])
    error_message = "alert_emails: expected addresses such as on-call@example.com."
  }
}

variable "alert_channels" {
  description = "Further notification channels, made by hand, since a pager's key would stand in the state: projects/P/notificationChannels/N."
  type        = set(string)
  default     = []
  validation {
    condition     = alltrue([for channel in var.alert_channels : can(regex("^projects/[^/]+/notificationChannels/[0-9]+$", channel))])
    error_message = "alert_channels: expected projects/P/notificationChannels/N."
  }
}

variable "budget" {
  description = "The billing account, and what a month may cost in that account's currency; null: no budget."
  type        = object({ billing_account = string, monthly = number })
  default     = null
  validation {
    condition     = var.budget == null ? true : can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.budget.billing_account))
    error_message = "budget.billing_account: expected a form like 012345-6789AB-CDEF01."
  }
  validation {
    condition     = var.budget == null ? true : var.budget.monthly >= 1 && floor(var.budget.monthly) == var.budget.monthly
    error_message = "budget.monthly: expected a whole number of at least 1."
  }
}

variable "log_retention_days" {
  description = "How long logs are kept; and who read whose data, with where the ledger ended."
  type        = object({ logs = optional(number, 30), access = optional(number, 400) })
  default     = {}
  validation {
    condition     = 1 <= var.log_retention_days.logs && var.log_retention_days.logs <= 3650 && 1 <= var.log_retention_days.access && var.log_retention_days.access <= 3650
    error_message = "log_retention_days: expected 1 to 3650."
  }
}

variable "app_check" {
  description = "The Firebase id of the iOS app that alone may reach Firestore, and whether others are refused (ENFORCED) or only counted (UNENFORCED); null: no App Check."
  type        = object({ ios_app_id = string, enforcement = optional(string, "UNENFORCED") })
  default     = null
  validation {
    condition     = var.app_check == null ? true : contains(["UNENFORCED", "ENFORCED"], var.app_check.enforcement)
    error_message = "app_check.enforcement: expected UNENFORCED or ENFORCED."
  }
}
