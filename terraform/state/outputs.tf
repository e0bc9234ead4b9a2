output "bucket" {
  description = "Name of the bucket, for `terraform init -backend-config=\"bucket=NAME\"`."
  value       = aws_s3_bucket.state.id
}

output "key_arn" {
  description = "ARN of the key the states are encrypted with, for the roles that read and write them."
  value       = module.encryption.key_arn
}
