# Who talked to whom, kept in CloudWatch: the evidence after an incident, and what shows that a
# security group blocks something it should not.
resource "aws_cloudwatch_log_group" "flow" {
  count = var.flow_logs == null ? 0 : 1

  name              = "/aws/vpc/${var.name}/flow"
  retention_in_days = var.flow_logs.retention_days
  kms_key_id        = var.flow_logs.kms_key_arn

  tags = local.tags
}

resource "aws_iam_role" "flow" {
  count = var.flow_logs == null ? 0 : 1

  name        = "${var.name}-flow-logs"
  description = "Lets VPC flow logs write to their own log group"

  # Whoever may make roles of this name may let none of them change rights.
  permissions_boundary = "arn:aws:iam::aws:policy/PowerUserAccess"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "vpc-flow-logs.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })

  tags = local.tags
}

resource "aws_iam_role_policy" "flow" {
  count = var.flow_logs == null ? 0 : 1

  name = "write-flow-logs"
  role = aws_iam_role.flow[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.flow[0].arn}:*"
    }]
  })
}

resource "aws_flow_log" "this" {
  count = var.flow_logs == null ? 0 : 1

  vpc_id                   = aws_vpc.this.id
  traffic_type             = var.flow_logs.traffic
  log_destination_type     = "cloud-watch-logs"
  log_destination          = aws_cloudwatch_log_group.flow[0].arn
  iam_role_arn             = aws_iam_role.flow[0].arn
  max_aggregation_interval = 600

  tags = merge(local.tags, { Name = var.name })
}
