# EKS adds a group of its own to the control plane's interfaces. Nodes get only the one made
# here, so every rule that lets a pod be reached is in this file.
resource "aws_security_group" "cluster" {
  name        = "${var.name}-control-plane"
  description = "Control plane of ${var.name}"
  vpc_id      = var.vpc_id

  tags = merge(local.tags, { Name = "${var.name}-control-plane" })
}

resource "aws_vpc_security_group_ingress_rule" "cluster_from_nodes" {
  security_group_id            = aws_security_group.cluster.id
  description                  = "Kubelets and pods to the Kubernetes API"
  referenced_security_group_id = aws_security_group.nodes.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443

  tags = merge(local.tags, { Name = "api-from-nodes" })
}

resource "aws_security_group" "nodes" {
  name        = "${var.name}-nodes"
  description = "Nodes and pods of ${var.name}"
  vpc_id      = var.vpc_id

  tags = merge(local.tags, { Name = "${var.name}-nodes" })
}

# The add-on metrics-server does not listen where Kubernetes' own does. The control plane asks it
# for the figures by which copies are scaled.
locals {
  control_plane_ports = merge(
    var.control_plane_ports,
    contains(keys(var.addons), "metrics-server") ? { metrics-server = 10251 } : {},
  )
}

resource "aws_vpc_security_group_ingress_rule" "nodes_from_cluster" {
  for_each = local.control_plane_ports

  security_group_id            = aws_security_group.nodes.id
  description                  = "Control plane to ${each.key}"
  referenced_security_group_id = aws_security_group.cluster.id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value

  tags = merge(local.tags, { Name = "${each.key}-from-control-plane" })
}

resource "aws_vpc_security_group_ingress_rule" "nodes_from_nodes" {
  security_group_id            = aws_security_group.nodes.id
  description                  = "Pods to pods on other nodes, and to CoreDNS"
  referenced_security_group_id = aws_security_group.nodes.id
  ip_protocol                  = "-1"

  tags = merge(local.tags, { Name = "pods-from-pods" })
}

resource "aws_vpc_security_group_egress_rule" "nodes_to_vpc" {
  security_group_id = aws_security_group.nodes.id
  description       = "Pods to pods, databases, caches and the Kubernetes API"
  cidr_ipv4         = var.vpc_cidr
  ip_protocol       = "-1"

  tags = merge(local.tags, { Name = "to-vpc" })
}

resource "aws_vpc_security_group_egress_rule" "nodes_to_https" {
  security_group_id = aws_security_group.nodes.id
  description       = "Image registry, AWS APIs and payment providers"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443

  tags = merge(local.tags, { Name = "to-https" })
}
