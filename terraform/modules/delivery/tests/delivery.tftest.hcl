mock_provider "aws" {
  mock_resource "aws_iam_openid_connect_provider" {
    defaults = { arn = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" }
  }
}

variables {
  name            = "shop-dev"
  region          = "eu-west-1"
  github          = { repository = "harbour-lane/shop", environment = "dev" }
  repository_arns = { cart = "arn:aws:ecr:eu-west-1:111122223333:repository/shop-dev/cart" }
  cluster_arn     = "arn:aws:eks:eu-west-1:111122223333:cluster/shop-dev"
  state           = { bucket = "shop-state", key = "dev/terraform.tfstate", kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888" }
}

run "trust_is_for_whole_subjects" {
  assert {
    condition = { for name, role in aws_iam_role.this : name => jsondecode(role.assume_role_policy).Statement[0].Condition } == {
      build = { StringEquals = {
        "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
        "token.actions.githubusercontent.com:sub" = ["repo:harbour-lane/shop:ref:refs/heads/main"]
      } }
      plan = { StringEquals = {
        "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
        "token.actions.githubusercontent.com:sub" = ["repo:harbour-lane/shop:ref:refs/heads/main", "repo:harbour-lane/shop:pull_request"]
      } }
      apply = { StringEquals = {
        "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
        "token.actions.githubusercontent.com:sub" = ["repo:harbour-lane/shop:environment:dev"]
      } }
      deploy = { StringEquals = {
        "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
        "token.actions.githubusercontent.com:sub" = ["repo:harbour-lane/shop:environment:dev"]
      } }
    }
    error_message = "A role must trust the repository's branch or environment, and nothing that could match more."
  }

  assert {
    condition     = alltrue([for role in aws_iam_role.this : jsondecode(role.assume_role_policy).Statement[0].Principal.Federated == "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"])
    error_message = "Only GitHub's own tokens must be trusted."
  }

  assert {
    condition     = output.role_arns == { for name, role in aws_iam_role.this : name => role.arn }
    error_message = "role_arns must tell each role."
  }
}

run "build_pushes_to_the_given_repositories_only" {
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.build.policy).Statement : statement.Resource if statement.Sid == "Push"][0] == ["arn:aws:ecr:eu-west-1:111122223333:repository/shop-dev/cart"]
    error_message = "Pushing must be limited to the repositories."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.build.policy).Statement : statement.Action if statement.Resource == "*"] == ["ecr:GetAuthorizationToken"]
    error_message = "Only the login, which knows no resource, may be for all."
  }
}

run "deploy_only_finds_the_cluster" {
  assert {
    condition = jsondecode(aws_iam_role_policy.deploy.policy).Statement == [{
      Sid = "FindCluster", Effect = "Allow", Action = "eks:DescribeCluster", Resource = "arn:aws:eks:eu-west-1:111122223333:cluster/shop-dev"
    }]
    error_message = "Deploying must need no right in AWS but to find the cluster."
  }
}

run "plan_reads_and_only_apply_writes" {
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.state["plan"].policy).Statement : statement.Sid] == ["Find", "Read", "Lock", "UseKey"]
    error_message = "plan must not write the state."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.state["apply"].policy).Statement : statement.Resource if statement.Sid == "Write"] == ["arn:aws:s3:::shop-state/dev/terraform.tfstate"]
    error_message = "apply must write its own state only."
  }

  assert {
    condition     = alltrue([for role in ["apply", "plan"] : [for statement in jsondecode(aws_iam_role_policy.no_data[role].policy).Statement : statement.Effect] == ["Deny", "Deny"]])
    error_message = "Neither may read secrets or other objects."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.apply.policy).Statement : statement.Condition.StringEquals["aws:RequestedRegion"] if statement.Sid == "WriteInRegion"][0] == ["eu-west-1", "us-east-1"]
    error_message = "apply must write in its own region, and budgets, which live in us-east-1."
  }

  assert {
    condition     = length(join("", [aws_iam_role_policy.apply.policy, aws_iam_role_policy.state["apply"].policy, aws_iam_role_policy.no_data["apply"].policy])) < 10240
    error_message = "IAM takes 10,240 letters of policies in a role."
  }

  assert {
    condition     = alltrue([for action in [for statement in jsondecode(aws_iam_role_policy.apply.policy).Statement : statement.Action if statement.Sid == "WriteInRegion"][0] : !endswith(action, ":*")])
    error_message = "No service may be given away as a whole."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.apply.policy).Statement : statement.Resource if statement.Effect == "Deny"] == ["arn:aws:iam::111122223333:role/shop-dev-ci-*"]
    error_message = "apply must not touch the delivery's own roles."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.apply.policy).Statement :
      try(statement.Condition.StringEquals["iam:PermissionsBoundary"], "") == "arn:aws:iam::aws:policy/PowerUserAccess"
      if statement.Effect == "Allow" && length(setintersection(flatten([statement.Action]), ["iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary", "iam:AttachRolePolicy"])) > 0
    ])
    error_message = "A role without a boundary must get no rights, or apply could make itself an administrator."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.apply.policy).Statement :
      !contains(flatten([statement.Action]), "iam:DeleteRolePermissionsBoundary") if statement.Effect == "Allow"
    ])
    error_message = "apply must not free a role of its boundary."
  }
}

run "one_provider_for_an_account" {
  variables {
    oidc_provider_arn = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0 && output.oidc_provider_arn == var.oidc_provider_arn
    error_message = "A provider that is there must be used."
  }
}
