mock_provider "aws" {
  mock_resource "aws_kms_key" {
    defaults = {
      arn    = "arn:aws:kms:us-east-1:111122223333:key/11112222-3333-4444-5555-666677778888"
      key_id = "11112222-3333-4444-5555-666677778888"
    }
  }
}

variables {
  name = "shop-dev"
}

run "key_is_rotated_and_slow_to_delete" {
  command = plan

  assert {
    condition     = aws_kms_key.this.enable_key_rotation && aws_kms_key.this.deletion_window_in_days == 30
    error_message = "The key must rotate and leave 30 days to change one's mind."
  }

  assert {
    condition     = aws_kms_alias.this.name == "alias/shop-dev"
    error_message = "The alias must be the environment's name."
  }
}

run "policy_is_for_the_keys_own_account_and_region" {
  assert {
    condition = (
      jsondecode(aws_kms_key_policy.this.policy).Statement[0].Principal.AWS == "arn:aws:iam::111122223333:root" &&
      jsondecode(aws_kms_key_policy.this.policy).Statement[1].Principal.Service == "logs.us-east-1.amazonaws.com"
    )
    error_message = "The policy must name the account and region that the key's ARN tells."
  }

  assert {
    condition     = !strcontains(aws_kms_key_policy.this.policy, "\"Principal\":\"*\"")
    error_message = "Nobody outside the account may use the key."
  }

  assert {
    condition     = output.key_arn == aws_kms_key.this.arn
    error_message = "key_arn must be the key's."
  }
}

run "publishers_of_this_account_may_use_it" {
  variables {
    publishers = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]
  }

  assert {
    condition = jsondecode(aws_kms_key_policy.this.policy).Statement[2] == {
      Sid       = "Publishers"
      Effect    = "Allow"
      Principal = { Service = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"] }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
      Resource  = "*"
      Condition = { StringEquals = { "aws:SourceAccount" = "111122223333" } }
    }
    error_message = "The named services must be able to encrypt what they publish for this account."
  }
}

run "refuses_a_name_that_kms_would" {
  command = plan

  variables {
    name = "Shop Dev"
  }

  expect_failures = [var.name]
}

run "refuses_a_window_that_kms_would" {
  command = plan

  variables {
    deletion_window_days = 1
  }

  expect_failures = [var.deletion_window_days]
}
