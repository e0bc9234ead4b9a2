variable "name" {
  description = "Identifier of the replication group."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9]){0,39}$", var.name))
    error_message = "name must be 1 to 40 lower-case letters, digits and single hyphens, and start with a letter."
  }
}

variable "vpc_id" {
  description = "VPC of the cache."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^vpc-([0-9a-f]{8}|[0-9a-f]{17})$", var.vpc_id))
    error_message = "vpc_id must be the id of a VPC, such as vpc-0123456789abcdef0."
  }
}

variable "subnet_ids" {
  description = "Isolated subnets the cache may run in, by zone."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 1
    error_message = "subnet_ids must name at least one subnet."
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
  description = "Key for data at rest; null for AWS's own key. Changing it replaces the cache."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a key, not of an alias: arn:aws:kms:REGION:ACCOUNT:key/ID."
  }
}

variable "engine_version" {
  description = "Redis version, major and minor."
  type        = string
  default     = "7.1"
  nullable    = false

  validation {
    condition     = contains(["7.0", "7.1"], var.engine_version)
    error_message = "engine_version must be 7.0 or 7.1."
  }
}

variable "node_type" {
  description = "Size of each node."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^cache\\.[a-z0-9]+\\.[a-z0-9]+$", var.node_type))
    error_message = "node_type must be an ElastiCache type such as cache.t4g.micro."
  }
}

variable "nodes" {
  description = "Number of nodes. From two on they stand in different zones, and a replica takes over when the primary fails."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.nodes >= 1 && var.nodes <= 6 && floor(var.nodes) == var.nodes
    error_message = "nodes must be from 1 to 6: a primary and at most five replicas."
  }
}

variable "auth_token" {
  description = "Password of the cache; null for none beside the security group and TLS. It is stored in the state."
  type        = string
  default     = null
  sensitive   = true

  validation {
    condition     = var.auth_token == null || can(regex("^[A-Za-z0-9!&#$^<>-]{16,128}$", var.auth_token))
    error_message = "auth_token must be 16 to 128 letters, digits and ! & # $ ^ < > -."
  }
}

variable "snapshot_retention_days" {
  description = "Days that daily snapshots are kept; 0 for none, as fits a cache."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.snapshot_retention_days >= 0 && var.snapshot_retention_days <= 35
    error_message = "snapshot_retention_days must be from 0 to 35."
  }
}

variable "apply_immediately" {
  description = "Whether changes are made at once instead of in the maintenance window."
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
