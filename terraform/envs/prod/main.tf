# The same in every environment; what differs is in terraform.tfvars, and what a phase switches on
# in its phase-N.tfvars.
locals {
  name = "${var.client}-${var.environment}"
}

module "encryption" {
  source = "../../modules/encryption"

  name                 = local.name
  deletion_window_days = var.disposable ? 7 : 30
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
  access_entries      = var.access_entries
  node_groups         = var.node_groups
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
