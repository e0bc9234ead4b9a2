# Monitoring, alerting and scaling: trouble reaches a person, and the number of nodes follows the load.
s3_endpoint = true
flow_logs   = true

node_groups = {
  general = {
    instance_types = ["t3.large", "t3a.large"]
    capacity_type  = "SPOT"
    min_size       = 2
    max_size       = 6
    desired_size   = 3
  }
}

mysql_replicas = {
  read-1 = { zone = "us-east-1b" }
}

redis = {
  node_type = "cache.t4g.micro"
  nodes     = 1
}

delivery = {
  repository = "harbour-lane/shop"
}

scaling = true

monitoring = {
  emails            = ["on-call@harbour-lane.example"]
  mysql_connections = 100
}

budget = {
  monthly_usd = 350
  emails      = ["owner@harbour-lane.example"]
}
