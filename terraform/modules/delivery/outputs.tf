output "role_arns" {
  description = "ARNs of the roles by what they are for: build, plan, apply, deploy. What a workflow's `role-to-assume` names."
  value       = { for name, role in aws_iam_role.this : name => role.arn }
}

output "oidc_provider_arn" {
  description = "ARN of the account's OIDC provider of GitHub Actions, for the next environment in the same account."
  value       = local.provider_arn
}
