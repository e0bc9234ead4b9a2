mock_provider "aws" {}

variables {
  name        = "shop-dev"
  monthly_usd = 450
  emails      = ["owner@example.com"]
}

run "refuses_a_name_with_upper_case" {
  command = plan

  variables {
    name = "Shop"
  }

  expect_failures = [var.name]
}

run "refuses_a_month_for_nothing" {
  command = plan

  variables {
    monthly_usd = 0
  }

  expect_failures = [var.monthly_usd]
}

run "refuses_a_budget_that_tells_nobody" {
  command = plan

  variables {
    warn_at = { spent = [], forecast = [] }
  }

  expect_failures = [var.warn_at]
}

run "refuses_a_percentage_that_is_none" {
  command = plan

  variables {
    warn_at = { spent = [0] }
  }

  expect_failures = [var.warn_at]
}

run "refuses_more_addresses_than_aws_takes" {
  command = plan

  variables {
    emails = [for number in range(11) : "owner${number}@example.com"]
  }

  expect_failures = [var.emails]
}

run "refuses_what_is_no_address" {
  command = plan

  variables {
    emails = ["owner"]
  }

  expect_failures = [var.emails]
}

run "refuses_to_count_by_a_tag_that_there_cannot_be" {
  command = plan

  variables {
    cost_tags = { "Client$" = "shop" }
  }

  expect_failures = [var.cost_tags]
}

run "refuses_a_tag_that_only_aws_may_set" {
  command = plan

  variables {
    tags = { "aws:owner" = "platform" }
  }

  expect_failures = [var.tags]
}
