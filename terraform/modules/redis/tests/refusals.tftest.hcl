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

run "refuses_a_vpc_by_its_name" {
  command = plan

  variables {
    vpc_id = "shop-dev"
  }

  expect_failures = [var.vpc_id]
}

run "refuses_clients_that_are_no_security_groups" {
  command = plan

  variables {
    clients = { nodes = "10.20.0.0/16" }
  }

  expect_failures = [var.clients]
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
