# What the two roles that run Terraform may do. Both read; only apply writes, and neither reads
# what is in a secret or a bucket beside its own state.
locals {
  state_arn = "arn:${local.account.partition}:s3:::${var.state.bucket}"

  # Roles of this environment, but not those of the delivery itself: a pipeline that could widen
  # its own rights would have them all.
  own_roles      = "arn:${local.account.partition}:iam::${local.account.account_id}:role/${var.name}-*"
  delivery_roles = "arn:${local.account.partition}:iam::${local.account.account_id}:role/${var.name}-ci-*"

  # What the environment's roles must be bound by, or apply could make itself one without bounds:
  # whatever else such a role is given, it may change no rights.
  boundary = "arn:${local.account.partition}:iam::aws:policy/PowerUserAccess"

  # Policies of AWS's own that roles of these modules have.
  attachable = [
    for policy in [
      "AmazonEC2ContainerRegistryPullOnly", "AmazonEKSClusterPolicy", "AmazonEKSWorkerNodePolicy",
      "AmazonEKS_CNI_Policy", "CloudWatchAgentServerPolicy", "service-role/AmazonRDSEnhancedMonitoringRole",
    ] : "arn:${local.account.partition}:iam::aws:policy/${policy}"
  ]

  # Budgets live in us-east-1, wherever the rest is.
  in_region = { StringEquals = { "aws:RequestedRegion" = distinct([var.region, "us-east-1"]) } }

  writes = {
    budgets        = ["ModifyBudget", "TagResource", "UntagResource"]
    cloudwatch     = ["DeleteAlarms", "DeleteDashboards", "PutDashboard", "PutMetricAlarm", "TagResource", "UntagResource"]
    ec2            = ["Allocate*", "Associate*", "Attach*", "Authorize*", "Create*", "Delete*", "Detach*", "Disassociate*", "Modify*", "Release*", "Replace*", "Revoke*", "RunInstances"]
    ecr            = ["CreateRepository", "DeleteLifecyclePolicy", "DeleteRepository", "PutImageScanningConfiguration", "PutImageTagMutability", "PutLifecyclePolicy", "TagResource", "UntagResource"]
    eks            = ["Associate*", "Create*", "Delete*", "Disassociate*", "TagResource", "UntagResource", "Update*"]
    elasticache    = ["AddTagsToResource", "Create*", "Decrease*", "Delete*", "Increase*", "Modify*", "RemoveTagsFromResource", "Reset*"]
    kms            = ["CreateAlias", "CreateGrant", "Decrypt", "DeleteAlias", "EnableKeyRotation", "GenerateDataKey*", "PutKeyPolicy", "ScheduleKeyDeletion", "TagResource", "UntagResource", "UpdateAlias", "UpdateKeyDescription"]
    logs           = ["AssociateKmsKey", "CreateLogDelivery", "CreateLogGroup", "DeleteLogGroup", "DeleteMetricFilter", "DisassociateKmsKey", "PutMetricFilter", "PutRetentionPolicy", "TagResource", "UntagResource"]
    rds            = ["AddTagsToResource", "Create*", "Delete*", "Modify*", "RebootDBInstance", "RemoveTagsFromResource", "Reset*"]
    secretsmanager = ["CreateSecret", "DeleteSecret", "RotateSecret", "TagResource", "UntagResource"]
    sns            = ["CreateTopic", "DeleteTopic", "SetSubscriptionAttributes", "SetTopicAttributes", "Subscribe", "TagResource", "Unsubscribe", "UntagResource"]
  }
}

resource "aws_iam_role_policy_attachment" "read" {
  for_each = toset(["apply", "plan"])

  role       = aws_iam_role.this[each.key].name
  policy_arn = "arn:${local.account.partition}:iam::aws:policy/ReadOnlyAccess"
}

# ReadOnlyAccess reads data too; a plan needs none.
resource "aws_iam_role_policy" "no_data" {
  for_each = toset(["apply", "plan"])

  name = "no-data"
  role = aws_iam_role.this[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "NoSecrets"
        Effect = "Deny"
        Action = [
          "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "secretsmanager:BatchGetSecretValue",
          "secretsmanager:GetSecretValue", "sqs:ReceiveMessage", "ssm:GetParameter*",
        ]
        Resource = "*"
      },
      {
        Sid         = "NoOtherObjects"
        Effect      = "Deny"
        Action      = ["s3:GetObject", "s3:GetObjectVersion"]
        NotResource = ["${local.state_arn}/${var.state.key}", "${local.state_arn}/${var.state.key}.tflock"]
      },
    ]
  })
}

# Planning takes the state's lock, an object beside it.
resource "aws_iam_role_policy" "state" {
  for_each = { plan = [], apply = ["${local.state_arn}/${var.state.key}"] }

  name = "state"
  role = aws_iam_role.this[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "Find"
          Effect   = "Allow"
          Action   = "s3:ListBucket"
          Resource = local.state_arn
        },
        {
          Sid      = "Read"
          Effect   = "Allow"
          Action   = "s3:GetObject"
          Resource = "${local.state_arn}/${var.state.key}"
        },
        {
          Sid      = "Lock"
          Effect   = "Allow"
          Action   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
          Resource = "${local.state_arn}/${var.state.key}.tflock"
        },
      ],
      [for object in each.value : {
        Sid      = "Write"
        Effect   = "Allow"
        Action   = "s3:PutObject"
        Resource = object
      }],
      [for key in var.state.kms_key_arn[*] : {
        Sid      = "UseKey"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = key
      }],
    )
  })
}

resource "aws_iam_role_policy" "apply" {
  name = "write-environment"
  role = aws_iam_role.this["apply"].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "WriteInRegion"
        Effect    = "Allow"
        Action    = flatten([for service, actions in local.writes : [for action in actions : "${service}:${action}"]])
        Resource  = [for service in keys(local.writes) : "arn:${local.account.partition}:${service}:*:*:*"]
        Condition = local.in_region
      },
      {
        Sid       = "MakeKeys" # of which there is no name before they are made
        Effect    = "Allow"
        Action    = "kms:CreateKey"
        Resource  = "*"
        Condition = local.in_region
      },
      {
        Sid       = "GiveBoundRolesRights"
        Effect    = "Allow"
        Action    = ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
        Resource  = local.own_roles
        Condition = { StringEquals = { "iam:PermissionsBoundary" = local.boundary } }
      },
      {
        Sid    = "WriteOwnRoles"
        Effect = "Allow"
        Action = [
          "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:TagRole", "iam:UntagRole",
          "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription",
        ]
        Resource = local.own_roles
      },
      {
        Sid      = "AttachKnownPolicies"
        Effect   = "Allow"
        Action   = "iam:AttachRolePolicy"
        Resource = local.own_roles
        Condition = {
          ArnEquals    = { "iam:PolicyARN" = local.attachable }
          StringEquals = { "iam:PermissionsBoundary" = local.boundary }
        }
      },
      {
        Sid      = "HandRolesOn"
        Effect   = "Allow"
        Action   = "iam:PassRole"
        Resource = local.own_roles
        Condition = { StringEquals = { "iam:PassedToService" = [
          "ec2.amazonaws.com", "eks.amazonaws.com", "monitoring.rds.amazonaws.com", "pods.eks.amazonaws.com", "vpc-flow-logs.amazonaws.com",
        ] } }
      },
      {
        Sid      = "TrustTheCluster"
        Effect   = "Allow"
        Action   = ["iam:CreateOpenIDConnectProvider", "iam:DeleteOpenIDConnectProvider", "iam:TagOpenIDConnectProvider", "iam:UntagOpenIDConnectProvider"]
        Resource = "arn:${local.account.partition}:iam::${local.account.account_id}:oidc-provider/oidc.eks.*"
      },
      {
        Sid      = "ServicesOwnRoles"
        Effect   = "Allow"
        Action   = "iam:CreateServiceLinkedRole"
        Resource = "arn:${local.account.partition}:iam::${local.account.account_id}:role/aws-service-role/*"
      },
      {
        Sid    = "NeverItsOwnRights"
        Effect = "Deny"
        Action = [
          "iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
          "iam:PassRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy",
          "iam:UpdateRole",
        ]
        Resource = local.delivery_roles
      },
    ]
  })
}
