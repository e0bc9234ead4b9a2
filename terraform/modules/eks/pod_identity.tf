# Rights for pods instead of nodes: a role for one service account, handed out by the Pod Identity
# agent. No key is stored anywhere, and a pod beside it gets nothing.
locals {
  cluster = provider::aws::arn_parse(aws_eks_cluster.this.arn)

  # Only the groups of this cluster: EKS tags them so.
  autoscaler_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "SeeWhatThereIs"
        Effect = "Allow"
        Action = [
          "autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeAutoScalingInstances",
          "autoscaling:DescribeLaunchConfigurations", "autoscaling:DescribeScalingActivities",
          "ec2:DescribeImages", "ec2:DescribeInstanceTypes", "ec2:DescribeLaunchTemplateVersions",
          "ec2:GetInstanceTypesFromInstanceRequirements",
        ]
        Resource = "*"
      },
      {
        Sid      = "SeeNodeGroups"
        Effect   = "Allow"
        Action   = "eks:DescribeNodegroup"
        Resource = "arn:${local.cluster.partition}:eks:${local.cluster.region}:${local.cluster.account_id}:nodegroup/${var.name}/*"
      },
      {
        Sid       = "ScaleThisCluster"
        Effect    = "Allow"
        Action    = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
        Resource  = "arn:${local.cluster.partition}:autoscaling:${local.cluster.region}:${local.cluster.account_id}:autoScalingGroup:*:autoScalingGroupName/eks-*"
        Condition = { StringEquals = { "aws:ResourceTag/k8s.io/cluster-autoscaler/${var.name}" = "owned" } }
      },
    ]
  })

  autoscaler = {
    cluster-autoscaler = {
      namespace       = "kube-system"
      service_account = "cluster-autoscaler"
      policies        = toset([])
    }
  }

  pod_identities = merge(var.pod_identities, { for name, pod in local.autoscaler : name => pod if var.cluster_autoscaler })

  pod_policies = merge([
    for name, pod in local.pod_identities : {
      for policy in pod.policies : "${name}/${policy}" => { pod = name, policy = policy }
    }
  ]...)
}

resource "aws_iam_role" "pods" {
  for_each = local.pod_identities

  name        = "${var.name}-${each.key}"
  description = "What pods of ${each.value.namespace}/${each.value.service_account} in ${var.name} may do"

  # Whoever may make roles of this name may let none of them change rights.
  permissions_boundary = "arn:aws:iam::aws:policy/PowerUserAccess"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = { ArnEquals = { "aws:SourceArn" = aws_eks_cluster.this.arn } }
    }]
  })

  tags = local.tags
}

resource "aws_iam_role_policy_attachment" "pods" {
  for_each = local.pod_policies

  role       = aws_iam_role.pods[each.value.pod].name
  policy_arn = "arn:aws:iam::aws:policy/${each.value.policy}"
}

resource "aws_iam_role_policy" "autoscaler" {
  count = var.cluster_autoscaler ? 1 : 0

  name   = "scale-nodes"
  role   = aws_iam_role.pods["cluster-autoscaler"].id
  policy = local.autoscaler_policy
}

resource "aws_eks_pod_identity_association" "this" {
  for_each = local.pod_identities

  cluster_name    = aws_eks_cluster.this.name
  namespace       = each.value.namespace
  service_account = each.value.service_account
  role_arn        = aws_iam_role.pods[each.key].arn

  tags = merge(local.tags, { Name = "${var.name}-${each.key}" })
}
