# What every environment refuses; the modules refuse the rest.
mock_provider "aws" {}

variables {
  client             = "shop"
  environment        = "dev"
  owner              = "platform"
  region             = "us-east-1"
  cidr               = "10.20.0.0/16"
  zones              = ["us-east-1a", "us-east-1b"]
  nat                = "single"
  applications       = ["cart"]
  kubernetes_version = "1.35"
  node_groups = {
    general = { instance_types = ["t3.large"], capacity_type = "SPOT", min_size = 2, max_size = 3, desired_size = 2 }
  }
  mysql = {
    instance_class = "db.t4g.small", database = "shop", storage = { gib = 20, max_gib = 50 }
    multi_az       = false, backup_days = 7, performance_insights = false
  }
}

run "refuses_a_client_with_upper_case" {
  command = plan

  variables {
    client = "Shop"
  }

  expect_failures = [var.client]
}

run "refuses_an_unknown_environment" {
  command = plan

  variables {
    environment = "test"
  }

  expect_failures = [var.environment]
}

run "refuses_what_nobody_answers_for" {
  command = plan

  variables {
    owner = " "
  }

  expect_failures = [var.owner]
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

run "refuses_a_range_with_host_bits" {
  command = plan

  variables {
    cidr = "10.20.1.0/16"
  }

  expect_failures = [var.cidr]
}

run "refuses_a_zone_of_another_region" {
  command = plan

  variables {
    zones = ["us-east-1a", "eu-west-1b"]
  }

  expect_failures = [var.zones]
}

run "refuses_an_unknown_nat" {
  command = plan

  variables {
    nat = "two"
  }

  expect_failures = [var.nat]
}

run "refuses_an_application_with_upper_case" {
  command = plan

  variables {
    applications = ["Cart"]
  }

  expect_failures = [var.applications]
}

run "refuses_a_version_that_kubernetes_does_not_have" {
  command = plan

  variables {
    kubernetes_version = "latest"
  }

  expect_failures = [var.kubernetes_version]
}

run "refuses_access_from_what_is_no_range" {
  command = plan

  variables {
    api_access_cidrs = ["203.0.113.0"]
  }

  expect_failures = [var.api_access_cidrs]
}

run "refuses_access_for_everyone" {
  command = plan

  variables {
    access_entries = { all = { principal_arn = "*" } }
  }

  expect_failures = [var.access_entries]
}

run "refuses_a_cluster_without_nodes" {
  command = plan

  variables {
    node_groups = {}
  }

  expect_failures = [var.node_groups]
}

run "refuses_a_class_of_another_service" {
  command = plan

  variables {
    mysql = { instance_class = "cache.t4g.small", database = "shop", storage = { gib = 20, max_gib = 50 }, multi_az = false, backup_days = 7, performance_insights = false }
  }

  expect_failures = [var.mysql]
}

run "refuses_a_database_in_a_zone_without_subnets" {
  command = plan

  variables {
    mysql = { instance_class = "db.t4g.small", database = "shop", storage = { gib = 20, max_gib = 50 }, multi_az = false, backup_days = 7, performance_insights = false, zone = "us-east-1f" }
  }

  expect_failures = [var.mysql]
}

run "refuses_a_database_without_backups" {
  command = plan

  variables {
    mysql = { instance_class = "db.t4g.small", database = "shop", storage = { gib = 20, max_gib = 50 }, multi_az = false, backup_days = 0, performance_insights = false }
  }

  expect_failures = [var.mysql]
}

run "refuses_a_replica_in_a_zone_without_subnets" {
  command = plan

  variables {
    mysql_replicas = { read-1 = { zone = "us-east-1f" } }
  }

  expect_failures = [var.mysql_replicas]
}

run "refuses_a_node_of_another_service" {
  command = plan

  variables {
    redis            = { node_type = "db.t4g.micro", nodes = 1 }
    redis_auth_token = "of-no-use-to-anyone"
  }

  expect_failures = [var.redis]
}

run "refuses_more_nodes_than_elasticache_has" {
  command = plan

  variables {
    redis            = { node_type = "cache.t4g.micro", nodes = 7 }
    redis_auth_token = "of-no-use-to-anyone"
  }

  expect_failures = [var.redis]
}

run "refuses_a_cache_without_a_password" {
  command = plan

  variables {
    redis = { node_type = "cache.t4g.micro", nodes = 1 }
  }

  expect_failures = [var.redis_auth_token]
}

run "refuses_every_repository_of_an_owner" {
  command = plan

  variables {
    delivery     = { repository = "harbour-lane/*" }
    state_bucket = "shop-state"
  }

  expect_failures = [var.delivery]
}

run "refuses_delivery_without_a_state" {
  command = plan

  variables {
    delivery = { repository = "harbour-lane/shop" }
  }

  expect_failures = [var.state_bucket]
}

run "refuses_alarms_that_reach_nobody" {
  command = plan

  variables {
    monitoring = { emails = [], mysql_connections = 100 }
  }

  expect_failures = [var.monitoring]
}

run "refuses_an_alarm_on_every_connection" {
  command = plan

  variables {
    monitoring = { emails = ["on-call@example.com"], mysql_connections = 0 }
  }

  expect_failures = [var.monitoring]
}

run "refuses_a_month_for_nothing" {
  command = plan

  variables {
    budget = { monthly_usd = 0, emails = ["owner@example.com"] }
  }

  expect_failures = [var.budget]
}

run "refuses_a_budget_that_tells_nobody" {
  command = plan

  variables {
    budget = { monthly_usd = 350, emails = [] }
  }

  expect_failures = [var.budget]
}
