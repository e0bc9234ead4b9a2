mock_provider "aws" {}

variables {
  name           = "shop-dev"
  vpc_id         = "vpc-0123456789abcdef0"
  subnet_ids     = { us-east-1a = "subnet-0123456789abcdef0", us-east-1b = "subnet-0123456789abcdef1" }
  clients        = { nodes = "sg-0123456789abcdef0" }
  kms_key_arn    = "arn:aws:kms:us-east-1:111122223333:key/11112222-3333-4444-5555-666677778888"
  instance_class = "db.t3.large"
  database       = "shop"
}

run "refuses_a_class_of_another_service" {
  command = plan

  variables {
    instance_class       = "cache.t3.large"
    performance_insights = false
  }

  expect_failures = [var.instance_class]
}

run "refuses_a_database_name_mysql_would_not_take" {
  command = plan

  variables {
    database = "shop-1"
  }

  expect_failures = [var.database]
}

run "refuses_storage_below_what_rds_has" {
  command = plan

  variables {
    storage = { gib = 5, max_gib = 50 }
  }

  expect_failures = [var.storage]
}

run "refuses_a_replica_with_a_long_name" {
  command = plan

  variables {
    replicas = { the-replica-in-zone-b = {} }
  }

  expect_failures = [var.replicas]
}

run "refuses_more_replicas_than_rds_has" {
  command = plan

  variables {
    replicas = { for number in range(16) : "read-${number}" => {} }
  }

  expect_failures = [var.replicas]
}

run "refuses_backups_of_more_than_five_weeks" {
  command = plan

  variables {
    backup = { retention_days = 36 }
  }

  expect_failures = [var.backup]
}

run "refuses_a_backup_window_that_is_none" {
  command = plan

  variables {
    backup = { window = "3am" }
  }

  expect_failures = [var.backup]
}

run "refuses_a_maintenance_window_that_is_none" {
  command = plan

  variables {
    maintenance_window = "sunday"
  }

  expect_failures = [var.maintenance_window]
}

run "refuses_an_interval_rds_does_not_have" {
  command = plan

  variables {
    monitoring_interval = 7
  }

  expect_failures = [var.monitoring_interval]
}

run "refuses_a_retention_cloudwatch_does_not_know" {
  command = plan

  variables {
    log_retention_days = 100
  }

  expect_failures = [var.log_retention_days]
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
