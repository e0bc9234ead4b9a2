output "key_arn" {
  description = "ARN of the key."
  # Whoever encrypts with the key needs its policy to be there first.
  value      = aws_kms_key.this.arn
  depends_on = [aws_kms_key_policy.this]
}

output "alias" {
  description = "Alias of the key."
  value       = aws_kms_alias.this.name
}
