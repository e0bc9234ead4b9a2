# GitHub Actions without stored keys: each workflow proves by OpenID Connect what it is, and gets
# the one role that is meant for it, for an hour.
locals {
  tags = var.tags

  issuer       = "token.actions.githubusercontent.com"
  provider_arn = coalesce(var.oidc_provider_arn, one(aws_iam_openid_connect_provider.github[*].arn))
  account      = provider::aws::arn_parse(var.cluster_arn)

  repository  = "repo:${var.github.repository}"
  branch      = "${local.repository}:ref:refs/heads/${var.github.branch}"
  environment = "${local.repository}:environment:${var.github.environment}"

  roles = {
    build = {
      description = "Pushes images to this environment's repositories, from the branch"
      subjects    = [local.branch]
    }
    plan = {
      description = "Reads what there is and plans, from the branch and from pull requests"
      subjects    = [local.branch, "${local.repository}:pull_request"]
    }
    apply = {
      description = "Applies a plan, once the GitHub environment has approved it"
      subjects    = [local.environment]
    }
    deploy = {
      description = "Finds the cluster and rolls out, once the GitHub environment has approved it"
      subjects    = [local.environment]
    }
  }
}

# The thumbprint is left out: AWS checks the issuer against its own certificate authorities.
resource "aws_iam_openid_connect_provider" "github" {
  count = var.oidc_provider_arn == null ? 1 : 0

  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]

  tags = merge(local.tags, { Name = local.issuer })
}

resource "aws_iam_role" "this" {
  for_each = local.roles

  name                 = "${var.name}-ci-${each.key}"
  description          = each.value.description
  max_session_duration = 3600

  # Whole subjects, never a pattern: `repo:OWNER/*` would trust repositories yet to be made.
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = local.provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${local.issuer}:aud" = "sts.amazonaws.com"
          "${local.issuer}:sub" = each.value.subjects
        }
      }
    }]
  })

  tags = merge(local.tags, { Name = "${var.name}-ci-${each.key}" })
}

resource "aws_iam_role_policy" "build" {
  name = "push-images"
  role = aws_iam_role.this["build"].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "LogIn"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Sid    = "Push"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload",
          "ecr:DescribeImages", "ecr:DescribeImageScanFindings", "ecr:GetDownloadUrlForLayer",
          "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
        ]
        Resource = values(var.repository_arns)
      },
    ]
  })
}

resource "aws_iam_role_policy" "deploy" {
  name = "find-cluster"
  role = aws_iam_role.this["deploy"].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "FindCluster"
      Effect   = "Allow"
      Action   = "eks:DescribeCluster"
      Resource = var.cluster_arn
    }]
  })
}
