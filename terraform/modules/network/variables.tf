variable "name" {
  description = "Name of the VPC; prefix of everything in it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,38}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 40 lower-case letters, digits and hyphens, and start with a letter."
  }
}

variable "region" {
  description = "Region of the VPC, for the names of the VPC endpoint services."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be a region's name, such as us-east-1."
  }
}

variable "cidr" {
  description = "IPv4 range of the VPC, in private address space and from /16 to /20: a sixteenth of it goes to each private subnet, a 256th to each public and isolated one."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && try(cidrsubnet(var.cidr, 0, 0) == var.cidr, false)
    error_message = "cidr must be an IPv4 range with no host bits set, such as 10.20.0.0/16."
  }

  validation {
    condition     = try(tonumber(split("/", var.cidr)[1]) >= 16 && tonumber(split("/", var.cidr)[1]) <= 20, false)
    error_message = "cidr must be from /16 (the largest VPC there is) to /20 (below it public subnets fall under AWS's smallest, /28)."
  }

  validation {
    condition     = can(regex("^(10\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|192\\.168\\.)", var.cidr))
    error_message = "cidr must be in private address space (10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16)."
  }
}

variable "zones" {
  description = "Availability zones, two or three. Append to the list only: a zone's place in it decides its ranges."
  type        = list(string)
  nullable    = false

  validation {
    condition     = contains([2, 3], length(var.zones)) && length(distinct(var.zones)) == length(var.zones)
    error_message = "zones must name two or three different availability zones."
  }

  validation {
    condition     = alltrue([for zone in var.zones : startswith(zone, var.region)])
    error_message = "zones must lie in region ${var.region}: ${join(", ", var.zones)}."
  }
}

variable "subnet_cidrs" {
  description = "Ranges by zone where the computed ones won't do, for example beside a client's own network."
  type = map(object({
    public   = string
    private  = string
    isolated = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for zone in keys(var.subnet_cidrs) : contains(var.zones, zone)])
    error_message = "subnet_cidrs has ranges for a zone that zones does not name: ${join(", ", setsubtract(keys(var.subnet_cidrs), var.zones))}."
  }

  validation {
    condition = alltrue(flatten([
      for ranges in values(var.subnet_cidrs) : [for cidr in values(ranges) : can(cidrhost(cidr, 0))]
    ]))
    error_message = "subnet_cidrs must hold IPv4 ranges such as 10.20.16.0/20."
  }
}

variable "nat" {
  description = "NAT gateways for the private subnets: `single` (cheap; the zone it stands in is a single point of failure), `per_zone`, or `none`."
  type        = string
  default     = "per_zone"
  nullable    = false

  validation {
    condition     = contains(["none", "single", "per_zone"], var.nat)
    error_message = "nat must be none, single or per_zone."
  }
}

variable "s3_endpoint" {
  description = "Whether private subnets reach S3 through a gateway endpoint (free) instead of NAT."
  type        = bool
  default     = true
  nullable    = false
}

variable "interface_endpoints" {
  description = "AWS services that are reached through an interface endpoint in the private subnets, such as `ecr.api` and `ecr.dkr`, which image pulls need both of."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition = alltrue([for service in var.interface_endpoints : contains(
      ["autoscaling", "ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing", "logs", "monitoring", "secretsmanager", "sts"],
      service,
    )])
    error_message = "interface_endpoints must be of ecr.api, ecr.dkr, ec2, eks, eks-auth, autoscaling, elasticloadbalancing, logs, monitoring, secretsmanager and sts."
  }

  validation {
    condition     = contains(var.interface_endpoints, "ecr.api") == contains(var.interface_endpoints, "ecr.dkr")
    error_message = "interface_endpoints must name ecr.api and ecr.dkr together: a pull asks both."
  }
}

variable "flow_logs" {
  description = "VPC flow logs in CloudWatch; null for none. `traffic` is ACCEPT, REJECT or ALL."
  type = object({
    traffic        = optional(string, "ALL")
    retention_days = optional(number, 365)
    kms_key_arn    = optional(string)
  })
  default = {}

  validation {
    condition     = var.flow_logs == null || contains(["ACCEPT", "REJECT", "ALL"], try(var.flow_logs.traffic, ""))
    error_message = "flow_logs.traffic must be ACCEPT, REJECT or ALL."
  }

  validation {
    condition = var.flow_logs == null || contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      try(var.flow_logs.retention_days, 0),
    )
    error_message = "flow_logs.retention_days must be a period CloudWatch knows, such as 30, 90 or 365."
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
