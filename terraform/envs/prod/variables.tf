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
}

variable "region" {
  description = "AWS region."
  type        = string
  nullable    = false
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
}

variable "zones" {
  description = "Availability zones, two or three; append only."
  type        = list(string)
  nullable    = false
}

variable "nat" {
  description = "NAT gateways: single, per_zone or none."
  type        = string
  nullable    = false
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
}

variable "kubernetes_version" {
  description = "Kubernetes version of the cluster."
  type        = string
  nullable    = false
}

variable "api_access_cidrs" {
  description = "Ranges that reach the Kubernetes API from the internet; empty for none."
  type        = list(string)
  default     = []
  nullable    = false
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
}

variable "mysql_replicas" {
  description = "Read replicas by the suffix of their name."
  type = map(object({
    instance_class = optional(string)
    zone           = optional(string)
  }))
  default  = {}
  nullable = false
}

variable "redis" {
  description = "The cache: node type and number of nodes; null for none."
  type = object({
    node_type = string
    nodes     = number
  })
  default = null
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
}

variable "budget" {
  description = "What a month may cost, in US dollars, and who is told by mail before it does. Null: no budget."
  type = object({
    monthly_usd = number
    emails      = set(string)
  })
  default = null
}
