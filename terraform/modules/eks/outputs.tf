output "cluster_name" {
  description = "Name of the cluster, for `aws eks update-kubeconfig`."
  value       = aws_eks_cluster.this.name
}

output "cluster_arn" {
  description = "ARN of the cluster, for the role that deploys to it."
  value       = aws_eks_cluster.this.arn
}

output "cluster_endpoint" {
  description = "URL of the Kubernetes API."
  value       = aws_eks_cluster.this.endpoint
}

output "cluster_certificate_authority" {
  description = "Certificate authority of the Kubernetes API, base64."
  value       = aws_eks_cluster.this.certificate_authority[0].data
}

output "oidc_provider_arn" {
  description = "ARN of the cluster's OIDC provider, for roles that trust a service account."
  value       = aws_iam_openid_connect_provider.this.arn
}

output "node_security_group_id" {
  description = "Security group of nodes and pods: who a database or cache lets in."
  value       = aws_security_group.nodes.id
}

output "node_role_arn" {
  description = "ARN of the nodes' role."
  value       = aws_iam_role.nodes.arn
}
