mock_provider "aws" {}

variables {
  name       = "shop-dev"
  vpc_id     = "vpc-0123456789abcdef0"
  subnet_ids = { us-east-1a = "subnet-0123456789abcdef0", us-east-1b = "subnet-0123456789abcdef1" }
  clients    = { nodes = "sg-0123456789abcdef0" }
  node_type  = "cache.t4g.micro"
}

run "refuses_a_name_elasticache_would_not_take" {
  command = plan

  variables {
    name = "shop--dev"
  }

  expect_failures = [var.name]
}

run "refuses_no_subnets" {
  command = plan

  variables {
    subnet_ids = {}
  }

  expect_failures = [var.subnet_ids]
}

run "refuses_snapshots_of_more_than_five_weeks" {
  command = plan

  variables {
    snapshot_retention_days = 36
  }

  expect_failures = [var.snapshot_retention_days]
}
