mock_provider "aws" {
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:us-east-1:111122223333:key/11112222-3333-4444-5555-666677778888" }
  }

  # The bucket can't be destroyed, so the tests only plan.
  mock_resource "aws_s3_bucket" {
    override_during = plan
    defaults        = { arn = "arn:aws:s3:::shop-terraform-state" }
  }

  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
}

variables {
  client = "shop"
  owner  = "platform"
  region = "us-east-1"
  bucket = "shop-terraform-state"
}

run "a_state_is_never_lost_or_read_by_strangers" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled"
    error_message = "Every state must be kept when another takes its place."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.state.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms"
    error_message = "States must be encrypted with a key of our own: they hold secrets."
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.state.block_public_acls, aws_s3_bucket_public_access_block.state.block_public_policy,
      aws_s3_bucket_public_access_block.state.ignore_public_acls, aws_s3_bucket_public_access_block.state.restrict_public_buckets,
    ])
    error_message = "Nothing in the bucket may ever be public."
  }

  assert {
    condition     = one(aws_s3_bucket_ownership_controls.state.rule).object_ownership == "BucketOwnerEnforced"
    error_message = "Access lists must be off."
  }

  assert {
    condition     = one(aws_s3_bucket_lifecycle_configuration.state.rule).noncurrent_version_expiration[0].noncurrent_days == 365
    error_message = "Old states must be kept a year."
  }
}

run "only_over_tls" {
  command = plan

  assert {
    condition = jsondecode(aws_s3_bucket_policy.state.policy).Statement == [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::shop-terraform-state", "arn:aws:s3:::shop-terraform-state/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
    error_message = "Whoever comes without TLS must be refused."
  }
}

run "the_bucket_is_the_one_that_groundplan_looks_for" {
  command = plan

  variables {
    bucket = null
  }

  assert {
    condition     = aws_s3_bucket.state.bucket == "shop-terraform-state-111122223333"
    error_message = "The bucket must be named after the client and the account."
  }
}
