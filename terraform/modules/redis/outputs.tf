output "host" {
  description = "Name of the primary's host; it follows a failover."
  value       = aws_elasticache_replication_group.this.primary_endpoint_address
}

output "reader_host" {
  description = "Name that spreads reads over the nodes."
  value       = aws_elasticache_replication_group.this.reader_endpoint_address
}

output "port" {
  description = "Port of Redis."
  value       = aws_elasticache_replication_group.this.port
}

output "nodes" {
  description = "Identifiers of the nodes, for alarms: ElastiCache numbers them."
  value       = toset([for number in range(var.nodes) : format("%s-%03d", var.name, number + 1)])
}

output "security_group_id" {
  description = "Security group of the cache."
  value       = aws_security_group.this.id
}
