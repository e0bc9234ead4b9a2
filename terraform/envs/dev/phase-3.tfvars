# Replica: reads go to a copy of the database, and the applications run replicated.
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
