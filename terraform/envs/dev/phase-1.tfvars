# Design: what is proposed to the client.
s3_endpoint = false
flow_logs   = false

node_groups = {
  general = {
    instance_types = ["t3.large", "t3a.large"]
    capacity_type  = "SPOT"
    min_size       = 2
    max_size       = 3
    desired_size   = 2
  }
}
