output "host" {
  description = "Name of the primary's host: writes, and reads that must be current."
  value       = aws_db_instance.this.address
}

output "replica_hosts" {
  description = "Names of the replicas' hosts, by replica: reads that may be a moment old."
  value       = { for key, replica in aws_db_instance.replica : key => replica.address }
}

output "port" {
  description = "Port of MySQL."
  value       = aws_db_instance.this.port
}

output "database" {
  description = "Name of the database."
  value       = aws_db_instance.this.db_name
}

output "master_secret_arn" {
  description = "ARN of the secret with the master user's name and password."
  value       = one(aws_db_instance.this.master_user_secret[*].secret_arn)
}

output "instances" {
  description = "Identifiers of the primary and the replicas, by role, for alarms."
  value       = merge({ primary = var.name }, { for key, replica in aws_db_instance.replica : key => "${var.name}-${key}" })
}

output "log_groups" {
  description = "Names of the primary's log groups in CloudWatch, by log."
  value       = { for log in local.logs : log => "/aws/rds/instance/${var.name}/${log}" }
  depends_on  = [aws_cloudwatch_log_group.this]
}

output "security_group_id" {
  description = "Security group of the primary and the replicas."
  value       = aws_security_group.this.id
}
