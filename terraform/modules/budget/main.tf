# Told before the bill comes: what is spent, and what the month will end with.
locals {
  tags = var.tags

  warnings = concat(
    [for percent in sort([for percent in var.warn_at.spent : format("%04d", percent)]) : { type = "ACTUAL", percent = tonumber(percent) }],
    [for percent in sort([for percent in var.warn_at.forecast : format("%04d", percent)]) : { type = "FORECASTED", percent = tonumber(percent) }],
  )
}

resource "aws_budgets_budget" "this" {
  name         = var.name
  budget_type  = "COST"
  limit_amount = format("%.1f", var.monthly_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  dynamic "cost_filter" {
    for_each = length(var.cost_tags) > 0 ? [1] : []

    content {
      name   = "TagKeyValue"
      values = [for key, value in var.cost_tags : format("user:%s$%s", key, value)]
    }
  }

  dynamic "notification" {
    for_each = local.warnings

    content {
      notification_type          = notification.value.type
      comparison_operator        = "GREATER_THAN"
      threshold                  = notification.value.percent
      threshold_type             = "PERCENTAGE"
      subscriber_email_addresses = var.emails
    }
  }

  tags = merge(local.tags, { Name = var.name })
}
