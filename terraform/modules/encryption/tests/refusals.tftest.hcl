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

run "refuses_a_tag_that_is_too_long" {
  command = plan

  variables {
    tags = { Owner = join("", [for number in range(257) : "x"]) }
  }

  expect_failures = [var.tags]
}
