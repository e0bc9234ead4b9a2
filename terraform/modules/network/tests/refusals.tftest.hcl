mock_provider "aws" {}

variables {
  name   = "shop-dev"
  region = "us-east-1"
  cidr   = "10.20.0.0/16"
  zones  = ["us-east-1a", "us-east-1b"]
}

run "refuses_a_name_with_upper_case" {
  command = plan

  variables {
    name = "Shop"
  }

  expect_failures = [var.name]
}

run "refuses_a_region_that_is_none" {
  command = plan

  variables {
    region = "us-east"
    zones  = ["us-east-1a", "us-east-1b"]
  }

  expect_failures = [var.region]
}

run "refuses_ranges_that_are_none" {
  command = plan

  variables {
    subnet_cidrs = { us-east-1a = { public = "10.20.200.0/24", private = "10.20.208.0", isolated = "10.20.201.0/24" } }
  }

  expect_failures = [var.subnet_cidrs]
}

run "refuses_an_unknown_endpoint" {
  command = plan

  variables {
    interface_endpoints = ["s4"]
  }

  expect_failures = [var.interface_endpoints]
}

run "refuses_half_of_what_a_pull_needs" {
  command = plan

  variables {
    interface_endpoints = ["ecr.api"]
  }

  expect_failures = [var.interface_endpoints]
}

run "refuses_an_unknown_kind_of_traffic" {
  command = plan

  variables {
    flow_logs = { traffic = "SOME" }
  }

  expect_failures = [var.flow_logs]
}

run "refuses_a_tag_that_only_aws_may_set" {
  command = plan

  variables {
    tags = { "aws:owner" = "platform" }
  }

  expect_failures = [var.tags]
}
