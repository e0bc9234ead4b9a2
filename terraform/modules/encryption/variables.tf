variable "name" {
  description = "Name of the key's alias, without `alias/`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,62}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 64 lower-case letters, digits and hyphens, and start with a letter."
  }
}

variable "deletion_window_days" {
  description = "Days between scheduling the key's deletion and losing everything it encrypts."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30
    error_message = "deletion_window_days must be between 7 and 30: KMS accepts nothing else."
  }
}

variable "publishers" {
  description = "AWS services that may encrypt what they send through queues and topics under this key, such as cloudwatch.amazonaws.com for alarms."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for service in var.publishers : can(regex("^[a-z0-9.-]+\\.amazonaws\\.com$", service))])
    error_message = "publishers must be names of services such as cloudwatch.amazonaws.com."
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
