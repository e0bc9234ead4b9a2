variable "name" {
  description = "Name of the cluster; prefix of everything around it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,38}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 40 lower-case letters, digits and hyphens, and start with a letter."
  }
}

variable "kubernetes_version" {
  description = "Kubernetes version of the control plane and the nodes."
  type        = string
  default     = "1.35"
  nullable    = false

  validation {
    condition     = can(regex("^1\\.(3[5-9]|[4-9][0-9])$", var.kubernetes_version))
    error_message = "kubernetes_version must be a minor version from 1.35 on: AWS ends standard support of 1.34 on 2026-12-02, and charges more for older ones or upgrades them."
  }
}

variable "vpc_id" {
  description = "VPC of the cluster."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^vpc-([0-9a-f]{8}|[0-9a-f]{17})$", var.vpc_id))
    error_message = "vpc_id must be the id of a VPC, such as vpc-0123456789abcdef0."
  }
}

variable "vpc_cidr" {
  description = "IPv4 range of the VPC: what nodes may talk to on any port."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0))
    error_message = "vpc_cidr must be an IPv4 range such as 10.20.0.0/16."
  }
}

variable "subnet_ids" {
  description = "Private subnets of nodes and control-plane interfaces, by zone."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids must name subnets in at least two zones: EKS accepts no fewer."
  }
}

variable "kms_key_arn" {
  description = "Key for Kubernetes secrets and the control plane's logs."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a key, not of an alias: arn:aws:kms:REGION:ACCOUNT:key/ID."
  }
}

variable "public_access_cidrs" {
  description = "Ranges that reach the Kubernetes API from the internet, for example an office. Empty: only from inside the VPC."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.public_access_cidrs : can(cidrhost(cidr, 0))])
    error_message = "public_access_cidrs must hold IPv4 ranges such as 203.0.113.0/28."
  }

  validation {
    condition     = alltrue([for cidr in var.public_access_cidrs : try(tonumber(split("/", cidr)[1]) >= 16, false)])
    error_message = "public_access_cidrs must be /16 or smaller: the Kubernetes API is not for the whole internet."
  }
}

variable "creator_is_admin" {
  description = "Whether whoever creates the cluster administers it. Changing it replaces the cluster."
  type        = bool
  default     = false
  nullable    = false
}

variable "access_entries" {
  description = "Who may use the cluster: an IAM principal, an EKS access policy, and the namespaces it counts in (none: all)."
  type = map(object({
    principal_arn = string
    policy        = optional(string, "AmazonEKSViewPolicy")
    namespaces    = optional(set(string), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for entry in values(var.access_entries) : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/", entry.principal_arn))
    ])
    error_message = "access_entries: principal_arn must be the ARN of an IAM role or user."
  }

  validation {
    condition = alltrue([for entry in values(var.access_entries) : contains([
      "AmazonEKSAdminPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSClusterAdminPolicy", "AmazonEKSEditPolicy", "AmazonEKSViewPolicy",
    ], entry.policy)])
    error_message = "access_entries: policy must be AmazonEKSViewPolicy, AmazonEKSEditPolicy, AmazonEKSAdminPolicy, AmazonEKSAdminViewPolicy or AmazonEKSClusterAdminPolicy."
  }
}

variable "node_groups" {
  description = "Managed node groups. On spot, name several instance types of one size, so that there is a pool left when one runs dry."
  type = map(object({
    instance_types      = list(string)
    capacity_type       = optional(string, "ON_DEMAND")
    min_size            = number
    max_size            = number
    desired_size        = number
    disk_gib            = optional(number, 30)
    ami_type            = optional(string, "AL2023_x86_64_STANDARD")
    detailed_monitoring = optional(bool, false)
    labels              = optional(map(string), {})
    taints = optional(list(object({
      key    = string
      value  = optional(string)
      effect = string
    })), [])
  }))
  nullable = false

  validation {
    condition     = length(var.node_groups) > 0
    error_message = "node_groups must hold at least one group: CoreDNS needs a node to run on."
  }

  validation {
    condition     = alltrue([for group in values(var.node_groups) : contains(["ON_DEMAND", "SPOT"], group.capacity_type)])
    error_message = "node_groups: capacity_type must be ON_DEMAND or SPOT."
  }

  validation {
    condition     = alltrue([for group in values(var.node_groups) : length(group.instance_types) > 0])
    error_message = "node_groups: instance_types must name at least one type."
  }

  validation {
    condition = alltrue([
      for group in values(var.node_groups) :
      0 <= group.min_size && group.min_size <= group.desired_size && group.desired_size <= group.max_size && group.max_size > 0
    ])
    error_message = "node_groups: sizes must be in order, min_size <= desired_size <= max_size."
  }

  validation {
    condition     = alltrue([for group in values(var.node_groups) : group.disk_gib >= 20])
    error_message = "node_groups: disk_gib must be at least 20, the size of the node image."
  }

  validation {
    condition = alltrue(flatten([
      for group in values(var.node_groups) : [
        for taint in group.taints : contains(["NO_EXECUTE", "NO_SCHEDULE", "PREFER_NO_SCHEDULE"], taint.effect)
      ]
    ]))
    error_message = "node_groups: a taint's effect must be NO_SCHEDULE, NO_EXECUTE or PREFER_NO_SCHEDULE."
  }
}

variable "addons" {
  description = "EKS add-ons by name; without a version, the default one of the Kubernetes version."
  type = map(object({
    version = optional(string)
  }))
  default = {
    coredns                = {}
    eks-pod-identity-agent = {}
    kube-proxy             = {}
    vpc-cni                = {}
  }
  nullable = false

  validation {
    condition     = alltrue([for name in ["coredns", "kube-proxy", "vpc-cni"] : contains(keys(var.addons), name)])
    error_message = "addons must name coredns, kube-proxy and vpc-cni: no pod can work without them."
  }
}

variable "network_policies" {
  description = "Whether the nodes enforce NetworkPolicies. Without, EKS takes them and lets everything through."
  type        = bool
  default     = true
  nullable    = false
}

variable "pod_identities" {
  description = "Service accounts whose pods get rights of their own: AWS's managed policies, by path and name."
  type = map(object({
    namespace       = string
    service_account = string
    policies        = set(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(var.pod_identities) == 0 || contains(keys(var.addons), "eks-pod-identity-agent")
    error_message = "pod_identities need the add-on eks-pod-identity-agent."
  }

  validation {
    condition     = alltrue([for name in keys(var.pod_identities) : can(regex("^[a-z](-?[a-z0-9]){0,22}$", name)) && name != "cluster-autoscaler"])
    error_message = "pod_identities: a name is part of a role's, at most 23 lower-case letters, digits and single hyphens; cluster-autoscaler has a switch of its own."
  }

  validation {
    condition     = alltrue(flatten([for pod in values(var.pod_identities) : [for policy in pod.policies : !endswith(policy, "AdministratorAccess")]]))
    error_message = "pod_identities: no pod may administer the account."
  }
}

variable "cluster_autoscaler" {
  description = "Whether the service account kube-system/cluster-autoscaler may change the number of nodes, between each group's min_size and max_size. An apply sets desired_size again; the autoscaler then goes on from there."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.cluster_autoscaler || contains(keys(var.addons), "eks-pod-identity-agent")
    error_message = "cluster_autoscaler needs the add-on eks-pod-identity-agent."
  }
}

variable "control_plane_ports" {
  description = "TCP ports of the nodes that the control plane reaches, by what listens there. Port-forward, logs and exec go through the kubelet's. That of the add-on metrics-server is opened with it."
  type        = map(number)
  default = {
    kubelet  = 10250
    webhooks = 9443
  }
  nullable = false

  validation {
    condition     = contains(values(var.control_plane_ports), 10250)
    error_message = "control_plane_ports must hold 10250, the kubelet's: without it there are no logs and no port-forward."
  }

  validation {
    condition     = alltrue([for port in values(var.control_plane_ports) : port >= 1 && port <= 65535])
    error_message = "control_plane_ports must be from 1 to 65535."
  }
}

variable "log_retention_days" {
  description = "Days the control plane's logs are kept."
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
  description = "Tags of every resource in this module; also of the instances and volumes that Auto Scaling starts, which don't see the provider's default tags."
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
