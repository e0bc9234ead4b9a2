variable "client" {
  description = "Client the environment is for; first part of every name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9]){2,19}$", var.client))
    error_message = "client must be 3 to 20 lower-case letters, digits and single hyphens, and start with a letter."
  }
}

variable "environment" {
  description = "Name of the environment; second part of every name."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["dev", "prod"], var.environment)
    error_message = "environment must be dev or prod."
  }
}

variable "owner" {
  description = "Who answers for the environment; tag of every resource."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[\\p{L}\\p{N}\\p{Z}_.:/=+@-]{1,256}$", trimspace(var.owner)))
    error_message = "owner is a tag: 1 to 256 letters, digits, spaces and _ . : / = + - @."
  }
}

variable "region" {
  description = "AWS region."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be a region's name, such as us-east-1."
  }
}

variable "account_id" {
  description = "AWS account the environment lives in; Terraform refuses to work on another one. Null: not checked."
  type        = string
  default     = null

  validation {
    condition     = var.account_id == null || can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be 12 digits."
  }
}

variable "disposable" {
  description = "Whether the environment may be thrown away: no deletion protection, no final snapshot, changes made at once."
  type        = bool
  default     = false
  nullable    = false
}

variable "cidr" {
  description = "IPv4 range of the VPC."
  type        = string
  nullable    = false

  validation {
    condition     = try(cidrsubnet(var.cidr, 0, 0) == var.cidr, false)
    error_message = "cidr must be an IPv4 range with no host bits set, such as 10.20.0.0/16."
  }
}

variable "zones" {
  description = "Availability zones, two or three; append only."
  type        = list(string)
  nullable    = false

  validation {
    condition     = contains([2, 3], length(distinct(var.zones))) && alltrue([for zone in var.zones : startswith(zone, var.region)])
    error_message = "zones must name two or three different zones of ${var.region}."
  }
}

variable "nat" {
  description = "NAT gateways: single, per_zone or none."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["none", "single", "per_zone"], var.nat)
    error_message = "nat must be none, single or per_zone."
  }
}

variable "s3_endpoint" {
  description = "Whether S3 is reached through a gateway endpoint instead of NAT."
  type        = bool
  default     = true
  nullable    = false
}

variable "flow_logs" {
  description = "Whether VPC flow logs are kept."
  type        = bool
  default     = true
  nullable    = false
}

variable "applications" {
  description = "The client's applications, each with an image repository."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.applications) > 0 && alltrue([for name in var.applications : can(regex("^[a-z0-9]+([._-][a-z0-9]+)*$", name))])
    error_message = "applications must name at least one, in lower-case letters and digits with single dots, underscores or hyphens between them."
  }
}

variable "kubernetes_version" {
  description = "Kubernetes version of the cluster."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^1\\.[1-9][0-9]$", var.kubernetes_version))
    error_message = "kubernetes_version must be a minor version, such as 1.35."
  }
}

variable "api_access_cidrs" {
  description = "Ranges that reach the Kubernetes API from the internet; empty for none."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.api_access_cidrs : can(cidrhost(cidr, 0))])
    error_message = "api_access_cidrs must hold IPv4 ranges such as 203.0.113.0/28."
  }
}

variable "access_entries" {
  description = "Who may use the cluster beside whoever creates it: IAM principal, EKS access policy, namespaces (none: all)."
  type = map(object({
    principal_arn = string
    policy        = optional(string)
    namespaces    = optional(set(string))
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for entry in values(var.access_entries) : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/", entry.principal_arn))])
    error_message = "access_entries: principal_arn must be the ARN of an IAM role or user."
  }
}

variable "node_groups" {
  description = "Node groups of the cluster by name."
  type = map(object({
    instance_types = list(string)
    capacity_type  = string
    min_size       = number
    max_size       = number
    desired_size   = number
    disk_gib       = optional(number)
  }))
  nullable = false

  validation {
    condition = length(var.node_groups) > 0 && alltrue([
      for group in values(var.node_groups) : group.min_size <= group.desired_size && group.desired_size <= group.max_size
    ])
    error_message = "node_groups must hold at least one group, its sizes in order: min_size <= desired_size <= max_size."
  }
}

variable "mysql" {
  description = "The primary database: size, name of the database in it, storage in GiB, standby in another zone, zone where there is no standby, days of backups."
  type = object({
    instance_class       = string
    database             = string
    storage              = object({ gib = number, max_gib = number })
    multi_az             = bool
    zone                 = optional(string)
    backup_days          = number
    performance_insights = bool
  })
  nullable = false

  validation {
    condition     = can(regex("^db\\.[a-z0-9]+\\.[a-z0-9]+$", var.mysql.instance_class))
    error_message = "mysql.instance_class must be an RDS class such as db.t4g.small."
  }

  validation {
    condition     = var.mysql.zone == null ? true : contains(var.zones, var.mysql.zone)
    error_message = "mysql.zone must be one of zones."
  }

  validation {
    condition     = var.mysql.backup_days >= 1 && var.mysql.backup_days <= 35
    error_message = "mysql.backup_days must be from 1 to 35."
  }
}

variable "mysql_replicas" {
  description = "Read replicas by the suffix of their name."
  type = map(object({
    instance_class = optional(string)
    zone           = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for replica in values(var.mysql_replicas) : replica.zone == null ? true : contains(var.zones, replica.zone)])
    error_message = "mysql_replicas: zone must be one of zones."
  }
}

variable "redis" {
  description = "The cache: node type and number of nodes; null for none."
  type = object({
    node_type = string
    nodes     = number
  })
  default = null

  validation {
    condition     = var.redis == null || can(regex("^cache\\.[a-z0-9]+\\.[a-z0-9]+$", var.redis.node_type))
    error_message = "redis.node_type must be an ElastiCache type such as cache.t4g.micro."
  }

  validation {
    condition     = var.redis == null ? true : contains(range(1, 7), var.redis.nodes)
    error_message = "redis.nodes must be from 1 to 6: a primary and at most five replicas."
  }
}

variable "redis_auth_token" {
  description = "Password of the cache, from the environment (TF_VAR_redis_auth_token) and never from a file."
  type        = string
  default     = null
  sensitive   = true

  validation {
    condition     = var.redis == null || var.redis_auth_token != null
    error_message = "redis needs redis_auth_token: export TF_VAR_redis_auth_token."
  }
}

variable "scaling" {
  description = "Whether the number of nodes and of copies follows the load: rights for the cluster autoscaler, and the metrics server."
  type        = bool
  default     = false
  nullable    = false
}

variable "delivery" {
  description = "Delivery by GitHub Actions: the repository (OWNER/NAME) and branch that are trusted, the account's OIDC provider of GitHub if it has one, and the key of the states' bucket. The GitHub environment has this environment's name. Null: by hand."
  type = object({
    repository        = string
    branch            = optional(string, "main")
    oidc_provider_arn = optional(string)
    state_key_arn     = optional(string)
  })
  default = null

  validation {
    condition     = var.delivery == null || can(regex("^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$", var.delivery.repository))
    error_message = "delivery.repository must be OWNER/NAME, without a wildcard."
  }
}

variable "state_bucket" {
  description = "Bucket of the states, as groundplan names it (TF_VAR_state_bucket): delivery gets rights on it."
  type        = string
  default     = null

  validation {
    condition     = var.delivery == null || var.state_bucket != null
    error_message = "delivery needs state_bucket: groundplan gives it, or export TF_VAR_state_bucket."
  }
}

variable "monitoring" {
  description = "Alarms and a dashboard: who is told by mail, how many connections to a database are too many, and the load balancer to watch, by what its ARN and its target groups' end with. Null: none."
  type = object({
    emails            = set(string)
    mysql_connections = number
    load_balancer = optional(object({
      arn_suffix    = string
      target_groups = optional(map(string))
    }))
  })
  default = null

  validation {
    condition     = var.monitoring == null ? true : length(var.monitoring.emails) > 0
    error_message = "monitoring.emails must name at least one address: an alarm that reaches nobody is none."
  }

  validation {
    condition     = var.monitoring == null ? true : var.monitoring.mysql_connections > 0
    error_message = "monitoring.mysql_connections must be at least 1."
  }
}

variable "budget" {
  description = "What a month may cost, in US dollars, and who is told by mail before it does. Null: no budget."
  type = object({
    monthly_usd = number
    emails      = set(string)
  })
  default = null

  validation {
    condition     = var.budget == null ? true : var.budget.monthly_usd > 0
    error_message = "budget.monthly_usd must be more than nothing."
  }

  validation {
    condition     = var.budget == null ? true : length(var.budget.emails) > 0
    error_message = "budget.emails must name at least one address: a budget that tells nobody is none."
  }
}
