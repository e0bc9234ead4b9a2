# Automated delivery: GitHub Actions gets roles of its own, and nobody needs a key.
s3_endpoint = true
flow_logs   = true

node_groups = {
  general = {
    instance_types = ["t3.large", "t3a.large"]
    capacity_type  = "SPOT"
    min_size       = 2
    max_size       = 5
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
