mock_provider "aws" {}

variables {
  name         = "shop-dev"
  repositories = ["cart", "storefront"]
}

run "one_repository_per_application" {
  command = plan

  assert {
    condition     = { for name, repository in aws_ecr_repository.this : name => repository.name } == { cart = "shop-dev/cart", storefront = "shop-dev/storefront" }
    error_message = "Each application must have a repository in the environment's namespace."
  }

  assert {
    condition = alltrue([
      for repository in aws_ecr_repository.this :
      repository.image_tag_mutability == "IMMUTABLE" && repository.image_scanning_configuration[0].scan_on_push && !repository.force_delete
    ])
    error_message = "Tags must be immutable, images scanned, and repositories with images kept."
  }
}

run "lifecycle_keeps_the_newest" {
  command = plan

  variables {
    keep = { images = 5 }
  }

  assert {
    condition     = jsondecode(aws_ecr_lifecycle_policy.this["cart"].policy).rules[*].selection.countNumber == [7, 5]
    error_message = "Untagged images must go after 7 days, and all but the 5 newest."
  }
}

run "encrypted_with_the_key" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/11112222-3333-4444-5555-666677778888"
  }

  assert {
    condition     = aws_ecr_repository.this["cart"].encryption_configuration[0].encryption_type == "KMS"
    error_message = "A key given must be used."
  }
}

run "encrypted_without_a_key" {
  command = plan

  assert {
    condition     = aws_ecr_repository.this["cart"].encryption_configuration[0].encryption_type == "AES256"
    error_message = "Without a key ECR's own encryption must be on."
  }
}

run "refuses_upper_case" {
  command = plan

  variables {
    repositories = ["Cart"]
  }

  expect_failures = [var.repositories]
}

run "refuses_no_repositories" {
  command = plan

  variables {
    repositories = []
  }

  expect_failures = [var.repositories]
}

run "refuses_to_keep_nothing" {
  command = plan

  variables {
    keep = { images = 0 }
  }

  expect_failures = [var.keep]
}
