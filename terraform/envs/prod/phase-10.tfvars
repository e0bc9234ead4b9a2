# Production: everything that was tried in dev, so that one zone can fail unnoticed.
s3_endpoint = true
flow_logs   = true

node_groups = {
  general = {
    instance_types = ["m6i.large"]
    capacity_type  = "ON_DEMAND"
    min_size       = 3
    max_size       = 9
    desired_size   = 3
    disk_gib       = 50
  }
}

mysql_replicas = {
  read-1 = { zone = "us-east-1c" }
}

redis = {
  node_type = "cache.t4g.medium"
  nodes     = 2
}

delivery = {
  repository = "harbour-lane/shop"
}

scaling = true

monitoring = {
  emails            = ["on-call@harbour-lane.example"]
  mysql_connections = 400
}

budget = {
  monthly_usd = 1000
  emails      = ["owner@harbour-lane.example"]
}
