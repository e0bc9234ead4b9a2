variable "name" {
  description = "Prefix of the roles; and what apply may write in IAM is limited to roles with it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,38}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 40 lower-case letters, digits and hyphens, and start with a letter."
  }
}

variable "region" {
  description = "Region the environment lives in: apply writes in no other."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be a region's name, such as us-east-1."
  }
}

variable "github" {
  description = "Whose workflows are trusted: the repository, the branch whose builds are pushed and whose plans count, and the GitHub environment that approves what is applied and rolled out."
  type = object({
    repository  = string
    branch      = optional(string, "main")
    environment = string
  })
  nullable = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$", var.github.repository))
    error_message = "github.repository must be OWNER/NAME: without a wildcard, or strangers' workflows are trusted."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]*$", var.github.branch))
    error_message = "github.branch must be a branch's name, without a wildcard."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._-]*$", var.github.environment))
    error_message = "github.environment must be the name of a GitHub environment, without a wildcard."
  }
}

variable "oidc_provider_arn" {
  description = "ARN of the account's OIDC provider of GitHub Actions, of which there can be only one; null to make it here."
  type        = string
  default     = null

  validation {
    condition     = var.oidc_provider_arn == null || can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/token\\.actions\\.githubusercontent\\.com$", var.oidc_provider_arn))
    error_message = "oidc_provider_arn must be that of token.actions.githubusercontent.com."
  }
}

variable "repository_arns" {
  description = "ARNs of the image repositories that builds push to, by application."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.repository_arns) > 0
    error_message = "repository_arns must name at least one repository."
  }
}

variable "cluster_arn" {
  description = "ARN of the cluster that is deployed to. What may be done in it is a matter of its access entries."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:eks:[a-z0-9-]+:[0-9]{12}:cluster/[A-Za-z0-9][A-Za-z0-9_-]{0,99}$", var.cluster_arn))
    error_message = "cluster_arn must be the ARN of one EKS cluster, without a wildcard."
  }
}

variable "state" {
  description = "Where the environment's state is: the bucket, the object in it, and the bucket's key."
  type = object({
    bucket      = string
    key         = string
    kms_key_arn = optional(string)
  })
  nullable = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.state.bucket))
    error_message = "state.bucket must be the name of an S3 bucket."
  }

  validation {
    condition     = endswith(var.state.key, ".tfstate") && !strcontains(var.state.key, "*")
    error_message = "state.key must be the object of one state, such as dev/terraform.tfstate."
  }
}

variable "tags" {
  description = "Tags of every resource in this module, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition = alltrue([
      for key, value in var.tags :
      can(regex("^[\\p{L}\\p{N}\\p{Z}_.:/=+@-]{1,128}$", key)) && !startswith(lower(key), "aws:") && can(regex("^[\\p{L}\\p{N}\\p{Z}_.:/=+@-]{0,256}$", value))
    ])
    error_message = "tags: a key is 1 to 128 and a value at most 256 letters, digits, spaces and _ . : / = + - @; what begins with aws: is AWS's own."
  }
}
