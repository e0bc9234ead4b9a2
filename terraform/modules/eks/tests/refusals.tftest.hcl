mock_provider "aws" {}

variables {
  name        = "shop-dev"
  vpc_id      = "vpc-0123456789abcdef0"
  vpc_cidr    = "10.20.0.0/16"
  subnet_ids  = { us-east-1a = "subnet-0123456789abcdef0", us-east-1b = "subnet-0123456789abcdef1" }
  kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/11112222-3333-4444-5555-666677778888"
  node_groups = {
    general = { instance_types = ["t3.large"], min_size = 2, max_size = 3, desired_size = 2 }
  }
}

run "refuses_a_name_with_upper_case" {
  command = plan

  variables {
    name = "Shop"
  }

  expect_failures = [var.name]
}

run "refuses_a_vpc_range_that_is_none" {
  command = plan

  variables {
    vpc_cidr = "10.20.0.0"
  }

  expect_failures = [var.vpc_cidr]
}

run "refuses_access_from_what_is_no_range" {
  command = plan

  variables {
    public_access_cidrs = ["203.0.113.0"]
  }

  expect_failures = [var.public_access_cidrs]
}

run "refuses_an_unknown_access_policy" {
  command = plan

  variables {
    access_entries = { all = { principal_arn = "arn:aws:iam::111122223333:role/all", policy = "AmazonEKSEverythingPolicy" } }
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

run "refuses_a_group_without_a_type" {
  command = plan

  variables {
    node_groups = { general = { instance_types = [], min_size = 1, max_size = 1, desired_size = 1 } }
  }

  expect_failures = [var.node_groups]
}

run "refuses_a_disk_smaller_than_its_image" {
  command = plan

  variables {
    node_groups = { general = { instance_types = ["t3.large"], min_size = 1, max_size = 1, desired_size = 1, disk_gib = 8 } }
  }

  expect_failures = [var.node_groups]
}

run "refuses_an_unknown_taint" {
  command = plan

  variables {
    node_groups = { general = { instance_types = ["t3.large"], min_size = 1, max_size = 1, desired_size = 1, taints = [{ key = "a", effect = "MAYBE" }] } }
  }

  expect_failures = [var.node_groups]
}

run "refuses_pod_identities_without_their_agent" {
  command = plan

  variables {
    addons         = { coredns = {}, kube-proxy = {}, vpc-cni = {} }
    pod_identities = { agent = { namespace = "a", service_account = "b", policies = ["CloudWatchAgentServerPolicy"] } }
  }

  expect_failures = [var.pod_identities]
}

run "refuses_a_pod_identity_with_an_odd_name" {
  command = plan

  variables {
    pod_identities = { Agent = { namespace = "a", service_account = "b", policies = ["CloudWatchAgentServerPolicy"] } }
  }

  expect_failures = [var.pod_identities]
}

run "refuses_a_pod_that_administers_the_account" {
  command = plan

  variables {
    pod_identities = { agent = { namespace = "a", service_account = "b", policies = ["AdministratorAccess"] } }
  }

  expect_failures = [var.pod_identities]
}

run "refuses_an_autoscaler_without_an_agent" {
  command = plan

  variables {
    addons             = { coredns = {}, kube-proxy = {}, vpc-cni = {} }
    cluster_autoscaler = true
  }

  expect_failures = [var.cluster_autoscaler]
}

run "refuses_a_port_that_is_none" {
  command = plan

  variables {
    control_plane_ports = { kubelet = 10250, webhooks = 99999 }
  }

  expect_failures = [var.control_plane_ports]
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
