variable "name" {
  description = "Identifier of the database instance; replicas get it as their prefix."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9]){2,47}$", var.name))
    error_message = "name must be 3 to 48 lower-case letters, digits and single hyphens, and start with a letter."
  }
}

variable "vpc_id" {
  description = "VPC of the database."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^vpc-([0-9a-f]{8}|[0-9a-f]{17})$", var.vpc_id))
    error_message = "vpc_id must be the id of a VPC, such as vpc-0123456789abcdef0."
  }
}

variable "subnet_ids" {
  description = "Isolated subnets the database may run in, by zone."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids must name subnets in at least two zones: a subnet group accepts no fewer."
  }
}

variable "clients" {
  description = "Security groups that may connect, by a name that tells who they are."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for id in values(var.clients) : can(regex("^sg-([0-9a-f]{8}|[0-9a-f]{17})$", id))])
    error_message = "clients must be ids of security groups, such as sg-0123456789abcdef0."
  }
}

variable "kms_key_arn" {
  description = "Key for storage, the master password, logs and Performance Insights; null for AWS's own keys. Changing it replaces the database."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a key, not of an alias: arn:aws:kms:REGION:ACCOUNT:key/ID."
  }
}

variable "engine_version" {
  description = "MySQL version, major and minor; RDS keeps the patch level current."
  type        = string
  default     = "8.4"
  nullable    = false

  validation {
    condition     = contains(["8.0", "8.4"], var.engine_version)
    error_message = "engine_version must be 8.0 or 8.4."
  }
}

variable "instance_class" {
  description = "Size of the primary, and of the replicas that name none."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^db\\.[a-z0-9]+\\.[a-z0-9]+$", var.instance_class))
    error_message = "instance_class must be an RDS class such as db.t4g.small."
  }
}

variable "database" {
  description = "Name of the database made at the start."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z][a-zA-Z0-9_]{0,63}$", var.database))
    error_message = "database must be 1 to 64 letters, digits and underscores, and start with a letter."
  }
}

variable "username" {
  description = "Name of the master user; its password is made and rotated by RDS."
  type        = string
  default     = "dbadmin"
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z][a-zA-Z0-9_]{0,15}$", var.username)) && !contains(["admin", "root", "rdsadmin", "mysql"], lower(var.username))
    error_message = "username must be 1 to 16 letters, digits and underscores, start with a letter, and not be a reserved name."
  }
}

variable "storage" {
  description = "Storage in GiB: what it starts with, and what it may grow to by itself."
  type = object({
    gib     = optional(number, 20)
    max_gib = optional(number, 100)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.storage.gib >= 20
    error_message = "storage.gib must be at least 20, the smallest gp3 volume of RDS."
  }

  validation {
    condition     = var.storage.max_gib > var.storage.gib
    error_message = "storage.max_gib must be larger than storage.gib, or the database can't grow."
  }
}

variable "multi_az" {
  description = "Whether a standby in another zone takes over when the primary's zone fails."
  type        = bool
  default     = true
  nullable    = false
}

variable "zone" {
  description = "Zone of the primary; null lets AWS choose, and is the only choice with multi_az."
  type        = string
  default     = null

  validation {
    condition     = var.zone == null || (!var.multi_az && contains(keys(var.subnet_ids), coalesce(var.zone, "-")))
    error_message = "zone must be a zone of subnet_ids, and null with multi_az: RDS then places primary and standby."
  }
}

variable "replicas" {
  description = "Read replicas by the suffix of their name."
  type = map(object({
    instance_class = optional(string)
    multi_az       = optional(bool, false)
    zone           = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for key in keys(var.replicas) : can(regex("^[a-z](-?[a-z0-9]){0,13}$", key))])
    error_message = "replicas: a key is the suffix of an identifier, at most 14 lower-case letters, digits and single hyphens."
  }

  validation {
    condition     = length(var.replicas) <= 15
    error_message = "replicas: RDS for MySQL has at most 15 of one primary."
  }

  validation {
    condition     = length(var.replicas) == 0 || var.backup.retention_days > 0
    error_message = "replicas need backups of the primary: set backup.retention_days to at least 1."
  }
}

variable "parameters" {
  description = "Parameters of the server beside those that are always set: require_secure_transport, slow_query_log and log_output. Dynamic ones only."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setintersection(keys(var.parameters), ["log_output", "require_secure_transport", "slow_query_log"])) == 0
    error_message = "parameters must not name require_secure_transport, slow_query_log or log_output: they are always set."
  }
}

variable "backup" {
  description = "Days that backups are kept, and the daily window (UTC) they are made in."
  type = object({
    retention_days = optional(number, 7)
    window         = optional(string, "03:00-04:00")
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.backup.retention_days >= 0 && var.backup.retention_days <= 35
    error_message = "backup.retention_days must be from 0 (no backups) to 35."
  }

  validation {
    condition     = can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$", var.backup.window))
    error_message = "backup.window must be like 03:00-04:00."
  }
}

variable "maintenance_window" {
  description = "Weekly window (UTC) for patches; it must not overlap the backup window."
  type        = string
  default     = "sun:04:30-sun:05:30"
  nullable    = false

  validation {
    condition     = can(regex("^(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]-(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]$", var.maintenance_window))
    error_message = "maintenance_window must be like sun:04:30-sun:05:30."
  }
}

variable "deletion_protection" {
  description = "Whether RDS refuses to delete the instances."
  type        = bool
  default     = true
  nullable    = false
}

variable "skip_final_snapshot" {
  description = "Whether a destroy leaves no last snapshot."
  type        = bool
  default     = false
  nullable    = false
}

variable "apply_immediately" {
  description = "Whether changes are made at once instead of in the maintenance window."
  type        = bool
  default     = false
  nullable    = false
}

variable "monitoring_interval" {
  description = "Seconds between the operating system's metrics (Enhanced Monitoring); 0 for none."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = contains([0, 1, 5, 10, 15, 30, 60], var.monitoring_interval)
    error_message = "monitoring_interval must be 0, 1, 5, 10, 15, 30 or 60."
  }
}

variable "performance_insights" {
  description = "Whether Performance Insights records what the database waits for. Classes micro and small of db.t3 and db.t4g can't."
  type        = bool
  default     = true
  nullable    = false

  validation {
    condition = !var.performance_insights || length(setintersection(
      local.too_small_for_insights,
      concat([var.instance_class], [for replica in values(var.replicas) : coalesce(replica.instance_class, var.instance_class)]),
    )) == 0
    error_message = "performance_insights does not run on ${join(", ", local.too_small_for_insights)}: take a larger class, or turn it off."
  }
}

variable "log_retention_days" {
  description = "Days the error and slow query logs are kept in CloudWatch."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days,
    )
    error_message = "log_retention_days must be a period CloudWatch knows, such as 30, 90 or 365."
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
