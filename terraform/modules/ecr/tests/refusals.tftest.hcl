mock_provider "aws" {}

variables {
  name         = "shop-dev"
  repositories = ["cart"]
}

run "refuses_a_name_with_upper_case" {
  command = plan

  variables {
    name = "Shop"
  }

  expect_failures = [var.name]
}

run "refuses_a_key_by_its_alias" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:us-east-1:111122223333:alias/shop-dev"
  }

  expect_failures = [var.kms_key_arn]
}

run "refuses_a_tag_that_only_aws_may_set" {
  command = plan

  variables {
    tags = { "aws:owner" = "platform" }
  }

  expect_failures = [var.tags]
}
