resource "google_billing_budget" "month" {
  count           = var.budget == null ? 0 : 1
  billing_account = var.budget.billing_account
  display_name    = "clarity ${var.environment}"

  budget_filter {
    projects        = ["projects/${data.google_project.project.number}"]
    calendar_period = "MONTH"
  }
  amount {
    specified_amount {
      units = tostring(var.budget.monthly) # in the billing account's currency
    }
  }

  # A budget tells; it stops nothing. What stops are the caps: Gemini's calls, instances, replicas.
  dynamic "threshold_rules" {
    for_each = { half = 0.5, most = 0.8, all = 1 }
    content {
      threshold_percent = threshold_rules.value
      spend_basis       = "CURRENT_SPEND"
    }
  }
  threshold_rules {
    threshold_percent = 1
    spend_basis       = "FORECASTED_SPEND"
  }

  dynamic "all_updates_rule" {
    for_each = length(var.alert_emails) > 0 ? [1] : []
    content {
      monitoring_notification_channels = slice([for channel in google_monitoring_notification_channel.email : channel.id], 0, min(5, length(var.alert_emails))) # at most five
    }
  }
  depends_on = [google_project_service.api]
}
