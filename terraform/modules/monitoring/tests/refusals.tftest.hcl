mock_provider "aws" {}

variables {
  name        = "shop-dev"
  region      = "us-east-1"
  kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/11112222-3333-4444-5555-666677778888"
  emails      = ["on-call@example.com"]
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

run "refuses_alarms_that_reach_nobody" {
  command = plan

  variables {
    emails = []
  }

  expect_failures = [var.emails]
}

run "refuses_what_is_no_address" {
  command = plan

  variables {
    emails = ["on-call"]
  }

  expect_failures = [var.emails]
}

run "refuses_replicas_without_their_primary" {
  command = plan

  variables {
    mysql = { instances = { read-1 = "shop-read-1" } }
  }

  expect_failures = [var.mysql]
}

run "refuses_more_than_all_of_a_processor" {
  command = plan

  variables {
    mysql = { instances = { primary = "shop" }, cpu_percent = 101 }
  }

  expect_failures = [var.mysql]
}

run "refuses_more_than_all_of_a_cache" {
  command = plan

  variables {
    redis = { nodes = ["shop-001"], memory_percent = 0 }
  }

  expect_failures = [var.redis]
}

run "refuses_more_than_all_of_a_node" {
  command = plan

  variables {
    cluster = { name = "shop", node_disk_percent = 200 }
  }

  expect_failures = [var.cluster]
}

run "refuses_a_retention_cloudwatch_does_not_know" {
  command = plan

  variables {
    cluster = { name = "shop", log_retention_days = 100 }
  }

  expect_failures = [var.cluster]
}

run "refuses_what_is_no_load_balancer" {
  command = plan

  variables {
    load_balancer = { arn_suffix = "net/shop/0123456789abcdef" }
  }

  expect_failures = [var.load_balancer]
}

run "refuses_what_is_no_target_group" {
  command = plan

  variables {
    load_balancer = { arn_suffix = "app/shop/0123456789abcdef", target_groups = { a = "shop" } }
  }

  expect_failures = [var.load_balancer]
}

run "refuses_a_log_alarm_with_an_odd_name" {
  command = plan

  variables {
    log_alarms = { "Too many" = { log_group = "a", pattern = "b", what = "errors", first = "read them" } }
  }

  expect_failures = [var.log_alarms]
}

run "refuses_an_alarm_on_nothing" {
  command = plan

  variables {
    log_alarms = { errors = { log_group = "a", pattern = "b", what = "errors", first = "read them", count = 0 } }
  }

  expect_failures = [var.log_alarms]
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
