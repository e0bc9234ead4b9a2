variable "name" {
  description = "Namespace of the repositories: `<name>/<repository>`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,62}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 64 lower-case letters, digits and hyphens, and start with a letter."
  }
}

variable "repositories" {
  description = "Names of the repositories, one per application."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.repositories) > 0
    error_message = "repositories must name at least one application."
  }

  validation {
    condition     = alltrue([for name in var.repositories : can(regex("^[a-z0-9]+([._-][a-z0-9]+)*$", name))])
    error_message = "repositories must be lower-case letters and digits, with single dots, underscores or hyphens between them."
  }
}

variable "keep" {
  description = "What the lifecycle policy leaves: the newest images, and untagged ones for some days."
  type = object({
    images        = optional(number, 30)
    untagged_days = optional(number, 7)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.keep.images >= 1 && var.keep.untagged_days >= 1
    error_message = "keep.images and keep.untagged_days must be at least 1."
  }
}

variable "kms_key_arn" {
  description = "Key the images are encrypted with; null for ECR's own AES-256. Changing it replaces the repositories."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a key, not of an alias: arn:aws:kms:REGION:ACCOUNT:key/ID."
  }
}

variable "force_delete" {
  description = "Whether a destroy takes repositories that still hold images."
  type        = bool
  default     = false
  nullable    = false
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
