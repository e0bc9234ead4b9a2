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
