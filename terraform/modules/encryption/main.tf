# One customer-managed key per environment: secrets of the cluster, images, databases, caches
# and logs are unreadable without it, and it costs one key instead of five.
locals {
  tags = merge(var.tags, { Name = var.name })

  key = provider::aws::arn_parse(aws_kms_key.this.arn)
}

resource "aws_kms_key" "this" {
  description             = "Data at rest of ${var.name}"
  deletion_window_in_days = var.deletion_window_days
  enable_key_rotation     = true

  tags = local.tags
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}

# A resource of its own, so that the account and region can be read from the key's own ARN
# instead of being asked from the cloud at every plan.
resource "aws_kms_key_policy" "this" {
  key_id = aws_kms_key.this.key_id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid       = "AccountDecidesThroughIam"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.key.partition}:iam::${local.key.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "CloudWatchLogs"
        Effect    = "Allow"
        Principal = { Service = "logs.${local.key.region}.amazonaws.com" }
        Action    = ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
        Resource  = "*"
        Condition = {
          ArnLike = {
            "kms:EncryptionContext:aws:logs:arn" = "arn:${local.key.partition}:logs:${local.key.region}:${local.key.account_id}:log-group:*"
          }
        }
      },
      ], [for services in [sort(var.publishers)] : {
        Sid       = "Publishers"
        Effect    = "Allow"
        Principal = { Service = services }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = local.key.account_id } }
    } if length(services) > 0])
  })
}
