mock_provider "aws" {
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/shop-dev" }
  }

  mock_resource "aws_eks_cluster" {
    defaults = {
      arn                   = "arn:aws:eks:us-east-1:111122223333:cluster/shop-dev"
      certificate_authority = [{ data = "Y2VydGlmaWNhdGU=" }]
      identity              = [{ oidc = [{ issuer = "https://oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF" }] }]
    }
  }

  mock_resource "aws_launch_template" {
    defaults = { id = "lt-0123456789abcdef0", latest_version = 1 }
  }
}

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

run "private_unless_ranges_are_given" {
  command = plan

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_private_access && !aws_eks_cluster.this.vpc_config[0].endpoint_public_access
    error_message = "Without ranges the Kubernetes API must be reachable from the VPC only."
  }
}

run "public_for_the_given_ranges" {
  command = plan

  variables {
    public_access_cidrs = ["203.0.113.0/28"]
  }

  assert {
    condition = (
      aws_eks_cluster.this.vpc_config[0].endpoint_private_access &&
      aws_eks_cluster.this.vpc_config[0].endpoint_public_access &&
      aws_eks_cluster.this.vpc_config[0].public_access_cidrs == toset(["203.0.113.0/28"])
    )
    error_message = "The given ranges, and only they, must reach the Kubernetes API beside the VPC."
  }
}

run "secrets_encrypted_and_everything_logged" {
  command = plan

  assert {
    condition     = aws_eks_cluster.this.encryption_config[0].provider[0].key_arn == var.kms_key_arn && aws_eks_cluster.this.encryption_config[0].resources == toset(["secrets"])
    error_message = "Kubernetes secrets must be encrypted with the key."
  }

  assert {
    condition     = length(aws_eks_cluster.this.enabled_cluster_log_types) == 5
    error_message = "All five logs of the control plane must be on."
  }

  assert {
    condition     = aws_eks_cluster.this.access_config[0].authentication_mode == "API" && !aws_eks_cluster.this.access_config[0].bootstrap_cluster_creator_admin_permissions
    error_message = "Access must go through access entries, and the creator gets none by itself."
  }

  assert {
    condition     = aws_cloudwatch_log_group.cluster.name == "/aws/eks/shop-dev/cluster" && aws_cloudwatch_log_group.cluster.kms_key_id == var.kms_key_arn
    error_message = "The log group must be the one EKS writes to, with the key."
  }
}

run "nodes_are_hardened" {
  command = plan

  assert {
    condition = (
      aws_launch_template.nodes["general"].metadata_options[0].http_tokens == "required" &&
      aws_launch_template.nodes["general"].metadata_options[0].http_put_response_hop_limit == 1
    )
    error_message = "Nodes must take IMDSv2 only, and not from pods."
  }

  assert {
    condition = (
      aws_launch_template.nodes["general"].block_device_mappings[0].ebs[0].encrypted == "true" &&
      aws_launch_template.nodes["general"].block_device_mappings[0].ebs[0].volume_type == "gp3"
    )
    error_message = "Disks must be encrypted gp3."
  }

  assert {
    condition     = aws_eks_node_group.this["general"].capacity_type == "ON_DEMAND"
    error_message = "Spot must be asked for."
  }
}

run "nodes_stay_in_the_given_subnets" {
  assert {
    condition     = aws_eks_node_group.this["general"].subnet_ids == toset(values(var.subnet_ids))
    error_message = "Nodes must run in the given subnets."
  }

  assert {
    condition     = aws_launch_template.nodes["general"].vpc_security_group_ids == toset([aws_security_group.nodes.id])
    error_message = "Nodes must have the security group that databases let in."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.cluster_from_nodes.referenced_security_group_id == aws_security_group.nodes.id
    error_message = "Nodes must reach the Kubernetes API."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.nodes_from_cluster["kubelet"].from_port == 10250
    error_message = "The control plane must reach the kubelet, or there is no port-forward."
  }

  assert {
    condition     = output.node_security_group_id == aws_security_group.nodes.id
    error_message = "node_security_group_id must be the nodes' own."
  }
}

run "autoscalers_get_their_figures" {
  command = plan

  variables {
    addons = { coredns = {}, eks-pod-identity-agent = {}, kube-proxy = {}, vpc-cni = {}, metrics-server = {} }
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.nodes_from_cluster["metrics-server"].from_port == 10251
    error_message = "The control plane must reach the metrics server."
  }
}

run "no_port_is_open_for_nobody" {
  command = plan

  assert {
    condition     = !contains(keys(aws_vpc_security_group_ingress_rule.nodes_from_cluster), "metrics-server")
    error_message = "Without the metrics server its port must be closed."
  }
}

run "only_https_leaves_the_vpc" {
  command = plan

  assert {
    condition     = aws_vpc_security_group_egress_rule.nodes_to_https.to_port == 443 && aws_vpc_security_group_egress_rule.nodes_to_vpc.cidr_ipv4 == "10.20.0.0/16"
    error_message = "Nodes may talk to the VPC, and to the internet over HTTPS only."
  }
}

run "spot_group_with_taints" {
  command = plan

  variables {
    node_groups = {
      batch = {
        instance_types = ["t3.large", "t3a.large"]
        capacity_type  = "SPOT"
        min_size       = 0
        max_size       = 3
        desired_size   = 0
        taints         = [{ key = "batch", value = "true", effect = "NO_SCHEDULE" }]
      }
    }
  }

  assert {
    condition     = aws_eks_node_group.this["batch"].capacity_type == "SPOT" && one(aws_eks_node_group.this["batch"].taint).effect == "NO_SCHEDULE"
    error_message = "Capacity type and taints must reach the node group."
  }
}

run "four_addons" {
  command = plan

  assert {
    condition     = keys(aws_eks_addon.this) == ["coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni"]
    error_message = "The add-ons every cluster here has must be there."
  }
}

run "network_policies_are_enforced" {
  command = plan

  assert {
    condition     = jsondecode(aws_eks_addon.this["vpc-cni"].configuration_values).enableNetworkPolicy == "true"
    error_message = "A NetworkPolicy must not be only on paper."
  }
}

run "access_for_a_namespace" {
  command = plan

  variables {
    access_entries = {
      developers = {
        principal_arn = "arn:aws:iam::111122223333:role/developers"
        policy        = "AmazonEKSEditPolicy"
        namespaces    = ["shop"]
      }
    }
  }

  assert {
    condition     = aws_eks_access_policy_association.this["developers"].access_scope[0].type == "namespace"
    error_message = "Named namespaces must limit the access."
  }
}

run "rights_for_pods_instead_of_nodes" {
  variables {
    pod_identities = {
      cloudwatch-agent = { namespace = "amazon-cloudwatch", service_account = "cloudwatch-agent", policies = ["CloudWatchAgentServerPolicy"] }
    }
  }

  assert {
    condition     = aws_eks_pod_identity_association.this["cloudwatch-agent"].service_account == "cloudwatch-agent" && aws_eks_pod_identity_association.this["cloudwatch-agent"].role_arn == aws_iam_role.pods["cloudwatch-agent"].arn
    error_message = "The service account must get its role."
  }

  assert {
    condition     = jsondecode(aws_iam_role.pods["cloudwatch-agent"].assume_role_policy).Statement[0].Condition.ArnEquals["aws:SourceArn"] == aws_eks_cluster.this.arn
    error_message = "Pods of this cluster, and of no other, must get the role."
  }

  assert {
    condition     = aws_iam_role_policy_attachment.pods["cloudwatch-agent/CloudWatchAgentServerPolicy"].policy_arn == "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"
    error_message = "The named policies must be attached."
  }
}

run "autoscaler_scales_this_cluster_only" {
  variables {
    cluster_autoscaler = true
  }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.autoscaler[0].policy).Statement : statement.Condition.StringEquals if statement.Sid == "ScaleThisCluster"
    ][0] == { "aws:ResourceTag/k8s.io/cluster-autoscaler/shop-dev" = "owned" }
    error_message = "The autoscaler must change groups of its own cluster only."
  }

  assert {
    condition     = aws_eks_pod_identity_association.this["cluster-autoscaler"].namespace == "kube-system"
    error_message = "The autoscaler runs in kube-system."
  }
}

run "no_rights_for_pods_unless_asked_for" {
  command = plan

  assert {
    condition     = length(aws_iam_role.pods) + length(aws_eks_pod_identity_association.this) == 0
    error_message = "Pods must have no rights in AWS unless they are named."
  }
}

run "refuses_the_whole_internet" {
  command = plan

  variables {
    public_access_cidrs = ["0.0.0.0/0"]
  }

  expect_failures = [var.public_access_cidrs]
}

run "refuses_a_version_out_of_support" {
  command = plan

  variables {
    kubernetes_version = "1.34"
  }

  expect_failures = [var.kubernetes_version]
}

run "refuses_a_single_zone" {
  command = plan

  variables {
    subnet_ids = { us-east-1a = "subnet-0123456789abcdef0" }
  }

  expect_failures = [var.subnet_ids]
}

run "refuses_sizes_out_of_order" {
  command = plan

  variables {
    node_groups = { general = { instance_types = ["t3.large"], min_size = 3, max_size = 2, desired_size = 2 } }
  }

  expect_failures = [var.node_groups]
}

run "refuses_an_unknown_capacity_type" {
  command = plan

  variables {
    node_groups = { general = { instance_types = ["t3.large"], capacity_type = "CHEAP", min_size = 1, max_size = 2, desired_size = 1 } }
  }

  expect_failures = [var.node_groups]
}

run "refuses_a_cluster_without_dns" {
  command = plan

  variables {
    addons = { kube-proxy = {}, vpc-cni = {} }
  }

  expect_failures = [var.addons]
}

run "refuses_to_cut_off_the_kubelet" {
  command = plan

  variables {
    control_plane_ports = { webhooks = 9443 }
  }

  expect_failures = [var.control_plane_ports]
}

run "refuses_a_principal_that_is_none" {
  command = plan

  variables {
    access_entries = { developers = { principal_arn = "developers" } }
  }

  expect_failures = [var.access_entries]
}
