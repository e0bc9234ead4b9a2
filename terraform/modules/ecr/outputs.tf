output "repository_urls" {
  description = "URLs to push to and pull from, by repository."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.repository_url }
}

output "repository_arns" {
  description = "ARNs by repository, for the roles that push and pull."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.arn }
}
