mock_provider "aws" {}

variables {
  name       = "shop-dev-redis"
  vpc_id     = "vpc-0123456789abcdef0"
  subnet_ids = { us-east-1a = "subnet-0123456789abcdef0", us-east-1b = "subnet-0123456789abcdef1" }
  clients    = { nodes = "sg-0123456789abcdef0" }
  node_type  = "cache.t4g.micro"
}

run "two_nodes_that_fail_over" {
  command = plan

  assert {
    condition = (
      aws_elasticache_replication_group.this.num_cache_clusters == 2 &&
      aws_elasticache_replication_group.this.automatic_failover_enabled &&
      aws_elasticache_replication_group.this.multi_az_enabled
    )
    error_message = "Two nodes must stand in two zones and fail over."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.transit_encryption_enabled && aws_elasticache_replication_group.this.at_rest_encryption_enabled == "true"
    error_message = "Data must be encrypted on the way and at rest."
  }
}

run "one_node_has_nothing_to_fail_over_to" {
  command = plan

  variables {
    nodes = 1
  }

  assert {
    condition     = !aws_elasticache_replication_group.this.automatic_failover_enabled && !aws_elasticache_replication_group.this.multi_az_enabled
    error_message = "ElastiCache refuses failover with one node."
  }
}

run "only_clients_get_in" {
  assert {
    condition = (
      keys(aws_vpc_security_group_ingress_rule.clients) == ["nodes"] &&
      aws_vpc_security_group_ingress_rule.clients["nodes"].referenced_security_group_id == "sg-0123456789abcdef0" &&
      aws_vpc_security_group_ingress_rule.clients["nodes"].from_port == 6379 &&
      aws_vpc_security_group_ingress_rule.clients["nodes"].to_port == 6379
    )
    error_message = "Clients must reach port 6379 and no other."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.security_group_ids == toset([aws_security_group.this.id])
    error_message = "The cache must have its own security group and no other."
  }
}

run "with_a_password" {
  command = plan

  variables {
    auth_token = "sixteen-or-more-characters"
  }

  assert {
    condition     = aws_elasticache_replication_group.this.auth_token == "sixteen-or-more-characters"
    error_message = "A password given must be used."
  }
}

run "nodes_are_known_before_they_are_made" {
  command = plan

  variables {
    nodes = 3
  }

  assert {
    condition     = output.nodes == toset(["shop-dev-redis-001", "shop-dev-redis-002", "shop-dev-redis-003"])
    error_message = "Alarms must be able to name each node."
  }
}

run "refuses_a_short_password" {
  command = plan

  variables {
    auth_token = "short"
  }

  expect_failures = [var.auth_token]
}

run "refuses_too_many_nodes" {
  command = plan

  variables {
    nodes = 7
  }

  expect_failures = [var.nodes]
}

run "refuses_an_unknown_version" {
  command = plan

  variables {
    engine_version = "5.0"
  }

  expect_failures = [var.engine_version]
}

run "refuses_a_node_type_of_another_service" {
  command = plan

  variables {
    node_type = "db.t4g.micro"
  }

  expect_failures = [var.node_type]
}
