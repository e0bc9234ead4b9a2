mock_provider "aws" {}

variables {
  name        = "shop-dev"
  monthly_usd = 450
  emails      = ["owner@example.com"]
}

run "the_whole_account_unless_tags_are_given" {
  assert {
    condition     = aws_budgets_budget.this.limit_amount == "450.0" && aws_budgets_budget.this.time_unit == "MONTHLY" && length(aws_budgets_budget.this.cost_filter) == 0
    error_message = "The month's costs of the account must be held against the amount."
  }

  assert {
    condition     = toset([for warning in aws_budgets_budget.this.notification : "${warning.notification_type} ${warning.threshold}"]) == toset(["ACTUAL 80", "ACTUAL 100", "FORECASTED 100"])
    error_message = "Someone must be told at 80 and 100 percent spent, and when the forecast passes the amount."
  }

  assert {
    condition     = alltrue([for warning in aws_budgets_budget.this.notification : warning.subscriber_email_addresses == toset(["owner@example.com"])])
    error_message = "Every warning must reach the addresses."
  }
}

run "tags_limit_what_counts" {
  variables {
    cost_tags = { Client = "shop", Environment = "dev" }
  }

  assert {
    condition     = one(aws_budgets_budget.this.cost_filter).name == "TagKeyValue" && one(aws_budgets_budget.this.cost_filter).values == tolist(["user:Client$shop", "user:Environment$dev"])
    error_message = "Only what has the tags must count."
  }
}
