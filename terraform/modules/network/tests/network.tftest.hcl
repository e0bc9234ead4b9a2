mock_provider "aws" {
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/vpc/shop-dev/flow" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/shop-dev-flow-logs" }
  }
}

variables {
  name   = "shop-dev"
  region = "us-east-1"
  cidr   = "10.20.0.0/16"
  zones  = ["us-east-1a", "us-east-1b"]
}

run "three_tiers_in_each_zone" {
  command = plan

  assert {
    condition     = { for zone, subnet in aws_subnet.public : zone => subnet.cidr_block } == { us-east-1a = "10.20.0.0/24", us-east-1b = "10.20.1.0/24" }
    error_message = "Public subnets must be the first /24s."
  }

  assert {
    condition     = { for zone, subnet in aws_subnet.isolated : zone => subnet.cidr_block } == { us-east-1a = "10.20.8.0/24", us-east-1b = "10.20.9.0/24" }
    error_message = "Isolated subnets must be /24s from 10.20.8.0 on."
  }

  assert {
    condition     = { for zone, subnet in aws_subnet.private : zone => subnet.cidr_block } == { us-east-1a = "10.20.16.0/20", us-east-1b = "10.20.32.0/20" }
    error_message = "Private subnets must be /20s: pods need addresses."
  }

  assert {
    condition     = alltrue([for zone, subnet in aws_subnet.public : subnet.availability_zone == zone && !subnet.map_public_ip_on_launch])
    error_message = "A subnet must lie in the zone it is keyed by, and give no public addresses away."
  }

  assert {
    condition = (
      alltrue([for subnet in aws_subnet.public : subnet.tags["kubernetes.io/role/elb"] == "1"]) &&
      alltrue([for subnet in aws_subnet.private : subnet.tags["kubernetes.io/role/internal-elb"] == "1"])
    )
    error_message = "EKS finds the subnets for load balancers by these tags."
  }
}

run "a_third_zone_moves_nothing" {
  command = plan

  variables {
    zones = ["us-east-1a", "us-east-1b", "us-east-1c"]
  }

  assert {
    condition = (
      aws_subnet.private["us-east-1a"].cidr_block == "10.20.16.0/20" &&
      aws_subnet.private["us-east-1b"].cidr_block == "10.20.32.0/20" &&
      aws_subnet.private["us-east-1c"].cidr_block == "10.20.48.0/20"
    )
    error_message = "Appending a zone must leave the ranges of the others alone."
  }
}

run "given_ranges_win" {
  command = plan

  variables {
    subnet_cidrs = {
      us-east-1b = { public = "10.20.200.0/24", private = "10.20.208.0/20", isolated = "10.20.201.0/24" }
    }
  }

  assert {
    condition     = aws_subnet.private["us-east-1b"].cidr_block == "10.20.208.0/20" && aws_subnet.private["us-east-1a"].cidr_block == "10.20.16.0/20"
    error_message = "Ranges given for a zone must be taken, the others computed."
  }
}

run "a_nat_gateway_in_each_zone" {
  command = plan

  assert {
    condition     = keys(aws_nat_gateway.this) == ["us-east-1a", "us-east-1b"] && keys(aws_eip.nat) == ["us-east-1a", "us-east-1b"]
    error_message = "per_zone is the default: one NAT gateway and address in each zone."
  }
}

run "a_single_nat_gateway" {
  variables {
    nat = "single"
  }

  assert {
    condition     = keys(aws_nat_gateway.this) == ["us-east-1a"] && aws_nat_gateway.this["us-east-1a"].subnet_id == aws_subnet.public["us-east-1a"].id
    error_message = "single must stand in the first zone's public subnet."
  }

  assert {
    condition     = alltrue([for route in concat(values(aws_route.private_nat), values(aws_route.private_shared_nat)) : route.nat_gateway_id == aws_nat_gateway.this["us-east-1a"].id]) && length(aws_route.private_nat) == 1 && length(aws_route.private_shared_nat) == 1
    error_message = "Both zones must leave through the one NAT gateway."
  }

  assert {
    condition     = alltrue([for zone, link in aws_route_table_association.isolated : link.route_table_id == aws_route_table.isolated.id])
    error_message = "Isolated subnets must use the table without a default route."
  }
}

run "no_nat_gateway" {
  command = plan

  variables {
    nat = "none"
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_route.private_nat) == 0 && length(aws_route.private_shared_nat) == 0 && length(aws_route_table.private) == 2
    error_message = "none must leave the private tables without a default route."
  }
}

run "default_security_group_is_closed" {
  command = plan

  assert {
    condition     = length(coalesce(aws_default_security_group.this.ingress, [])) == 0 && length(coalesce(aws_default_security_group.this.egress, [])) == 0
    error_message = "The default security group must have no rules."
  }
}

run "s3_endpoint_and_flow_logs_are_on" {
  command = plan

  assert {
    condition     = aws_vpc_endpoint.s3[0].service_name == "com.amazonaws.us-east-1.s3" && aws_vpc_endpoint.s3[0].vpc_endpoint_type == "Gateway"
    error_message = "The S3 endpoint must be a gateway endpoint of the region."
  }

  assert {
    condition     = aws_flow_log.this[0].traffic_type == "ALL" && aws_cloudwatch_log_group.flow[0].retention_in_days == 365
    error_message = "Flow logs must record all traffic and keep it a year."
  }
}

run "s3_endpoint_and_flow_logs_can_be_left_out" {
  command = plan

  variables {
    s3_endpoint = false
    flow_logs   = null
  }

  assert {
    condition     = length(aws_vpc_endpoint.s3) + length(aws_flow_log.this) + length(aws_cloudwatch_log_group.flow) + length(aws_iam_role.flow) == 0
    error_message = "Nothing of them may be left."
  }
}

run "images_come_through_endpoints_of_the_vpc" {
  variables {
    interface_endpoints = ["ecr.api", "ecr.dkr"]
  }

  assert {
    condition     = [for endpoint in aws_vpc_endpoint.interface : endpoint.service_name] == ["com.amazonaws.us-east-1.ecr.api", "com.amazonaws.us-east-1.ecr.dkr"]
    error_message = "Each named service must have an endpoint of the region."
  }

  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.private_dns_enabled && endpoint.subnet_ids == toset([for subnet in aws_subnet.private : subnet.id])])
    error_message = "Endpoints must stand in every private subnet, under the service's own name."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.endpoints[0].cidr_ipv4 == "10.20.0.0/16" && aws_vpc_security_group_ingress_rule.endpoints[0].to_port == 443
    error_message = "Endpoints must answer to the VPC, over TLS, and to nobody else."
  }
}

run "no_endpoint_unless_asked_for" {
  command = plan

  assert {
    condition     = length(aws_vpc_endpoint.interface) + length(aws_security_group.endpoints) == 0
    error_message = "Interface endpoints cost by the hour: they must be asked for."
  }
}

run "refuses_a_range_with_host_bits" {
  command = plan

  variables {
    cidr = "10.20.1.0/16"
  }

  expect_failures = [var.cidr]
}

run "refuses_a_public_range" {
  command = plan

  variables {
    cidr = "20.20.0.0/16"
  }

  expect_failures = [var.cidr]
}

run "refuses_a_vpc_larger_than_aws_has" {
  command = plan

  variables {
    cidr = "10.0.0.0/8"
  }

  expect_failures = [var.cidr]
}

run "refuses_a_single_zone" {
  command = plan

  variables {
    zones = ["us-east-1a"]
  }

  expect_failures = [var.zones]
}

run "refuses_a_zone_of_another_region" {
  command = plan

  variables {
    zones = ["us-east-1a", "eu-west-1b"]
  }

  expect_failures = [var.zones]
}

run "refuses_ranges_for_an_unknown_zone" {
  command = plan

  variables {
    subnet_cidrs = { us-east-1f = { public = "10.20.200.0/24", private = "10.20.208.0/20", isolated = "10.20.201.0/24" } }
  }

  expect_failures = [var.subnet_cidrs]
}

run "refuses_an_unknown_nat" {
  command = plan

  variables {
    nat = "two"
  }

  expect_failures = [var.nat]
}

run "refuses_a_retention_cloudwatch_does_not_know" {
  command = plan

  variables {
    flow_logs = { retention_days = 100 }
  }

  expect_failures = [var.flow_logs]
}
