mock_provider "aws" {}

variables {
  client = "shop"
  owner  = "platform"
  region = "us-east-1"
  bucket = "shop-terraform-state"
}

run "refuses_a_client_with_upper_case" {
  command = plan

  variables {
    client = "Shop"
  }

  expect_failures = [var.client]
}

run "refuses_a_region_that_is_none" {
  command = plan

  variables {
    region = "us-east"
  }

  expect_failures = [var.region]
}

run "refuses_an_account_that_is_none" {
  command = plan

  variables {
    account_id = "12"
  }

  expect_failures = [var.account_id]
}

run "refuses_a_bucket_with_a_dot" {
  command = plan

  variables {
    bucket = "shop.state"
  }

  expect_failures = [var.bucket]
}

run "refuses_to_forget_too_soon" {
  command = plan

  variables {
    keep_days = 1
  }

  expect_failures = [var.keep_days]
}

run "refuses_what_nobody_answers_for" {
  command = plan

  variables {
    owner = " "
  }

  expect_failures = [var.owner]
}
