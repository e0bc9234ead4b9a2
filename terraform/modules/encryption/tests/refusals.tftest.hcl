mock_provider "aws" {}

variables {
  name = "shop-dev"
}

run "refuses_publishers_that_are_no_service" {
  command = plan

  variables {
    publishers = ["*"]
  }

  expect_failures = [var.publishers]
}
