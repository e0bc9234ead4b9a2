mock_provider "aws" {}

variables {
  name            = "shop-dev"
  region          = "us-east-1"
  github          = { repository = "harbour-lane/shop", environment = "dev" }
  repository_arns = { cart = "arn:aws:ecr:us-east-1:111122223333:repository/shop-dev/cart" }
  cluster_arn     = "arn:aws:eks:us-east-1:111122223333:cluster/shop-dev"
  state           = { bucket = "shop-state", key = "dev/terraform.tfstate" }
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
  }

  expect_failures = [var.region]
}

run "refuses_every_repository_of_an_owner" {
  command = plan

  variables {
    github = { repository = "harbour-lane/*", environment = "dev" }
  }

  expect_failures = [var.github]
}

run "refuses_every_branch" {
  command = plan

  variables {
    github = { repository = "harbour-lane/shop", branch = "*", environment = "dev" }
  }

  expect_failures = [var.github]
}

run "refuses_every_environment" {
  command = plan

  variables {
    github = { repository = "harbour-lane/shop", environment = "*" }
  }

  expect_failures = [var.github]
}

run "refuses_another_issuer" {
  command = plan

  variables {
    oidc_provider_arn = "arn:aws:iam::111122223333:oidc-provider/example.com"
  }

  expect_failures = [var.oidc_provider_arn]
}

run "refuses_nothing_to_push_to" {
  command = plan

  variables {
    repository_arns = {}
  }

  expect_failures = [var.repository_arns]
}

run "refuses_what_is_no_bucket" {
  command = plan

  variables {
    state = { bucket = "Shop", key = "dev/terraform.tfstate" }
  }

  expect_failures = [var.state]
}

run "refuses_every_state" {
  command = plan

  variables {
    state = { bucket = "shop-state", key = "*/terraform.tfstate" }
  }

  expect_failures = [var.state]
}

run "refuses_every_cluster" {
  command = plan

  variables {
    cluster_arn = "arn:aws:eks:us-east-1:111122223333:cluster/*"
  }

  expect_failures = [var.cluster_arn]
}

run "refuses_a_tag_that_only_aws_may_set" {
  command = plan

  variables {
    tags = { "aws:owner" = "platform" }
  }

  expect_failures = [var.tags]
}
