variable "name" {
  description = "Prefix of the topic, the alarms and the dashboard."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,38}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 40 lower-case letters, digits and hyphens, and start with a letter."
  }
}

variable "region" {
  description = "Region of the metrics on the dashboard."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be a region's name, such as us-east-1."
  }
}

variable "kms_key_arn" {
  description = "Key for the topic and the applications' logs. Its policy has to let cloudwatch.amazonaws.com and budgets.amazonaws.com use it, or no alarm arrives."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a key, not of an alias: arn:aws:kms:REGION:ACCOUNT:key/ID."
  }
}

variable "emails" {
  description = "Who is told of alarms. Each gets a mail from AWS first, to agree."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.emails) > 0
    error_message = "emails must name at least one address: an alarm that reaches nobody is none."
  }

  validation {
    condition     = alltrue([for email in var.emails : can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", email))])
    error_message = "emails must be addresses such as on-call@example.com."
  }
}

variable "mysql" {
  description = "RDS instances to watch, by a name that tells which: identifiers, and where each measure is too far."
  type = object({
    instances            = map(string)
    cpu_percent          = optional(number, 80)
    free_storage_gib     = optional(number, 5)
    freeable_memory_mib  = optional(number, 128)
    connections          = optional(number, 100)
    read_latency_seconds = optional(number, 0.1)
    replica_lag_seconds  = optional(number, 60)
  })
  default  = { instances = {} }
  nullable = false

  validation {
    condition     = length(var.mysql.instances) == 0 || contains(keys(var.mysql.instances), "primary")
    error_message = "mysql.instances must hold the primary: the others are taken for its replicas."
  }

  validation {
    condition     = var.mysql.cpu_percent > 0 && var.mysql.cpu_percent <= 100
    error_message = "mysql.cpu_percent must be from 1 to 100."
  }
}

variable "redis" {
  description = "ElastiCache nodes to watch, and where each measure is too far."
  type = object({
    nodes              = set(string)
    engine_cpu_percent = optional(number, 80)
    memory_percent     = optional(number, 80)
    evictions          = optional(number, 1000)
  })
  default  = { nodes = [] }
  nullable = false

  validation {
    condition     = min(var.redis.engine_cpu_percent, var.redis.memory_percent) > 0 && max(var.redis.engine_cpu_percent, var.redis.memory_percent) <= 100
    error_message = "redis.engine_cpu_percent and redis.memory_percent must be from 1 to 100."
  }
}

variable "cluster" {
  description = "EKS cluster to watch, where each measure is too far, and the applications in it that get a row on the dashboard, by the name of their Service and Deployment; the add-on amazon-cloudwatch-observability measures. Null: none."
  type = object({
    name                = string
    namespace           = optional(string, "default")
    applications        = optional(set(string), [])
    node_cpu_percent    = optional(number, 80)
    node_memory_percent = optional(number, 80)
    node_disk_percent   = optional(number, 80)
    log_retention_days  = optional(number, 365)
  })
  default = null

  validation {
    condition = var.cluster == null || try(
      alltrue([for percent in [var.cluster.node_cpu_percent, var.cluster.node_memory_percent, var.cluster.node_disk_percent] : percent > 0 && percent <= 100]),
      false,
    )
    error_message = "cluster: node_cpu_percent, node_memory_percent and node_disk_percent must be from 1 to 100."
  }

  validation {
    condition = var.cluster == null || contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      try(var.cluster.log_retention_days, 0),
    )
    error_message = "cluster.log_retention_days must be a period CloudWatch knows, such as 30, 90 or 365."
  }
}

variable "load_balancer" {
  description = "Application load balancer to watch, by what its ARN ends with (`app/NAME/ID`; target groups `targetgroup/NAME/ID`), and where each measure is too far. Null: none."
  type = object({
    arn_suffix            = string
    target_groups         = optional(map(string), {})
    errors                = optional(number, 10)
    response_time_seconds = optional(number, 1)
  })
  default = null

  validation {
    condition     = var.load_balancer == null || can(regex("^app/[^/]+/[0-9a-f]{16}$", var.load_balancer.arn_suffix))
    error_message = "load_balancer.arn_suffix must be like app/shop/0123456789abcdef."
  }

  validation {
    condition     = var.load_balancer == null || try(alltrue([for suffix in values(var.load_balancer.target_groups) : can(regex("^targetgroup/[^/]+/[0-9a-f]{16}$", suffix))]), false)
    error_message = "load_balancer.target_groups must be like targetgroup/shop/0123456789abcdef."
  }
}

variable "log_alarms" {
  description = "Alarms on what stands in logs: the log group, the pattern that counts, what that is in words (`errors of MySQL`), what to do first, and how many in five minutes are too many."
  type = map(object({
    log_group = string
    pattern   = string
    what      = string
    first     = string
    count     = optional(number, 1)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.log_alarms) : can(regex("^[a-z](-?[a-z0-9]){0,39}$", name))])
    error_message = "log_alarms: a name is part of an alarm's, at most 40 lower-case letters, digits and single hyphens."
  }

  validation {
    condition     = alltrue([for alarm in values(var.log_alarms) : alarm.count >= 1])
    error_message = "log_alarms: count must be at least 1."
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
