# The same in every environment; what differs is in terraform.tfvars, and what a phase switches on
# in its phase-N.tfvars.
locals {
  name = "${var.client}-${var.environment}"

  addons = {
    amazon-cloudwatch-observability = var.monitoring != null
    coredns                         = true
    eks-pod-identity-agent          = true
    kube-proxy                      = true
    metrics-server                  = var.scaling
    vpc-cni                         = true
  }

  # Rollouts work inside the application's namespace, and nowhere else in the cluster.
  deployers = {
    for delivery in module.delivery : "delivery" => {
      principal_arn = delivery.role_arns["deploy"]
      policy        = "AmazonEKSEditPolicy"
      namespaces    = [var.client]
    }
  }

  pod_identities = {
    cloudwatch-agent = {
      namespace       = "amazon-cloudwatch"
      service_account = "cloudwatch-agent"
      policies        = ["CloudWatchAgentServerPolicy"]
    }
  }
}

module "encryption" {
  source = "../../modules/encryption"

  name                 = local.name
  deletion_window_days = var.disposable ? 7 : 30
  publishers           = var.monitoring == null ? [] : ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]
}

module "network" {
  source = "../../modules/network"

  name        = local.name
  region      = var.region
  cidr        = var.cidr
  zones       = var.zones
  nat         = var.nat
  s3_endpoint = var.s3_endpoint
  flow_logs   = var.flow_logs ? { kms_key_arn = module.encryption.key_arn } : null
}

module "eks" {
  source = "../../modules/eks"

  name                = local.name
  kubernetes_version  = var.kubernetes_version
  vpc_id              = module.network.vpc_id
  vpc_cidr            = module.network.vpc_cidr
  subnet_ids          = module.network.private_subnet_ids
  kms_key_arn         = module.encryption.key_arn
  public_access_cidrs = var.api_access_cidrs
  creator_is_admin    = true
  access_entries      = merge(var.access_entries, local.deployers)
  node_groups         = var.node_groups
  addons              = { for name, wanted in local.addons : name => {} if wanted }
  pod_identities      = { for name, pod in local.pod_identities : name => pod if var.monitoring != null }
  cluster_autoscaler  = var.scaling
  tags                = local.tags
}

module "ecr" {
  source = "../../modules/ecr"

  name         = local.name
  repositories = var.applications
  kms_key_arn  = module.encryption.key_arn
  force_delete = var.disposable
}

module "mysql" {
  source = "../../modules/mysql"

  name                 = "${local.name}-mysql"
  vpc_id               = module.network.vpc_id
  subnet_ids           = module.network.isolated_subnet_ids
  clients              = { nodes = module.eks.node_security_group_id }
  kms_key_arn          = module.encryption.key_arn
  instance_class       = var.mysql.instance_class
  database             = var.mysql.database
  storage              = var.mysql.storage
  multi_az             = var.mysql.multi_az
  zone                 = var.mysql.zone
  backup               = { retention_days = var.mysql.backup_days }
  performance_insights = var.mysql.performance_insights
  replicas             = var.mysql_replicas
  deletion_protection  = !var.disposable
  skip_final_snapshot  = var.disposable
  apply_immediately    = var.disposable
}

module "redis" {
  source = "../../modules/redis"
  count  = var.redis == null ? 0 : 1

  name              = "${local.name}-redis"
  vpc_id            = module.network.vpc_id
  subnet_ids        = module.network.isolated_subnet_ids
  clients           = { nodes = module.eks.node_security_group_id }
  kms_key_arn       = module.encryption.key_arn
  node_type         = var.redis.node_type
  nodes             = var.redis.nodes
  auth_token        = var.redis_auth_token
  apply_immediately = var.disposable
}

module "delivery" {
  source = "../../modules/delivery"
  count  = var.delivery == null ? 0 : 1

  name   = local.name
  region = var.region
  github = {
    repository  = var.delivery.repository
    branch      = var.delivery.branch
    environment = var.environment
  }
  oidc_provider_arn = var.delivery.oidc_provider_arn
  repository_arns   = module.ecr.repository_arns
  cluster_arn       = module.eks.cluster_arn
  state = {
    bucket      = var.state_bucket
    key         = "${var.environment}/terraform.tfstate"
    kms_key_arn = var.delivery.state_key_arn
  }
}

module "monitoring" {
  source = "../../modules/monitoring"
  count  = var.monitoring == null ? 0 : 1

  name        = local.name
  region      = var.region
  kms_key_arn = module.encryption.key_arn
  emails      = var.monitoring.emails
  cluster     = { name = module.eks.cluster_name, namespace = var.client, applications = var.applications }
  mysql = {
    instances        = module.mysql.instances
    free_storage_gib = ceil(var.mysql.storage.gib / 5)
    connections      = var.monitoring.mysql_connections
  }
  redis         = { nodes = flatten([for cache in module.redis : tolist(cache.nodes)]) }
  load_balancer = var.monitoring.load_balancer
  log_alarms = {
    applications = {
      log_group = "/aws/containerinsights/${local.name}/application"
      pattern   = "?ERROR ?Traceback"
      what      = "errors of the applications"
      first     = "read the newest to see which application they are of, and look at its last release"
      count     = 20
    }
    mysql = {
      log_group = module.mysql.log_groups["error"]
      pattern   = "\"[ERROR]\""
      what      = "errors of MySQL"
      first     = "read the newest, and see whether the database was restarted or has run out of something"
      count     = 5
    }
  }
}

module "budget" {
  source = "../../modules/budget"
  count  = var.budget == null ? 0 : 1

  name        = local.name
  monthly_usd = var.budget.monthly_usd
  emails      = var.budget.emails
  cost_tags   = { Client = var.client, Environment = var.environment }
}
