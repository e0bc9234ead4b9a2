variable "client" {
  description = "Client whose states are kept; tag, and name of the key."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9]){2,19}$", var.client))
    error_message = "client must be 3 to 20 lower-case letters, digits and single hyphens, and start with a letter."
  }
}

variable "owner" {
  description = "Who answers for the states; tag of every resource."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[\\p{L}\\p{N}\\p{Z}_.:/=+@-]{1,256}$", trimspace(var.owner)))
    error_message = "owner is a tag: 1 to 256 letters, digits, spaces and _ . : / = + - @."
  }
}

variable "region" {
  description = "AWS region of the bucket."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be a region's name, such as us-east-1."
  }
}

variable "account_id" {
  description = "AWS account the bucket lives in; Terraform refuses to work on another one. Null: not checked."
  type        = string
  default     = null

  validation {
    condition     = var.account_id == null || can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be 12 digits."
  }
}

variable "bucket" {
  description = "Name of the bucket, which no other bucket in the world may have. Null: the one that groundplan looks for, of the client and the account."
  type        = string
  default     = null

  validation {
    condition     = var.bucket == null || can(regex("^[a-z0-9](-?[a-z0-9]){2,62}$", var.bucket))
    error_message = "bucket must be 3 to 63 lower-case letters, digits and single hyphens: with a dot in it TLS fails."
  }
}

variable "keep_days" {
  description = "Days that a state is kept after another one took its place."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = var.keep_days >= 30
    error_message = "keep_days must be at least 30: a state that was lost is missed late."
  }
}
