variable "name" {
  description = "Name of the budget."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,98}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 100 lower-case letters, digits and hyphens, and start with a letter."
  }
}

variable "monthly_usd" {
  description = "What a month may cost, in US dollars."
  type        = number
  nullable    = false

  validation {
    condition     = var.monthly_usd > 0
    error_message = "monthly_usd must be more than nothing."
  }
}

variable "cost_tags" {
  description = "Tags of what is counted. AWS counts by a tag once it is activated as a cost allocation tag, in the account that pays. Empty: the whole account."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition = alltrue([
      for key, value in var.cost_tags :
      can(regex("^[\\p{L}\\p{N}\\p{Z}_.:/=+@-]{1,128}$", key)) && !startswith(lower(key), "aws:") && can(regex("^[\\p{L}\\p{N}\\p{Z}_.:/=+@-]{0,256}$", value))
    ])
    error_message = "cost_tags: a key is 1 to 128 and a value at most 256 letters, digits, spaces and _ . : / = + - @; what begins with aws: is AWS's own."
  }
}

variable "warn_at" {
  description = "Percents of the budget at which someone is told, by what is spent and by what is forecast."
  type = object({
    spent    = optional(set(number), [80, 100])
    forecast = optional(set(number), [100])
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(var.warn_at.spent) + length(var.warn_at.forecast) > 0
    error_message = "warn_at must hold at least one percentage: a budget that tells nobody is none."
  }

  validation {
    condition     = alltrue([for percent in setunion(var.warn_at.spent, var.warn_at.forecast) : percent > 0 && percent <= 1000])
    error_message = "warn_at must hold percentages from 1 to 1000."
  }
}

variable "emails" {
  description = "Who is told, by mail."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.emails) > 0 && length(var.emails) <= 10
    error_message = "emails must name one to ten addresses, as many as AWS takes."
  }

  validation {
    condition     = alltrue([for email in var.emails : can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", email))])
    error_message = "emails must be addresses such as on-call@example.com."
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
