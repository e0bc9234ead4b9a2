output "region" {
  description = "Region of the environment."
  value       = var.region
}

output "vpc_id" {
  description = "Id of the VPC."
  value       = module.network.vpc_id
}

output "nat_public_ips" {
  description = "Addresses the applications are seen from outside with, by zone."
  value       = module.network.nat_public_ips
}

output "cluster_name" {
  description = "Name of the EKS cluster, for `aws eks update-kubeconfig`."
  value       = module.eks.cluster_name
}

output "cluster_endpoint" {
  description = "URL of the Kubernetes API."
  value       = module.eks.cluster_endpoint
}

output "repository_urls" {
  description = "Image repositories by application."
  value       = module.ecr.repository_urls
}

output "mysql_host" {
  description = "Host of the primary database."
  value       = module.mysql.host
}

output "mysql_replica_hosts" {
  description = "Hosts of the read replicas, by replica."
  value       = module.mysql.replica_hosts
}

output "mysql_secret_arn" {
  description = "ARN of the secret with the database's master user."
  value       = module.mysql.master_secret_arn
}

output "redis_host" {
  description = "Host of the cache; null without one."
  value       = one(module.redis[*].host)
}

output "delivery_role_arns" {
  description = "Roles of the delivery by what they are for; null without one."
  value       = one(module.delivery[*].role_arns)
}

output "dashboard" {
  description = "Dashboard in CloudWatch; null without monitoring."
  value       = one(module.monitoring[*].dashboard)
}
