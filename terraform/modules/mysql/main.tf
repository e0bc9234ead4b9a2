locals {
  tags = var.tags

  # Performance Insights for MySQL does not run on these.
  too_small_for_insights = ["db.t3.micro", "db.t3.small", "db.t4g.micro", "db.t4g.small"]

  logs = ["error", "slowquery"]
}

resource "aws_db_subnet_group" "this" {
  name        = var.name
  description = "Isolated subnets of ${var.name}"
  subnet_ids  = values(var.subnet_ids)

  tags = merge(local.tags, { Name = var.name })
}

resource "aws_db_parameter_group" "this" {
  name        = var.name
  family      = "mysql${var.engine_version}"
  description = "TLS only, and the slow query log on"

  parameter {
    name  = "require_secure_transport"
    value = "1" # ON, as RDS spells it
  }

  parameter {
    name  = "slow_query_log"
    value = "1"
  }

  # CloudWatch gets what is in files, not what is in the server's own tables.
  parameter {
    name  = "log_output"
    value = "FILE"
  }

  dynamic "parameter" {
    for_each = var.parameters

    content {
      name  = parameter.key
      value = parameter.value
    }
  }

  tags = merge(local.tags, { Name = var.name })
}

resource "aws_security_group" "this" {
  name        = var.name
  description = "MySQL ${var.name} and its replicas"
  vpc_id      = var.vpc_id

  tags = merge(local.tags, { Name = var.name })
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = var.clients

  security_group_id            = aws_security_group.this.id
  description                  = "MySQL from ${each.key}"
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = 3306
  to_port                      = 3306

  tags = merge(local.tags, { Name = "mysql-from-${each.key}" })
}

resource "aws_db_instance" "this" {
  identifier     = var.name
  engine         = "mysql"
  engine_version = var.engine_version
  instance_class = var.instance_class
  db_name        = var.database
  port           = 3306

  # RDS makes the password, keeps it in Secrets Manager and rotates it: it is in no state file.
  username                            = var.username
  manage_master_user_password         = true
  master_user_secret_kms_key_id       = var.kms_key_arn
  iam_database_authentication_enabled = true

  storage_type          = "gp3"
  allocated_storage     = var.storage.gib
  max_allocated_storage = var.storage.max_gib
  storage_encrypted     = true
  kms_key_id            = var.kms_key_arn

  multi_az               = var.multi_az
  availability_zone      = var.zone
  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]
  publicly_accessible    = false
  parameter_group_name   = aws_db_parameter_group.this.name

  backup_retention_period   = var.backup.retention_days
  backup_window             = var.backup.window
  maintenance_window        = var.maintenance_window
  copy_tags_to_snapshot     = true
  delete_automated_backups  = !var.deletion_protection
  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = var.skip_final_snapshot
  final_snapshot_identifier = var.skip_final_snapshot ? null : "${var.name}-final"

  enabled_cloudwatch_logs_exports       = local.logs
  monitoring_interval                   = var.monitoring_interval
  monitoring_role_arn                   = one(aws_iam_role.monitoring[*].arn)
  performance_insights_enabled          = var.performance_insights
  performance_insights_kms_key_id       = var.performance_insights ? var.kms_key_arn : null
  performance_insights_retention_period = var.performance_insights ? 7 : null

  auto_minor_version_upgrade = true
  apply_immediately          = var.apply_immediately

  tags = merge(local.tags, { Name = var.name })

  depends_on = [aws_cloudwatch_log_group.this]
}

# Reads go here, so that a busy shop front doesn't slow orders down. Subnets, key, user and
# backups are the primary's.
resource "aws_db_instance" "replica" {
  for_each = var.replicas

  identifier          = "${var.name}-${each.key}"
  replicate_source_db = aws_db_instance.this.identifier
  instance_class      = coalesce(each.value.instance_class, var.instance_class)
  availability_zone   = each.value.zone

  storage_type          = "gp3"
  max_allocated_storage = var.storage.max_gib
  storage_encrypted     = true

  multi_az               = each.value.multi_az
  vpc_security_group_ids = [aws_security_group.this.id]
  publicly_accessible    = false
  parameter_group_name   = aws_db_parameter_group.this.name

  maintenance_window    = var.maintenance_window
  copy_tags_to_snapshot = true
  deletion_protection   = var.deletion_protection
  # A replica holds nothing that the primary does not.
  skip_final_snapshot = true

  iam_database_authentication_enabled   = true
  enabled_cloudwatch_logs_exports       = local.logs
  monitoring_interval                   = var.monitoring_interval
  monitoring_role_arn                   = one(aws_iam_role.monitoring[*].arn)
  performance_insights_enabled          = var.performance_insights
  performance_insights_kms_key_id       = var.performance_insights ? var.kms_key_arn : null
  performance_insights_retention_period = var.performance_insights ? 7 : null

  auto_minor_version_upgrade = true
  apply_immediately          = var.apply_immediately

  tags = merge(local.tags, { Name = "${var.name}-${each.key}" })

  depends_on = [aws_cloudwatch_log_group.this]
}
