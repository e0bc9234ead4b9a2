mock_provider "aws" {
  mock_resource "aws_db_instance" {
    defaults = {
      arn                = "arn:aws:rds:us-east-1:111122223333:db:shop-dev-mysql"
      master_user_secret = [{ secret_arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:rds!db-1", kms_key_id = "", secret_status = "active" }]
    }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/shop-dev-mysql-monitoring" }
  }
}

variables {
  name           = "shop-dev-mysql"
  vpc_id         = "vpc-0123456789abcdef0"
  subnet_ids     = { us-east-1a = "subnet-0123456789abcdef0", us-east-1b = "subnet-0123456789abcdef1" }
  clients        = { nodes = "sg-0123456789abcdef0" }
  kms_key_arn    = "arn:aws:kms:us-east-1:111122223333:key/11112222-3333-4444-5555-666677778888"
  instance_class = "db.t3.large"
  database       = "shop"
}

run "safe_by_default" {
  command = plan

  assert {
    condition     = aws_db_instance.this.multi_az && aws_db_instance.this.deletion_protection && !aws_db_instance.this.skip_final_snapshot
    error_message = "A standby, deletion protection and a last snapshot must be there unless they are turned off."
  }

  assert {
    condition     = aws_db_instance.this.storage_encrypted && !aws_db_instance.this.publicly_accessible && aws_db_instance.this.storage_type == "gp3"
    error_message = "Storage must be encrypted gp3, and nothing public."
  }

  assert {
    condition     = aws_db_instance.this.manage_master_user_password && aws_db_instance.this.password == null
    error_message = "RDS must manage the master password: none may be in the state."
  }

  assert {
    condition     = aws_db_instance.this.backup_retention_period == 7 && aws_db_instance.this.performance_insights_enabled && aws_db_instance.this.monitoring_interval == 60
    error_message = "Backups and metrics must be on."
  }

  assert {
    condition     = length(aws_db_instance.replica) == 0
    error_message = "A replica must be asked for."
  }
}

run "tls_only" {
  command = plan

  assert {
    condition     = aws_db_parameter_group.this.family == "mysql8.4"
    error_message = "The parameter group must be of the engine's version."
  }

  assert {
    condition     = one([for parameter in aws_db_parameter_group.this.parameter : parameter.value if parameter.name == "require_secure_transport"]) == "1"
    error_message = "The server must refuse connections without TLS."
  }
}

run "only_clients_get_in" {
  command = plan

  assert {
    condition     = keys(aws_vpc_security_group_ingress_rule.clients) == ["nodes"]
    error_message = "There must be one rule for each client."
  }

  assert {
    condition = (
      aws_vpc_security_group_ingress_rule.clients["nodes"].referenced_security_group_id == "sg-0123456789abcdef0" &&
      aws_vpc_security_group_ingress_rule.clients["nodes"].from_port == 3306 &&
      aws_vpc_security_group_ingress_rule.clients["nodes"].to_port == 3306
    )
    error_message = "Clients must reach port 3306 and no other."
  }
}

run "replica_of_the_primary" {
  variables {
    replicas = { read-1 = {}, read-2 = { instance_class = "db.m5.large" } }
  }

  assert {
    condition     = { for key, replica in aws_db_instance.replica : key => replica.identifier } == { read-1 = "shop-dev-mysql-read-1", read-2 = "shop-dev-mysql-read-2" }
    error_message = "A replica must be named after its key."
  }

  assert {
    condition     = alltrue([for replica in aws_db_instance.replica : replica.replicate_source_db == "shop-dev-mysql" && replica.storage_encrypted])
    error_message = "A replica must copy the primary, and be encrypted like it."
  }

  assert {
    condition     = aws_db_instance.replica["read-1"].instance_class == "db.t3.large" && aws_db_instance.replica["read-2"].instance_class == "db.m5.large"
    error_message = "A replica must have the primary's size unless it names one."
  }

  assert {
    condition     = alltrue([for replica in aws_db_instance.replica : replica.vpc_security_group_ids == toset([aws_security_group.this.id])])
    error_message = "A replica must have the primary's security group."
  }

  assert {
    condition     = keys(output.replica_hosts) == ["read-1", "read-2"] && output.master_secret_arn == "arn:aws:secretsmanager:us-east-1:111122223333:secret:rds!db-1"
    error_message = "Outputs must tell the replicas' hosts and where the password is."
  }

  assert {
    condition     = output.instances == { primary = "shop-dev-mysql", read-1 = "shop-dev-mysql-read-1", read-2 = "shop-dev-mysql-read-2" } && output.log_groups.error == "/aws/rds/instance/shop-dev-mysql/error"
    error_message = "Outputs must tell what alarms are to watch."
  }
}

run "cheap_when_asked" {
  command = plan

  variables {
    instance_class       = "db.t4g.small"
    multi_az             = false
    performance_insights = false
    monitoring_interval  = 0
    deletion_protection  = false
    skip_final_snapshot  = true
  }

  assert {
    condition     = !aws_db_instance.this.multi_az && aws_db_instance.this.skip_final_snapshot && length(aws_iam_role.monitoring) == 0
    error_message = "What is turned off must be off."
  }
}

run "refuses_insights_on_a_class_without" {
  command = plan

  variables {
    instance_class = "db.t4g.small"
  }

  expect_failures = [var.performance_insights]
}

run "refuses_a_single_zone" {
  command = plan

  variables {
    subnet_ids = { us-east-1a = "subnet-0123456789abcdef0" }
  }

  expect_failures = [var.subnet_ids]
}

run "refuses_an_unknown_version" {
  command = plan

  variables {
    engine_version = "5.7"
  }

  expect_failures = [var.engine_version]
}

run "refuses_storage_that_cannot_grow" {
  command = plan

  variables {
    storage = { gib = 100, max_gib = 50 }
  }

  expect_failures = [var.storage]
}

run "refuses_a_replica_without_backups" {
  command = plan

  variables {
    backup   = { retention_days = 0 }
    replicas = { read-1 = {} }
  }

  expect_failures = [var.replicas]
}

run "refuses_to_turn_tls_off" {
  command = plan

  variables {
    parameters = { require_secure_transport = "0" }
  }

  expect_failures = [var.parameters]
}

run "refuses_a_reserved_user" {
  command = plan

  variables {
    username = "rdsadmin"
  }

  expect_failures = [var.username]
}

run "refuses_a_name_rds_would" {
  command = plan

  variables {
    name = "shop--dev"
  }

  expect_failures = [var.name]
}

run "primary_and_replica_each_in_a_zone_of_their_own" {
  command = plan

  variables {
    multi_az = false
    zone     = "us-east-1a"
    replicas = { read-1 = { zone = "us-east-1b" } }
  }

  assert {
    condition     = aws_db_instance.this.availability_zone == "us-east-1a" && aws_db_instance.replica["read-1"].availability_zone == "us-east-1b"
    error_message = "A zone that is named must be taken."
  }
}

run "refuses_a_zone_for_what_has_a_standby" {
  command = plan

  variables {
    zone = "us-east-1a"
  }

  expect_failures = [var.zone]
}
